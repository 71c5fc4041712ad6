/* SPDX-License-Identifier: GPL-2.0 */
/* The surroundings of a test: its cgroups and containers, which are removed when it is over. */
#ifndef BGTASK_TEST_SCENE_H
#define BGTASK_TEST_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#define USEC	UINT64_C(1000)
#define MSEC	UINT64_C(1000000)
#define SEC	UINT64_C(1000000000)

/* How long any wait may take; emulated debug kernels are slow. */
#define DEADLINE	(30 * SEC)

/*
 * Ends the test as failed, with this text, because it lacks something that it needs. May be called
 * anywhere, since the parent process tears fixtures down (FIXTURE_TEARDOWN_PARENT).
 */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Prints a line that is valid in the test's output. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * For FIXTURE_SETUP and FIXTURE_TEARDOWN_PARENT: makes empty surroundings, and removes everything.
 */
void scene_begin(void);
void scene_end(void);

/* CLOCK_BOOTTIME, the clock of the module's times. */
uint64_t now(void);

/*
 * Waits between two looks for something that sends no event, until @end, which must have been now()
 * + DEADLINE at first. The pauses grow, since looking takes time from what is waited for.
 */
void look_later(uint64_t end);

/* Whether long rounds were asked for. */
bool soak(void);

/*
 * Whether time depends on nothing but a count of instructions, as in the test machine with
 * CLOCK=virtual; false on the debug kernel, whose own work takes longer than what is measured.
 */
bool exact_clock(void);

/* A random generator that can be repeated: prints its seed, or takes it from $SEED. */
uint64_t random_seed(void);
uint64_t random_next(uint64_t *state);

uint64_t median(uint64_t *values, unsigned int count);

#endif
