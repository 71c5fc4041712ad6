// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of deadlines, with clocks that the test sets.
 */
#include <time.h>

#include "base/test.h"
#include "model/app.h"

#include "deadline.h"

#define NSEC_PER_MSEC	UINT64_C(1000000)
#define LENGTH		5000		/* ms, that of the cancel timeout */

/*
 * Clocks of the test, ms. The kernel's clocks are ahead of them, so the event loop never waits for
 * a timer.
 */
static uint64_t awake = 1000, asleep;	/* ms */
static unsigned int reprieves, expirations;
static bool traced;

/* Takes the place of the C library's function, also for the event loop in libsystemd. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	uint64_t now = clock == CLOCK_BOOTTIME ? awake + asleep : awake;

	time->tv_sec = (time_t)(now / 1000);
	time->tv_nsec = (long)(now % 1000 * NSEC_PER_MSEC);
	return 0;
}

void __wrap_hold_reprieve_again(const struct app *app);
bool __wrap_app_is_traced(const struct app *app, const char *below);

void __wrap_hold_reprieve_again(const struct app *app)
{
	(void)app;
	reprieves++;
}

bool __wrap_app_is_traced(const struct app *app, const char *below)
{
	(void)app;
	(void)below;
	return traced;
}

static void expired(void *data)
{
	(void)data;
	expirations++;
}

/* Ten rounds are more than there are events at any moment of these tests. */
static void run_loop(sd_event *event)
{
	for (int i = 0; i < 10; i++)
		if (sd_event_run(event, 0) < 0)
			abort();
}

/* Lets the machine be awake, or asleep, for @time ms. */
static void wake(sd_event *event, uint64_t time)
{
	awake += time;
	run_loop(event);
}

static void sleep_for(sd_event *event, uint64_t time)
{
	asleep += time;
	run_loop(event);
}

static void test_time(struct test *test, const struct app *app)
{
	sd_event *event = app->daemon->event;
	struct deadline *deadline;

	expirations = reprieves = 0;
	ok(test, !deadline_begin(&deadline, app, "app", LENGTH * NSEC_PER_MSEC, expired, NULL),
	   "begin");
	wake(event, 2000);
	ok(test, deadline_left(deadline) == 3000 * NSEC_PER_MSEC, "some of it has passed");
	wake(event, 2999);
	ok(test, !expirations && !reprieves, "not yet");
	wake(event, 500);
	ok(test, expirations == 1 && !deadline_left(deadline), "it is over");
	wake(event, LENGTH);
	ok(test, expirations == 1, "once");
	deadline_end(&deadline);
}

static void test_sleep(struct test *test, const struct app *app)
{
	sd_event *event = app->daemon->event;
	struct deadline *deadline;

	expirations = reprieves = 0;
	asleep = 1000000;
	ok(test, !deadline_begin(&deadline, app, "app", LENGTH * NSEC_PER_MSEC, expired, NULL),
	   "begin on a machine that has slept before");
	wake(event, 1000);
	ok(test, !reprieves, "which is no reason for another reprieve");
	sleep_for(event, 10 * LENGTH);
	wake(event, 500);
	ok(test, !expirations && deadline_left(deadline) == 3500 * NSEC_PER_MSEC,
	   "it stands still while the machine sleeps");
	ok(test, reprieves == 1, "and the reprieve, which has not, begins anew, once");
	wake(event, 3500 + 500);
	ok(test, expirations == 1 && reprieves == 1, "it is over all the same");
	deadline_end(&deadline);
}

static void test_traced(struct test *test, const struct app *app)
{
	sd_event *event = app->daemon->event;
	struct deadline *deadline;

	expirations = reprieves = 0;
	ok(test, !deadline_begin(&deadline, app, "app", LENGTH * NSEC_PER_MSEC, expired, NULL),
	   "begin");
	run_loop(event);
	traced = true;
	wake(event, 2 * LENGTH);
	ok(test, !expirations && deadline_left(deadline) == LENGTH * NSEC_PER_MSEC && reprieves,
	   "it stands still while a debugger looks");
	traced = false;
	wake(event, LENGTH);
	ok(test, expirations == 1, "and goes on then");
	deadline_end(&deadline);
}

/* A deadline that begins at the end of an event handler which has taken long. */
static struct deadline *late;

static int begin_late(sd_event_source *source, void *data)
{
	(void)source;
	awake += LENGTH;
	if (deadline_begin(&late, data, "app", LENGTH * NSEC_PER_MSEC, expired, NULL))
		abort();
	return 0;
}

static void test_late(struct test *test, struct app *app)
{
	sd_event *event = app->daemon->event;
	sd_event_source *source;

	expirations = 0;
	if (sd_event_add_defer(event, &source, begin_late, app) < 0)
		abort();
	run_loop(event);
	ok(test, !expirations && deadline_left(late) == LENGTH * NSEC_PER_MSEC,
	   "begin at the end of what took long");
	deadline_end(&late);
	sd_event_source_unref(source);
}

int main(void)
{
	struct daemon daemon = { .cgroup = "/none" };
	struct app app = { .daemon = &daemon, .id = "org.example.App" };
	struct test test;

	begin(&test);
	if (sd_event_default(&daemon.event) < 0)
		return 1;
	test_time(&test, &app);
	test_sleep(&test, &app);
	test_traced(&test, &app);
	test_late(&test, &app);
	sd_event_unref(daemon.event);
	return end(&test);
}
