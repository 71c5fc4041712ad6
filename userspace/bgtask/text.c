// SPDX-License-Identifier: GPL-2.0
/*
 * Prints containers, members, tasks and events for people. The columns of a table line up for all
 * characters, and a text that an app has chosen cannot send control sequences to the terminal.
 */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "common/duration.h"

const char *text_state(const struct bgt_container *container)
{
	if (container->exempt)
		return "exempt";
	return container->throttled ? "throttled" : "ready";
}

const char *text_quota(char *buffer, uint64_t quota, uint64_t accuracy)
{
	if (quota == BGT_QUOTA_UNLIMITED)
		return "unlimited";
	return duration_format(buffer, quota, accuracy);
}

uint64_t time_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec;
}

uint64_t time_until(uint64_t moment)
{
	uint64_t present = time_now();

	return moment > present ? moment - present : 0;
}

/* The time since a moment of CLOCK_BOOTTIME; 0 if the moment is still to come. */
static uint64_t time_since(uint64_t moment)
{
	uint64_t present = time_now();

	return present > moment ? present - moment : 0;
}

int text_width(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	int width = 0;

	while (*text) {
		size_t size = mbrtowc(&wide, text, strlen(text), &state);

		/* Bytes that are not text in this locale take a column each, as do all behind. */
		if (size == (size_t)-1 || size == (size_t)-2)
			return width + (int)strlen(text);
		width += wcwidth(wide) > 0 ? wcwidth(wide) : 0;
		text += size;
	}
	return width;
}

void text_widen(int *width, const char *text)
{
	if (text_width(text) > *width)
		*width = text_width(text);
}

void text_cell(const char *text, int width)
{
	printf("%s%*s ", text, width - text_width(text), "");
}

const char *text_time(char *buffer, uint64_t moment)
{
	time_t seconds = (time_t)(moment / NSEC_PER_SEC);
	struct tm tm;
	size_t used;

	if (!moment || !gmtime_r(&seconds, &tm))
		return strcpy(buffer, "-");
	used = strftime(buffer, TEXT_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buffer + used, TEXT_TIME_MAX - used, ".%06uZ",
		 (unsigned int)(moment % NSEC_PER_SEC / NSEC_PER_USEC));
	return buffer;
}

const char *text_conditions(char *buffer, uint32_t conditions)
{
	size_t used = 0;

	strcpy(buffer, "-");
	for (uint32_t bit = 1; bit && used < TEXT_CONDITIONS_MAX; bit <<= 1)
		if (conditions & bit)
			used += (size_t)snprintf(buffer + used, TEXT_CONDITIONS_MAX - used, "%s%s",
						 used ? "," : "",
						 bgt_condition_name((enum bgt_condition)bit));
	return buffer;
}

void text_instance_event(const struct bgt_event *event)
{
	const struct bgt_instance *instance = event->instance;

	if (*instance->app)
		printf(" %s", instance->app);
	printf(" %s %" PRIu32 ": ", *instance->name ? instance->name : "instance", instance->id);
	switch (event->type) {
	case BGT_EVENT_INSTANCE_PROGRESS:
		printf("%" PRIu32, instance->progress);
		return;
	case BGT_EVENT_INSTANCE_CHANGED:
		printf("%s, %s", bgt_instance_state_name(instance->state),
		       instance->canceled ? bgt_cancel_reason_name(instance->reason) :
					    bgt_trigger_name(instance->trigger));
		return;
	case BGT_EVENT_INSTANCE_ENDED:
		printf("%s", bgt_instance_state_name(instance->state));
		break;
	default:
		printf("%s", bgt_cancel_reason_name(instance->reason));
		return;
	}
	if (instance->canceled)
		printf(", canceled by %s", bgt_cancel_reason_name(instance->reason));
	printf(", status %" PRId32, instance->status);
	if (*instance->message) {
		printf(", ");
		text_said(instance->message);
	}
}

void text_app_event(const struct bgt_event *event)
{
	const struct bgt_app *app = event->app;

	printf(" %s", app->id);
	switch (event->type) {
	case BGT_EVENT_APP_INSTALLED:
		printf(": %s, class %s, access %s", app->manifest, app->quota_class,
		       bgt_access_name(app->access));
		break;
	case BGT_EVENT_APP_ACCESS_CHANGED:
		printf(": %s", bgt_access_name(app->access));
		break;
	case BGT_EVENT_APP_CHANGED:
		printf(": %s%s", bgt_app_state_name(app->state),
		       app->foreground ? ", in the foreground" : "");
		break;
	default:
		break;
	}
}

void text_trigger(const struct bgt_task *task)
{
	char interval[DURATION_MAX];

	printf("%s", bgt_trigger_name(task->trigger));
	if (task->interval)
		printf(", every %s", duration_format(interval, task->interval, 1));
	if (task->oneshot)
		printf(", once");
}

void text_task_event(const struct bgt_event *event)
{
	const struct bgt_task *task = event->task;
	char conditions[TEXT_CONDITIONS_MAX];

	printf(" %s %s %" PRIu32 ": ", task->app, task->name, task->id);
	text_trigger(task);
	if (task->conditions)
		printf(", if %s", text_conditions(conditions, task->conditions));
}

void text_said(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == '\177' ? '?' : *text);
}

void text_container(const struct bgt_container *container)
{
	char buffer[DURATION_MAX];

	printf("%s\n", container->name);
	printf("          Id: %" PRIu32 "\n", container->id);
	printf("       State: %s\n", text_state(container));
	printf("       Quota: %s", text_quota(buffer, container->quota, 1));
	printf(" of every %s\n", duration_format(buffer, container->period, 1));

	printf("       Spent: %s", duration_format(buffer, container->spent, NSEC_PER_USEC));
	if (container->quota != BGT_QUOTA_UNLIMITED)
		printf(", %s left", duration_format(buffer, container->left, NSEC_PER_USEC));
	printf("\n  Generation: %" PRIu64, container->generation);
	printf(", since %s",
	       duration_format(buffer, time_since(container->generation_start), NSEC_PER_MSEC));
	printf(", ends in %s\n",
	       duration_format(buffer, time_until(container->generation_end), NSEC_PER_MSEC));

	printf("       Usage: %s\n", duration_format(buffer, container->usage, NSEC_PER_USEC));
	printf("   Throttled: %" PRIu64 " generation%s", container->times_throttled,
	       container->times_throttled == 1 ? "" : "s");
	printf(", overrun %s in all\n", duration_format(buffer, container->overrun, 1));
	if (container->detected) {
		printf("   Exhausted: noticed at %s",
		       duration_format(buffer, container->detected, 1));
		printf(", stopped at %s\n", duration_format(buffer, container->stopped, 1));
	}
	if (container->reprieve)
		printf("    Reprieve: for %s\n",
		       duration_format(buffer, container->reprieve, NSEC_PER_MSEC));
	if (container->times_lent)
		printf("        Lent: %" PRIu64 " time%s\n", container->times_lent,
		       container->times_lent == 1 ? "" : "s");
	if (container->foreign_thaws)
		printf("Foreign thaw: %" PRIu64 " time%s\n", container->foreign_thaws,
		       container->foreign_thaws == 1 ? "" : "s");
	if (container->count_traffic || container->received || container->sent || container->local)
		printf("     Traffic: %" PRIu64 " bytes received, %" PRIu64 " sent, %" PRIu64
		       " local%s\n",
		       container->received, container->sent, container->local,
		       container->count_traffic ? "" : ", not counted now");
	printf("        Lead: %s\n", duration_format(buffer, container->lead, 1));
}

static const char *member_state(const struct bgt_member *member)
{
	if (member->held)
		return member->frozen ? "held" : "holding";
	return member->frozen ? "frozen" : "running";
}

void text_members(const struct bgt_member *list)
{
	const char *label = "Members";

	if (!list)
		printf("%12s: none\n", label);
	for (; list; list = list->next) {
		printf("%12s%c %" PRIu32 " %-4s %-7s %s\n", label, *label ? ':' : ' ', list->id,
		       bgt_role_name(list->role), member_state(list), list->path);
		label = "";
	}
}
