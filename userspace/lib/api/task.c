// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tasks: a builder describes a task and registers it; other calls unregister and list tasks, fire
 * their triggers, and give a task the socket of its control channel.
 */
#include "task.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>
#include <string.h>

#include "events/pending.h"
#include "events/renewal.h"
#include "transport/fields.h"
#include "transport/request.h"

#define ASSERT_TRIGGER(name)	\
	_Static_assert((int)BGT_TRIGGER_##name == (int)BGTASK_TRIGGER_##name, #name)

ASSERT_TRIGGER(APPLICATION);
ASSERT_TRIGGER(CONTROL_CHANNEL);
ASSERT_TRIGGER(INTERNET_AVAILABLE);
ASSERT_TRIGGER(INTERNET_NOT_AVAILABLE);
ASSERT_TRIGGER(LOCK_SCREEN_APPLICATION_ADDED);
ASSERT_TRIGGER(LOCK_SCREEN_APPLICATION_REMOVED);
ASSERT_TRIGGER(MAINTENANCE);
ASSERT_TRIGGER(NETWORK_NOTIFICATION_CHANNEL_RESET);
ASSERT_TRIGGER(NETWORK_STATE_CHANGE);
ASSERT_TRIGGER(PUSH);
ASSERT_TRIGGER(SERVICING_COMPLETE);
ASSERT_TRIGGER(SESSION_CONNECTED);
ASSERT_TRIGGER(SESSION_DISCONNECTED);
ASSERT_TRIGGER(SESSION_START);
ASSERT_TRIGGER(SMS_RECEIVED);
ASSERT_TRIGGER(TIME);
ASSERT_TRIGGER(TIME_ZONE_CHANGE);
ASSERT_TRIGGER(USER_AWAY);
ASSERT_TRIGGER(USER_PRESENT);

/* The task as described so far. Fields that were not set are not sent: the helper has defaults. */
struct bgt_task_builder {
	struct bgt *bgt;
	char *app;
	char *name;
	char *entry_point;
	int64_t trigger;
	uint64_t interval;
	bool oneshot;
	bool cancel_on_condition_loss;
	uint32_t conditions;
	int socket;
	/* Why the task cannot be registered, a negative errno; or 0. */
	int error;
};

struct bgt_task_builder *bgt_task_builder_new(struct bgt *bgt)
{
	struct bgt_task_builder *builder = calloc(1, sizeof(*builder));

	if (!builder) {
		bgt_fail(bgt, -ENOMEM, NULL);
		return NULL;
	}
	builder->bgt = bgt;
	builder->trigger = -1;
	builder->socket = -1;
	return builder;
}

void bgt_task_builder_free(struct bgt_task_builder *builder)
{
	if (!builder)
		return;
	free(builder->app);
	free(builder->name);
	free(builder->entry_point);
	free(builder);
}

static void set_text(struct bgt_task_builder *builder, char **place, const char *text)
{
	free(*place);
	*place = strdup(text);
	if (!*place)
		builder->error = -ENOMEM;
}

void bgt_task_builder_set_app(struct bgt_task_builder *builder, const char *app)
{
	set_text(builder, &builder->app, app);
}

void bgt_task_builder_set_name(struct bgt_task_builder *builder, const char *name)
{
	set_text(builder, &builder->name, name);
}

void bgt_task_builder_set_entry_point(struct bgt_task_builder *builder, const char *entry_point)
{
	set_text(builder, &builder->entry_point, entry_point);
}

void bgt_task_builder_set_trigger(struct bgt_task_builder *builder, enum bgt_trigger trigger)
{
	builder->trigger = (uint32_t)trigger;
}

void bgt_task_builder_set_interval(struct bgt_task_builder *builder, uint64_t interval)
{
	builder->interval = interval;
}

void bgt_task_builder_set_oneshot(struct bgt_task_builder *builder, bool oneshot)
{
	builder->oneshot = oneshot;
}

void bgt_task_builder_add_condition(struct bgt_task_builder *builder, enum bgt_condition condition)
{
	builder->conditions |= condition;
}

void bgt_task_builder_set_cancel_on_condition_loss(struct bgt_task_builder *builder, bool cancel)
{
	builder->cancel_on_condition_loss = cancel;
}

void bgt_task_builder_set_socket(struct bgt_task_builder *builder, int fd)
{
	builder->socket = fd;
}

static int parse_id(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr = bgt_span_find(bgt_span_of_message(message), BGTASK_A_TASK_ID);
	uint32_t *id = data;

	return attr && bgt_get_u32(attr, id) && *id ? 0 : -EPROTO;
}

int bgt_task_register(const struct bgt_task_builder *builder, uint32_t *result)
{
	struct bgt *bgt = builder->bgt;
	struct bgt_request request;
	uint32_t id = 0;
	int error;

	if (builder->error)
		return bgt_fail(bgt, builder->error, NULL);
	bgt_request_init(&request, bgt->family, BGTASK_CMD_TASK_REGISTER);
	bgt_put_string_if(&request, BGTASK_A_TASK_APP, builder->app);
	bgt_put_string_if(&request, BGTASK_A_TASK_NAME, builder->name);
	bgt_put_string_if(&request, BGTASK_A_TASK_ENTRY_POINT, builder->entry_point);
	if (builder->trigger >= 0)
		bgt_put_u32(&request, BGTASK_A_TASK_TRIGGER, (uint32_t)builder->trigger);
	if (builder->interval)
		bgt_put_u64(&request, BGTASK_A_TASK_INTERVAL, builder->interval);
	if (builder->oneshot)
		bgt_put_u8(&request, BGTASK_A_TASK_ONESHOT, 1);
	if (builder->conditions)
		bgt_put_u32(&request, BGTASK_A_TASK_CONDITIONS, builder->conditions);
	if (builder->cancel_on_condition_loss)
		bgt_put_u8(&request, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS, 1);
	if (builder->socket >= 0)
		bgt_put_u32(&request, BGTASK_A_TASK_FD, (uint32_t)builder->socket);
	error = bgt_exchange(bgt, &request, parse_id, &id);
	if (!error && !id)
		error = bgt_fail(bgt, -EPROTO, NULL);
	if (!error && result)
		*result = id;
	return error;
}

int bgt_task_unregister(struct bgt *bgt, uint32_t id, bool cancel)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_TASK_UNREGISTER);
	bgt_put_u32(&request, BGTASK_A_TASK_ID, id);
	bgt_put_u8(&request, BGTASK_A_TASK_CANCEL, cancel);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_task_unregister_by_name(struct bgt *bgt, const char *app, const char *name, bool cancel)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_TASK_UNREGISTER);
	bgt_put_string_if(&request, BGTASK_A_TASK_APP, app);
	bgt_put_string(&request, BGTASK_A_TASK_NAME, name);
	bgt_put_u8(&request, BGTASK_A_TASK_CANCEL, cancel);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

static const struct bgt_field fields[] = {
	{ BGTASK_A_TASK_ID, BGT_FIELD_U32, offsetof(struct bgt_task, id) },
	{ BGTASK_A_TASK_APP, BGT_FIELD_NAME, offsetof(struct bgt_task, app) },
	{ BGTASK_A_TASK_NAME, BGT_FIELD_NAME, offsetof(struct bgt_task, name) },
	{ BGTASK_A_TASK_ENTRY_POINT, BGT_FIELD_TEXT, offsetof(struct bgt_task, entry_point) },
	{ BGTASK_A_TASK_TRIGGER, BGT_FIELD_U32, offsetof(struct bgt_task, trigger) },
	{ BGTASK_A_TASK_INTERVAL, BGT_FIELD_U64, offsetof(struct bgt_task, interval) },
	{ BGTASK_A_TASK_ONESHOT, BGT_FIELD_FLAG, offsetof(struct bgt_task, oneshot) },
	{ BGTASK_A_TASK_CONDITIONS, BGT_FIELD_U32, offsetof(struct bgt_task, conditions) },
	{ BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS, BGT_FIELD_FLAG,
	  offsetof(struct bgt_task, cancel_on_condition_loss) },
	{ 0, 0, 0 },
};

static int parse(struct bgt_span span, struct bgt_task **result)
{
	struct bgt_task *task;
	int error;

	error = bgt_fields_parse(fields, span, sizeof(*task), &task);
	if (error)
		return error;
	if (!task->id) {
		free(task);
		return -EPROTO;
	}
	*result = task;
	return 0;
}

/* A list that grows at its end, so that it keeps the helper's order. */
struct list {
	struct bgt_task *first;
	struct bgt_task **end;
};

static int add(struct bgt_span entry, void *data)
{
	struct list *list = data;
	int error;

	error = parse(entry, list->end);
	if (!error)
		list->end = &(*list->end)->next;
	return error;
}

int bgt_task_list(struct bgt *bgt, const char *app, struct bgt_task **result)
{
	const struct bgt_pages pages = {
		.command = BGTASK_CMD_TASK_GET,
		.entry = BGTASK_A_TASK_ENTRY,
		.after = BGTASK_A_TASK_AFTER,
		.app_type = BGTASK_A_TASK_APP,
		.app = app,
		.add = add,
	};
	struct list list = { .end = &list.first };
	int error;

	error = bgt_pages_read(bgt, &pages, &list);
	if (error) {
		bgt_task_free(list.first);
		list.first = NULL;
	}
	*result = list.first;
	return error;
}

void bgt_task_free(struct bgt_task *list)
{
	struct bgt_task *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

/* An event that waits in the queue of pending.c, with the task that it is about. */
struct happening {
	struct bgt_pending pending;
	struct bgt_task *task;
};

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	struct happening *happening = (struct happening *)pending;

	bgt_task_free(bgt->event_task);
	bgt->event_task = happening->task;
	bgt->event = pending->event;
	free(happening);
	return 1;
}

static void happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type)
{
	struct happening *happening;
	struct bgt_task *task;
	int error;

	/* A connection that has not asked for events gets none. */
	if (bgt->raised < 0)
		return;
	error = parse(bgt_span_of_message(message), &task);
	if (error == -ENOMEM)
		bgt_pending_lose(bgt);
	if (error)
		return;
	happening = calloc(1, sizeof(*happening));
	if (!happening) {
		bgt_task_free(task);
		bgt_pending_lose(bgt);
		return;
	}
	happening->task = task;
	happening->pending.tell = tell;
	happening->pending.event = (struct bgt_event){ .type = type, .task = task };
	bgt_pending_add(bgt, &happening->pending);
	/* cppcheck-suppress memleak ; the list of what is pending owns it */
}

const struct bgt_receiver bgt_task_receivers[] = {
	{ BGTASK_CMD_TASK_REGISTERED_NTF, BGT_EVENT_TASK_REGISTERED, happened },
	{ BGTASK_CMD_TASK_UNREGISTERED_NTF, BGT_EVENT_TASK_UNREGISTERED, happened },
	{ 0 },
};

int bgt_task_associate(struct bgt *bgt, const char *app)
{
	struct bgt_renewal *renewal;
	struct bgt_request request;
	int error;

	error = bgt_renewal_prepare(bgt, BGTASK_CMD_TASK_ASSOCIATE, app, NULL, &renewal);
	if (error)
		return error;
	bgt_request_init(&request, bgt->family, BGTASK_CMD_TASK_ASSOCIATE);
	bgt_put_string_if(&request, BGTASK_A_TASK_APP, app);
	error = bgt_exchange(bgt, &request, NULL, NULL);
	if (error)
		bgt_renewal_free(renewal);
	else
		bgt_renewal_note(bgt, renewal);
	return error;
}

int bgt_trigger_fire(struct bgt *bgt, const char *app, const char *task, enum bgt_trigger trigger,
		     const char *argument)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_TRIGGER_FIRE);
	bgt_put_string_if(&request, BGTASK_A_TASK_APP, app);
	bgt_put_string_if(&request, BGTASK_A_TASK_NAME, task);
	bgt_put_u32(&request, BGTASK_A_TASK_TRIGGER, trigger);
	bgt_put_string_if(&request, BGTASK_A_TASK_ARGUMENT, argument);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_channel_set(struct bgt *bgt, const char *app, const char *task, int fd)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CHANNEL_SET);
	bgt_put_string_if(&request, BGTASK_A_TASK_APP, app);
	bgt_put_string(&request, BGTASK_A_TASK_NAME, task);
	if (fd >= 0)
		bgt_put_u32(&request, BGTASK_A_TASK_FD, (uint32_t)fd);
	return bgt_exchange(bgt, &request, NULL, NULL);
}
