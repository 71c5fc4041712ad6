// SPDX-License-Identifier: GPL-2.0
/*
 * The source of sessions and of the user's presence. Signals of logind only say when to look: the
 * seat's active session is then read anew. The bus and logind may come late, go and come again;
 * what was known holds meanwhile. Only the start waits for an answer, if there is a bus.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "logind.h"
#include "source-internal.h"

#define BUS		"org.freedesktop.DBus"
#define PROPERTIES	BUS ".Properties"
/* Where the bus is if the environment does not say. */
#define BUS_ADDRESS	"unix:path=/run/dbus/system_bus_socket"

/* How long logind may take to answer, us. */
#define ANSWER_USEC	(10 * UINT64_C(1000000))
/* How long to wait before connecting again, us; a bus may drop each client at once. */
#define RETRY_USEC	(1 * UINT64_C(1000000))

struct source {
	struct source_sink sink;
	sd_event *event;
	sd_event_source *retry;
	sd_bus *bus;
	sd_bus_slot *reading;	/* the request whose answer is waited for, or NULL */
	bool again;		/* something has changed since that request */
	bool looked;		/* there was an answer, or none is to be expected */
	bool known;		/* @session was read at least once */
	struct session session;
};

static void note_error(struct source *source, const char *what, int error)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(-error));
	source->sink.note(source->sink.data, text);
}

/* Reports the new state of a pair of conditions if it has changed. */
static void say(struct source *source, bool old, bool new, uint32_t condition,
		enum bgtask_trigger holds, enum bgtask_trigger holds_not)
{
	if (source->known && old == new)
		return;
	source->sink.condition(source->sink.data, condition, new);
	/* What the first answer says is not a change. */
	if (source->known)
		source->sink.fire(source->sink.data, new ? holds : holds_not, "");
}

static void set_session(struct source *source, struct session new)
{
	struct session old = source->session;

	source->session = new;
	say(source, old.connected, new.connected, BGTASK_CONDITION_SESSION_CONNECTED,
	    BGTASK_TRIGGER_SESSION_CONNECTED, BGTASK_TRIGGER_SESSION_DISCONNECTED);
	say(source, old.present, new.present, BGTASK_CONDITION_USER_PRESENT,
	    BGTASK_TRIGGER_USER_PRESENT, BGTASK_TRIGGER_USER_AWAY);
	source->known = true;
}

/*
 * Asks for a property of an object of logind's, or for all of them if @property is NULL, without
 * starting logind.
 */
static int ask(struct source *source, sd_bus_slot **slot, const char *path, const char *interface,
	       const char *property, sd_bus_message_handler_t handler)
{
	sd_bus_message *call;
	int error;

	error = sd_bus_message_new_method_call(source->bus, &call, LOGIND, path, PROPERTIES,
					       property ? "Get" : "GetAll");
	if (error < 0)
		return error;
	error = sd_bus_message_set_auto_start(call, false);
	if (error >= 0)
		error = sd_bus_message_append(call, "s", interface);
	if (error >= 0 && property)
		error = sd_bus_message_append(call, "s", property);
	if (error >= 0)
		error = sd_bus_call_async(source->bus, slot, call, handler, source, 0);
	sd_bus_message_unref(call);
	return error;
}

static int on_seat(sd_bus_message *answer, void *data, sd_bus_error *error);

/* Reads the session in use. If a request is under way, the session is read again afterwards. */
static void refresh(struct source *source)
{
	int error;

	if (source->reading) {
		source->again = true;
		return;
	}
	source->again = false;
	error = ask(source, &source->reading, LOGIND_SEAT, LOGIND ".Seat", "ActiveSession",
		    on_seat);
	if (error < 0)
		note_error(source, "cannot ask logind", error);
}

static void read_done(struct source *source, int error)
{
	source->reading = sd_bus_slot_unref(source->reading);
	source->looked = true;
	if (error < 0)
		note_error(source, "cannot learn of the session in use", error);
	if (source->again)
		refresh(source);
}

static int on_session(sd_bus_message *answer, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	struct session session;
	int error = logind_read_session(answer, &session);

	(void)bus_error;
	/* If something has changed meanwhile, the session is about to be read again. */
	if (!error && !source->again)
		set_session(source, session);
	read_done(source, error);
	return 0;
}

static int on_seat(sd_bus_message *answer, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	const char *path;
	int error;

	(void)bus_error;
	/* There will be a signal when logind comes again. */
	if (logind_is_absent(answer)) {
		read_done(source, 0);
		return 0;
	}
	error = logind_read_seat(answer, &path);
	if (error || !strcmp(path, "/")) {
		if (!error && !source->again)
			set_session(source, (struct session){ false });
		read_done(source, error);
		return 0;
	}
	source->reading = sd_bus_slot_unref(source->reading);
	error = ask(source, &source->reading, path, LOGIND ".Session", NULL, on_session);
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

/* Fires if a new session is a user's. */
static int on_class(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct source *source = data;

	(void)error;
	if (logind_is_users(answer))
		source->sink.fire(source->sink.data, BGTASK_TRIGGER_SESSION_START, "");
	return 0;
}

static int on_new(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
	struct source *source = data;
	const char *path;
	int error = sd_bus_message_read(message, "so", NULL, &path);

	(void)bus_error;
	if (error >= 0)
		error = ask(source, NULL, path, LOGIND ".Session", "Class", on_class);
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
	int result;

	(void)message;
	(void)error;
	source->looked = true;
	source->sink.note(source->sink.data, "the system bus is gone");
	result = source_timer_arm(source->retry, RETRY_USEC);
	if (result < 0)
		note_error(source, "nor will another be waited for", result);
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
		{ "type='signal',sender='" BUS "',interface='" BUS "',"
		  "member='NameOwnerChanged',arg0='" LOGIND "'", on_owner },
		{ "type='signal',interface='" BUS ".Local',"
		  "member='Connected',path='/org/freedesktop/DBus/Local'", on_changed },
		{ "type='signal',interface='" BUS ".Local',"
		  "member='Disconnected',path='/org/freedesktop/DBus/Local'", on_disconnected },
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]) && error >= 0; i++)
		error = sd_bus_add_match_async(source->bus, NULL, matches[i].match,
					       matches[i].handler, NULL, source);
	return error;
}

/*
 * Connects to the bus. If there is no bus, fails or, if @later, connects as soon as there is one.
 */
static int open_bus(sd_bus **result, bool later)
{
	const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	sd_bus *bus;
	int error;

	error = sd_bus_new(&bus);
	if (error < 0)
		return error;
	error = sd_bus_set_address(bus, address ? address : BUS_ADDRESS);
	if (error >= 0)
		error = sd_bus_set_bus_client(bus, true);
	if (error >= 0)
		error = sd_bus_set_watch_bind(bus, later);
	if (error >= 0)
		error = sd_bus_set_connected_signal(bus, true);
	if (error >= 0)
		error = sd_bus_set_method_call_timeout(bus, ANSWER_USEC);
	if (error >= 0)
		error = sd_bus_start(bus);
	if (error < 0)
		sd_bus_unref(bus);
	else
		*result = bus;
	return error;
}

/*
 * Connects to the bus, now or later. The session is read once the connection is there and signals
 * are listened to, so that no change is missed.
 */
static int connect_bus(struct source *source)
{
	int error;

	error = open_bus(&source->bus, false);
	if (error == -ENOENT || error == -ECONNREFUSED) {
		source->looked = true;
		error = open_bus(&source->bus, true);
	}
	if (error >= 0)
		error = listen_to(source);
	if (error >= 0)
		error = sd_bus_attach_event(source->bus, source->event, SD_EVENT_PRIORITY_NORMAL);
	return error;
}

static void disconnect_bus(struct source *source)
{
	source->reading = sd_bus_slot_unref(source->reading);
	source->bus = sd_bus_close_unref(source->bus);
}

static int on_retry(sd_event_source *timer, uint64_t usec, void *data)
{
	struct source *source = data;
	int error;

	(void)usec;
	disconnect_bus(source);
	error = connect_bus(source);
	if (error >= 0)
		return 0;
	note_error(source, "cannot connect to the system bus", error);
	return source_timer_arm(timer, ANSWER_USEC);
}

static uint64_t now_usec(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/*
 * Waits for the first answer, so that the conditions are right when the helper launches latched
 * instances.
 */
static void wait_for_answer(struct source *source)
{
	uint64_t now, end = now_usec() + ANSWER_USEC;
	int more = 1;

	while (!source->looked && more >= 0 && (now = now_usec()) < end) {
		more = sd_bus_process(source->bus, NULL);
		if (!more)
			more = sd_bus_wait(source->bus, end - now);
	}
}

static void session_stop(struct source *source)
{
	if (!source)
		return;
	disconnect_bus(source);
	sd_event_source_disable_unref(source->retry);
	sd_event_unref(source->event);
	free(source);
}

static int session_start(struct source **result, sd_event *event, const struct source_sink *sink)
{
	struct source *source = calloc(1, sizeof(*source));
	int error;

	if (!source)
		return -ENOMEM;
	source->sink = *sink;
	source->event = sd_event_ref(event);
	error = sd_event_add_time_relative(event, &source->retry, CLOCK_MONOTONIC, 0, 0, on_retry,
					   source);
	if (error >= 0)
		error = sd_event_source_set_enabled(source->retry, SD_EVENT_OFF);
	if (error >= 0)
		error = connect_bus(source);
	if (error < 0) {
		session_stop(source);
		return error;
	}
	wait_for_answer(source);
	*result = source;
	return 0;
}

const struct source_type source_session = {
	.name = "session",
	.start = session_start,
	.stop = session_stop,
};
