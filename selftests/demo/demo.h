/* SPDX-License-Identifier: GPL-2.0 */
/* What the narrators have in common. */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* CLOCK_BOOTTIME in ns, as all times here. */
uint64_t boottime(void);

double seconds(uint64_t ns);

_Noreturn void die(const char *what, const char *why);

/* Runs a command; a descriptor that is negative stays what it is. */
pid_t start(char **command, int input, int output);

/* Says whether a promise was kept, and returns that. */
bool verdict(bool ok, const char *what);

/* Escape sequences, or nothing unless COLOR is set in the environment. */
const char *color_run(void);
const char *color_frozen(void);
const char *color_off(void);

#endif /* DEMO_H */
