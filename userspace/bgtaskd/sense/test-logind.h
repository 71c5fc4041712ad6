/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests: a system bus, and a logind there that does as much as the helper uses. The logind has
 * the sessions "one" and "two", of different users, and "greeter".
 */
#ifndef BGTASKD_TEST_LOGIND_H
#define BGTASKD_TEST_LOGIND_H

#include <sys/types.h>

#define TEST_SESSION(name)	"/org/freedesktop/login1/session/" name

/* Makes DIRECTORY/bus the system bus of this process and of all that it starts. */
int test_bus_use(const char *directory);

/*
 * Starts the bus, and waits until it takes connections. Returns its process, or a negative errno:
 * -ENOENT if there is no dbus-daemon.
 */
pid_t test_bus_start(const char *directory);

struct test_logind {
	pid_t pid;
	int fd;
};

/*
 * Starts the logind with a session in use, or "/" for none, and waits until it has its name on the
 * bus. Returns 0 or a negative errno, as does the next function.
 */
int test_logind_start(struct test_logind *logind, const char *active);

/*
 * Gives the logind a command, and waits until it is done: the path of a session, or "/", takes it
 * into use; "new PATH" begins a session; "lock", "unlock", "idle" and "unidle" apply to the session
 * in use; "quit" takes logind off the bus, and "return" puts it back.
 */
int test_logind_tell(struct test_logind *logind, const char *command);

void test_logind_end(struct test_logind *logind);

/* Kills a process, such as the bus, and waits for its end. */
void test_kill(pid_t pid);

#endif
