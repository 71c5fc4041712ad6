/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the narrators. */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* CLOCK_BOOTTIME in ns, the clock of all times here. */
uint64_t boottime(void);

double seconds(uint64_t ns);

/*
 * Seconds, rounded down to whole steps: the demo prints the same in each run, although times differ
 * by some ms, if they lie well within a step.
 */
#define TENTH	UINT64_C(100000000)
#define HALF	(5 * TENTH)
#define WHOLE	(10 * TENTH)
double in_steps(uint64_t ns, uint64_t step);

/*
 * Added to times that are due at a tenth, since they are noticed a little later, or hardly earlier,
 * ns.
 */
#define TENTH_AHEAD	UINT64_C(25000000)

/* Adds a line to the file $EXACT, if set: the exact value of something that is shown rounded. */
__attribute__((format(printf, 1, 2)))
void exactly(const char *format, ...);

_Noreturn void die(const char *what, const char *why);

/* Runs a command; a negative descriptor means that of this program. */
pid_t start(char **command, int input, int output);

/* Prints whether a promise was kept. Returns @ok. */
bool verdict(bool ok, const char *what);

/* Escape sequences, or nothing unless COLOR is set in the environment. */
const char *color_run(void);
const char *color_frozen(void);
const char *color_off(void);

#endif /* DEMO_H */
