// SPDX-License-Identifier: GPL-2.0
/*
 * Starts a command by clone3(2), so that the command is in its cgroup, and on its budget, from the
 * first instruction on. If the command cannot be executed, the error comes back through a pipe.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The child's main function. The child can be frozen at any time, even before it gets here. */
static _Noreturn void run(char **argv, int failure, const sigset_t *mask)
{
	ssize_t written;
	int error;

	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	error = -errno;
	written = write(failure, &error, sizeof(error));
	(void)written;
	_exit(127);
}

int spawn(struct child *child, char **argv, int directory, const sigset_t *mask)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uintptr_t)&child->pidfd,
		.exit_signal = SIGCHLD,
	};
	sigset_t birth = *mask, blocked;
	int error, failure[2];

	if (directory >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)directory;
	}

	/* A successful exec closes the pipe, so that it has an error only if the exec failed. */
	if (pipe2(failure, O_CLOEXEC | O_NONBLOCK))
		return -errno;

	/*
	 * The child is created with the command's signal mask. If the budget is spent already, the
	 * child is frozen before it can set a mask, and could not be ended by a signal that is
	 * blocked. Only SIGCHLD stays blocked: it ends nobody, and would be lost here if the child
	 * ended before this process blocks signals again.
	 */
	sigaddset(&birth, SIGCHLD);
	sigprocmask(SIG_SETMASK, &birth, &blocked);
	child->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	error = -errno;
	if (!child->pid)
		run(argv, failure[1], mask);
	sigprocmask(SIG_SETMASK, &blocked, NULL);

	if (child->pid < 0) {
		close(failure[0]);
		close(failure[1]);
		return error;
	}
	close(failure[1]);
	child->failure = failure[0];
	return 0;
}

int spawn_failure(const struct child *child)
{
	int error;

	return read(child->failure, &error, sizeof(error)) == sizeof(error) ? error : 0;
}

void spawn_close(struct child *child)
{
	close(child->failure);
	close(child->pidfd);
}
