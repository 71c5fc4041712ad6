// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "bgtask.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const roles[] = {
	[BGT_ROLE_APP] = "app",
	[BGT_ROLE_UI] = "ui",
	[BGT_ROLE_TASK] = "task",
};

static const char *const scopes[] = {
	[BGT_SCOPE_CONTAINER] = "container",
	[BGT_SCOPE_USER] = "user",
	[BGT_SCOPE_GLOBAL] = "global",
};

static const char *const events[] = {
	[BGT_EVENT_CONTAINER_NEW] = "container-new",
	[BGT_EVENT_CONTAINER_SET] = "container-set",
	[BGT_EVENT_CONTAINER_DEL] = "container-del",
	[BGT_EVENT_CONTAINER_THROTTLED] = "container-throttled",
	[BGT_EVENT_CONTAINER_STOPPED] = "container-stopped",
	[BGT_EVENT_CONTAINER_REPLENISHED] = "container-replenished",
	[BGT_EVENT_MEMBER_ADD] = "member-add",
	[BGT_EVENT_MEMBER_FROZEN] = "member-frozen",
	[BGT_EVENT_MEMBER_THAWED] = "member-thawed",
	[BGT_EVENT_MEMBER_GONE] = "member-gone",
	[BGT_EVENT_CONTAINER_LENT] = "container-lent",
	[BGT_EVENT_MUTEX] = "mutex",
};

const char *bgt_role_name(enum bgt_role role)
{
	return role >= 0 && (size_t)role < COUNT(roles) ? roles[role] : "unknown";
}

int bgt_role_from_name(const char *name, enum bgt_role *role)
{
	for (size_t i = 0; i < COUNT(roles); i++) {
		if (!strcmp(name, roles[i])) {
			*role = (enum bgt_role)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *bgt_scope_name(enum bgt_scope scope)
{
	return (size_t)scope < COUNT(scopes) ? scopes[scope] : "unknown";
}

int bgt_scope_from_name(const char *name, enum bgt_scope *scope)
{
	for (size_t i = 0; i < COUNT(scopes); i++) {
		if (!strcmp(name, scopes[i])) {
			*scope = (enum bgt_scope)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *bgt_event_name(enum bgt_event_type type)
{
	return type > 0 && (size_t)type < COUNT(events) ? events[type] : "unknown";
}
