// SPDX-License-Identifier: GPL-2.0
/*
 * Fires tasks when they are due. Timers go by CLOCK_BOOTTIME, which goes on in sleep and which
 * nobody sets. Due times are recorded by the wall clock, and so outlast reboots; a task that was
 * due while the helper or the machine was off fires once, however often it was due.
 */
#include "timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "model/app.h"
#include "model/task.h"

#include "fire.h"

#define NSEC_PER_USEC	1000
#define NSEC_PER_SEC	1000000000
/* Nobody waits longer than this, ns: a century. */
#define NEVER		(INT64_C(1000000000) * 3600 * 24 * 366 * 100)
/* How long to wait with the next try if a firing could not be recorded, us. */
#define RETRY_USEC	(10 * UINT64_C(1000000))

struct timer {
	sd_event_source *source;
	int64_t due;			/* as the task's record says, but by CLOCK_BOOTTIME, ns */
};

static int64_t time_passed(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (int64_t)time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

/* Bounds a time so that the sum with any clock's time does not overflow. */
static int64_t bounded(uint64_t time)
{
	return time < NEVER ? (int64_t)time : NEVER;
}

/*
 * The first moment after @now at which the task is due, counted in intervals from when it was due.
 */
static int64_t next_due(const struct task *task, int64_t now)
{
	int64_t interval = task->record.interval ? bounded(task->record.interval) : 1;

	return now - (now - task->timer->due) % interval + interval;
}

static int expired(sd_event_source *source, uint64_t usec, void *data);

static void arm(struct task *task, uint64_t usec)
{
	struct timer *timer = task->timer;
	int error;

	timer->source = sd_event_source_disable_unref(timer->source);
	error = sd_event_add_time(task->app->daemon->event, &timer->source, CLOCK_BOOTTIME, usec, 0,
				  expired, task);
	if (error < 0)
		log_line(LOG_ERR, "%s: cannot set the timer of task %s: %s", task->app->id,
			 task->record.name, strerror(-error));
}

/* Rounds up, so that the timer never goes off before the task is due. */
static void arm_when_due(struct task *task)
{
	int64_t due = task->timer->due;

	arm(task, due < 0 ? 0 : (uint64_t)due / NSEC_PER_USEC + 1);
}

/* Whether a task that is due must not fire yet, and stays due. */
static bool must_wait(const struct task *task)
{
	/* A maintenance task fires as soon as there is AC power. */
	if (task->record.trigger == BGTASK_TRIGGER_MAINTENANCE && !task->app->daemon->ac)
		return true;
	/*
	 * A firing is dropped while the app is denied. That of a oneshot task waits, as there will
	 * be no other.
	 */
	return task->record.oneshot && app_is_denied(task->app);
}

static int expired(sd_event_source *source, uint64_t usec, void *data)
{
	struct task *task = data;
	bool once = task->record.oneshot;
	int64_t now = time_passed(), next = once ? task->timer->due : next_due(task, now);

	(void)source;
	(void)usec;
	if (must_wait(task))
		return 0;
	if (fire_due(task, once ? task->record.due : clock_now() + (uint64_t)(next - now))) {
		arm(task, (uint64_t)now / NSEC_PER_USEC + RETRY_USEC);
	} else if (!once) {
		/* Only now, since a oneshot task may be over and freed. */
		task->timer->due = next;
		arm_when_due(task);
	}
	return 0;
}

/* Whether a oneshot task has fired, and so is not to fire again before it is freed. */
static bool has_fired(const struct task *task)
{
	return task->record.oneshot && task->active;
}

int timer_begin(struct task *task)
{
	uint64_t due = task->record.due, now = clock_now();

	if (!task_is_timed(&task->record))
		return 0;
	task->timer = calloc(1, sizeof(*task->timer));
	if (!task->timer)
		return -ENOMEM;
	/* A task that is due later than an interval from now: the wall clock was set back. */
	if (due > now && due - now > task->record.interval)
		due = clock_after(now, task->record.interval);
	task->timer->due = time_passed() + (due > now ? bounded(due - now) : -bounded(now - due));
	arm_when_due(task);
	return 0;
}

void timer_end(struct task *task)
{
	if (!task->timer)
		return;
	sd_event_source_disable_unref(task->timer->source);
	free(task->timer);
	task->timer = NULL;
}

static void reconsider(struct daemon *daemon, enum bgtask_trigger trigger)
{
	int64_t now = time_passed();
	struct task *task;

	LIST_FOREACH(task, &daemon->by_trigger[trigger], by_trigger)
		if (task->timer->due <= now && !must_wait(task) && !has_fired(task))
			arm_when_due(task);
}

void timer_reconsider_all(struct daemon *daemon)
{
	reconsider(daemon, BGTASK_TRIGGER_TIME);
	reconsider(daemon, BGTASK_TRIGGER_MAINTENANCE);
}
