// SPDX-License-Identifier: GPL-2.0
/*
 * Registers a task for each trigger under test. The instances that the helper has launched since
 * the last look show which triggers have fired.
 */
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firing.h"
#include "helper.h"
#include "scene.h"
#include "task.h"

#define TRIGGERS	(BGTASK_TRIGGER_MAX + 1)
/* The tasks' CPU time does not matter here. */
#define CLASS		"Class=free\n"
/* Longer than the sources wait for further changes. Later firings show at the next look. */
#define QUIET		(500 * MSEC)
/* Timers of the helper may be late, to expire together with others that are due within 250 ms. */
#define LATE		(300 * MSEC)

/* The newest instance at the last look. */
static uint32_t last;

static void register_task(struct bgt *bgt, const char *app, const char *name,
			  enum bgt_trigger trigger)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, app);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, trigger);
	if (bgt_task_register(builder, &id))
		fail("cannot register %s: %s", name, bgt_error(bgt));
	bgt_task_builder_free(builder);
}

void firing_begin(struct bgt *bgt, uint32_t triggers)
{
	char tasks[2048] = CLASS;
	size_t used = strlen(tasks);

	last = 0;
	helper_start(bgt);
	for (int i = 0; i < TRIGGERS; i++) {
		const char *name = bgt_trigger_name((enum bgt_trigger)i);

		if (triggers & 1u << i)
			used += (size_t)snprintf(tasks + used, sizeof(tasks) - used,
						 "[Task %s]\nEntryPoint=/bin/true\nTriggers=%s\n",
						 name, name);
	}
	helper_install(bgt, FIRING_APP, tasks);
	if (bgt_app_set_access(bgt, FIRING_APP, BGT_ACCESS_ALWAYS_ALLOWED))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
	for (int i = 0; i < TRIGGERS; i++)
		if (triggers & 1u << i)
			register_task(bgt, FIRING_APP, bgt_trigger_name((enum bgt_trigger)i),
				      (enum bgt_trigger)i);
}

/* Writes the new instances as text. Returns whether all of them have ended. */
static bool look(struct bgt *bgt, char *text, size_t size, uint32_t *newest)
{
	struct bgt_instance *list, *instance;
	bool ended = true;
	size_t used = 0;

	*text = '\0';
	*newest = last;
	if (bgt_instance_list(bgt, FIRING_APP, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next) {
		if (instance->id <= last)
			continue;
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "",
						 instance->name);
		ended = ended && instance->state == BGT_INSTANCE_COMPLETED;
		*newest = instance->id;
	}
	bgt_instance_free(list);
	return ended;
}

bool firing_is(struct bgt *bgt, const char *expected)
{
	uint64_t end = now() + DEADLINE;
	uint32_t newest;
	char text[512];
	bool good;

	if (!*expected)
		pause_for(QUIET);
	while (!(good = look(bgt, text, sizeof(text), &newest) && !strcmp(text, expected)) &&
	       *expected && now() < end)
		look_later(end);
	if (!good)
		note("\"%s\" fired, not \"%s\"", text, expected);
	last = newest;
	return good;
}

bool firing_take(struct bgt *bgt, const struct firing_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		shell(steps[i].command);
		if (!firing_is(bgt, steps[i].expected)) {
			note("after: %s", steps[i].what);
			return false;
		}
	}
	return true;
}

void firing_install(struct bgt *bgt, const char *app, const char *entry_point)
{
	char tasks[2048];
	size_t used;

	used = (size_t)snprintf(tasks, sizeof(tasks), CLASS "[Task task]\nEntryPoint=%s\nTriggers=",
				entry_point);
	for (int i = 0; i < TRIGGERS; i++)
		used += (size_t)snprintf(tasks + used, sizeof(tasks) - used, "%s ",
					 bgt_trigger_name((enum bgt_trigger)i));
	snprintf(tasks + used, sizeof(tasks) - used, "\n");
	helper_install(bgt, app, tasks);
	if (bgt_app_set_access(bgt, app, BGT_ACCESS_ALWAYS_ALLOWED))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
}

int firing_register(struct bgt *bgt, const char *app, enum bgt_trigger trigger,
		    struct firing_wish wish)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id;
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, app);
	bgt_task_builder_set_name(builder, "task");
	bgt_task_builder_set_trigger(builder, trigger);
	if (wish.interval)
		bgt_task_builder_set_interval(builder, wish.interval);
	bgt_task_builder_set_oneshot(builder, wish.oneshot);
	if (wish.condition)
		bgt_task_builder_add_condition(builder, (enum bgt_condition)wish.condition);
	bgt_task_builder_set_cancel_on_condition_loss(builder, wish.cancel);
	error = bgt_task_register(builder, &id);
	bgt_task_builder_free(builder);
	return error;
}

bool firing_told(struct bgt *bgt, uint32_t some, uint32_t expected)
{
	uint64_t end = now() + DEADLINE;
	const struct bgt_event *event;
	int result;

	do {
		while ((result = bgt_next_event(bgt, &event)) > 0) {
			if (event->type != BGT_EVENT_CONDITION_CHANGED)
				continue;
			if ((event->conditions & some) != expected)
				note("told of 0x%x, not 0x%x", event->conditions & some, expected);
			return (event->conditions & some) == expected;
		}
		if (result < 0)
			fail("bgt_next_event: %s", bgt_error(bgt));
		look_later(end);
	} while (now() < end);
	note("nothing is told of conditions");
	return false;
}

bool firing_times(struct bgt *bgt, const char *app, uint64_t *times, unsigned int count)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_instance *list, *instance;
	unsigned int fired;

	do {
		fired = 0;
		if (bgt_instance_list(bgt, app, &list))
			fail("bgt_instance_list: %s", bgt_error(bgt));
		for (instance = list; instance && fired < count; instance = instance->next)
			times[fired++] = instance->fired;
		bgt_instance_free(list);
		if (fired == count)
			return true;
		look_later(end);
	} while (now() < end);
	note("%u of %u have fired", fired, count);
	return false;
}

bool firing_is_due(uint64_t fired, uint64_t start, uint64_t interval, unsigned int number)
{
	uint64_t due = start + number * interval;

	if (!exact_clock() || (fired >= due && fired < due + LATE))
		return true;
	note("fired %llu ms after the start, which was to be %u times %llu ms",
	     (unsigned long long)((fired - start) / MSEC), number,
	     (unsigned long long)(interval / MSEC));
	return false;
}

void shell(const char *command)
{
	if (system(command))
		fail("%s: failed", command);
}
