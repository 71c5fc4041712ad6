// SPDX-License-Identifier: GPL-2.0
/*
 * Starts the program of an instance or an app. Everything that needs memory or the C library is
 * prepared first. The new process, which may be frozen at any moment, only makes system calls until
 * it executes the program.
 */
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

#include "system/spawn.h"

#define ARGUMENTS_MAX	64
#define VARIABLES_MAX	16
/* The new process calls few functions and handles no signals, so a page is enough. */
#define STACK_SIZE	4096
/* All names of the variables together are shorter. */
#define NAMES_SIZE	1024

/* The number of the first descriptor that sd_listen_fds(3) expects. */
#define SOCKET_NUMBER	3
#define SOCKET_NAME	"control-channel"
#define LISTEN_PID	"LISTEN_PID="

/* What a process is started with, and its error: all in one mapping. */
struct host {
	char *arguments[ARGUMENTS_MAX + 1];
	char *variables[VARIABLES_MAX + 1];
	int socket;		/* or -1 */
	char listen_pid[sizeof(LISTEN_PID) + 10];
	bool other_user;	/* is not the helper's user */
	uid_t uid;
	gid_t gid;
	size_t nr_groups;
	gid_t *groups;
	char *home;
	int error;		/* from executing the program */
	_Alignas(16) char stack[STACK_SIZE];
	size_t size;		/* of the whole mapping */
	char *free;		/* the unused rest of the mapping */
	_Alignas(gid_t) char text[];
};

static size_t room(const struct host *host)
{
	return host->size - (size_t)(host->free - (const char *)host);
}

/*
 * Splits at white space that is not quoted and not behind a backslash. @to has as much room as the
 * entry point takes.
 */
static int split(const char *entry_point, char *to, char *arguments[ARGUMENTS_MAX])
{
	char quote = '\0';
	bool inside = false;
	size_t count = 0;

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
			arguments[count++] = to;
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
	*to = '\0';
	return quote || !count ? -EINVAL : 0;
}

static const char *symbol_of(const char *argument)
{
	const char *end = strstr(argument, ".so:");

	return end ? end + strlen(".so:") : NULL;
}

bool host_is_plugin(const char *entry_point)
{
	char text[TEXT_MAX + 1], *arguments[ARGUMENTS_MAX] = { NULL };

	return strlen(entry_point) <= TEXT_MAX && !split(entry_point, text, arguments) &&
	       symbol_of(arguments[0]);
}

const char *host_entry_point_fault(const char *entry_point)
{
	char text[TEXT_MAX + 1], *arguments[ARGUMENTS_MAX] = { NULL };
	const char *symbol;
	int error;

	if (strlen(entry_point) > TEXT_MAX)
		return "is too long";
	error = split(entry_point, text, arguments);
	if (error == -E2BIG)
		return "has too many arguments";
	if (error)
		return arguments[0] ? "has a quote that does not end" : "is empty";
	symbol = symbol_of(arguments[0]);
	if (symbol && *arguments[0] != '/')
		return "is a plugin without an absolute path";
	if (symbol && !*symbol)
		return "is a plugin without a symbol";
	if (symbol && arguments[1])
		return "is a plugin, which cannot have arguments";
	return NULL;
}

static int make_arguments(struct host *host, const struct host_options *options)
{
	size_t length = strlen(options->entry_point);
	int error;

	if (length >= room(host))
		return -E2BIG;
	error = split(options->entry_point, host->free, host->arguments);
	host->free += length + 1;
	if (error || !symbol_of(host->arguments[0]))
		return error;
	length = strlen(options->plugin_host);
	if (length >= room(host))
		return -E2BIG;
	host->arguments[1] = host->arguments[0];
	host->arguments[0] = memcpy(host->free, options->plugin_host, length + 1);
	host->free += length + 1;
	return 0;
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

static int put_instance(struct host *host, const struct instance_record *instance)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%u", instance->id);
	error = put_variable(host, "BGTASK_TASK", instance->name);
	error = error ?: put_variable(host, "BGTASK_INSTANCE", number);
	error = error ?: put_variable(host, "BGTASK_TRIGGER",
				      bgt_trigger_name((enum bgt_trigger)instance->trigger));
	return error ?: put_variable(host, "BGTASK_ARGUMENT", instance->argument);
}

static int make_variables(struct host *host, const struct manifest *manifest,
			  const struct instance_record *instance)
{
	int error;

	error = put_variable(host, "PATH", "/usr/local/bin:/usr/bin:/bin");
	error = error ?: put_variable(host, "BGTASK_APP", manifest->id);
	if (instance)
		error = error ?: put_instance(host, instance);
	if (manifest->user.name)
		error = error ?: put_variable(host, "USER", manifest->user.name);
	error = error ?: put_variable(host, "HOME", manifest->user.home);
	host->home = host->free - strlen(manifest->user.home) - 1;
	if (host->socket >= 0) {
		error = error ?: put_variable(host, "LISTEN_FDS", "1");
		error = error ?: put_variable(host, "LISTEN_FDNAMES", SOCKET_NAME);
	}
	return error;
}

/* The groups come first in the text, as they have to be aligned. */
static void copy_user(struct host *host, const struct user *user)
{
	size_t size = user->nr_groups * sizeof(*user->groups);

	/*
	 * A helper that runs as this user need not change to it, and may lack the right to do so.
	 */
	host->other_user = user->uid != geteuid();
	host->uid = user->uid;
	host->gid = user->gid;
	host->nr_groups = user->nr_groups;
	host->groups = (gid_t *)(void *)host->text;
	if (size)
		memcpy(host->text, user->groups, size);
	host->free = host->text + size;
}

static struct host *make(const struct host_options *options, const struct instance_record *instance)
{
	const struct user *user = &options->manifest->user;
	size_t size = sizeof(struct host) + NAMES_SIZE + strlen(options->entry_point) +
		      strlen(options->plugin_host) + (instance ? strlen(instance->argument) : 0) +
		      strlen(user->home) + user->nr_groups * sizeof(*user->groups);
	struct host *host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
				 (SPAWN_SHARES_MEMORY ? MAP_PRIVATE : MAP_SHARED), -1, 0);

	if (host == MAP_FAILED)
		return NULL;
	host->size = size;
	host->socket = options->socket;
	copy_user(host, user);
	return host;
}

void host_free(struct host *host)
{
	if (host)
		munmap(host, host->size);
}

/*
 * The functions from here to run() are executed in the new process; see spawn.h. When the new
 * process changes to the user, other processes of the user cannot reach the helper's memory through
 * it: the kernel lets only root trace a process that has changed its user.
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

/*
 * Puts the process id, which only the new process knows, into $LISTEN_PID, and gives the socket its
 * number.
 */
static SPAWN_CODE long pass_socket(struct host *host)
{
	long pid = spawn_call(SYS_getpid, 0, 0, 0, 0), place = 1;
	char *to = host->listen_pid;
	size_t count = 0;
	long copied;

	for (const char *from = LISTEN_PID; *from; from++)
		*to++ = *from;
	while (pid / place >= 10)
		place *= 10;
	for (; place; place /= 10)
		*to++ = (char)('0' + pid / place % 10);
	*to = '\0';
	while (host->variables[count])
		count++;
	if (count == VARIABLES_MAX)
		return -E2BIG;
	host->variables[count] = host->listen_pid;
	/* dup3() cannot copy a descriptor to itself, and exec would close the socket. */
	if (host->socket == SOCKET_NUMBER)
		return spawn_call(SYS_fcntl, host->socket, F_SETFD, 0, 0);
	copied = spawn_call(SYS_dup3, host->socket, SOCKET_NUMBER, 0, 0);
	return copied < 0 ? copied : 0;
}

static SPAWN_CODE void run(void *data)
{
	static const uint64_t nothing[8];	/* no signal, and the default action */
	struct host *host = data;
	long error;

	spawn_call(SYS_setsid, 0, 0, 0, 0);
	spawn_call(SYS_rt_sigaction, SIGPIPE, (long)nothing, 0, sizeof(*nothing));
	spawn_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)nothing, 0, sizeof(*nothing));
	error = take_null_as_input();
	if (!error && host->socket >= 0)
		error = pass_socket(host);
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

int host_start(const struct host_options *options, const struct instance_record *instance,
	       uint32_t *pid, int *pidfd, struct host **result)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};
	struct host *host = make(options, instance);
	int directory, error;
	pid_t process;

	if (!host)
		return -ENOMEM;
	error = make_arguments(host, options);
	error = error ?: make_variables(host, options->manifest, instance);
	if (error)
		goto fail;
	directory = open(options->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		error = -errno;
		goto fail;
	}
	args.cgroup = (uint64_t)directory;
	process = spawn(&args, run, host, host->stack, sizeof(host->stack));
	close(directory);
	if (process < 0) {
		error = process;
		goto fail;
	}
	*pid = (uint32_t)process;
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
