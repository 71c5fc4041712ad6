/* SPDX-License-Identifier: GPL-2.0 */
/* How late a budget is found to be spent: for the programs about budgets, see budget.h. */
#ifndef BGTASK_TEST_DETECTION_H
#define BGTASK_TEST_DETECTION_H

#include <unistd.h>

#include "task.h"
#include "trace.h"

#define DETECTIONS	10

/*
 * A spent budget is noticed within 200 us of CPU time: in the median of ten generations, or always
 * where time is exact. Elsewhere a host stops its emulated CPUs at any moment, while time passes in
 * the guest: for as long as the timer was late because of that, each CPU may have gone on.
 */
#define LATE	(200 * USEC)

static void expect_detection(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self)
{
	static const char *const fields[] = { "spent", "quota", "lead", "late" };
	uint64_t nr_cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct { uint64_t spent, quota, lead, late; } found[DETECTIONS];
	uint64_t errors[DETECTIONS], excused[DETECTIONS], error, rest;

	trace_clear();
	event_drain(self->bgt);
	trace_begin("bgtask/container_throttled", NULL);
	/* The first event may be of a generation before the recording began. */
	while (trace_read("container_throttled", fields, ARRAY_SIZE(fields), &found[0].spent,
			  DETECTIONS) < DETECTIONS)
		event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id);
	trace_end("bgtask/container_throttled");

	for (int i = 0; i < DETECTIONS; i++) {
		uint64_t limit = found[i].quota - found[i].lead, late = nr_cpus * found[i].late;

		EXPECT_GE(found[i].spent, limit);
		errors[i] = found[i].spent - limit;
		excused[i] = errors[i] > late ? errors[i] - late : 0;
	}
	error = median(errors, DETECTIONS);
	rest = median(excused, DETECTIONS);
	note("found late by %llu ns (median), %llu ns (worst); "
	     "not by late timers: %llu ns, %llu ns",
	     (unsigned long long)error, (unsigned long long)errors[DETECTIONS - 1],
	     (unsigned long long)rest, (unsigned long long)excused[DETECTIONS - 1]);
	EXPECT_LE(rest, LATE);
	if (exact_clock())
		EXPECT_LE(errors[DETECTIONS - 1], LATE);
}

static void expect_detection_of(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self,
				unsigned int nr_threads)
{
	uint64_t quota = 20 * MSEC;
	struct burner burner;

	container_set_budget(self->bgt, self->id, quota, 100 * MSEC);
	burner = burner_start("a", nr_threads);
	expect_detection(_metadata, self);
	burner_end(&burner);
}

#endif
