// SPDX-License-Identifier: GPL-2.0
/*
 * Reads all signals from a signalfd and passes them on to the command. When the command stops, this
 * process stops as well, so that a shell sees the two as one job.
 */
#include "supervise.h"

#include <errno.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "cgroup.h"
#include "command.h"
#include "spawn.h"

/* Every signal is read from a descriptor, except for those that report a fault of this process. */
void supervise_prepare(struct signals *signals)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };

	sigfillset(&signals->taken);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigdelset(&signals->taken, faults[i]);
	sigprocmask(SIG_BLOCK, &signals->taken, &signals->before);

	/* If SIGCHLD were ignored, children would end without a status. */
	signal(SIGCHLD, SIG_DFL);
}

/* Stops this process after the command has stopped, so that the shell takes the terminal back. */
static void stop_self(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	/*
	 * The process is stopped here until SIGCONT. If its process group is orphaned, as the group
	 * of a service is, the kernel drops SIGTSTP instead.
	 */
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

/* Reaps the command. Returns its exit code, or -1 while it lives. */
static int reap(const struct child *child)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WSTOPPED | WNOHANG) ||
		    !info.si_pid)
			return -1;
		if (info.si_code == CLD_STOPPED)
			stop_self();
		else if (info.si_code == CLD_EXITED)
			return info.si_status;
		else
			return EXIT_SIGNAL + info.si_status;
	}
}

static void forward(const struct child *child, int directory, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	/*
	 * The terminal has sent the signal to the command, too, which is in the same process group.
	 */
	if (info->ssi_code != SI_KERNEL)
		(void)pidfd_send_signal(child->pidfd, number, NULL, 0);

	/* A frozen command stops only when it thaws. The shell need not wait until then. */
	if (number == SIGTSTP && directory >= 0 && cgroup_is_frozen(directory))
		stop_self();
}

/* Passes signals on until the command ends. Returns its exit code. */
static int watch(const struct child *child, int directory, int descriptor)
{
	struct signalfd_siginfo info;
	int status = -1;

	while (status < 0) {
		ssize_t size = read(descriptor, &info, sizeof(info));

		if (size < 0 && errno == EINTR)
			continue;
		if (size != sizeof(info))
			return fail("cannot read signals: %s", strerror(errno));
		if (info.ssi_signo == SIGCHLD)
			status = reap(child);
		else
			forward(child, directory, &info);
	}
	return status;
}

int supervise(char **argv, int directory, const struct signals *signals)
{
	int descriptor, error, status;
	struct child child;

	descriptor = signalfd(-1, &signals->taken, SFD_CLOEXEC);
	if (descriptor < 0)
		return fail("cannot watch signals: %s", strerror(errno));
	error = spawn(&child, argv, directory, &signals->before);
	if (error) {
		close(descriptor);
		return fail("cannot start a process: %s", strerror(-error));
	}
	status = watch(&child, directory, descriptor);
	error = spawn_failure(&child);
	if (error) {
		fail("cannot run \"%s\": %s", argv[0], strerror(-error));
		status = error == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
	}
	spawn_close(&child);
	close(descriptor);
	return status;
}
