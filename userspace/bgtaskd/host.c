// SPDX-License-Identifier: GPL-2.0
#include "host.h"

#include <bgtask.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spawn.h"

#define ARGUMENTS_MAX	64
#define VARIABLES_MAX	16
/* Nothing is called that needs much, and signals have no handlers. */
#define STACK_SIZE	4096
/* More than all names in the variables can have together. */
#define NAMES_SIZE	1024

/* What a program is started with, and what becomes of that: all in one mapping. */
struct host {
	char *arguments[ARGUMENTS_MAX + 1];
	char *variables[VARIABLES_MAX + 1];
	bool other_user;	/* than the helper's */
	uid_t uid;
	gid_t gid;
	size_t nr_groups;
	gid_t *groups;
	char *home;
	int error;		/* with which it could not be executed */
	_Alignas(16) char stack[STACK_SIZE];
	size_t size;		/* of the mapping */
	char *free;		/* what is left of it */
	_Alignas(gid_t) char text[];
};

static size_t room(const struct host *host)
{
	return host->size - (size_t)(host->free - (const char *)host);
}

/* Splits at white space; what stands in quotes, or behind a backslash, does not separate. */
static int split(struct host *host, const char *entry_point)
{
	char quote = '\0', *to = host->free;
	bool inside = false;
	size_t count = 0;

	if (strlen(entry_point) >= room(host))
		return -E2BIG;
	for (const char *from = entry_point; *from; from++) {
		if (!quote && strchr(" \t\n", *from)) {
			if (inside)
				*to++ = '\0';
			inside = false;
			continue;
		}
		if (!inside) {
			if (count == ARGUMENTS_MAX)
				return -E2BIG;
			host->arguments[count++] = to;
			inside = true;
		}
		if (quote && *from == quote)
			quote = '\0';
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*to++ = '\0';
	host->free = to;
	return quote || !count ? -EINVAL : 0;
}

static int put_variable(struct host *host, const char *name, const char *value)
{
	size_t count = 0, length;

	while (host->variables[count])
		count++;
	length = (size_t)snprintf(host->free, room(host), "%s=%s", name, value);
	if (count == VARIABLES_MAX || length >= room(host))
		return -E2BIG;
	host->variables[count] = host->free;
	host->free += length + 1;
	return 0;
}

static int make_variables(struct host *host, const struct manifest *manifest,
			  const struct instance_record *instance)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%u", instance->id);
	error = put_variable(host, "PATH", "/usr/local/bin:/usr/bin:/bin");
	error = error ?: put_variable(host, "BGTASK_APP", manifest->id);
	error = error ?: put_variable(host, "BGTASK_TASK", instance->name);
	error = error ?: put_variable(host, "BGTASK_INSTANCE", number);
	error = error ?: put_variable(host, "BGTASK_TRIGGER",
				      bgt_trigger_name((enum bgt_trigger)instance->trigger));
	error = error ?: put_variable(host, "BGTASK_ARGUMENT", instance->argument);
	if (manifest->user.name)
		error = error ?: put_variable(host, "USER", manifest->user.name);
	error = error ?: put_variable(host, "HOME", manifest->user.home);
	host->home = host->free - strlen(manifest->user.home) - 1;
	return error;
}

/* The groups come first, since they are to be aligned. */
static void copy_user(struct host *host, const struct user *user)
{
	size_t size = user->nr_groups * sizeof(*user->groups);

	/* Nothing is to be given up by one who has nothing. */
	host->other_user = user->uid != geteuid();
	host->uid = user->uid;
	host->gid = user->gid;
	host->nr_groups = user->nr_groups;
	host->groups = (gid_t *)(void *)host->text;
	if (size)
		memcpy(host->text, user->groups, size);
	host->free = host->text + size;
}

static struct host *make(const struct user *user, const char *entry_point,
			 const struct instance_record *instance)
{
	size_t size = sizeof(struct host) + NAMES_SIZE + strlen(entry_point) +
		      strlen(instance->argument) + strlen(user->home) +
		      user->nr_groups * sizeof(*user->groups);
	struct host *host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
				 (SPAWN_SHARES_MEMORY ? MAP_PRIVATE : MAP_SHARED), -1, 0);

	if (host == MAP_FAILED)
		return NULL;
	host->size = size;
	copy_user(host, user);
	return host;
}

void host_free(struct host *host)
{
	if (host)
		munmap(host, host->size);
}

/*
 * All of this is done in the new process; see spawn.h. When that becomes the user, others of the
 * user cannot get at the helper's memory through it: the kernel takes it for that of a program
 * which has changed its user, and lets only root trace it.
 */

static SPAWN_CODE long become_user(const struct host *host)
{
	long error;

	error = spawn_call(SYS_setgroups, (long)host->nr_groups, (long)host->groups, 0, 0);
	error = error ?: spawn_call(SYS_setresgid, host->gid, host->gid, host->gid, 0);
	return error ?: spawn_call(SYS_setresuid, host->uid, host->uid, host->uid, 0);
}

static SPAWN_CODE long take_null_as_input(void)
{
	long null = spawn_call(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR, 0);

	if (null <= 0)
		return null;
	spawn_call(SYS_dup3, null, STDIN_FILENO, 0, 0);
	return spawn_call(SYS_close, null, 0, 0, 0);
}

static SPAWN_CODE void run(void *data)
{
	static const uint64_t nothing[8];	/* no signal, and the default for one */
	struct host *host = data;
	long error;

	spawn_call(SYS_setsid, 0, 0, 0, 0);
	spawn_call(SYS_rt_sigaction, SIGPIPE, (long)nothing, 0, sizeof(*nothing));
	spawn_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)nothing, 0, sizeof(*nothing));
	error = take_null_as_input();
	if (!error && host->other_user)
		error = become_user(host);
	if (!error) {
		if (spawn_call(SYS_chdir, (long)host->home, 0, 0, 0))
			spawn_call(SYS_chdir, (long)"/", 0, 0, 0);
		error = spawn_call(SYS_execve, (long)host->arguments[0], (long)host->arguments,
				   (long)host->variables, 0);
	}
	host->error = (int)error;
	for (;;)
		spawn_call(SYS_exit_group, 127, 0, 0, 0);
}

int host_start(const struct manifest *manifest, struct instance_record *instance,
	       const char *entry_point, const char *cgroup, int *pidfd, struct host **result)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};
	struct host *host = make(&manifest->user, entry_point, instance);
	int directory, error;
	pid_t pid;

	if (!host)
		return -ENOMEM;
	error = split(host, entry_point);
	error = error ?: make_variables(host, manifest, instance);
	if (error)
		goto fail;
	directory = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		error = -errno;
		goto fail;
	}
	args.cgroup = (uint64_t)directory;
	pid = spawn(&args, run, host, host->stack, sizeof(host->stack));
	close(directory);
	if (pid < 0) {
		error = pid;
		goto fail;
	}
	instance->pid = (uint32_t)pid;
	*result = host;
	return 0;

fail:
	host_free(host);
	return error;
}

int host_failure(const struct host *host)
{
	return host ? host->error : 0;
}
