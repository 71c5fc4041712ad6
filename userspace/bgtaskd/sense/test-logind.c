// SPDX-License-Identifier: GPL-2.0
/*
 * Starts a dbus-daemon and a process that answers there as logind does. This process acknowledges
 * each command when it has sent all signals that follow from it, so that a test need not guess how
 * long to wait.
 */
#include "test-logind.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logind.h"

#define SESSION_INTERFACE	LOGIND ".Session"
#define COMMAND_MAX		64

int test_bus_use(const char *directory)
{
	char address[256];

	snprintf(address, sizeof(address), "unix:path=%s/bus", directory);
	return setenv("DBUS_SYSTEM_BUS_ADDRESS", address, true);
}

static int write_configuration(const char *path, const char *directory)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file, "<busconfig><listen>unix:path=%s/bus</listen><policy context='default'>"
		"<allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/></policy>"
		"</busconfig>\n", directory);
	return fclose(file) ? -errno : 0;
}

pid_t test_bus_start(const char *directory)
{
	char path[256], option[300], address;
	int out[2], error;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/bus.conf", directory);
	error = write_configuration(path, directory);
	if (error)
		return error;
	/* A bus that was killed leaves its socket, where no other bus could be bound. */
	snprintf(path, sizeof(path), "%s/bus", directory);
	unlink(path);
	if (pipe(out))
		return -errno;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		snprintf(option, sizeof(option), "--config-file=%s/bus.conf", directory);
		execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", "--print-address",
		       option, NULL);
		_exit(127);
	}
	close(out[1]);
	/* The daemon prints its address once it listens there. */
	if (pid > 0 && read(out[0], &address, 1) != 1) {
		test_kill(pid);
		pid = -ENOENT;
	}
	close(out[0]);
	return pid;
}

/* The process that is logind */

struct test_session {
	const char *path;
	const char *class;
	uint32_t uid;
	int active, locked, idle;
};

struct state {
	sd_bus *bus;
	struct test_session sessions[3];
	char active[COMMAND_MAX];
};

static int get_active(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct state *state = data;

	(void)bus; (void)path; (void)interface; (void)property; (void)error;
	return sd_bus_message_append(reply, "(so)", "", state->active);
}

static int get_user(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct test_session *session = data;

	(void)bus; (void)path; (void)interface; (void)property; (void)error;
	return sd_bus_message_append(reply, "(uo)", session->uid, LOGIND_PATH "/user/self");
}

static const sd_bus_vtable seat_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("ActiveSession", "(so)", get_active, 0,
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable session_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("User", "(uo)", get_user, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Class", "s", NULL, offsetof(struct test_session, class),
			SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Active", "b", NULL, offsetof(struct test_session, active),
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("LockedHint", "b", NULL, offsetof(struct test_session, locked),
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("IdleHint", "b", NULL, offsetof(struct test_session, idle),
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};

#define SESSIONS(state)	(sizeof((state)->sessions) / sizeof((state)->sessions[0]))

/* Makes a session the one in use. As logind does, sessions say so first, then the seat. */
static void activate(struct state *state, const char *path)
{
	snprintf(state->active, sizeof(state->active), "%s", path);
	for (size_t i = 0; i < SESSIONS(state); i++) {
		struct test_session *session = &state->sessions[i];
		int active = !strcmp(session->path, path);

		if (active == session->active)
			continue;
		session->active = active;
		sd_bus_emit_properties_changed(state->bus, session->path, SESSION_INTERFACE,
					       "Active", NULL);
	}
	sd_bus_emit_properties_changed(state->bus, LOGIND_SEAT, LOGIND ".Seat", "ActiveSession",
				       NULL);
}

static void hint(struct state *state, const char *command)
{
	bool on = strncmp(command, "un", 2), lock = strstr(command, "lock");

	for (size_t i = 0; i < SESSIONS(state); i++) {
		struct test_session *session = &state->sessions[i];

		if (!session->active)
			continue;
		*(lock ? &session->locked : &session->idle) = on;
		sd_bus_emit_properties_changed(state->bus, session->path, SESSION_INTERFACE,
					       lock ? "LockedHint" : "IdleHint", NULL);
	}
}

static int on_command(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct state *state = data;
	char command[COMMAND_MAX] = "";
	int error;

	(void)events;
	if (read(fd, command, sizeof(command) - 1) <= 0)
		return sd_event_exit(sd_event_source_get_event(io), 0);
	if (*command == '/')
		activate(state, command);
	else if (!strncmp(command, "new ", 4))
		sd_bus_emit_signal(state->bus, LOGIND_PATH, LOGIND ".Manager", "SessionNew", "so",
				   "x", command + 4);
	else if (!strcmp(command, "quit"))
		sd_bus_release_name(state->bus, LOGIND);
	else if (!strcmp(command, "return"))
		sd_bus_request_name(state->bus, LOGIND, 0);
	else
		hint(state, command);
	error = sd_bus_flush(state->bus);
	if (error >= 0 && write(fd, "", 1) != 1)
		error = -errno;
	return error;
}

static int be_logind(int fd, const char *active)
{
	struct state state = { .sessions = {
		{ TEST_SESSION("one"), "user", 1000, false, false, false },
		{ TEST_SESSION("two"), "user", 1001, false, false, false },
		{ TEST_SESSION("greeter"), "greeter", 110, false, false, false },
	} };
	sd_event *event;

	if (sd_event_new(&event) < 0 || sd_bus_open_system(&state.bus) < 0 ||
	    sd_bus_add_object_vtable(state.bus, NULL, LOGIND_SEAT, LOGIND ".Seat", seat_table,
				     &state) < 0)
		return 1;
	for (size_t i = 0; i < SESSIONS(&state); i++)
		if (sd_bus_add_object_vtable(state.bus, NULL, state.sessions[i].path,
					     SESSION_INTERFACE, session_table,
					     &state.sessions[i]) < 0)
			return 1;
	activate(&state, active);
	if (sd_bus_attach_event(state.bus, event, 0) < 0 ||
	    sd_event_add_io(event, NULL, fd, EPOLLIN, on_command, &state) < 0 ||
	    sd_bus_request_name(state.bus, LOGIND, 0) < 0 || write(fd, "", 1) != 1)
		return 1;
	return sd_event_loop(event) < 0;
}

/* The test's side */

static int wait_for_answer(const struct test_logind *logind)
{
	char answer;

	return read(logind->fd, &answer, 1) == 1 ? 0 : -EPIPE;
}

int test_logind_start(struct test_logind *logind, const char *active)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	logind->fd = fds[0];
	fflush(NULL);
	logind->pid = fork();
	if (!logind->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		_exit(be_logind(fds[1], active));
	}
	close(fds[1]);
	return wait_for_answer(logind);
}

int test_logind_tell(struct test_logind *logind, const char *command)
{
	if (write(logind->fd, command, strlen(command) + 1) < 0)
		return -errno;
	return wait_for_answer(logind);
}

void test_logind_end(struct test_logind *logind)
{
	close(logind->fd);
	test_kill(logind->pid);
}

void test_kill(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
