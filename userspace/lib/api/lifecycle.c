// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The life of an app: the calls by which a compositor or launcher starts, suspends, resumes and
 * ends apps, the calls of the app itself, and the events that tell the app what to do.
 */
#include "lifecycle.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>

#include "events/pending.h"
#include "events/renewal.h"
#include "transport/fields.h"
#include "transport/request.h"

#include "app.h"

#define ASSERT_STATE(name)	\
	_Static_assert((int)BGT_APP_##name == (int)BGTASK_APP_STATE_##name, #name)

ASSERT_STATE(NOT_RUNNING);
ASSERT_STATE(RUNNING);
ASSERT_STATE(SUSPENDING);
ASSERT_STATE(SUSPENDED);

/*
 * Calls of a compositor or launcher
 */

static int parse_pid(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr = bgt_span_find(bgt_span_of_message(message), BGTASK_A_APP_PID);

	return attr && bgt_get_u32(attr, data) ? 0 : -EPROTO;
}

static int move(struct bgt *bgt, const char *id, enum bgtask_app_move where, uint32_t *pid)
{
	struct bgt_request request;
	uint32_t unused;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_APP_MOVE);
	bgt_put_string(&request, BGTASK_A_APP_ID, id);
	bgt_put_u32(&request, BGTASK_A_APP_MOVE, where);
	return bgt_exchange(bgt, &request, parse_pid, pid ? pid : &unused);
}

int bgt_app_launch(struct bgt *bgt, const char *id, uint32_t *pid)
{
	return move(bgt, id, BGTASK_APP_MOVE_LAUNCH, pid);
}

int bgt_app_foreground(struct bgt *bgt, const char *id)
{
	return move(bgt, id, BGTASK_APP_MOVE_FOREGROUND, NULL);
}

int bgt_app_background(struct bgt *bgt, const char *id)
{
	return move(bgt, id, BGTASK_APP_MOVE_BACKGROUND, NULL);
}

int bgt_app_suspend(struct bgt *bgt, const char *id)
{
	return move(bgt, id, BGTASK_APP_MOVE_SUSPEND, NULL);
}

int bgt_app_resume(struct bgt *bgt, const char *id)
{
	return move(bgt, id, BGTASK_APP_MOVE_RESUME, NULL);
}

int bgt_app_terminate(struct bgt *bgt, const char *id)
{
	return move(bgt, id, BGTASK_APP_MOVE_TERMINATE, NULL);
}

/*
 * Events
 */

/* An event that waits in the queue of pending.c, with the app that it is about. */
struct happening {
	struct bgt_pending pending;
	struct bgt_app *app;
};

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	struct happening *happening = (struct happening *)pending;

	bgt_app_free(bgt->event_app);
	bgt->event_app = happening->app;
	bgt->event = pending->event;
	free(happening);
	return 1;
}

/*
 * Queues an event, and takes ownership of the app. False if there is no memory: the event is lost.
 */
static bool happen(struct bgt *bgt, struct bgt_event event, struct bgt_app *app)
{
	struct happening *happening = calloc(1, sizeof(*happening));

	if (!happening) {
		bgt_app_free(app);
		bgt_pending_lose(bgt);
		return false;
	}
	event.app = app;
	happening->app = app;
	happening->pending.tell = tell;
	happening->pending.event = event;
	bgt_pending_add(bgt, &happening->pending);
	/* cppcheck-suppress memleak ; the list of what is pending owns it */
	return true;
}

/* Makes a struct bgt_app of a message. 0 or a negative errno; -ENOMEM loses an event. */
static int parse(struct bgt *bgt, struct bgt_span span, struct bgt_app **app)
{
	int error = bgt_app_parse(span, app);

	if (error == -ENOMEM)
		bgt_pending_lose(bgt);
	return error;
}

static uint64_t find_time(struct bgt_span span, uint16_t type)
{
	const struct nlattr *attr = bgt_span_find(span, type);
	uint64_t time = 0;

	return attr && bgt_get_u64(attr, &time) ? time : 0;
}

/* The app may be told to suspend twice: by a helper that then ends, and by the next helper. */
static void suspend(struct bgt *bgt, struct bgt_span span, struct bgt_app *app)
{
	const struct bgt_event event = {
		.type = BGT_EVENT_APP_SUSPENDING,
		.deadline = find_time(span, BGTASK_A_APP_DEADLINE),
	};

	if (bgt->suspending)
		bgt_app_free(app);
	else if (!happen(bgt, event, app))
		return;
	bgt->suspending = true;
	bgt->suspended = true;
}

static void resume(struct bgt *bgt, struct bgt_app *app)
{
	if (!happen(bgt, (struct bgt_event){ .type = BGT_EVENT_APP_RESUMING }, app))
		return;
	bgt->suspending = false;
	bgt->suspended = false;
}

static void happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type)
{
	struct bgt_span span = bgt_span_of_message(message);
	struct bgt_app *app;

	/* A connection that has not asked for events gets none. */
	if (bgt->raised < 0 || parse(bgt, span, &app))
		return;
	if (type == BGT_EVENT_APP_SUSPENDING)
		suspend(bgt, span, app);
	else if (type == BGT_EVENT_APP_RESUMING)
		resume(bgt, app);
	else
		(void)happen(bgt, (struct bgt_event){ .type = type }, app);
}

static void lose_extension(struct bgt *bgt, enum bgt_revoked_reason why, uint64_t deadline)
{
	const struct bgt_event event = {
		.type = BGT_EVENT_EXTENSION_REVOKED, .revoked = why, .deadline = deadline,
	};

	if (happen(bgt, event, NULL))
		bgt->extended = false;
}

static void attached(struct bgt *bgt, const struct nlmsghdr *message)
{
	struct bgt_span span = bgt_span_of_message(message);
	struct bgt_app *app;

	if (parse(bgt, span, &app))
		return;
	/* The extension was revoked, and the app could not be told, as the helper has ended. */
	if (bgt->extended && !app->extended && app->foreground)
		lose_extension(bgt, BGT_REVOKED_RESUMED, 0);
	else if (bgt->extended && !app->extended)
		lose_extension(bgt, BGT_REVOKED_SYSTEM_POLICY,
			       find_time(span, BGTASK_A_APP_DEADLINE));
	/* The app was resumed while there was no helper to tell it. */
	if (app->state == BGT_APP_RUNNING && bgt->suspended)
		resume(bgt, app);
	else
		bgt_app_free(app);
}

/*
 * Gives back an extension that the new helper knows of and this connection does not. The last
 * helper has ended before it could tell the app that the extension was granted, or before it had
 * noted that the extension was closed or revoked. The answer is left unread.
 */
static void return_extension(struct bgt *bgt)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_EXTENSION_CLOSE);
	(void)bgt_transmit(bgt, &request);
}

/* Takes the answer of a new helper, to which the app was attached again. */
static void attached_again(struct bgt *bgt, const struct nlmsghdr *message)
{
	if (bgt->asked && !bgt->extended &&
	    bgt_span_find(bgt_span_of_message(message), BGTASK_A_APP_EXTENSION))
		return_extension(bgt);
	attached(bgt, message);
}

static void extension_revoked(struct bgt *bgt, const struct nlmsghdr *message,
			      enum bgt_event_type type)
{
	struct bgt_span span = bgt_span_of_message(message);
	const struct nlattr *attr = bgt_span_find(span, BGTASK_A_EXTENSION_REVOKED);
	uint32_t revoked;

	(void)type;
	if (bgt->raised < 0 || !attr || !bgt_get_u32(attr, &revoked))
		return;
	lose_extension(bgt, (enum bgt_revoked_reason)revoked,
		       find_time(span, BGTASK_A_EXTENSION_DEADLINE));
}

const struct bgt_receiver bgt_lifecycle_receivers[] = {
	{ BGTASK_CMD_APP_SUSPENDING_NTF, BGT_EVENT_APP_SUSPENDING, happened },
	{ BGTASK_CMD_APP_RESUMING_NTF, BGT_EVENT_APP_RESUMING, happened },
	{ BGTASK_CMD_APP_CHANGED_NTF, BGT_EVENT_APP_CHANGED, happened },
	{ BGTASK_CMD_APP_INSTALLED_NTF, BGT_EVENT_APP_INSTALLED, happened },
	{ BGTASK_CMD_APP_REMOVED_NTF, BGT_EVENT_APP_REMOVED, happened },
	{ BGTASK_CMD_APP_ACCESS_CHANGED_NTF, BGT_EVENT_APP_ACCESS_CHANGED, happened },
	{ BGTASK_CMD_EXTENSION_REVOKED_NTF, BGT_EVENT_EXTENSION_REVOKED, extension_revoked },
	{ 0 },
};

/*
 * Calls of the app itself
 */

static int parse_attached(const struct nlmsghdr *message, void *data)
{
	attached(data, message);
	return 0;
}

static int attach(struct bgt *bgt, uint32_t thread)
{
	struct bgt_renewal *renewal;
	struct bgt_request request;
	int error;

	error = bgt_renewal_prepare(bgt, BGTASK_CMD_APP_ATTACH, NULL, attached_again, &renewal);
	if (error)
		return error;
	bgt_request_init(&request, bgt->family, BGTASK_CMD_APP_ATTACH);
	if (thread)
		bgt_put_u32(&request, BGTASK_A_APP_UI_THREAD, thread);
	error = bgt_exchange(bgt, &request, parse_attached, bgt);
	if (error)
		bgt_renewal_free(renewal);
	else
		bgt_renewal_note(bgt, renewal);
	return error;
}

int bgt_app_attach(struct bgt *bgt)
{
	return attach(bgt, 0);
}

int bgt_app_set_ui_thread(struct bgt *bgt, uint32_t thread)
{
	if (!thread)
		return bgt_fail(bgt, -EINVAL, "there is no thread 0");
	return attach(bgt, thread);
}

int bgt_app_saved(struct bgt *bgt)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_APP_SAVED);
	error = bgt_exchange(bgt, &request, NULL, NULL);
	/* This is set after the exchange, as a new helper may tell the app to suspend meanwhile. */
	bgt->suspending = false;
	return error;
}
