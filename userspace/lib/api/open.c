// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opens and closes a connection: looks up the module's generic netlink family, and connects the
 * files that handle messages with the socket that receives them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events/pending.h"
#include "events/renewal.h"
#include "transport/request.h"

#include "activation.h"
#include "condition.h"
#include "instance.h"
#include "lifecycle.h"
#include "mutex.h"
#include "task.h"

/* The functions that take messages which answer no request, one table per file. */
static const struct bgt_receiver *const tables[] = {
	bgt_instance_receivers,
	bgt_activation_receivers,
	bgt_lifecycle_receivers,
	bgt_task_receivers,
	bgt_condition_receivers,
	NULL,
};

static const struct bgt_receivers receivers = {
	.tables = tables,
	.other = bgt_mutex_answered,
};

/* Finds the number of one multicast group in what the controller tells about the family. */
static void parse_group(const struct nlattr *group, struct bgt *bgt)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			name = bgt_get_string(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			bgt_get_u32(attr, &id);
			break;
		}
	}
	if (name && !strcmp(name, BGTASK_MCGRP_CONTAINER))
		bgt->group = id;
}

static int parse_family(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr, *group;
	struct bgt *bgt = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
				bgt->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr) {
				parse_group(group, bgt);
			}
			break;
		}
	}
	return 0;
}

/* Asking for the family by its name also makes the kernel try to load the module. */
static int resolve_family(struct bgt *bgt)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	bgt_put_string(&request, CTRL_ATTR_FAMILY_NAME, BGTASK_GENL_NAME);
	error = bgt_exchange(bgt, &request, parse_family, bgt);
	if (error)
		return error;
	return bgt->family ? 0 : -EPROTO;
}

int bgt_fd(const struct bgt *bgt)
{
	return bgt->poll >= 0 ? bgt->poll : -ENOTCONN;
}

int bgt_keep_on_exec(struct bgt *bgt, bool keep)
{
	if (fcntl(mnl_socket_get_fd(bgt->requests), F_SETFD, keep ? 0 : FD_CLOEXEC))
		return bgt_fail(bgt, -errno, NULL);
	return 0;
}

int bgt_open(struct bgt **result)
{
	struct bgt *bgt;
	int error;

	*result = NULL;
	bgt = calloc(1, sizeof(*bgt));
	if (!bgt)
		return -ENOMEM;

	bgt->inbox = &bgt_pending_inbox;
	bgt->receivers = &receivers;
	bgt->poll = -1;
	bgt->raised = -1;
	error = bgt_socket_open(&bgt->requests, 0);
	if (!error)
		error = resolve_family(bgt);
	if (error) {
		bgt_close(bgt);
		return error;
	}
	*result = bgt;
	return 0;
}

void bgt_close(struct bgt *bgt)
{
	if (!bgt)
		return;
	if (bgt->events)
		mnl_socket_close(bgt->events);
	if (bgt->requests)
		mnl_socket_close(bgt->requests);
	bgt_pending_forget_all(bgt);
	if (bgt->raised >= 0)
		close(bgt->raised);
	if (bgt->poll >= 0)
		close(bgt->poll);
	bgt_mutex_forget_all(bgt);
	bgt_renewal_free(bgt->renewal);
	bgt_completion_free(bgt->completion);
	free(bgt->activations);
	bgt_container_free(bgt->event_container);
	bgt_member_free(bgt->event_member);
	bgt_instance_free(bgt->event_instance);
	bgt_app_free(bgt->event_app);
	bgt_task_free(bgt->event_task);
	free(bgt);
}
