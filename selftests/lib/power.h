/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's test_power: a battery and two chargers, which have what they are told. */
#ifndef BGTASK_TEST_POWER_H
#define BGTASK_TEST_POWER_H

#include <stdbool.h>

/* Loads the module: the kernel's own, or the one that selftests/vm/test-power has built. */
void power_load(void);

/* Loads the module, and sets it to have a battery, and AC power or none. */
void power_begin(bool ac);

/* Sets one of its parameters: "ac_online", "on". */
void power_set(const char *parameter, const char *value);

#endif
