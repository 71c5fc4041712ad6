/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers of logind, and what the source of sessions learns from them.
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

/* Whether an answer says that there is no logind. */
bool logind_is_absent(sd_bus_message *answer);

/*
 * Reads the path of the session in use from an answer with the seat's property ActiveSession: "/"
 * if there is no session or no seat. The path is valid as long as the answer. Returns 0 or a
 * negative errno.
 */
int logind_read_seat(sd_bus_message *answer, const char **path);

/*
 * Reads what is known of a session from an answer with all its properties. Returns 0 or a negative
 * errno.
 */
int logind_read_session(sd_bus_message *answer, struct session *session);

/* Whether a session is a user's, by an answer with its property Class. */
bool logind_is_users(sd_bus_message *answer);

#endif
