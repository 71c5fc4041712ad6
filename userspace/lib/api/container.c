// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The calls that create, change, delete, kill and list containers. A message about a container
 * becomes a struct bgt_container here, for lists and for events.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "transport/request.h"

#include "container.h"

_Static_assert(BGT_NAME_MAX == BGTASK_NAME_MAX, "name-max");
_Static_assert(BGT_QUOTA_UNLIMITED == BGTASK_QUOTA_UNLIMITED, "quota-unlimited");
_Static_assert(BGT_QUOTA_DEFAULT == BGTASK_QUOTA_DEFAULT, "quota-default");
_Static_assert(BGT_PERIOD_DEFAULT == BGTASK_PERIOD_DEFAULT, "period-default");
_Static_assert(BGT_PERIOD_MIN == BGTASK_PERIOD_MIN, "period-min");
_Static_assert(BGT_PERIOD_MAX == BGTASK_PERIOD_MAX, "period-max");
_Static_assert(BGT_REPRIEVE_MAX == BGTASK_REPRIEVE_MAX, "reprieve-max");

static bool parse_name(struct bgt_container *container, const struct nlattr *attr)
{
	const char *name = bgt_get_string(attr);

	if (!name || strlen(name) >= sizeof(container->name))
		return false;
	strcpy(container->name, name);
	return true;
}

static bool parse_attribute(struct bgt_container *container, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case BGTASK_A_CONTAINER_ID:
		return bgt_get_u32(attr, &container->id);
	case BGTASK_A_CONTAINER_NAME:
		return parse_name(container, attr);
	case BGTASK_A_CONTAINER_QUOTA:
		return bgt_get_u64(attr, &container->quota);
	case BGTASK_A_CONTAINER_PERIOD:
		return bgt_get_u64(attr, &container->period);
	case BGTASK_A_CONTAINER_EXEMPT:
		return bgt_get_flag(attr, &container->exempt);
	case BGTASK_A_CONTAINER_THROTTLED:
		return bgt_get_flag(attr, &container->throttled);
	case BGTASK_A_CONTAINER_USAGE:
		return bgt_get_u64(attr, &container->usage);
	case BGTASK_A_CONTAINER_SPENT:
		return bgt_get_u64(attr, &container->spent);
	case BGTASK_A_CONTAINER_LEFT:
		return bgt_get_u64(attr, &container->left);
	case BGTASK_A_CONTAINER_GENERATION:
		return bgt_get_u64(attr, &container->generation);
	case BGTASK_A_CONTAINER_GENERATION_START:
		return bgt_get_u64(attr, &container->generation_start);
	case BGTASK_A_CONTAINER_GENERATION_END:
		return bgt_get_u64(attr, &container->generation_end);
	case BGTASK_A_CONTAINER_TIMES_THROTTLED:
		return bgt_get_u64(attr, &container->times_throttled);
	case BGTASK_A_CONTAINER_OVERRUN:
		return bgt_get_u64(attr, &container->overrun);
	case BGTASK_A_CONTAINER_LEAD:
		return bgt_get_u64(attr, &container->lead);
	case BGTASK_A_CONTAINER_DETECTED:
		return bgt_get_u64(attr, &container->detected);
	case BGTASK_A_CONTAINER_STOPPED:
		return bgt_get_u64(attr, &container->stopped);
	case BGTASK_A_CONTAINER_MEMBERS:
		return bgt_get_u32(attr, &container->members);
	case BGTASK_A_CONTAINER_TIMES_LENT:
		return bgt_get_u64(attr, &container->times_lent);
	case BGTASK_A_CONTAINER_FOREIGN_THAWS:
		return bgt_get_u64(attr, &container->foreign_thaws);
	case BGTASK_A_CONTAINER_COUNT_TRAFFIC:
		return bgt_get_flag(attr, &container->count_traffic);
	case BGTASK_A_CONTAINER_RECEIVED:
		return bgt_get_u64(attr, &container->received);
	case BGTASK_A_CONTAINER_SENT:
		return bgt_get_u64(attr, &container->sent);
	case BGTASK_A_CONTAINER_LOCAL:
		return bgt_get_u64(attr, &container->local);
	case BGTASK_A_CONTAINER_REPRIEVE:
		return bgt_get_u64(attr, &container->reprieve);
	default:
		/* An attribute of a newer module. */
		return true;
	}
}

int bgt_container_parse(const struct nlmsghdr *message, struct bgt_container **result)
{
	struct bgt_container *container;
	const struct nlattr *attr;

	container = calloc(1, sizeof(*container));
	if (!container)
		return -ENOMEM;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (!parse_attribute(container, attr))
			goto bad;
	if (!container->id)
		goto bad;

	*result = container;
	return 0;

bad:
	free(container);
	return -EPROTO;
}

void bgt_container_free(struct bgt_container *list)
{
	struct bgt_container *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

/* A list that grows at its end, so that it keeps the kernel's order. */
struct container_list {
	struct bgt_container *first;
	struct bgt_container **end;
};

static void container_list_clear(void *data)
{
	struct container_list *list = data;

	bgt_container_free(list->first);
	list->first = NULL;
	list->end = &list->first;
}

static int container_list_add(const struct nlmsghdr *message, void *data)
{
	struct container_list *list = data;
	int error;

	error = bgt_container_parse(message, list->end);
	if (!error)
		list->end = &(*list->end)->next;
	return error;
}

/* Sends a request for a single container. */
static int get(struct bgt *bgt, struct bgt_request *request, struct bgt_container **container)
{
	struct container_list list = { .end = &list.first };
	int error;

	*container = NULL;
	error = bgt_exchange(bgt, request, container_list_add, &list);
	if (!error && !list.first)
		error = bgt_fail(bgt, -EPROTO, NULL);
	if (error)
		container_list_clear(&list);
	*container = list.first;
	return error;
}

int bgt_container_get(struct bgt *bgt, uint32_t id, struct bgt_container **container)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_GET);
	bgt_put_u32(&request, BGTASK_A_CONTAINER_ID, id);
	return get(bgt, &request, container);
}

int bgt_container_get_by_name(struct bgt *bgt, const char *name, struct bgt_container **container)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_GET);
	bgt_put_string(&request, BGTASK_A_CONTAINER_NAME, name);
	return get(bgt, &request, container);
}

int bgt_self_get(struct bgt *bgt, struct bgt_container **container)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_SELF_GET);
	return get(bgt, &request, container);
}

int bgt_container_list(struct bgt *bgt, struct bgt_container **result)
{
	struct container_list list = { .end = &list.first };
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_GET);
	error = bgt_exchange_dump(bgt, &request, container_list_add, container_list_clear, &list);
	if (error)
		container_list_clear(&list);
	*result = list.first;
	return error;
}

/* Puts the fields that the policy sets. Its size tells which fields the caller's header has. */
static int put_policy(struct bgt *bgt, struct bgt_request *request,
		      const struct bgt_container_policy *policy)
{
	const uint32_t known = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD | BGT_POLICY_EXEMPT |
			       BGT_POLICY_COUNT_TRAFFIC | BGT_POLICY_REPRIEVE;

	if (policy->size < sizeof(*policy) || policy->set & ~known)
		return bgt_fail(bgt, -EINVAL, "the policy is not one of this library");

	if (policy->set & BGT_POLICY_QUOTA)
		bgt_put_u64(request, BGTASK_A_CONTAINER_QUOTA, policy->quota);
	if (policy->set & BGT_POLICY_PERIOD)
		bgt_put_u64(request, BGTASK_A_CONTAINER_PERIOD, policy->period);
	if (policy->set & BGT_POLICY_EXEMPT)
		bgt_put_u8(request, BGTASK_A_CONTAINER_EXEMPT, policy->exempt);
	if (policy->set & BGT_POLICY_COUNT_TRAFFIC)
		bgt_put_u8(request, BGTASK_A_CONTAINER_COUNT_TRAFFIC, policy->count_traffic);
	if (policy->set & BGT_POLICY_REPRIEVE)
		bgt_put_u64(request, BGTASK_A_CONTAINER_REPRIEVE, policy->reprieve);
	return 0;
}

static int parse_id(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;
	uint32_t *id = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == BGTASK_A_CONTAINER_ID && !bgt_get_u32(attr, id))
			return -EPROTO;
	return *id ? 0 : -EPROTO;
}

int bgt_container_new(struct bgt *bgt, const char *name, const struct bgt_container_policy *policy,
		      uint32_t *result)
{
	struct bgt_request request;
	uint32_t id = 0;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_NEW);
	bgt_put_string(&request, BGTASK_A_CONTAINER_NAME, name);
	if (policy) {
		error = put_policy(bgt, &request, policy);
		if (error)
			return error;
	}
	error = bgt_exchange(bgt, &request, parse_id, &id);
	if (!error && result)
		*result = id;
	return error;
}

int bgt_container_set(struct bgt *bgt, uint32_t id, const struct bgt_container_policy *policy)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_SET);
	bgt_put_u32(&request, BGTASK_A_CONTAINER_ID, id);
	error = put_policy(bgt, &request, policy);
	if (error)
		return error;
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_container_del(struct bgt *bgt, uint32_t id)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_DEL);
	bgt_put_u32(&request, BGTASK_A_CONTAINER_ID, id);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_container_kill(struct bgt *bgt, uint32_t id, enum bgt_role role)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONTAINER_KILL);
	bgt_put_u32(&request, BGTASK_A_MEMBER_CONTAINER, id);
	if (role != BGT_ROLE_ALL)
		bgt_put_u32(&request, BGTASK_A_MEMBER_ROLE, role);
	return bgt_exchange(bgt, &request, NULL, NULL);
}
