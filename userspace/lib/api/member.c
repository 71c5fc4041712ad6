// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Members, which are the cgroups of a container: the calls that add, hold, remove and list them.
 * A message about a member becomes a struct bgt_member here, for lists and for events.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "transport/request.h"

#include "member.h"

_Static_assert((int)BGT_ROLE_APP == BGTASK_ROLE_APP, "role app");
_Static_assert((int)BGT_ROLE_UI == BGTASK_ROLE_UI, "role ui");
_Static_assert((int)BGT_ROLE_TASK == BGTASK_ROLE_TASK, "role task");

static bool parse_role(const struct nlattr *attr, enum bgt_role *role)
{
	uint32_t value;

	if (!bgt_get_u32(attr, &value))
		return false;
	*role = (enum bgt_role)value;
	return true;
}

static bool parse_attribute(struct bgt_member *member, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case BGTASK_A_MEMBER_ID:
		return bgt_get_u32(attr, &member->id);
	case BGTASK_A_MEMBER_CONTAINER:
		return bgt_get_u32(attr, &member->container);
	case BGTASK_A_MEMBER_ROLE:
		return parse_role(attr, &member->role);
	case BGTASK_A_MEMBER_HELD:
		return bgt_get_flag(attr, &member->held);
	case BGTASK_A_MEMBER_FROZEN:
		return bgt_get_flag(attr, &member->frozen);
	case BGTASK_A_MEMBER_CGROUP_ID:
		return bgt_get_u64(attr, &member->cgroup_id);
	default:
		/* The path, which member_alloc() reads, or an attribute of a newer module. */
		return true;
	}
}

/* Makes a member with room for its path behind it, so that one free() releases both. */
static struct bgt_member *member_alloc(const struct nlmsghdr *message)
{
	struct bgt_member *member;
	const struct nlattr *attr;
	const char *path = "";
	size_t size;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == BGTASK_A_MEMBER_PATH && bgt_get_string(attr))
			path = bgt_get_string(attr);

	size = strlen(path) + 1;
	member = calloc(1, sizeof(*member) + size);
	if (member)
		member->path = memcpy(member + 1, path, size);
	return member;
}

int bgt_member_parse(const struct nlmsghdr *message, struct bgt_member **result)
{
	struct bgt_member *member;
	const struct nlattr *attr;

	member = member_alloc(message);
	if (!member)
		return -ENOMEM;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (!parse_attribute(member, attr))
			goto bad;
	if (!member->id)
		goto bad;

	*result = member;
	return 0;

bad:
	free(member);
	return -EPROTO;
}

void bgt_member_free(struct bgt_member *list)
{
	struct bgt_member *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

/* A list that grows at its end, so that it keeps the kernel's order. */
struct member_list {
	struct bgt_member *first;
	struct bgt_member **end;
};

static void member_list_clear(void *data)
{
	struct member_list *list = data;

	bgt_member_free(list->first);
	list->first = NULL;
	list->end = &list->first;
}

static int member_list_add(const struct nlmsghdr *message, void *data)
{
	struct member_list *list = data;
	int error;

	error = bgt_member_parse(message, list->end);
	if (!error)
		list->end = &(*list->end)->next;
	return error;
}

int bgt_member_get(struct bgt *bgt, uint32_t id, struct bgt_member **member)
{
	struct member_list list = { .end = &list.first };
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MEMBER_GET);
	bgt_put_u32(&request, BGTASK_A_MEMBER_ID, id);
	error = bgt_exchange(bgt, &request, member_list_add, &list);
	if (!error && !list.first)
		error = bgt_fail(bgt, -EPROTO, NULL);
	if (error)
		member_list_clear(&list);
	*member = list.first;
	return error;
}

int bgt_member_list(struct bgt *bgt, uint32_t container, struct bgt_member **result)
{
	struct member_list list = { .end = &list.first };
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MEMBER_GET);
	if (container)
		bgt_put_u32(&request, BGTASK_A_MEMBER_CONTAINER, container);
	error = bgt_exchange_dump(bgt, &request, member_list_add, member_list_clear, &list);
	if (error)
		member_list_clear(&list);
	*result = list.first;
	return error;
}

static int parse_id(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;
	uint32_t *id = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == BGTASK_A_MEMBER_ID && !bgt_get_u32(attr, id))
			return -EPROTO;
	return *id ? 0 : -EPROTO;
}

int bgt_member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, int dirfd, bool held,
		   uint32_t *result)
{
	struct bgt_request request;
	uint32_t id = 0;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MEMBER_ADD);
	bgt_put_u32(&request, BGTASK_A_MEMBER_CONTAINER, container);
	bgt_put_u32(&request, BGTASK_A_MEMBER_ROLE, role);
	bgt_put_u32(&request, BGTASK_A_MEMBER_FD, (uint32_t)dirfd);
	bgt_put_u8(&request, BGTASK_A_MEMBER_HELD, held);
	error = bgt_exchange(bgt, &request, parse_id, &id);
	if (!error && result)
		*result = id;
	return error;
}

int bgt_member_set_held(struct bgt *bgt, uint32_t id, bool held)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MEMBER_SET);
	bgt_put_u32(&request, BGTASK_A_MEMBER_ID, id);
	bgt_put_u8(&request, BGTASK_A_MEMBER_HELD, held);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_member_del(struct bgt *bgt, uint32_t id)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_MEMBER_DEL);
	bgt_put_u32(&request, BGTASK_A_MEMBER_ID, id);
	return bgt_exchange(bgt, &request, NULL, NULL);
}
