// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Makes one sentence of what the kernel says about a refusal.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <string.h>

#include "request.h"

static const char *const container_attributes[] = {
	[BGTASK_A_CONTAINER_ID] = "id",
	[BGTASK_A_CONTAINER_NAME] = "name",
	[BGTASK_A_CONTAINER_QUOTA] = "quota",
	[BGTASK_A_CONTAINER_PERIOD] = "period",
	[BGTASK_A_CONTAINER_EXEMPT] = "exempt",
	[BGTASK_A_CONTAINER_COUNT_TRAFFIC] = "count-traffic",
};

static const char *const member_attributes[] = {
	[BGTASK_A_MEMBER_ID] = "id",
	[BGTASK_A_MEMBER_CONTAINER] = "container",
	[BGTASK_A_MEMBER_ROLE] = "role",
	[BGTASK_A_MEMBER_FD] = "fd",
	[BGTASK_A_MEMBER_HELD] = "held",
};

static const char *const mutex_attributes[] = {
	[BGTASK_A_MUTEX_NAME] = "name",
	[BGTASK_A_MUTEX_SCOPE] = "scope",
	[BGTASK_A_MUTEX_TIMEOUT] = "timeout",
};

static const char *const task_attributes[] = {
	[BGTASK_A_TASK_ID] = "id",
	[BGTASK_A_TASK_APP] = "app",
	[BGTASK_A_TASK_NAME] = "name",
	[BGTASK_A_TASK_ENTRY_POINT] = "entry-point",
	[BGTASK_A_TASK_TRIGGER] = "trigger",
	[BGTASK_A_TASK_INTERVAL] = "interval",
	[BGTASK_A_TASK_ONESHOT] = "oneshot",
	[BGTASK_A_TASK_CONDITIONS] = "conditions",
	[BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS] = "cancel-on-condition-loss",
	[BGTASK_A_TASK_FD] = "fd",
	[BGTASK_A_TASK_ARGUMENT] = "argument",
	[BGTASK_A_TASK_CANCEL] = "cancel",
	[BGTASK_A_TASK_AFTER] = "after",
};

static const char *const instance_attributes[] = {
	[BGTASK_A_INSTANCE_ID] = "id",
	[BGTASK_A_INSTANCE_APP] = "app",
	[BGTASK_A_INSTANCE_REASON] = "reason",
	[BGTASK_A_INSTANCE_PROGRESS] = "progress",
	[BGTASK_A_INSTANCE_STATUS] = "status",
	[BGTASK_A_INSTANCE_MESSAGE] = "message",
	[BGTASK_A_INSTANCE_AFTER] = "after",
};

static const char *const app_attributes[] = {
	[BGTASK_A_APP_ID] = "id",
	[BGTASK_A_APP_MANIFEST] = "manifest",
	[BGTASK_A_APP_ACCESS] = "access",
	[BGTASK_A_APP_AFTER] = "after",
};

static const char *const condition_attributes[] = {
	[BGTASK_A_CONDITION_CONDITIONS] = "conditions",
	[BGTASK_A_CONDITION_WHICH] = "which",
};

#define NAME(names, type)	((type) < MNL_ARRAY_SIZE(names) ? (names)[type] : NULL)

/* The name of an attribute that a request with the given command may have, or NULL. */
static const char *attribute_name(uint8_t command, uint32_t type)
{
	switch (command) {
	case BGTASK_CMD_CONTAINER_NEW:
	case BGTASK_CMD_CONTAINER_SET:
	case BGTASK_CMD_CONTAINER_DEL:
	case BGTASK_CMD_CONTAINER_GET:
	case BGTASK_CMD_SELF_GET:
		return NAME(container_attributes, type);
	case BGTASK_CMD_CONTAINER_KILL:
	case BGTASK_CMD_MEMBER_ADD:
	case BGTASK_CMD_MEMBER_SET:
	case BGTASK_CMD_MEMBER_DEL:
	case BGTASK_CMD_MEMBER_GET:
		return NAME(member_attributes, type);
	case BGTASK_CMD_MUTEX_ACQUIRE:
	case BGTASK_CMD_MUTEX_RELEASE:
	case BGTASK_CMD_MUTEX_GET:
		return NAME(mutex_attributes, type);
	case BGTASK_CMD_TASK_REGISTER:
	case BGTASK_CMD_TASK_UNREGISTER:
	case BGTASK_CMD_TASK_GET:
	case BGTASK_CMD_TASK_ASSOCIATE:
	case BGTASK_CMD_TRIGGER_FIRE:
		return NAME(task_attributes, type);
	case BGTASK_CMD_INSTANCE_GET:
	case BGTASK_CMD_INSTANCE_ATTACH:
	case BGTASK_CMD_INSTANCE_PROGRESS:
	case BGTASK_CMD_INSTANCE_COMPLETE:
	case BGTASK_CMD_INSTANCE_CANCEL:
		return NAME(instance_attributes, type);
	case BGTASK_CMD_APP_INSTALL:
	case BGTASK_CMD_APP_REMOVE:
	case BGTASK_CMD_APP_GET:
	case BGTASK_CMD_APP_SET:
	case BGTASK_CMD_APP_UPGRADED:
		return NAME(app_attributes, type);
	case BGTASK_CMD_CONDITION_GET:
	case BGTASK_CMD_CONDITION_SET:
		return NAME(condition_attributes, type);
	default:
		return NULL;
	}
}

/* The name of the attribute at an offset from the beginning of the request, or NULL. */
static const char *attribute_at(const struct nlmsghdr *request, uint8_t command, uint32_t offset)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN)
		if ((const char *)attr - (const char *)request == offset)
			return attribute_name(command, mnl_attr_get_type(attr));
	return NULL;
}

int bgt_explain(struct bgt *bgt, const struct nlmsghdr *request, const struct nlmsghdr *answer,
		size_t payload, int error)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(request);
	const char *text = NULL, *culprit = NULL, *missing = NULL;
	const struct nlattr *attr;
	bool policy = false;
	uint32_t number;

	if (answer->nlmsg_flags & NLM_F_ACK_TLVS) {
		mnl_attr_for_each(attr, answer, payload) {
			switch (mnl_attr_get_type(attr)) {
			case NLMSGERR_ATTR_MSG:
				text = bgt_get_string(attr);
				break;
			case NLMSGERR_ATTR_OFFS:
				if (bgt_get_u32(attr, &number))
					culprit = attribute_at(request, generic->cmd, number);
				break;
			case NLMSGERR_ATTR_MISS_TYPE:
				if (bgt_get_u32(attr, &number))
					missing = attribute_name(generic->cmd, number);
				break;
			case NLMSGERR_ATTR_POLICY:
				policy = true;
				break;
			}
		}
	}

	/* The module explains all its refusals. This one is netlink's: there is no such family. */
	if (error == -ENOENT && !text)
		return bgt_fail(bgt, -EPROTONOSUPPORT, NULL);

	/* The texts of netlink's own checks do not say which attribute is meant. */
	if (missing)
		return bgt_fail(bgt, error, "%s is missing", missing);
	if (text && culprit && policy)
		return bgt_fail(bgt, error, "%s: %s", culprit, text);
	if (text)
		return bgt_fail(bgt, error, "%s", text);
	if (culprit)
		return bgt_fail(bgt, error, "%s: %s", culprit, bgt_strerror(error));
	return bgt_fail(bgt, error, NULL);
}
