// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the answers of logind. A session that is not a user's, such as that of a greeter, does not
 * count, and a user whose session is locked or idle is not present.
 */
#include "logind.h"

#include <string.h>

bool logind_is_absent(sd_bus_message *answer)
{
	return sd_bus_message_is_method_error(answer, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	       sd_bus_message_is_method_error(answer, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

/* A greeter's session is no user's, and neither is one that waits for the home directory. */
static bool is_users(const char *class)
{
	return !strcmp(class, "user") ||
	       (!strncmp(class, "user-", strlen("user-")) && strcmp(class, "user-incomplete"));
}

bool logind_is_users(sd_bus_message *answer)
{
	const char *class;

	/* The session may have ended since. */
	return !sd_bus_message_is_method_error(answer, NULL) &&
	       sd_bus_message_read(answer, "v", "s", &class) > 0 && is_users(class);
}

int logind_read_seat(sd_bus_message *answer, const char **path)
{
	int error;

	*path = "/";
	if (sd_bus_message_is_method_error(answer, NULL)) {
		if (sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_OBJECT))
			return 0;
		return -sd_bus_message_get_errno(answer);
	}
	error = sd_bus_message_enter_container(answer, 'v', "(so)");
	if (error >= 0)
		error = sd_bus_message_read(answer, "(so)", NULL, path);
	return error < 0 ? error : 0;
}

/* Reads a property of a session from an answer, and skips one that is not needed. */
static int read_property(sd_bus_message *answer, const char **class, int *away)
{
	const char *name;
	int error, value;

	error = sd_bus_message_read(answer, "s", &name);
	if (error < 0)
		return error;
	if (!strcmp(name, "Class"))
		return sd_bus_message_read(answer, "v", "s", class);
	if (strcmp(name, "LockedHint") && strcmp(name, "IdleHint"))
		return sd_bus_message_skip(answer, "v");
	error = sd_bus_message_read(answer, "v", "b", &value);
	if (error >= 0)
		*away |= value;
	return error;
}

int logind_read_session(sd_bus_message *answer, struct session *session)
{
	const char *class = "";
	int error, away = false;

	*session = (struct session){ false };
	/* The session has ended since. */
	if (sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_OBJECT))
		return 0;
	if (sd_bus_message_is_method_error(answer, NULL))
		return -sd_bus_message_get_errno(answer);

	error = sd_bus_message_enter_container(answer, 'a', "{sv}");
	while (error >= 0 && (error = sd_bus_message_enter_container(answer, 'e', "sv")) > 0) {
		error = read_property(answer, &class, &away);
		if (error >= 0)
			error = sd_bus_message_exit_container(answer);
	}
	if (error < 0)
		return error;
	session->connected = is_users(class);
	session->present = session->connected && !away;
	return 0;
}
