// SPDX-License-Identifier: GPL-2.0
/*
 * What is due is known by the clock on the wall, and so lasts over reboots; what was missed while
 * the machine was off fires once. The waiting is done by CLOCK_BOOTTIME, which goes on in sleep.
 */
#include "timer.h"

#include <string.h>
#include <time.h>

#include "fire.h"
#include "task.h"

#define NSEC_PER_USEC	1000u
/* What cannot be recorded fires when it can; so long until the next try. */
#define RETRY_USEC	(10 * UINT64_C(1000000))

uint64_t daemon_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t timer_after(uint64_t time, uint64_t interval)
{
	uint64_t sum;

	return __builtin_add_overflow(time, interval, &sum) ? UINT64_MAX : sum;
}

/* The next moment of its rhythm that is not over. */
static uint64_t next_due(const struct task_record *record, uint64_t now)
{
	uint64_t interval = record->interval ? record->interval : 1;

	if (record->due > now)
		return record->due;
	return timer_after(now - (now - record->due) % interval, interval);
}

static int expired(sd_event_source *source, uint64_t usec, void *data);

static void set(struct task *task, uint64_t wait)
{
	struct daemon *daemon = task->app->daemon;
	uint64_t now;
	int error;

	timer_end(task);
	error = sd_event_now(daemon->event, CLOCK_BOOTTIME, &now);
	if (error >= 0)
		error = sd_event_add_time(daemon->event, &task->timer, CLOCK_BOOTTIME, now + wait,
					  0, expired, task);
	if (error < 0)
		log_line(LOG_ERR, "%s: cannot set the timer of task %s: %s", task->app->id,
			 task->record.name, strerror(-error));
}

static int expired(sd_event_source *source, uint64_t usec, void *data)
{
	struct task *task = data;
	bool once = task->record.oneshot;
	uint64_t now = daemon_time();

	(void)source;
	(void)usec;
	/* The clock on the wall was set back. */
	if (task->record.due > now) {
		timer_set(task);
		return 0;
	}
	/* It comes with the power. */
	if (task->record.trigger == BGTASK_TRIGGER_MAINTENANCE && !task->app->daemon->ac)
		return 0;
	if (fire_due(task, once ? task->record.due : next_due(&task->record, now)))
		set(task, RETRY_USEC);
	/* What is done once may be over, and the task gone with it. */
	else if (!once)
		timer_set(task);
	return 0;
}

void timer_set(struct task *task)
{
	uint64_t now = daemon_time();

	if (task_is_timed(&task->record))
		set(task, task->record.due > now ? (task->record.due - now) / NSEC_PER_USEC : 0);
}

void timer_end(struct task *task)
{
	task->timer = sd_event_source_disable_unref(task->timer);
}

void timer_power_changed(struct daemon *daemon)
{
	uint64_t now = daemon_time();
	struct task *task;

	if (!daemon->ac)
		return;
	LIST_FOREACH(task, &daemon->by_trigger[BGTASK_TRIGGER_MAINTENANCE], by_trigger)
		if (task->record.due <= now)
			timer_set(task);
}
