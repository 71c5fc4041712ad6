/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's test_power: a battery and two chargers, whose state the test sets. */
#ifndef BGTASK_TEST_POWER_H
#define BGTASK_TEST_POWER_H

#include <stdbool.h>

/* Loads test_power: the kernel's own, or the one that selftests/vm/test-power has built. */
void power_load(void);

/* Loads test_power, and sets a battery, and AC power or none. */
void power_begin(bool ac);

/* Sets a parameter: "ac_online", "on". */
void power_set(const char *parameter, const char *value);

#endif
