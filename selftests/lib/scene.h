/* SPDX-License-Identifier: GPL-2.0 */
/* What surrounds a test: its cgroups and containers, which are gone when it is over. */
#ifndef BGTASK_TEST_SCENE_H
#define BGTASK_TEST_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#define USEC	UINT64_C(1000)
#define MSEC	UINT64_C(1000000)
#define SEC	UINT64_C(1000000000)

/* How long anything that is waited for may take; emulated debug kernels are slow. */
#define DEADLINE	(30 * SEC)

/*
 * What a test needs is not to be had: say so, and end it as failed. As fixtures are torn down by
 * the parent process (FIXTURE_TEARDOWN_PARENT), this may be called anywhere.
 */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Says something in the test's output, whatever the format of that is. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For FIXTURE_SETUP and FIXTURE_TEARDOWN_PARENT: an empty scene, an end of all that was made. */
void scene_begin(void);
void scene_end(void);

/* CLOCK_BOOTTIME, as all moments of the module. */
uint64_t now(void);

/*
 * For who looks again and again for what nothing tells of, until @end, which was now() + DEADLINE
 * at first: the longer it takes, the more seldom, as looking takes time from what is waited for.
 */
void look_later(uint64_t end);

/* Long rounds were asked for. */
bool soak(void);

/*
 * Time is a count of instructions, as in the test machine with CLOCK=virtual, and nothing else; and
 * the kernel is not the debug kernel, whose own work takes longer than what is measured.
 */
bool exact_clock(void);

/* A generator of numbers that can be repeated: its seed is printed, and taken from $SEED if set. */
uint64_t random_seed(void);
uint64_t random_next(uint64_t *state);

uint64_t median(uint64_t *values, unsigned int count);

#endif
