/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What answers of logind say.
 */
#ifndef BGTASKD_LOGIND_H
#define BGTASKD_LOGIND_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#define LOGIND		"org.freedesktop.login1"
#define LOGIND_PATH	"/org/freedesktop/login1"
#define LOGIND_SEAT	LOGIND_PATH "/seat/seat0"

/* What is known of the session in use. */
struct session {
	bool connected;
	bool present;
};

/* There is no logind to answer. */
bool logind_is_absent(sd_bus_message *answer);

/*
 * The path of the session in use, from the seat's property ActiveSession; "/" without one, or
 * without a seat. Valid as long as the answer. Returns 0 or a negative errno, as the next one does.
 */
int logind_read_seat(sd_bus_message *answer, const char **path);

/* From all properties of that session. */
int logind_read_session(sd_bus_message *answer, struct session *session);

/* Whether a session, of which this is the property Class, is a user's. */
bool logind_is_users(sd_bus_message *answer);

#endif
