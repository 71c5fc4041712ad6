// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The calls by which administrators install, remove and list apps, and set what an app may do in
 * the background. The attributes of an app become a struct bgt_app here, for lists and for events.
 */
#include "app.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>
#include <string.h>

#include "transport/fields.h"
#include "transport/request.h"

_Static_assert((int)BGT_ACCESS_UNSPECIFIED == (int)BGTASK_ACCESS_UNSPECIFIED, "unspecified");
_Static_assert((int)BGT_ACCESS_LOCK_SCREEN == (int)BGTASK_ACCESS_LOCK_SCREEN, "lock-screen");
_Static_assert((int)BGT_ACCESS_ALWAYS_ALLOWED == (int)BGTASK_ACCESS_ALWAYS_ALLOWED, "allowed");
_Static_assert((int)BGT_ACCESS_DENIED_BY_USER == (int)BGTASK_ACCESS_DENIED_BY_USER, "by user");
_Static_assert((int)BGT_ACCESS_DENIED_BY_POLICY == (int)BGTASK_ACCESS_DENIED_BY_POLICY, "policy");

static int parse_id(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr = bgt_span_find(bgt_span_of_message(message), BGTASK_A_APP_ID);
	char *id = data;

	return attr && bgt_get_name(attr, id) && *id ? 0 : -EPROTO;
}

int bgt_app_install(struct bgt *bgt, const char *manifest, char *result)
{
	char id[BGT_NAME_MAX + 1] = "";
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_APP_INSTALL);
	bgt_put_string(&request, BGTASK_A_APP_MANIFEST, manifest);
	error = bgt_exchange(bgt, &request, parse_id, id);
	if (!error && !*id)
		error = bgt_fail(bgt, -EPROTO, NULL);
	if (!error && result)
		strcpy(result, id);
	return error;
}

/* Sends a request that names an app and has nothing else. */
static int command(struct bgt *bgt, uint8_t number, const char *id)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, number);
	bgt_put_string(&request, BGTASK_A_APP_ID, id);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_app_remove(struct bgt *bgt, const char *id)
{
	return command(bgt, BGTASK_CMD_APP_REMOVE, id);
}

int bgt_app_upgraded(struct bgt *bgt, const char *id)
{
	return command(bgt, BGTASK_CMD_APP_UPGRADED, id);
}

int bgt_app_set_access(struct bgt *bgt, const char *id, enum bgt_access access)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_APP_SET);
	bgt_put_string(&request, BGTASK_A_APP_ID, id);
	bgt_put_u32(&request, BGTASK_A_APP_ACCESS, access);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

static const struct bgt_field fields[] = {
	{ BGTASK_A_APP_ID, BGT_FIELD_NAME, offsetof(struct bgt_app, id) },
	{ BGTASK_A_APP_MANIFEST, BGT_FIELD_TEXT, offsetof(struct bgt_app, manifest) },
	{ BGTASK_A_APP_UID, BGT_FIELD_U32, offsetof(struct bgt_app, uid) },
	{ BGTASK_A_APP_CLASS, BGT_FIELD_TEXT, offsetof(struct bgt_app, quota_class) },
	{ BGTASK_A_APP_ACCESS, BGT_FIELD_U32, offsetof(struct bgt_app, access) },
	{ BGTASK_A_APP_CONTAINER, BGT_FIELD_U32, offsetof(struct bgt_app, container) },
	{ BGTASK_A_APP_TASKS, BGT_FIELD_U32, offsetof(struct bgt_app, tasks) },
	{ BGTASK_A_APP_STATE, BGT_FIELD_U32, offsetof(struct bgt_app, state) },
	{ BGTASK_A_APP_FOREGROUND, BGT_FIELD_FLAG, offsetof(struct bgt_app, foreground) },
	{ BGTASK_A_APP_PID, BGT_FIELD_U32, offsetof(struct bgt_app, pid) },
	{ BGTASK_A_APP_EXTENSION, BGT_FIELD_U32, offsetof(struct bgt_app, extension) },
	{ BGTASK_A_APP_DESCRIPTION, BGT_FIELD_TEXT, offsetof(struct bgt_app, description) },
	{ 0, 0, 0 },
};

int bgt_app_parse(struct bgt_span span, struct bgt_app **app)
{
	int error = bgt_fields_parse(fields, span, sizeof(**app), app);

	if (!error)
		(*app)->extended = bgt_span_find(span, BGTASK_A_APP_EXTENSION);
	return error;
}

/* A list that grows at its end, so that it keeps the helper's order. */
struct list {
	struct bgt_app *first;
	struct bgt_app **end;
};

static int add(struct bgt_span entry, void *data)
{
	struct list *list = data;
	struct bgt_app *app;
	int error;

	error = bgt_app_parse(entry, &app);
	if (error)
		return error;
	*list->end = app;
	list->end = &app->next;
	return *app->id ? 0 : -EPROTO;
}

int bgt_app_list(struct bgt *bgt, struct bgt_app **result)
{
	const struct bgt_pages pages = {
		.command = BGTASK_CMD_APP_GET,
		.entry = BGTASK_A_APP_ENTRY,
		.after = BGTASK_A_APP_AFTER,
		.add = add,
	};
	struct list list = { .end = &list.first };
	int error;

	error = bgt_pages_read(bgt, &pages, &list);
	if (error) {
		bgt_app_free(list.first);
		list.first = NULL;
	}
	*result = list.first;
	return error;
}

void bgt_app_free(struct bgt_app *list)
{
	struct bgt_app *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}
