// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the source of sessions, with a logind of their own. Skipped without a dbus-daemon.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "source-test.h"

#define LOGIND		"org.freedesktop.login1"
#define LOGIND_PATH	"/org/freedesktop/login1"
#define SEAT_PATH	LOGIND_PATH "/seat/seat0"
#define SESSION_PATH	LOGIND_PATH "/session/"

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

/* A logind of as much as the source uses. */
struct logind {
	sd_bus *bus;
	char active[64];
	int locked, idle;
};

static int get_active(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct logind *logind = data;

	(void)bus; (void)path; (void)interface; (void)property; (void)error;
	return sd_bus_message_append(reply, "(so)", "", logind->active);
}

static int get_class(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)bus; (void)interface; (void)property; (void)data; (void)error;
	return sd_bus_message_append(reply, "s", strstr(path, "greeter") ? "greeter" : "user");
}

/* Each is what happens; "quit" that logind goes. */
static int on_command(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct logind *logind = data;
	char command[64] = "";

	(void)events;
	if (read(fd, command, sizeof(command)) <= 0)
		return sd_event_exit(sd_event_source_get_event(io), 0);
	if (command[0] == '/') {
		strcpy(logind->active, command);
		sd_bus_emit_properties_changed(logind->bus, SEAT_PATH, LOGIND ".Seat",
					       "ActiveSession", NULL);
	} else if (!strncmp(command, "new ", 4)) {
		sd_bus_emit_signal(logind->bus, LOGIND_PATH, LOGIND ".Manager", "SessionNew", "so",
				   "x", command + 4);
	} else if (!strcmp(command, "quit")) {
		sd_bus_release_name(logind->bus, LOGIND);
	} else if (!strcmp(command, "return")) {
		logind->locked = true;
		sd_bus_request_name(logind->bus, LOGIND, 0);
	} else {
		bool lock = strstr(command, "lock");

		*(lock ? &logind->locked : &logind->idle) = strncmp(command, "un", 2) != 0;
		sd_bus_emit_properties_changed(logind->bus, logind->active, LOGIND ".Session",
					       lock ? "LockedHint" : "IdleHint", NULL);
	}
	return sd_bus_flush(logind->bus);
}

static int be_logind(int fd)
{
	static const sd_bus_vtable seat[] = {
		SD_BUS_VTABLE_START(0),
		SD_BUS_PROPERTY("ActiveSession", "(so)", get_active, 0,
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_VTABLE_END
	};
	static const sd_bus_vtable session[] = {
		SD_BUS_VTABLE_START(0),
		SD_BUS_PROPERTY("Id", "s", get_class, 0, 0),
		SD_BUS_PROPERTY("Class", "s", get_class, 0, 0),
		SD_BUS_PROPERTY("LockedHint", "b", NULL, offsetof(struct logind, locked),
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_PROPERTY("IdleHint", "b", NULL, offsetof(struct logind, idle),
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_VTABLE_END
	};
	static const char *const sessions[] = { "one", "two", "greeter" };
	struct logind logind = { .active = "/" };
	sd_event *event;
	char path[64];

	if (sd_event_new(&event) < 0 || sd_bus_open_system(&logind.bus) < 0 ||
	    sd_bus_add_object_vtable(logind.bus, NULL, SEAT_PATH, LOGIND ".Seat", seat,
				     &logind) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		snprintf(path, sizeof(path), SESSION_PATH "%s", sessions[i]);
		if (sd_bus_add_object_vtable(logind.bus, NULL, path, LOGIND ".Session", session,
					     &logind) < 0)
			return 1;
	}
	if (sd_bus_attach_event(logind.bus, event, 0) < 0 ||
	    sd_event_add_io(event, NULL, fd, EPOLLIN, on_command, &logind) < 0 ||
	    sd_bus_request_name(logind.bus, LOGIND, 0) < 0 || write(fd, "", 1) != 1)
		return 1;
	return sd_event_loop(event) < 0;
}

static void session_steps(struct test *test, int fd)
{
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "new " SESSION_PATH "one", "session-start ", "a user logs in" },
		{ "new " SESSION_PATH "greeter", "", "a greeter starts" },
		{ "new " SESSION_PATH "gone", "", "a session that is gone at once" },
		{ SESSION_PATH "one", "4=1 session-connected 16=1 user-present ", "connected" },
		{ SESSION_PATH "two", "", "another user's" },
		{ "lock", "16=0 user-away ", "locked" },
		{ "idle", "", "idle, too" },
		{ "unlock", "", "unlocked, yet idle" },
		{ "unidle", "16=1 user-present ", "not idle" },
		{ SESSION_PATH "greeter", "4=0 session-disconnected 16=0 user-away ", "greeter" },
		{ SESSION_PATH "two", "4=1 session-connected 16=1 user-present ", "and back" },
		{ SESSION_PATH "gone", "4=0 session-disconnected 16=0 user-away ", "one gone" },
		{ SESSION_PATH "one", "4=1 session-connected 16=1 user-present ", "and back" },
		{ "quit", "", "logind goes" },
		{ "return", "16=0 user-away ", "logind comes again" },
		{ "/", "4=0 session-disconnected ", "no session" },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (write(fd, steps[i].command, strlen(steps[i].command) + 1) < 0)
			result(test, false, "the command");
		after(test, steps[i].expected, steps[i].what);
	}
}

static void test_session(struct test *test, const char *directory)
{
	struct source *source;
	char text[512], ready;
	int fds[2];
	pid_t bus, logind;

	snprintf(text, sizeof(text), "unix:path=%s/bus", directory);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", text, true);
	result(test, source_session.start(&source, test->event, &test->sink) == -ENOENT,
	       "session: no bus");

	snprintf(text, sizeof(text), "<busconfig><listen>unix:path=%s/bus</listen>"
		 "<policy context='default'><allow send_destination='*'/>"
		 "<allow receive_sender='*'/><allow own='*'/></policy></busconfig>", directory);
	write_file(directory, "bus.conf", text);
	fflush(stdout);
	bus = fork();
	if (!bus) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(text, sizeof(text), "--config-file=%s/bus.conf", directory);
		execlp("dbus-daemon", "dbus-daemon", "--nofork", text, NULL);
		_exit(127);
	}
	wait_usec(test, WAIT_USEC);
	if (waitpid(bus, NULL, WNOHANG)) {
		skip(test, "session", "no dbus-daemon");
		return;
	}
	result(test, source_session.start(&source, test->event, &test->sink) == -ENOENT,
	       "session: no logind");
	said(test, "", "nothing is said without");

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		abort();
	logind = fork();
	if (!logind) {
		close(fds[0]);
		_exit(be_logind(fds[1]));
	}
	close(fds[1]);
	result(test, read(fds[0], &ready, 1) == 1, "a false logind");
	if (source_session.start(&source, test->event, &test->sink)) {
		result(test, false, "session: start");
	} else {
		after(test, "4=0 16=0 ", "session: start; nobody is there, and nothing fired");
		session_steps(test, fds[0]);
		kill(bus, SIGKILL);
		after(test, "(the system bus is gone) ", "the bus is gone");
		source_session.stop(source);
	}
	close(fds[0]);
	kill(bus, SIGKILL);
	waitpid(bus, NULL, 0);
	waitpid(logind, NULL, 0);
}

int main(void)
{
	char directory[] = "/tmp/source-test-XXXXXX";
	struct test test;

	begin(&test, directory);
	test_session(&test, directory);
	return end(&test, directory);
}
