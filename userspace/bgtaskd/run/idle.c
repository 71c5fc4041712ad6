// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the counters of each running instance several times in a window. Time is that of
 * CLOCK_MONOTONIC, which stands still while the machine sleeps, as nobody can do anything then.
 */
#include "idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box/app-use.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/observers.h"
#include "system/process.h"

#include "instances-internal.h"

#define NSEC_PER_USEC	1000

/*
 * How often an instance is looked at in a window, and the shortest time between two looks, us. An
 * idle task may be noticed late by one such part of a window, and the time that a debugger or a
 * spent budget takes is known no more precisely. The timer may be late by 1/ACCURACY of such a
 * part, so that timers go off together.
 */
#define LOOKS		4
#define ACCURACY	4
#define LOOK_USEC_MIN	1000

/* The watch over an instance. */
struct idle {
	struct idle_window window;
	uint64_t looked;		/* time of the last look, CLOCK_MONOTONIC us */
	uint64_t times_throttled;	/* of its app, at the last look */
	uint64_t length;		/* of the window that the timer is set for, us; or 0 */
	sd_event_source *timer;
};

bool idle_step(struct idle_window *window, const struct idle_limits *limits, uint64_t cpu,
	       uint64_t traffic, uint64_t passed, bool stands_still)
{
	/* The app has got another container, whose counters have begun at 0. */
	if (cpu < window->cpu || traffic < window->traffic ||
	    cpu - window->cpu >= limits->cpu || traffic - window->traffic >= limits->traffic) {
		*window = (struct idle_window) { .cpu = cpu, .traffic = traffic };
		return false;
	}
	if (!stands_still)
		window->passed += passed;
	return window->passed >= limits->window;
}

static struct idle_limits limits_now(const struct daemon *daemon)
{
	const struct config *config = &daemon->config;
	bool standby = conditions_hold(&daemon->conditions) & BGTASK_CONDITION_USER_NOT_PRESENT;

	return (struct idle_limits) {
		.window = (standby ? config->idle_window_standby : config->idle_window) /
			  NSEC_PER_USEC,
		.cpu = config->idle_minimum_cpu / NSEC_PER_USEC,
		.traffic = config->idle_minimum_traffic,
	};
}

/*
 * Returns the CPU time of the instance, us; of its app, if the instance has no cgroup of its own.
 */
static uint64_t read_cpu(const struct instance *instance, const struct app_use *use)
{
	unsigned long long usage = use->cpu;
	char cgroup[PATH_MAX], path[PATH_MAX + sizeof("/cpu.stat")];
	FILE *file = NULL;

	if (instance->record.has_cgroup) {
		app_task_cgroup(instance->app, instance->record.id, cgroup, sizeof(cgroup));
		snprintf(path, sizeof(path), "%s/cpu.stat", cgroup);
		file = fopen(path, "re");
	}
	if (file && fscanf(file, "usage_usec %llu", &usage) != 1)
		usage = use->cpu;
	if (file)
		fclose(file);
	return usage;
}

/* Whether the instance could not run for at least a part of the time since the last look. */
static bool stands_still(struct instance *instance, const struct app_use *use)
{
	struct idle *idle = instance->run->idle;
	bool throttled = use->throttled || use->times_throttled != idle->times_throttled;
	char below[INSTANCE_BELOW_SIZE];

	idle->times_throttled = use->times_throttled;
	instance_below(instance, below);
	return throttled || app_is_traced(instance->app, below);
}

static bool is_idle(struct instance *instance, const struct idle_limits *limits, uint64_t passed)
{
	struct idle *idle = instance->run->idle;
	struct app_use use;
	bool unlimited;

	if (app_use_read(instance->app, &use))
		return false;
	/* An app that the user looks at has no limits. */
	unlimited = lifecycle_is_foreground(instance->app) || use.exempted;
	if (unlimited)
		idle->window.passed = 0;
	return idle_step(&idle->window, limits, read_cpu(instance, &use), use.network + use.local,
			 passed, stands_still(instance, &use) || unlimited);
}

static void cancel(struct instance *instance, const struct idle_limits *limits)
{
	if (log_may(&instance->app->log, instance->app->id))
		log_line(LOG_NOTICE, "%s: task %s is idle: less than %llu us of CPU time and %llu "
			 "bytes of traffic in %llu ms", instance->app->id, instance->record.name,
			 (unsigned long long)limits->cpu, (unsigned long long)limits->traffic,
			 (unsigned long long)(instance->run->idle->window.passed / 1000));
	instance->daemon->observers->instance_idle(instance);
}

/* Sets the timer for the next look; stops it if there are no windows as things are. */
static void arm(struct instance *instance, const struct idle_limits *limits)
{
	struct idle *idle = instance->run->idle;
	uint64_t step = limits->window / LOOKS, left = 0;

	idle->length = limits->window;
	if (!limits->window) {
		(void)sd_event_source_set_enabled(idle->timer, SD_EVENT_OFF);
		return;
	}
	if (idle->window.passed < limits->window)
		left = limits->window - idle->window.passed;
	if (step > left)
		step = left;
	if (step < LOOK_USEC_MIN)
		step = LOOK_USEC_MIN;
	(void)sd_event_source_set_time_accuracy(idle->timer, step / ACCURACY);
	(void)sd_event_source_set_time_relative(idle->timer, step);
	(void)sd_event_source_set_enabled(idle->timer, SD_EVENT_ONESHOT);
}

static int look(sd_event_source *source, uint64_t usec, void *data)
{
	struct instance *instance = data;
	const struct idle_limits limits = limits_now(instance->daemon);
	struct idle *idle = instance->run->idle;
	uint64_t passed;

	(void)source;
	/* An instance that is being cancelled is not watched any more. */
	if (instance->record.state != BGTASK_INSTANCE_STATE_RUNNING)
		return 0;
	if (sd_event_now(instance->daemon->event, CLOCK_MONOTONIC, &usec) < 0)
		usec = idle->looked;
	passed = usec - idle->looked;
	idle->looked = usec;
	if (is_idle(instance, &limits, passed))
		cancel(instance, &limits);
	else
		arm(instance, &limits);
	return 0;
}

void idle_begin(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	struct idle_limits limits = limits_now(daemon);
	struct idle *idle;

	if (!config_watches_idle(&daemon->config))
		return;
	idle = calloc(1, sizeof(*idle));
	if (!idle || sd_event_now(daemon->event, CLOCK_MONOTONIC, &idle->looked) < 0 ||
	    sd_event_add_time_relative(daemon->event, &idle->timer, CLOCK_MONOTONIC, 0, 0, look,
				       instance) < 0) {
		log_line(LOG_WARNING, "%s: cannot see whether task %s is idle", instance->app->id,
			 instance->record.name);
		free(idle);
		return;
	}
	instance->run->idle = idle;
	/* The first look finds a counter that has gone back, and begins the window. */
	idle->window.traffic = UINT64_MAX;
	arm(instance, &limits);
}

void idle_end(struct instance *instance)
{
	if (!instance->run->idle)
		return;
	sd_event_source_disable_unref(instance->run->idle->timer);
	free(instance->run->idle);
	instance->run->idle = NULL;
}

void idle_conditions_changed(struct daemon *daemon)
{
	const struct idle_limits limits = limits_now(daemon);
	struct instance *instance;
	struct idle *idle;
	uint64_t now;

	if (sd_event_now(daemon->event, CLOCK_MONOTONIC, &now) < 0)
		return;
	LIST_FOREACH(instance, &daemon->instances, entry) {
		idle = instance->run->idle;
		/*
		 * A change that leaves the window's length as it is does not put off the next look.
		 */
		if (!idle || idle->length == limits.window ||
		    instance->record.state != BGTASK_INSTANCE_STATE_RUNNING)
			continue;
		/* There were no looks without a window, so the time until now does not count. */
		if (!idle->length) {
			idle->window.passed = 0;
			idle->looked = now;
		}
		arm(instance, &limits);
	}
}
