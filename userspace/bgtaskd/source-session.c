// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of logind only say when to look: the seat's active session is then read anew. Nothing
 * waits for logind but the start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "source-internal.h"

#define LOGIND		"org.freedesktop.login1"
#define LOGIND_PATH	"/org/freedesktop/login1"
#define SEAT_PATH	LOGIND_PATH "/seat/seat0"
#define PROPERTIES	"org.freedesktop.DBus.Properties"

/* How long logind may take to answer. */
#define ANSWER_USEC	(10 * UINT64_C(1000000))

/* What is known of the session in use. */
struct state {
	bool connected;
	bool present;
};

struct source {
	struct source_sink sink;
	sd_bus *bus;
	sd_bus_slot *reading;	/* while an answer is waited for */
	bool again;		/* something has changed meanwhile */
	struct state state;
};

/* A greeter's session is nobody's, nor yet one that waits for the home directory. */
static bool is_users(const char *class)
{
	return !strcmp(class, "user") ||
	       (!strncmp(class, "user-", strlen("user-")) && strcmp(class, "user-incomplete"));
}

/* Takes the path of the session in use from the answer; "/" without one, or without a seat. */
static int parse_seat(sd_bus_message *answer, const char **session)
{
	int error;

	*session = "/";
	if (sd_bus_message_is_method_error(answer, NULL)) {
		if (sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_OBJECT))
			return 0;
		return -sd_bus_message_get_errno(answer);
	}
	error = sd_bus_message_enter_container(answer, 'v', "(so)");
	if (error >= 0)
		error = sd_bus_message_read(answer, "(so)", NULL, session);
	return error < 0 ? error : 0;
}

/* Takes a property of a session from the answer; those of no interest are skipped. */
static int parse_property(sd_bus_message *answer, const char **class, int *away)
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

static int parse_session(sd_bus_message *answer, struct state *state)
{
	const char *class = "";
	int error, away = false;

	*state = (struct state){ false };
	/* It has ended since. */
	if (sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_OBJECT))
		return 0;
	if (sd_bus_message_is_method_error(answer, NULL))
		return -sd_bus_message_get_errno(answer);

	error = sd_bus_message_enter_container(answer, 'a', "{sv}");
	while (error >= 0 && (error = sd_bus_message_enter_container(answer, 'e', "sv")) > 0) {
		error = parse_property(answer, &class, &away);
		if (error >= 0)
			error = sd_bus_message_exit_container(answer);
	}
	if (error < 0)
		return error;
	state->connected = is_users(class);
	state->present = state->connected && !away;
	return 0;
}

static void note_error(struct source *source, const char *what, int error)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(-error));
	source->sink.note(source->sink.data, text);
}

/* Says one of the pairs if it has changed. */
static void say(struct source *source, bool old, bool new, uint32_t condition,
		enum bgtask_trigger holds, enum bgtask_trigger holds_not)
{
	if (old == new)
		return;
	source->sink.condition(source->sink.data, condition, new);
	source->sink.fire(source->sink.data, new ? holds : holds_not, "");
}

static void set_state(struct source *source, struct state new)
{
	struct state old = source->state;

	source->state = new;
	say(source, old.connected, new.connected, BGTASK_CONDITION_SESSION_CONNECTED,
	    BGTASK_TRIGGER_SESSION_CONNECTED, BGTASK_TRIGGER_SESSION_DISCONNECTED);
	say(source, old.present, new.present, BGTASK_CONDITION_USER_PRESENT,
	    BGTASK_TRIGGER_USER_PRESENT, BGTASK_TRIGGER_USER_AWAY);
}

static int on_seat(sd_bus_message *answer, void *data, sd_bus_error *error);

/* Reads the session in use; once more after that, if it is being read already. */
static void refresh(struct source *source)
{
	int error;

	if (source->reading) {
		source->again = true;
		return;
	}
	source->again = false;
	error = sd_bus_call_method_async(source->bus, &source->reading, LOGIND, SEAT_PATH,
					 PROPERTIES, "Get", on_seat, source, "ss", LOGIND ".Seat",
					 "ActiveSession");
	if (error < 0)
		note_error(source, "cannot ask logind", error);
}

static void read_done(struct source *source, int error)
{
	source->reading = sd_bus_slot_unref(source->reading);
	if (error < 0)
		note_error(source, "cannot learn of the session in use", error);
	if (source->again)
		refresh(source);
}

static int on_session(sd_bus_message *answer, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	struct state state;
	int error = parse_session(answer, &state);

	(void)bus_error;
	/* What has changed meanwhile is about to be read. */
	if (!error && !source->again)
		set_state(source, state);
	read_done(source, error);
	return 0;
}

static int on_seat(sd_bus_message *answer, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	const char *session;
	int error = parse_seat(answer, &session);

	(void)bus_error;
	if (error || !strcmp(session, "/")) {
		if (!error && !source->again)
			set_state(source, (struct state){ false });
		read_done(source, error);
		return 0;
	}
	source->reading = sd_bus_slot_unref(source->reading);
	error = sd_bus_call_method_async(source->bus, &source->reading, LOGIND, session, PROPERTIES,
					 "GetAll", on_session, source, "s", LOGIND ".Session");
	if (error < 0)
		read_done(source, error);
	return 0;
}

static int on_changed(sd_bus_message *message, void *data, sd_bus_error *error)
{
	(void)message;
	(void)error;
	refresh(data);
	return 0;
}

/* Whose the new session is. */
static int on_class(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct source *source = data;
	const char *class;

	(void)error;
	/* It may have ended since. */
	if (!sd_bus_message_is_method_error(answer, NULL) &&
	    sd_bus_message_read(answer, "v", "s", &class) > 0 && is_users(class))
		source->sink.fire(source->sink.data, BGTASK_TRIGGER_SESSION_START, "");
	return 0;
}

static int on_new(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	const char *session;
	int error = sd_bus_message_read(message, "so", NULL, &session);

	(void)bus_error;
	if (error >= 0)
		error = sd_bus_call_method_async(source->bus, NULL, LOGIND, session, PROPERTIES,
						 "Get", on_class, source, "ss", LOGIND ".Session",
						 "Class");
	if (error < 0)
		note_error(source, "cannot learn of a new session", error);
	return 0;
}

/* logind has gone, or has come again. */
static int on_owner(sd_bus_message *message, void *data, sd_bus_error *error)
{
	const char *owner;

	(void)error;
	if (sd_bus_message_read(message, "sss", NULL, NULL, &owner) >= 0 && *owner)
		refresh(data);
	return 0;
}

static int on_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct source *source = data;

	(void)message;
	(void)error;
	source->sink.note(source->sink.data, "the system bus is gone");
	return 0;
}

static int listen_to(struct source *source)
{
	const struct {
		const char *match;
		sd_bus_message_handler_t handler;
	} matches[] = {
		{ "type='signal',sender='" LOGIND "',interface='" PROPERTIES "',"
		  "member='PropertiesChanged',path_namespace='" LOGIND_PATH "'", on_changed },
		{ "type='signal',sender='" LOGIND "',interface='" LOGIND ".Manager',"
		  "member='SessionNew',path='" LOGIND_PATH "'", on_new },
		{ "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
		  "member='NameOwnerChanged',arg0='" LOGIND "'", on_owner },
		{ "type='signal',interface='org.freedesktop.DBus.Local',"
		  "member='Disconnected',path='/org/freedesktop/DBus/Local'", on_disconnected },
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]) && error >= 0; i++)
		error = sd_bus_add_match(source->bus, NULL, matches[i].match, matches[i].handler,
					 source);
	return error;
}

/* Calls, and returns the answer even if it is an error, for the parse functions. */
static int ask(sd_bus *bus, const char *path, const char *method, const char *first,
	       const char *second, sd_bus_message **answer)
{
	sd_bus_error bus_error = SD_BUS_ERROR_NULL;
	sd_bus_message *call;
	int error;

	error = sd_bus_message_new_method_call(bus, &call, LOGIND, path, PROPERTIES, method);
	if (error < 0)
		return error;
	error = sd_bus_message_append(call, "s", first);
	if (error >= 0 && second)
		error = sd_bus_message_append(call, "s", second);
	if (error >= 0)
		error = sd_bus_call(bus, call, 0, &bus_error, answer);
	if (error < 0 && sd_bus_error_is_set(&bus_error))
		error = sd_bus_message_new_method_error(call, answer, &bus_error);
	sd_bus_error_free(&bus_error);
	sd_bus_message_unref(call);
	return error;
}

/* The same as refresh() and what follows it, at the start, when there is time to wait. */
static int read_state(struct source *source)
{
	sd_bus_message *seat = NULL, *answer = NULL;
	const char *session;
	int error;

	error = ask(source->bus, SEAT_PATH, "Get", LOGIND ".Seat", "ActiveSession", &seat);
	if (error >= 0)
		error = parse_seat(seat, &session);
	if (error >= 0 && strcmp(session, "/")) {
		error = ask(source->bus, session, "GetAll", LOGIND ".Session", NULL, &answer);
		if (error >= 0)
			error = parse_session(answer, &source->state);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(seat);
	return error;
}

/* -ENOENT if there is no logind now; it is not to be started by asking. */
static int find_logind(sd_bus *bus)
{
	sd_bus_message *answer = NULL;
	int error, found;

	error = sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				   "org.freedesktop.DBus", "NameHasOwner", NULL, &answer, "s",
				   LOGIND);
	if (error >= 0)
		error = sd_bus_message_read(answer, "b", &found);
	sd_bus_message_unref(answer);
	if (error == -ECONNREFUSED || error == -ECONNRESET || error == -ENOTCONN)
		return -ENOENT;
	return error < 0 || found ? error : -ENOENT;
}

static void session_stop(struct source *source)
{
	if (!source)
		return;
	sd_bus_slot_unref(source->reading);
	sd_bus_flush_close_unref(source->bus);
	free(source);
}

static int session_start(struct source **result, sd_event *event, const struct source_sink *sink)
{
	struct source *source = calloc(1, sizeof(*source));
	int error;

	if (!source)
		return -ENOMEM;
	source->sink = *sink;
	error = sd_bus_open_system(&source->bus);
	if (error == -ECONNREFUSED)
		error = -ENOENT;
	if (error < 0)
		goto fail;
	error = sd_bus_set_method_call_timeout(source->bus, ANSWER_USEC);
	if (error < 0)
		goto fail;
	error = find_logind(source->bus);
	if (error < 0)
		goto fail;

	/* Read after signals are listened to, so that nothing is missed between. */
	error = listen_to(source);
	if (error < 0)
		goto fail;
	error = read_state(source);
	if (error < 0)
		goto fail;
	error = sd_bus_attach_event(source->bus, event, SD_EVENT_PRIORITY_NORMAL);
	if (error < 0)
		goto fail;
	sink->condition(sink->data, BGTASK_CONDITION_SESSION_CONNECTED, source->state.connected);
	sink->condition(sink->data, BGTASK_CONDITION_USER_PRESENT, source->state.present);
	*result = source;
	return 0;

fail:
	session_stop(source);
	return error;
}

const struct source_type source_session = {
	.name = "session",
	.start = session_start,
	.stop = session_stop,
};
