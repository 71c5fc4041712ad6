// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Instances, which are runs of tasks. Apps and administrators list and cancel instances, and get
 * events about them. The process that runs an instance says how far the instance has come and how
 * it has ended.
 */
#include "instance.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>
#include <string.h>

#include "events/pending.h"
#include "events/renewal.h"
#include "transport/fields.h"
#include "transport/request.h"

#define ASSERT_STATE(name)	\
	_Static_assert((int)BGT_INSTANCE_##name == (int)BGTASK_INSTANCE_STATE_##name, #name)
#define ASSERT_REASON(name)	\
	_Static_assert((int)BGT_CANCEL_##name == (int)BGTASK_CANCEL_REASON_##name, #name)

ASSERT_STATE(LATCHED);
ASSERT_STATE(LAUNCHING);
ASSERT_STATE(RUNNING);
ASSERT_STATE(CANCELLING);
ASSERT_STATE(COMPLETED);
ASSERT_STATE(FAILED);
ASSERT_STATE(CANCELED);
ASSERT_STATE(TERMINATED);
ASSERT_REASON(ABORT);
ASSERT_REASON(TERMINATING);
ASSERT_REASON(LOGGING_OFF);
ASSERT_REASON(SERVICING_UPDATE);
ASSERT_REASON(IDLE_TASK);
ASSERT_REASON(UNINSTALL);
ASSERT_REASON(CONDITION_LOSS);
ASSERT_REASON(SYSTEM_POLICY);
ASSERT_REASON(QUIET_HOURS_ENTERED);
ASSERT_REASON(EXECUTION_TIME_EXCEEDED);
ASSERT_REASON(RESOURCE_REVOCATION);
ASSERT_REASON(ENERGY_SAVER);

static const struct bgt_field fields[] = {
	{ BGTASK_A_INSTANCE_ID, BGT_FIELD_U32, offsetof(struct bgt_instance, id) },
	{ BGTASK_A_INSTANCE_APP, BGT_FIELD_NAME, offsetof(struct bgt_instance, app) },
	{ BGTASK_A_INSTANCE_TASK, BGT_FIELD_U32, offsetof(struct bgt_instance, task) },
	{ BGTASK_A_INSTANCE_NAME, BGT_FIELD_NAME, offsetof(struct bgt_instance, name) },
	{ BGTASK_A_INSTANCE_TRIGGER, BGT_FIELD_U32, offsetof(struct bgt_instance, trigger) },
	{ BGTASK_A_INSTANCE_ARGUMENT, BGT_FIELD_TEXT, offsetof(struct bgt_instance, argument) },
	{ BGTASK_A_INSTANCE_STATE, BGT_FIELD_U32, offsetof(struct bgt_instance, state) },
	{ BGTASK_A_INSTANCE_REASON, BGT_FIELD_U32, offsetof(struct bgt_instance, reason) },
	{ BGTASK_A_INSTANCE_PROGRESS, BGT_FIELD_U32, offsetof(struct bgt_instance, progress) },
	{ BGTASK_A_INSTANCE_STATUS, BGT_FIELD_U32, offsetof(struct bgt_instance, status) },
	{ BGTASK_A_INSTANCE_MESSAGE, BGT_FIELD_TEXT, offsetof(struct bgt_instance, message) },
	{ BGTASK_A_INSTANCE_FIRED, BGT_FIELD_U64, offsetof(struct bgt_instance, fired) },
	{ BGTASK_A_INSTANCE_STARTED, BGT_FIELD_U64, offsetof(struct bgt_instance, started) },
	{ BGTASK_A_INSTANCE_ENDED, BGT_FIELD_U64, offsetof(struct bgt_instance, ended) },
	{ BGTASK_A_INSTANCE_PID, BGT_FIELD_U32, offsetof(struct bgt_instance, pid) },
	{ 0, 0, 0 },
};

static int parse(struct bgt_span span, struct bgt_instance **result)
{
	struct bgt_instance *instance;
	int error;

	error = bgt_fields_parse(fields, span, sizeof(*instance), &instance);
	if (error)
		return error;
	if (!instance->id) {
		free(instance);
		return -EPROTO;
	}
	instance->canceled = bgt_span_find(span, BGTASK_A_INSTANCE_REASON);
	*result = instance;
	return 0;
}

void bgt_instance_free(struct bgt_instance *list)
{
	struct bgt_instance *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

/*
 * Lists
 */

/* A list that grows at its end, so that it keeps the helper's order. */
struct list {
	struct bgt_instance *first;
	struct bgt_instance **end;
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

int bgt_instance_list(struct bgt *bgt, const char *app, struct bgt_instance **result)
{
	const struct bgt_pages pages = {
		.command = BGTASK_CMD_INSTANCE_GET,
		.entry = BGTASK_A_INSTANCE_ENTRY,
		.after = BGTASK_A_INSTANCE_AFTER,
		.app_type = BGTASK_A_INSTANCE_APP,
		.app = app,
		.add = add,
	};
	struct list list = { .end = &list.first };
	int error;

	error = bgt_pages_read(bgt, &pages, &list);
	if (error) {
		bgt_instance_free(list.first);
		list.first = NULL;
	}
	*result = list.first;
	return error;
}

int bgt_instance_cancel(struct bgt *bgt, uint32_t id, enum bgt_cancel_reason reason)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_CANCEL);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_ID, id);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_REASON, reason);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

/*
 * Events
 */

/* An event that waits in the queue of pending.c, with the instance that it is about. */
struct happening {
	struct bgt_pending pending;
	struct bgt_instance *instance;
};

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	struct happening *happening = (struct happening *)pending;

	bgt_instance_free(bgt->event_instance);
	bgt->event_instance = happening->instance;
	bgt->event = pending->event;
	free(happening);
	return 1;
}

bool bgt_instance_happen(struct bgt *bgt, enum bgt_event_type type, struct bgt_instance *instance)
{
	struct happening *happening = calloc(1, sizeof(*happening));

	if (!happening) {
		bgt_instance_free(instance);
		bgt_pending_lose(bgt);
		return false;
	}
	happening->instance = instance;
	happening->pending.tell = tell;
	happening->pending.event = (struct bgt_event){ .type = type, .instance = instance };
	bgt_pending_add(bgt, &happening->pending);
	/* cppcheck-suppress memleak ; the list of what is pending owns it */
	return true;
}

int bgt_instance_parse(struct bgt *bgt, const struct nlmsghdr *message,
		       struct bgt_instance **instance)
{
	int error = parse(bgt_span_of_message(message), instance);

	if (error == -ENOMEM)
		bgt_pending_lose(bgt);
	return error;
}

/*
 * A cancellation may come twice, in an event and in the answer of a new helper. The user gets one
 * event.
 */
static void cancel(struct bgt *bgt, struct bgt_instance *instance)
{
	uint32_t id = instance->id;

	if (bgt->canceled == id) {
		bgt_instance_free(instance);
		return;
	}
	if (bgt_instance_happen(bgt, BGT_EVENT_INSTANCE_CANCELED, instance))
		bgt->canceled = id;
}

static void happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type)
{
	struct bgt_instance *instance;

	/* A connection that has not asked for events gets none. */
	if (bgt->raised < 0 || bgt_instance_parse(bgt, message, &instance))
		return;
	if (type == BGT_EVENT_INSTANCE_CANCELED)
		cancel(bgt, instance);
	else
		(void)bgt_instance_happen(bgt, type, instance);
}

const struct bgt_receiver bgt_instance_receivers[] = {
	{ BGTASK_CMD_INSTANCE_PROGRESS_NTF, BGT_EVENT_INSTANCE_PROGRESS, happened },
	{ BGTASK_CMD_INSTANCE_CHANGED_NTF, BGT_EVENT_INSTANCE_CHANGED, happened },
	{ BGTASK_CMD_INSTANCE_ENDED_NTF, BGT_EVENT_INSTANCE_ENDED, happened },
	{ BGTASK_CMD_INSTANCE_CANCELED_NTF, BGT_EVENT_INSTANCE_CANCELED, happened },
	{ 0 },
};

/* Takes the answer of a new helper about the instance that this process runs. */
static void attached(struct bgt *bgt, const struct nlmsghdr *message)
{
	struct bgt_instance *instance;

	if (bgt_instance_parse(bgt, message, &instance))
		return;
	if (instance->canceled)
		cancel(bgt, instance);
	else
		bgt_instance_free(instance);
}

/*
 * The task's side
 */

/*
 * The instance that this process runs and, if it is cancelled already, a copy of it for the event.
 */
struct attachment {
	struct bgt_instance *instance;
	struct bgt_instance *canceled;
};

static int parse_attached(const struct nlmsghdr *message, void *data)
{
	struct attachment *attachment = data;
	int error;

	if (attachment->instance)
		return 0;
	error = parse(bgt_span_of_message(message), &attachment->instance);
	if (error || !attachment->instance->canceled)
		return error;
	return parse(bgt_span_of_message(message), &attachment->canceled);
}

int bgt_instance_attach(struct bgt *bgt, struct bgt_instance **result)
{
	struct attachment attachment = { NULL, NULL };
	struct bgt_renewal *renewal;
	struct bgt_request request;
	int error;

	*result = NULL;
	error = bgt_renewal_prepare(bgt, BGTASK_CMD_INSTANCE_ATTACH, NULL, attached,
				    &renewal);
	if (error)
		return error;
	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_ATTACH);
	error = bgt_exchange(bgt, &request, parse_attached, &attachment);
	if (!error && !attachment.instance)
		error = bgt_fail(bgt, -EPROTO, NULL);
	if (error) {
		bgt_renewal_free(renewal);
		bgt_instance_free(attachment.instance);
		bgt_instance_free(attachment.canceled);
		return error;
	}
	bgt_renewal_note(bgt, renewal);
	if (attachment.canceled)
		cancel(bgt, attachment.canceled);
	*result = attachment.instance;
	return 0;
}

int bgt_instance_progress(struct bgt *bgt, uint32_t progress)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_PROGRESS);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_PROGRESS, progress);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

/* How the instance has ended. The helper gets this when the last deferral is over. */
struct bgt_completion {
	int32_t status;
	char *message;
};

void bgt_completion_free(struct bgt_completion *completion)
{
	if (completion)
		free(completion->message);
	free(completion);
}

static int complete(struct bgt *bgt, int32_t status, const char *message)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_COMPLETE);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_STATUS, (uint32_t)status);
	bgt_put_string_if(&request, BGTASK_A_INSTANCE_MESSAGE, message);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

static int note_completion(struct bgt *bgt, int32_t status, const char *message)
{
	struct bgt_completion *completion = calloc(1, sizeof(*completion));

	if (!completion)
		return bgt_fail(bgt, -ENOMEM, NULL);
	completion->status = status;
	if (message) {
		completion->message = strdup(message);
		if (!completion->message) {
			free(completion);
			return bgt_fail(bgt, -ENOMEM, NULL);
		}
	}
	bgt->completion = completion;
	return 0;
}

int bgt_instance_complete(struct bgt *bgt, int32_t status, const char *message)
{
	if (!bgt->deferrals)
		return complete(bgt, status, message);
	if (bgt->completion)
		return bgt_fail(bgt, -EALREADY, "the end of the instance was noted before");
	return note_completion(bgt, status, message);
}

void bgt_instance_defer(struct bgt *bgt)
{
	bgt->deferrals++;
}

int bgt_instance_undefer(struct bgt *bgt)
{
	struct bgt_completion *completion = bgt->completion;
	int error;

	if (!bgt->deferrals)
		return bgt_fail(bgt, -EINVAL, "there is no deferral");
	if (--bgt->deferrals || !completion)
		return 0;
	bgt->completion = NULL;
	error = complete(bgt, completion->status, completion->message);
	bgt_completion_free(completion);
	return error;
}
