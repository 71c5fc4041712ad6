// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The names of the values of all enumerations, and the values of names. A value that this library
 * does not know is called "unknown", since a newer module or helper may have sent it.
 */
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
	[BGT_EVENT_INSTANCE_PROGRESS] = "instance-progress",
	[BGT_EVENT_INSTANCE_ENDED] = "instance-ended",
	[BGT_EVENT_INSTANCE_CANCELED] = "instance-canceled",
	[BGT_EVENT_APP_SUSPENDING] = "app-suspending",
	[BGT_EVENT_APP_RESUMING] = "app-resuming",
	[BGT_EVENT_APP_CHANGED] = "app-changed",
	[BGT_EVENT_EXTENSION_REVOKED] = "extension-revoked",
	[BGT_EVENT_APP_ACTIVATED] = "app-activated",
	[BGT_EVENT_INSTANCE_CHANGED] = "instance-changed",
	[BGT_EVENT_TASK_REGISTERED] = "task-registered",
	[BGT_EVENT_TASK_UNREGISTERED] = "task-unregistered",
	[BGT_EVENT_APP_INSTALLED] = "app-installed",
	[BGT_EVENT_APP_REMOVED] = "app-removed",
	[BGT_EVENT_APP_ACCESS_CHANGED] = "app-access-changed",
	[BGT_EVENT_CONDITION_CHANGED] = "condition-changed",
};

static const char *const triggers[] = {
	[BGT_TRIGGER_APPLICATION] = "application",
	[BGT_TRIGGER_CONTROL_CHANNEL] = "control-channel",
	[BGT_TRIGGER_INTERNET_AVAILABLE] = "internet-available",
	[BGT_TRIGGER_INTERNET_NOT_AVAILABLE] = "internet-not-available",
	[BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED] = "lock-screen-application-added",
	[BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED] = "lock-screen-application-removed",
	[BGT_TRIGGER_MAINTENANCE] = "maintenance",
	[BGT_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET] = "network-notification-channel-reset",
	[BGT_TRIGGER_NETWORK_STATE_CHANGE] = "network-state-change",
	[BGT_TRIGGER_PUSH] = "push",
	[BGT_TRIGGER_SERVICING_COMPLETE] = "servicing-complete",
	[BGT_TRIGGER_SESSION_CONNECTED] = "session-connected",
	[BGT_TRIGGER_SESSION_DISCONNECTED] = "session-disconnected",
	[BGT_TRIGGER_SESSION_START] = "session-start",
	[BGT_TRIGGER_SMS_RECEIVED] = "sms-received",
	[BGT_TRIGGER_TIME] = "time",
	[BGT_TRIGGER_TIME_ZONE_CHANGE] = "time-zone-change",
	[BGT_TRIGGER_USER_AWAY] = "user-away",
	[BGT_TRIGGER_USER_PRESENT] = "user-present",
};

/* In the order of the bits. */
static const char *const conditions[] = {
	"internet-available",
	"internet-not-available",
	"session-connected",
	"session-disconnected",
	"user-present",
	"user-not-present",
};

static const char *const states[] = {
	[BGT_INSTANCE_LATCHED] = "latched",
	[BGT_INSTANCE_LAUNCHING] = "launching",
	[BGT_INSTANCE_RUNNING] = "running",
	[BGT_INSTANCE_CANCELLING] = "cancelling",
	[BGT_INSTANCE_COMPLETED] = "completed",
	[BGT_INSTANCE_FAILED] = "failed",
	[BGT_INSTANCE_CANCELED] = "canceled",
	[BGT_INSTANCE_TERMINATED] = "terminated",
};

static const char *const reasons[] = {
	[BGT_CANCEL_ABORT] = "abort",
	[BGT_CANCEL_TERMINATING] = "terminating",
	[BGT_CANCEL_LOGGING_OFF] = "logging-off",
	[BGT_CANCEL_SERVICING_UPDATE] = "servicing-update",
	[BGT_CANCEL_IDLE_TASK] = "idle-task",
	[BGT_CANCEL_UNINSTALL] = "uninstall",
	[BGT_CANCEL_CONDITION_LOSS] = "condition-loss",
	[BGT_CANCEL_SYSTEM_POLICY] = "system-policy",
	[BGT_CANCEL_QUIET_HOURS_ENTERED] = "quiet-hours-entered",
	[BGT_CANCEL_EXECUTION_TIME_EXCEEDED] = "execution-time-exceeded",
	[BGT_CANCEL_RESOURCE_REVOCATION] = "resource-revocation",
	[BGT_CANCEL_ENERGY_SAVER] = "energy-saver",
};

static const char *const accesses[] = {
	[BGT_ACCESS_UNSPECIFIED] = "unspecified",
	[BGT_ACCESS_LOCK_SCREEN] = "lock-screen",
	[BGT_ACCESS_ALWAYS_ALLOWED] = "always-allowed",
	[BGT_ACCESS_DENIED_BY_USER] = "denied-by-user",
	[BGT_ACCESS_DENIED_BY_POLICY] = "denied-by-policy",
};

static const char *const app_states[] = {
	[BGT_APP_NOT_RUNNING] = "not-running",
	[BGT_APP_RUNNING] = "running",
	[BGT_APP_SUSPENDING] = "suspending",
	[BGT_APP_SUSPENDED] = "suspended",
};

static const char *const extensions[] = {
	[BGT_EXTENSION_UNSPECIFIED] = "unspecified",
	[BGT_EXTENSION_LOCATION_TRACKING] = "location-tracking",
	[BGT_EXTENSION_SAVING_DATA] = "saving-data",
};

static const char *const revocations[] = {
	[BGT_REVOKED_RESUMED] = "resumed",
	[BGT_REVOKED_SYSTEM_POLICY] = "system-policy",
};

static const char *const costs[] = {
	[BGT_WORK_COST_LOW] = "low",
	[BGT_WORK_COST_MEDIUM] = "medium",
	[BGT_WORK_COST_HIGH] = "high",
};

/* The name of a value. The value may be unknown, as it is of a newer module. */
#define NAME(names, value)	name_of(names, COUNT(names), (size_t)(value))

static const char *name_of(const char *const *names, size_t count, size_t value)
{
	return value < count && names[value] ? names[value] : "unknown";
}

/* The value that has a name, or -EINVAL. */
#define FIND(names, name)	find(names, COUNT(names), name)

static int find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && !strcmp(name, names[i]))
			return (int)i;
	return -EINVAL;
}

const char *bgt_role_name(enum bgt_role role)
{
	return NAME(roles, role);
}

int bgt_role_from_name(const char *name, enum bgt_role *role)
{
	int value = FIND(roles, name);

	if (value < 0)
		return value;
	*role = (enum bgt_role)value;
	return 0;
}

const char *bgt_scope_name(enum bgt_scope scope)
{
	return NAME(scopes, scope);
}

int bgt_scope_from_name(const char *name, enum bgt_scope *scope)
{
	int value = FIND(scopes, name);

	if (value < 0)
		return value;
	*scope = (enum bgt_scope)value;
	return 0;
}

const char *bgt_trigger_name(enum bgt_trigger trigger)
{
	return NAME(triggers, trigger);
}

int bgt_trigger_from_name(const char *name, enum bgt_trigger *trigger)
{
	int value = FIND(triggers, name);

	if (value < 0)
		return value;
	*trigger = (enum bgt_trigger)value;
	return 0;
}

const char *bgt_condition_name(enum bgt_condition condition)
{
	for (size_t i = 0; i < COUNT(conditions); i++)
		if ((uint32_t)condition == 1u << i)
			return conditions[i];
	return "unknown";
}

int bgt_condition_from_name(const char *name, enum bgt_condition *condition)
{
	int value = FIND(conditions, name);

	if (value < 0)
		return value;
	*condition = (enum bgt_condition)(1u << value);
	return 0;
}

const char *bgt_instance_state_name(enum bgt_instance_state state)
{
	return NAME(states, state);
}

int bgt_instance_state_from_name(const char *name, enum bgt_instance_state *state)
{
	int value = FIND(states, name);

	if (value < 0)
		return value;
	*state = (enum bgt_instance_state)value;
	return 0;
}

const char *bgt_cancel_reason_name(enum bgt_cancel_reason reason)
{
	return NAME(reasons, reason);
}

int bgt_cancel_reason_from_name(const char *name, enum bgt_cancel_reason *reason)
{
	int value = FIND(reasons, name);

	if (value < 0)
		return value;
	*reason = (enum bgt_cancel_reason)value;
	return 0;
}

const char *bgt_access_name(enum bgt_access access)
{
	return NAME(accesses, access);
}

int bgt_access_from_name(const char *name, enum bgt_access *access)
{
	int value = FIND(accesses, name);

	if (value < 0)
		return value;
	*access = (enum bgt_access)value;
	return 0;
}

const char *bgt_app_state_name(enum bgt_app_state state)
{
	return NAME(app_states, state);
}

int bgt_app_state_from_name(const char *name, enum bgt_app_state *state)
{
	int value = FIND(app_states, name);

	if (value < 0)
		return value;
	*state = (enum bgt_app_state)value;
	return 0;
}

const char *bgt_extension_reason_name(enum bgt_extension_reason reason)
{
	return NAME(extensions, reason);
}

int bgt_extension_reason_from_name(const char *name, enum bgt_extension_reason *reason)
{
	int value = FIND(extensions, name);

	if (value < 0)
		return value;
	*reason = (enum bgt_extension_reason)value;
	return 0;
}

const char *bgt_revoked_reason_name(enum bgt_revoked_reason reason)
{
	return NAME(revocations, reason);
}

int bgt_revoked_reason_from_name(const char *name, enum bgt_revoked_reason *reason)
{
	int value = FIND(revocations, name);

	if (value < 0)
		return value;
	*reason = (enum bgt_revoked_reason)value;
	return 0;
}

const char *bgt_work_cost_name(enum bgt_work_cost cost)
{
	return NAME(costs, cost);
}

int bgt_work_cost_from_name(const char *name, enum bgt_work_cost *cost)
{
	int value = FIND(costs, name);

	if (value < 0)
		return value;
	*cost = (enum bgt_work_cost)value;
	return 0;
}

const char *bgt_event_name(enum bgt_event_type type)
{
	return NAME(events, type);
}
