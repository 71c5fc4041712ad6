// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the module up in the middle of a request: opening a leased file blocks until the lease is
 * given up, and the module opens the files of a new member during the request.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "holdup.h"
#include "scene.h"
#include "task.h"

static struct addition {
	uint32_t container;
	const char *cgroup;
	int leased;
	pid_t pid;
} addition;

static int add(void *data)
{
	const struct addition *wanted = data;
	struct bgt *bgt = container_connect();

	/*
	 * Closes the inherited descriptor, so that the lease ends with the test if the test dies.
	 */
	close(wanted->leased);
	member_add(bgt, wanted->container, BGT_ROLE_TASK, wanted->cgroup);
	return 0;
}

void holdup_begin(uint32_t container, const char *cgroup)
{
	struct timespec patience = { (time_t)(DEADLINE / SEC), 0 };
	sigset_t broken;

	sigemptyset(&broken);
	sigaddset(&broken, SIGIO);
	sigprocmask(SIG_BLOCK, &broken, NULL);
	addition.container = container;
	addition.cgroup = cgroup;
	addition.leased = open(cgroup_path(cgroup, "cgroup.freeze"), O_RDONLY | O_CLOEXEC);
	if (addition.leased < 0 || fcntl(addition.leased, F_SETLEASE, F_RDLCK))
		fail("no lease of %s: %s", cgroup_path(cgroup, "cgroup.freeze"), strerror(errno));
	addition.pid = task_start("", add, &addition);
	/* SIGIO says that the module is blocked in opening the file. */
	if (sigtimedwait(&broken, NULL, &patience) != SIGIO)
		fail("nobody opens %s", cgroup_path(cgroup, "cgroup.freeze"));
}

void holdup_end(void)
{
	if (fcntl(addition.leased, F_SETLEASE, F_UNLCK))
		fail("cannot give up a lease: %s", strerror(errno));
	close(addition.leased);
	if (task_wait(addition.pid))
		fail("%s was not added", addition.cgroup);
}
