// SPDX-License-Identifier: GPL-2.0
/*
 * Starts processes in an app's cgroup, each as some user, so that a test can have many callers at
 * the same time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cgroup.h"
#include "crowd.h"
#include "helper.h"
#include "scene.h"

pid_t crowd_enter(const char *app, uid_t uid, void (*act)(struct field *, uint64_t *),
		  struct field *field, uint64_t seed)
{
	const char *procs = app ? helper_cgroup(app, "app/cgroup.procs") :
				  CGROUP_ROOT "/cgroup.procs";
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open(procs, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail("%s: %s", procs, strerror(errno));
	close_range(3, UINT_MAX, 0);
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		fail("cannot become %u: %s", uid, strerror(errno));
	/* The process ends with the test, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	act(field, &seed);
	_exit(0);
}

void crowd_count(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

void crowd_note_slowest(volatile uint64_t *slowest, uint64_t since)
{
	uint64_t took = now() - since;

	if (took > *slowest)
		*slowest = took;
}

unsigned int crowd_memory(pid_t pid)
{
	char line[128], path[64];
	unsigned int memory = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && !memory && fgets(line, sizeof(line), file))
		(void)sscanf(line, "VmRSS: %u", &memory);
	if (!memory)
		fail("%s: no memory", path);
	fclose(file);
	return memory;
}
