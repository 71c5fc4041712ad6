// SPDX-License-Identifier: GPL-2.0
#include "host.h"

#include <bgtask.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>


#define ARGUMENTS_MAX	64
#define VARIABLES_MAX	16

/* What a program is started with. */
struct command {
	char *text;		/* the arguments, one after the other */
	char *arguments[ARGUMENTS_MAX + 1];
	char *variables[VARIABLES_MAX + 1];
};

/* Splits at white space; what stands in quotes, or behind a backslash, does not separate. */
static int split(struct command *command, const char *entry_point)
{
	char quote = '\0', *to;
	bool inside = false;
	size_t count = 0;

	to = command->text = malloc(strlen(entry_point) + 1);
	if (!to)
		return -ENOMEM;
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
			command->arguments[count++] = to;
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

static int put_variable(struct command *command, const char *name, const char *value)
{
	size_t count = 0;

	while (command->variables[count])
		count++;
	if (count == VARIABLES_MAX)
		return -E2BIG;
	return asprintf(&command->variables[count], "%s=%s", name, value) < 0 ? -ENOMEM : 0;
}

static int make_variables(struct command *command, const struct manifest *manifest,
			  const struct instance_record *instance)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%u", instance->id);
	error = put_variable(command, "PATH", "/usr/local/bin:/usr/bin:/bin");
	error = error ?: put_variable(command, "BGTASK_APP", manifest->id);
	error = error ?: put_variable(command, "BGTASK_TASK", instance->name);
	error = error ?: put_variable(command, "BGTASK_INSTANCE", number);
	error = error ?: put_variable(command, "BGTASK_TRIGGER",
				      bgt_trigger_name((enum bgt_trigger)instance->trigger));
	error = error ?: put_variable(command, "BGTASK_ARGUMENT", instance->argument);
	if (manifest->user.name)
		error = error ?: put_variable(command, "USER", manifest->user.name);
	return error ?: put_variable(command, "HOME", manifest->user.home);
}

static void free_command(struct command *command)
{
	for (size_t i = 0; command->variables[i]; i++)
		free(command->variables[i]);
	free(command->text);
}

static int become_user(const struct user *user)
{
	/* Nothing is to be given up by one who has nothing. */
	if (user->uid == geteuid())
		return 0;
	if (setgroups(user->nr_groups, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	return 0;
}

static int run(const struct manifest *manifest, const struct command *command)
{
	sigset_t none;
	int error, null;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -errno;
	error = become_user(&manifest->user);
	if (error)
		return error;
	if (chdir(manifest->user.home))
		error = chdir("/");
	execve(command->arguments[0], command->arguments, command->variables);
	return -errno;
}

static _Noreturn void child(const struct manifest *manifest, const struct command *command,
			    int failure)
{
	int error = run(manifest, command);
	ssize_t written = write(failure, &error, sizeof(error));

	(void)written;
	_exit(127);
}

static int start(const struct manifest *manifest, struct instance_record *instance,
		 const struct command *command, int directory, int *pidfd, int *failure)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)directory,
	};
	int pipe[2], error;
	pid_t pid;

	/* Closed by exec, so that there is something to read only if that fails. */
	if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		child(manifest, command, pipe[1]);
	error = -errno;
	close(pipe[1]);
	if (pid < 0) {
		close(pipe[0]);
		return error;
	}
	instance->pid = (uint32_t)pid;
	*failure = pipe[0];
	return 0;
}

int host_start(const struct manifest *manifest, struct instance_record *instance,
	       const char *entry_point, const char *cgroup, int *pidfd, int *failure)
{
	struct command command = { NULL };
	int directory, error;

	directory = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	error = split(&command, entry_point);
	if (!error)
		error = make_variables(&command, manifest, instance);
	if (!error)
		error = start(manifest, instance, &command, directory, pidfd, failure);
	free_command(&command);
	close(directory);
	return error;
}

int host_failure(int failure)
{
	int error;

	return read(failure, &error, sizeof(error)) == sizeof(error) ? error : 0;
}
