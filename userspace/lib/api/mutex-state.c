// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lists the mutexes that are owned or were abandoned, and by whom. Acquiring and releasing is in
 * mutex.c.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "transport/request.h"

static bool parse_name(struct bgt_mutex_state *state, const struct nlattr *attr)
{
	const char *name = bgt_get_string(attr);

	if (!name || strlen(name) >= sizeof(state->name))
		return false;
	strcpy(state->name, name);
	return true;
}

static bool parse_scope(struct bgt_mutex_state *state, const struct nlattr *attr)
{
	uint32_t scope;

	if (!bgt_get_u32(attr, &scope))
		return false;
	state->scope = (enum bgt_scope)scope;
	return true;
}

static bool parse_attribute(struct bgt_mutex_state *state, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case BGTASK_A_MUTEX_NAME:
		return parse_name(state, attr);
	case BGTASK_A_MUTEX_SCOPE:
		return parse_scope(state, attr);
	case BGTASK_A_MUTEX_ABANDONED:
		return bgt_get_flag(attr, &state->abandoned);
	case BGTASK_A_MUTEX_COUNT:
		return bgt_get_u32(attr, &state->count);
	case BGTASK_A_MUTEX_CONTAINER:
		return bgt_get_u32(attr, &state->container);
	case BGTASK_A_MUTEX_UID:
		return bgt_get_u32(attr, &state->uid);
	case BGTASK_A_MUTEX_OWNER:
		return bgt_get_u32(attr, &state->owner);
	case BGTASK_A_MUTEX_OWNER_CONTAINER:
		return bgt_get_u32(attr, &state->owner_container);
	case BGTASK_A_MUTEX_WAITERS:
		return bgt_get_u32(attr, &state->waiters);
	default:
		/* An attribute of a newer module. */
		return true;
	}
}

/* A list that grows at its end, so that it keeps the kernel's order. */
struct list {
	struct bgt_mutex_state *first;
	struct bgt_mutex_state **end;
};

static void clear(void *data)
{
	struct list *list = data;

	bgt_mutex_state_free(list->first);
	list->first = NULL;
	list->end = &list->first;
}

static int add(const struct nlmsghdr *message, void *data)
{
	struct bgt_mutex_state *state = calloc(1, sizeof(*state));
	const struct nlattr *attr;
	struct list *list = data;

	if (!state)
		return -ENOMEM;
	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (!parse_attribute(state, attr))
			goto bad;
	if (!*state->name)
		goto bad;
	*list->end = state;
	list->end = &state->next;
	return 0;

bad:
	free(state);
	return -EPROTO;
}

int bgt_mutex_list(struct bgt *bgt, struct bgt_mutex_state **result)
{
	struct list list = { .end = &list.first };
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MUTEX_GET);
	error = bgt_exchange_dump(bgt, &request, add, clear, &list);
	if (error)
		clear(&list);
	*result = list.first;
	return error;
}

void bgt_mutex_state_free(struct bgt_mutex_state *list)
{
	struct bgt_mutex_state *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}
