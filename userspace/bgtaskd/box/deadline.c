// SPDX-License-Identifier: GPL-2.0
/*
 * A timer goes off many times in the course of a deadline, to see whether a debugger traces the
 * processes. Time is that of CLOCK_MONOTONIC, which stands still while the machine sleeps. The
 * clock is read each time, since the event loop's own time is that at which its current event
 * began.
 */
#include "deadline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/app.h"

#include "hold.h"

/* How often a deadline is looked at in its course, and the shortest time between two looks, us. */
#define LOOKS		50
#define LOOK_USEC_MIN	1000
/* The time between reading two clocks looks like sleep, but is shorter than this, us. */
#define SLEEP_USEC_MIN	10000

struct deadline {
	sd_event_source *timer;
	uint64_t step;			/* between two looks, us */
	uint64_t left;			/* us, at the last look */
	uint64_t looked;		/* time of the last look, deadline_now() */
	uint64_t slept;			/* how long the machine had slept by then, us */
	void (*expired)(void *data);
	void *data;
	const struct app *app;		/* whose processes have the time */
	char below[];			/* their cgroup, in the app's */
};

static uint64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

uint64_t deadline_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* How long the machine has been asleep since it was booted, us. */
static uint64_t time_asleep(void)
{
	uint64_t awake = deadline_now();

	return read_clock(CLOCK_BOOTTIME) - awake;
}

/*
 * Whether the machine has slept since the last look. The kernel's reprieve, unlike the deadline,
 * has gone on meanwhile.
 */
static bool has_slept(struct deadline *deadline)
{
	uint64_t slept = time_asleep();

	if (slept < deadline->slept + SLEEP_USEC_MIN)
		return false;
	deadline->slept = slept;
	return true;
}

/* Takes the time since the last look off what is left, unless a debugger traces the processes. */
static void pass(struct deadline *deadline)
{
	uint64_t now = deadline_now(), passed = now - deadline->looked;
	bool slept = has_slept(deadline), traced = app_is_traced(deadline->app, deadline->below);

	deadline->looked = now;
	if (slept || traced)
		hold_reprieve_again(deadline->app);
	if (!traced)
		deadline->left -= passed < deadline->left ? passed : deadline->left;
}

static int look(sd_event_source *source, uint64_t usec, void *data)
{
	struct deadline *deadline = data;

	(void)usec;
	pass(deadline);
	if (!deadline->left) {
		deadline->expired(deadline->data);
		return 0;
	}
	(void)sd_event_source_set_time_relative(source, deadline->step < deadline->left ?
						deadline->step : deadline->left);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

int deadline_begin(struct deadline **result, const struct app *app, const char *below,
		   uint64_t time, void (*expired)(void *data), void *data)
{
	struct deadline *deadline = malloc(sizeof(*deadline) + strlen(below) + 1);
	sd_event *event = app->daemon->event;
	int error;

	if (!deadline)
		return -ENOMEM;
	strcpy(deadline->below, below);
	deadline->app = app;
	deadline->left = time / 1000;
	deadline->step = deadline->left / LOOKS > LOOK_USEC_MIN ? deadline->left / LOOKS :
								  LOOK_USEC_MIN;
	deadline->expired = expired;
	deadline->data = data;
	deadline->looked = deadline_now();
	deadline->slept = time_asleep();
	error = sd_event_add_time_relative(event, &deadline->timer, CLOCK_MONOTONIC, 0,
					   LOOK_USEC_MIN, look, deadline);
	if (error < 0) {
		free(deadline);
		return error;
	}
	*result = deadline;
	return 0;
}

uint64_t deadline_left(struct deadline *deadline)
{
	if (!deadline)
		return 0;
	pass(deadline);
	return deadline->left * 1000;
}

void deadline_end(struct deadline **deadline)
{
	if (!*deadline)
		return;
	sd_event_source_disable_unref((*deadline)->timer);
	free(*deadline);
	*deadline = NULL;
}
