// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask monitor": prints every event of containers as it happens, and the events of apps, tasks
 * and conditions once a helper runs. The command remembers the names of containers, as the events
 * of members have only the containers' ids.
 */
#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/duration.h"
#include "json.h"
#include "names.h"
#include "text.h"

/* How often the command tries to reach a helper. */
#define HELPER_MSEC	500

static const char usage[] =
	"Usage: bgtask monitor [-j]\n"
	"\n"
	"Print every event of all containers as it happens, one a line, and those of apps, tasks,\n"
	"their instances and conditions if there is a helper.\n"
	"\n"
	"  -j, --json  print one JSON object a line\n";

static const char *format_time(char *buffer)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return text_time(buffer, (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec);
}

static int print_json(const struct bgt_event *event)
{
	char now[TEXT_TIME_MAX];
	const char *key = "member";
	json_t *value;

	if (event->container) {
		key = "container";
		value = json_container(event->container);
	} else if (event->instance) {
		key = "instance";
		value = json_instance(event->instance);
	} else if (event->app) {
		key = "app";
		value = json_app_event(event);
	} else if (event->task) {
		key = "task";
		value = json_task(event->task);
	} else if (event->type == BGT_EVENT_CONDITION_CHANGED) {
		key = "conditions";
		value = json_conditions(event->conditions);
	} else {
		value = json_member(event->member);
	}
	return json_print_line(json_pack("{s:s, s:s, s:o}", "time", format_time(now), "event",
					 bgt_event_name(event->type), key, value));
}

static void print_container(const struct bgt_event *event)
{
	const struct bgt_container *container = event->container;
	char buffer[DURATION_MAX];

	printf(" %s", container->name);
	switch (event->type) {
	case BGT_EVENT_CONTAINER_NEW:
	case BGT_EVENT_CONTAINER_SET:
		printf(": %s", text_quota(buffer, container->quota, 1));
		printf(" of every %s", duration_format(buffer, container->period, 1));
		if (container->exempt)
			printf(", exempt");
		break;
	case BGT_EVENT_CONTAINER_THROTTLED:
	case BGT_EVENT_CONTAINER_STOPPED:
		printf(": spent %s", duration_format(buffer, container->spent, NSEC_PER_USEC));
		printf(" of %s", text_quota(buffer, container->quota, 1));
		if (event->type == BGT_EVENT_CONTAINER_THROTTLED)
			printf(", thaws in %s",
			       duration_format(buffer, time_until(container->generation_end),
					       NSEC_PER_MSEC));
		break;
	case BGT_EVENT_CONTAINER_REPLENISHED:
		printf(": %s left", text_quota(buffer, container->left, NSEC_PER_USEC));
		break;
	case BGT_EVENT_CONTAINER_LENT:
		printf(": %" PRIu64 " time%s so far", container->times_lent,
		       container->times_lent == 1 ? "" : "s");
		break;
	case BGT_EVENT_CONTAINER_DEL:
		printf(": used %s", duration_format(buffer, container->usage, NSEC_PER_USEC));
		break;
	default:
		break;
	}
}

static void print_member(const struct bgt_member *member, const struct names *known)
{
	const char *name = names_find(known, member->container);

	if (name)
		printf(" %s", name);
	else
		printf(" %" PRIu32, member->container);
	printf(": %s %s", bgt_role_name(member->role), member->path);
	if (member->held)
		printf(", held");
}

static int print_text(const struct bgt_event *event, const struct names *known)
{
	char now[TEXT_TIME_MAX], conditions[TEXT_CONDITIONS_MAX];

	printf("%s %s", format_time(now), bgt_event_name(event->type));
	if (event->container)
		print_container(event);
	else if (event->instance)
		text_instance_event(event);
	else if (event->app)
		text_app_event(event);
	else if (event->task)
		text_task_event(event);
	else if (event->type == BGT_EVENT_CONDITION_CHANGED)
		printf(": %s", text_conditions(conditions, event->conditions));
	else
		print_member(event->member, known);
	if (putchar('\n') == EOF)
		return fail("cannot write the output: %s", strerror(errno));
	return EXIT_OK;
}

/* Tells the reader that events are missing here. */
static int print_lost(bool json)
{
	char now[TEXT_TIME_MAX];

	if (json)
		return json_print_line(json_pack("{s:s, s:s}", "time", format_time(now), "event",
						 "lost"));
	fail("events were lost");
	return EXIT_OK;
}

/* Keeps the names up to date. If there is no memory for a name, events have the id instead. */
static void note_name(const struct bgt_event *event, struct names *known)
{
	if (event->type == BGT_EVENT_CONTAINER_DEL)
		names_remove(known, event->container->id);
	else if (event->container)
		(void)names_add(known, event->container);
}

static void read_names(struct bgt *bgt, struct names *known)
{
	struct bgt_container *list;

	if (!bgt_container_list(bgt, &list))
		for (struct bgt_container *container = list; container; container = container->next)
			(void)names_add(known, container);
	bgt_container_free(list);
}

/* Prints the events that have arrived. */
static int print_events(struct bgt *bgt, struct names *known, bool json)
{
	const struct bgt_event *event;
	int result, status = EXIT_OK;

	while (status == EXIT_OK && (result = bgt_next_event(bgt, &event))) {
		if (result == -ENOBUFS) {
			status = print_lost(json);
			read_names(bgt, known);
		} else if (result < 0) {
			return fail("%s", bgt_error(bgt));
		} else {
			status = json ? print_json(event) : print_text(event, known);
			note_name(event, known);
		}
	}
	if (status == EXIT_OK && fflush(stdout))
		status = fail("cannot write the output: %s", strerror(errno));
	return status;
}

static int monitor(struct bgt *bgt, struct names *known, bool json)
{
	struct pollfd poll_fd = { .events = POLLIN };
	bool associated = false;
	int status = EXIT_OK;

	if (bgt_subscribe(bgt))
		return fail("cannot watch events: %s", bgt_error(bgt));
	read_names(bgt, known);
	poll_fd.fd = bgt_fd(bgt);
	while (status == EXIT_OK) {
		/*
		 * No event announces the first helper, so the command keeps trying. The library
		 * connects to later helpers by itself.
		 */
		if (!associated)
			associated = !bgt_task_associate(bgt, NULL);
		if (poll(&poll_fd, 1, associated ? -1 : HELPER_MSEC) < 0 && errno != EINTR)
			return fail("cannot wait for events: %s", strerror(errno));
		status = print_events(bgt, known, json);
	}
	return status;
}

int command_monitor(int argc, char **argv, bool json)
{
	struct names known = { NULL };
	struct bgt *bgt;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("monitor takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	status = monitor(bgt, &known, json);
	names_free(&known);
	bgt_close(bgt);
	return status;
}
