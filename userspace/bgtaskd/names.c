// SPDX-License-Identifier: GPL-2.0
#include "names.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const triggers[] = {
	[BGTASK_TRIGGER_APPLICATION] = "application",
	[BGTASK_TRIGGER_CONTROL_CHANNEL] = "control-channel",
	[BGTASK_TRIGGER_INTERNET_AVAILABLE] = "internet-available",
	[BGTASK_TRIGGER_INTERNET_NOT_AVAILABLE] = "internet-not-available",
	[BGTASK_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED] = "lock-screen-application-added",
	[BGTASK_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED] = "lock-screen-application-removed",
	[BGTASK_TRIGGER_MAINTENANCE] = "maintenance",
	[BGTASK_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET] = "network-notification-channel-reset",
	[BGTASK_TRIGGER_NETWORK_STATE_CHANGE] = "network-state-change",
	[BGTASK_TRIGGER_PUSH] = "push",
	[BGTASK_TRIGGER_SERVICING_COMPLETE] = "servicing-complete",
	[BGTASK_TRIGGER_SESSION_CONNECTED] = "session-connected",
	[BGTASK_TRIGGER_SESSION_DISCONNECTED] = "session-disconnected",
	[BGTASK_TRIGGER_SESSION_START] = "session-start",
	[BGTASK_TRIGGER_SMS_RECEIVED] = "sms-received",
	[BGTASK_TRIGGER_TIME] = "time",
	[BGTASK_TRIGGER_TIME_ZONE_CHANGE] = "time-zone-change",
	[BGTASK_TRIGGER_USER_AWAY] = "user-away",
	[BGTASK_TRIGGER_USER_PRESENT] = "user-present",
};

/* By the number of the bit. */
static const char *const conditions[] = {
	"internet-available",
	"internet-not-available",
	"session-connected",
	"session-disconnected",
	"user-present",
	"user-not-present",
};

static const char *const instance_states[] = {
	[BGTASK_INSTANCE_STATE_LATCHED] = "latched",
	[BGTASK_INSTANCE_STATE_LAUNCHING] = "launching",
	[BGTASK_INSTANCE_STATE_RUNNING] = "running",
	[BGTASK_INSTANCE_STATE_CANCELLING] = "cancelling",
	[BGTASK_INSTANCE_STATE_COMPLETED] = "completed",
	[BGTASK_INSTANCE_STATE_FAILED] = "failed",
	[BGTASK_INSTANCE_STATE_CANCELED] = "canceled",
	[BGTASK_INSTANCE_STATE_TERMINATED] = "terminated",
};

static const char *const cancel_reasons[] = {
	[BGTASK_CANCEL_REASON_ABORT] = "abort",
	[BGTASK_CANCEL_REASON_TERMINATING] = "terminating",
	[BGTASK_CANCEL_REASON_LOGGING_OFF] = "logging-off",
	[BGTASK_CANCEL_REASON_SERVICING_UPDATE] = "servicing-update",
	[BGTASK_CANCEL_REASON_IDLE_TASK] = "idle-task",
	[BGTASK_CANCEL_REASON_UNINSTALL] = "uninstall",
	[BGTASK_CANCEL_REASON_CONDITION_LOSS] = "condition-loss",
	[BGTASK_CANCEL_REASON_SYSTEM_POLICY] = "system-policy",
	[BGTASK_CANCEL_REASON_QUIET_HOURS_ENTERED] = "quiet-hours-entered",
	[BGTASK_CANCEL_REASON_EXECUTION_TIME_EXCEEDED] = "execution-time-exceeded",
	[BGTASK_CANCEL_REASON_RESOURCE_REVOCATION] = "resource-revocation",
	[BGTASK_CANCEL_REASON_ENERGY_SAVER] = "energy-saver",
};

static const char *const accesses[] = {
	[BGTASK_ACCESS_UNSPECIFIED] = "unspecified",
	[BGTASK_ACCESS_LOCK_SCREEN] = "lock-screen",
	[BGTASK_ACCESS_ALWAYS_ALLOWED] = "always-allowed",
	[BGTASK_ACCESS_DENIED_BY_USER] = "denied-by-user",
	[BGTASK_ACCESS_DENIED_BY_POLICY] = "denied-by-policy",
};

static const char *const work_costs[] = {
	[BGTASK_WORK_COST_LOW] = "low",
	[BGTASK_WORK_COST_MEDIUM] = "medium",
	[BGTASK_WORK_COST_HIGH] = "high",
};

static const char *name_of(const char *const *names, size_t count, size_t number)
{
	return number < count ? names[number] : "unknown";
}

static int find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(name, names[i]))
			return (int)i;
	}
	return -EINVAL;
}

/* Both directions of an enum that counts from 0. */
#define NAMES(what, table)							\
const char *what##_name(enum bgtask_##what number)				\
{										\
	return name_of(table, COUNT(table), (size_t)number);			\
}										\
										\
int what##_from_name(const char *name, enum bgtask_##what *number)		\
{										\
	int found = find(table, COUNT(table), name);				\
										\
	if (found < 0)								\
		return found;							\
	*number = (enum bgtask_##what)found;					\
	return 0;								\
}

NAMES(trigger, triggers)
NAMES(instance_state, instance_states)
NAMES(cancel_reason, cancel_reasons)
NAMES(access, accesses)
NAMES(work_cost, work_costs)

const char *condition_name(enum bgtask_condition condition)
{
	for (size_t i = 0; i < COUNT(conditions); i++) {
		if ((unsigned int)condition == 1u << i)
			return conditions[i];
	}
	return "unknown";
}

int condition_from_name(const char *name, enum bgtask_condition *condition)
{
	int found = find(conditions, COUNT(conditions), name);

	if (found < 0)
		return found;
	*condition = (enum bgtask_condition)(1u << found);
	return 0;
}

/* Decodes one character of UTF-8, shortest form only. Returns its length, or 0. */
static int decode(const unsigned char *text, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length;

	if (text[0] < 0x80) {
		*character = text[0];
		return 1;
	}
	if ((text[0] & 0xe0) == 0xc0)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if ((text[0] & 0xf8) == 0xf0)
		length = 4;
	else
		return 0;

	*character = text[0] & (0x7fu >> length);
	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3fu);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

const char *text_fault(const char *text)
{
	const unsigned char *next = (const unsigned char *)text;
	uint32_t character;
	int length;

	for (; *next; next += length) {
		length = decode(next, &character);
		if (!length)
			return "is not UTF-8";
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			return "has a control character";
	}
	return NULL;
}

const char *name_fault(const char *name)
{
	if (!*name)
		return "is empty";
	if (strlen(name) > BGTASK_NAME_MAX)
		return "is longer than 63 bytes";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is that of a directory entry";
	if (strchr(name, '/'))
		return "has a slash";
	return text_fault(name);
}
