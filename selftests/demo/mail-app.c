// SPDX-License-Identifier: GPL-2.0
/*
 * mail-app: the part of a mail app that the user sees. mail-task.c has its background tasks, and
 * the manifest lists those that it may register.
 *
 *   open INTERVAL LETTER   begin: register all tasks, fire one, and wait until it has ended;
 *                          INTERVAL is in ms
 *   read                   come back: tell what became of all of them
 */
#include <bgtask.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

#define NSEC_PER_MSEC	UINT64_C(1000000)

/* How long the user writes a letter, ms. */
#define WRITING		500

/* How long sending a letter may take, ms. */
#define PATIENCE	60000

/* The manifest says which program the task runs. */
static void register_task(struct bgt *bgt, struct bgt_task_builder *builder)
{
	if (bgt_task_register(builder, NULL))
		die("cannot register a task", bgt_error(bgt));
	bgt_task_builder_free(builder);
}

static struct bgt_task_builder *describe(struct bgt *bgt, const char *name,
					 enum bgt_trigger trigger)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);

	if (!builder)
		die(name, bgt_error(bgt));
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, trigger);
	return builder;
}

static void register_all(struct bgt *bgt, uint64_t interval)
{
	struct bgt_task_builder *builder;

	builder = describe(bgt, "Send", BGT_TRIGGER_APPLICATION);
	register_task(bgt, builder);
	printf("registers Send, which it fires itself\n");

	builder = describe(bgt, "Fetch", BGT_TRIGGER_INTERNET_AVAILABLE);
	register_task(bgt, builder);
	printf("registers Fetch, for when there is internet\n");

	builder = describe(bgt, "Index", BGT_TRIGGER_TIME);
	bgt_task_builder_set_interval(builder, interval);
	bgt_task_builder_set_oneshot(builder, true);
	bgt_task_builder_add_condition(builder, BGT_CONDITION_INTERNET_AVAILABLE);
	register_task(bgt, builder);
	printf("registers Index, once, in %.1f s, if there is internet then\n", seconds(interval));

	builder = describe(bgt, "Watch", BGT_TRIGGER_INTERNET_AVAILABLE);
	bgt_task_builder_add_condition(builder, BGT_CONDITION_INTERNET_AVAILABLE);
	bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	register_task(bgt, builder);
	printf("registers Watch, for as long as there is internet\n");
}

static void print_end(const struct bgt_instance *instance)
{
	printf("%s is %s", instance->name, bgt_instance_state_name(instance->state));
	if (instance->canceled)
		printf(", %s", bgt_cancel_reason_name(instance->reason));
	if (*instance->message)
		printf(": %s", instance->message);
	printf("\n");
}

/* Handles events of progress and completion. Returns whether the event was a completion. */
static bool handle(const struct bgt_event *event)
{
	switch (event->type) {
	case BGT_EVENT_INSTANCE_PROGRESS:
		printf("is told that %s has done %" PRIu32 " %%\n", event->instance->name,
		       event->instance->progress);
		return false;
	case BGT_EVENT_INSTANCE_ENDED:
		printf("is told: ");
		print_end(event->instance);
		return !strcmp(event->instance->name, "Send");
	default:
		return false;
	}
}

static void await_end(struct bgt *bgt)
{
	struct pollfd poller = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	bool ended = false;
	int got;

	while (!ended) {
		if (poll(&poller, 1, PATIENCE) <= 0)
			die("Send", "does not end");
		while ((got = bgt_next_event(bgt, &event)) > 0)
			ended |= handle(event);
		if (got < 0)
			die("events", bgt_error(bgt));
	}
}

static void begin(struct bgt *bgt, uint64_t interval, const char *letter)
{
	/* Associates before anything can happen, so that no event is missed. */
	if (bgt_task_associate(bgt, NULL))
		die("cannot associate handlers", bgt_error(bgt));
	register_all(bgt, interval);
	(void)poll(NULL, 0, WRITING);
	printf("fires Send, with \"%s\"\n", letter);
	if (bgt_trigger_fire(bgt, NULL, "Send", BGT_TRIGGER_APPLICATION, letter))
		die("cannot fire Send", bgt_error(bgt));
	await_end(bgt);
}

static void come_back(struct bgt *bgt)
{
	struct bgt_instance *list;

	if (bgt_instance_list(bgt, NULL, &list))
		die("cannot read the history", bgt_error(bgt));
	for (const struct bgt_instance *instance = list; instance; instance = instance->next) {
		printf("reads: ");
		print_end(instance);
	}
	bgt_instance_free(list);
}

int main(int argc, char **argv)
{
	struct bgt *bgt;
	int error;

	/* Whoever reads the output must get each line at once. */
	setlinebuf(stdout);
	error = bgt_open(&bgt);
	if (error)
		die("cannot connect", bgt_strerror(error));
	if (argc == 4 && !strcmp(argv[1], "open"))
		begin(bgt, strtoul(argv[2], NULL, 10) * NSEC_PER_MSEC, argv[3]);
	else if (argc == 2 && !strcmp(argv[1], "read"))
		come_back(bgt);
	else
		die("usage", "mail-app open INTERVAL LETTER | read");
	bgt_close(bgt);
	return 0;
}
