// SPDX-License-Identifier: GPL-2.0
/*
 * The janitor has to survive whatever kills "bgtask run". So the janitor is a process of its own,
 * which blocks all signals, leaves the caller's session and cgroup, and waits on a pidfd for the
 * end of the caller.
 */
#include "janitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "command.h"

/* Moves the janitor out of the caller's cgroup, so that the two are not killed together. */
static void leave_cgroup(const struct scope *scope)
{
	int mount = (int)(strrchr(scope->parent, '/') - scope->parent);
	char path[PATH_MAX + sizeof("/cgroup.procs")];
	ssize_t written;
	int fd;

	/*
	 * A service manager that stops the caller's service kills all processes in the cgroup of
	 * the service at once. The command is not in that cgroup any more, and the janitor must not
	 * be either. The janitor moves to the root cgroup, which always exists. Should the move
	 * fail, the janitor still does its work in all other cases.
	 */
	snprintf(path, sizeof(path), "%.*s/cgroup.procs", mount, scope->parent);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	written = write(fd, "0", 1);
	(void)written;
	close(fd);
}

/* Keeps signals that are meant for the command or its terminal away from the janitor. */
static void detach(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (chdir("/"))
		fail("cannot change to /: %s", strerror(errno));
	/*
	 * The name is not "bgtask", so that "killall -9 bgtask" spares the janitor, which cleans
	 * up.
	 */
	prctl(PR_SET_NAME, "bgt-janitor");
}

/*
 * Closes standard input, output and error, so that a reader of the command's output sees its end as
 * soon as the command has ended.
 */
static void close_output(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
		dup2(fd, standard);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Waits until a process has ended. */
static void wait_for(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR)
		;
}

/* The janitor's main function. Returns its exit code. */
static int watch(struct scope *scope, const struct bgt_container_policy *policy, pid_t runner,
		 int ready)
{
	int pidfd, status;

	detach();
	pidfd = pidfd_open(runner, 0);
	if (pidfd < 0 && getppid() == runner)
		return fail("cannot watch process %d: %s", (int)runner, strerror(errno));
	/* The caller may have been killed before the janitor had the pidfd. */
	if (getppid() != runner)
		return EXIT_FAILED;

	leave_cgroup(scope);
	status = scope_create(scope, policy);
	if (status)
		return status;
	if (write(ready, "", 1) == 1) {
		close(ready);
		close_output();
		wait_for(pidfd);
	}
	return scope_destroy(scope);
}

pid_t janitor_start(struct scope *scope, const struct bgt_container_policy *policy)
{
	pid_t janitor, runner = getpid();
	int ready[2];
	ssize_t size;
	char byte;

	if (pipe2(ready, O_CLOEXEC)) {
		fail("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	janitor = fork();
	if (janitor < 0) {
		fail("cannot start a process: %s", strerror(errno));
		close(ready[0]);
		close(ready[1]);
		return -1;
	}
	if (!janitor) {
		close(ready[0]);
		_exit(watch(scope, policy, runner, ready[1]));
	}

	close(ready[1]);
	do
		size = read(ready[0], &byte, sizeof(byte));
	while (size < 0 && errno == EINTR);
	close(ready[0]);
	if (size == 1)
		return janitor;

	/* The janitor has printed the error and cleaned up, unless it was killed itself. */
	janitor_stop(janitor);
	scope_destroy(scope);
	return -1;
}

void janitor_stop(pid_t janitor)
{
	kill(janitor, SIGKILL);
	while (waitpid(janitor, NULL, 0) < 0 && errno == EINTR)
		;
}
