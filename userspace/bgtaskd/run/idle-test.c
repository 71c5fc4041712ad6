// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of windows: whether a task has used enough in one, and when the next one begins.
 */
#include "base/test.h"

#include "idle.h"

#define LIMITS { .window = 100, .cpu = 10, .traffic = 1000 }

int main(void)
{
	const struct idle_limits limits = LIMITS;
	struct idle_window window = { .cpu = 5, .traffic = 7 };
	struct test test;

	begin(&test);
	ok(&test, !idle_step(&window, &limits, 5, 7, 99, false) &&
	   idle_step(&window, &limits, 5, 7, 1, false), "nothing at all");
	window = (struct idle_window) { .cpu = 5, .traffic = 7 };
	ok(&test, !idle_step(&window, &limits, 14, 1006, 50, false) &&
	   idle_step(&window, &limits, 14, 1006, 50, false), "a little of both");
	window = (struct idle_window) { .cpu = 5, .traffic = 7 };
	ok(&test, !idle_step(&window, &limits, 15, 7, 100, false) && !window.passed,
	   "enough CPU time");
	ok(&test, !idle_step(&window, &limits, 15, 1007, 100, false) && !window.passed,
	   "enough of the network");
	ok(&test, !idle_step(&window, &limits, 24, 1007, 60, false) &&
	   !idle_step(&window, &limits, 25, 1007, 60, false) &&
	   !idle_step(&window, &limits, 34, 1007, 99, false) &&
	   idle_step(&window, &limits, 34, 1007, 1, false), "little by little");
	window = (struct idle_window) { .cpu = 5, .traffic = 7 };
	ok(&test, !idle_step(&window, &limits, 5, 7, 60, false) &&
	   !idle_step(&window, &limits, 5, 7, 1000, true) &&
	   !idle_step(&window, &limits, 5, 7, 39, false) &&
	   idle_step(&window, &limits, 5, 7, 1, false), "while it stands still");
	window = (struct idle_window) { .cpu = 50, .traffic = 70, .passed = 99 };
	ok(&test, !idle_step(&window, &limits, 50, 0, 50, false) && !window.passed &&
	   !idle_step(&window, &limits, 0, 0, 50, false) && !window.passed &&
	   idle_step(&window, &limits, 0, 0, 100, false), "counters that begin anew");
	return end(&test);
}
