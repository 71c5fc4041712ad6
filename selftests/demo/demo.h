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

/*
 * Seconds as they are shown, in whole steps: what differs from one run to the next by some ms is
 * not to show, and so is to lie well within a step.
 */
#define TENTH	UINT64_C(100000000)
#define HALF	(5 * TENTH)
#define WHOLE	(10 * TENTH)
double in_steps(uint64_t ns, uint64_t step);

/* What is due at a tenth is seen a little later, or hardly earlier: clocks are ahead, ns. */
#define TENTH_AHEAD	UINT64_C(25000000)

/* What is shown as something less exact is added to the file that EXACT names, if set. */
__attribute__((format(printf, 1, 2)))
void exactly(const char *format, ...);

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
