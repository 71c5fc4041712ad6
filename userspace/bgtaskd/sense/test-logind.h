/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests: a system bus, and a logind on it of as much as the helper uses. Its sessions are those
 * below; "one" and "two" are different users'.
 */
#ifndef BGTASKD_TEST_LOGIND_H
#define BGTASKD_TEST_LOGIND_H

#include <sys/types.h>

#define TEST_SESSION(name)	"/org/freedesktop/login1/session/" name

/* From now on the system bus of this process, and of all that it starts, is DIRECTORY/bus. */
int test_bus_use(const char *directory);

/* Starts it, and waits until it takes connections. Returns its process, or a negative errno. */
pid_t test_bus_start(const char *directory);

struct test_logind {
	pid_t pid;
	int fd;
};

/* Starts it with a session in use, or "/" for none, and waits until it has its name on the bus. */
int test_logind_start(struct test_logind *logind, const char *active);

/*
 * Makes something happen, and waits for it: the path of a session, or "/", is then in use;
 * "new PATH" has begun; "lock", "unlock", "idle" and "unidle" are of the session in use; "quit" is
 * that logind goes, and "return" that it comes again.
 */
int test_logind_tell(struct test_logind *logind, const char *command);

void test_logind_end(struct test_logind *logind);

/* Kills a process and waits for it; the bus, say. */
void test_kill(pid_t pid);

#endif
