/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands, and the functions that all of them need. */
#ifndef BGTASK_COMMAND_H
#define BGTASK_COMMAND_H

#include <bgtask.h>
#include <getopt.h>
#include <stdbool.h>

/*
 * Exit codes of bgtask itself. Subcommands that run a command pass on the exit code of the command.
 */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_CANNOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL = 128,
};

/*
 * A subcommand. argv[0] is the prefix of error messages, followed by the arguments. run() returns
 * an exit code.
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv, bool json);
};

int command_app(int argc, char **argv, bool json);
int command_condition(int argc, char **argv, bool json);
int command_container(int argc, char **argv, bool json);
int command_monitor(int argc, char **argv, bool json);
int command_mutex(int argc, char **argv, bool json);
int command_run(int argc, char **argv, bool json);
int command_self(int argc, char **argv, bool json);
int command_task(int argc, char **argv, bool json);
int command_top(int argc, char **argv, bool json);
int command_trigger(int argc, char **argv, bool json);

int app_allow(int argc, char **argv, bool json);
int app_background(int argc, char **argv, bool json);
int app_deny(int argc, char **argv, bool json);
int app_foreground(int argc, char **argv, bool json);
int app_install(int argc, char **argv, bool json);
int app_launch(int argc, char **argv, bool json);
int app_list(int argc, char **argv, bool json);
int app_remove(int argc, char **argv, bool json);
int app_resume(int argc, char **argv, bool json);
int app_show(int argc, char **argv, bool json);
int app_suspend(int argc, char **argv, bool json);
int app_terminate(int argc, char **argv, bool json);
int app_upgraded(int argc, char **argv, bool json);

int condition_list(int argc, char **argv, bool json);
int condition_set(int argc, char **argv, bool json);

int container_add(int argc, char **argv, bool json);
int container_delete(int argc, char **argv, bool json);
int container_exempt(int argc, char **argv, bool json);
int container_hold(int argc, char **argv, bool json);
int container_kill(int argc, char **argv, bool json);
int container_list(int argc, char **argv, bool json);
int container_new(int argc, char **argv, bool json);
int container_release(int argc, char **argv, bool json);
int container_remove(int argc, char **argv, bool json);
int container_set(int argc, char **argv, bool json);
int container_show(int argc, char **argv, bool json);
int container_traffic(int argc, char **argv, bool json);

int mutex_list(int argc, char **argv, bool json);
int mutex_run(int argc, char **argv, bool json);

int task_cancel(int argc, char **argv, bool json);
int task_history(int argc, char **argv, bool json);
int task_list(int argc, char **argv, bool json);
int task_register(int argc, char **argv, bool json);
int task_show(int argc, char **argv, bool json);
int task_unregister(int argc, char **argv, bool json);

int trigger_fire(int argc, char **argv, bool json);

/* Options that every subcommand has. */
#define COMMON_OPTIONS		"hj"
#define COMMON_LONG_OPTIONS	{ "help", no_argument, NULL, 'h' }, \
				{ "json", no_argument, NULL, 'j' }

/*
 * Runs the subcommand that argv[optind] names. The last of @commands has no name. @usage is printed
 * if no subcommand is named.
 */
int dispatch(const struct command *commands, const char *usage, int argc, char **argv, bool json);

/* Reads the common options of a group of subcommands, such as "container", and dispatches. */
int run_group(const struct command *commands, const char *usage, int argc, char **argv, bool json);

/* Complains on standard error, and returns EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains about the command line, if there is a format, and returns EXIT_USAGE. */
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a help text, and returns EXIT_OK. */
int help(const char *text);

/*
 * Reads the options of a subcommand that has only the common options. Returns false if the
 * subcommand has nothing left to do, with its exit code in *status.
 */
bool parse_common(int argc, char **argv, const char *usage, bool *json, int *status);

/* Reads the common options and --app, which names an app by its id. */
bool parse_app(int argc, char **argv, const char *usage, bool *json, const char **app,
	       int *status);

/* Reads the common options and --role, which selects members of a container by their role. */
bool parse_members(int argc, char **argv, const char *usage, enum bgt_role *role, int *status);

/* Connects to the module. Prints an error and returns NULL if that fails. */
struct bgt *connect_module(void);

/*
 * Connects, finds the container with this name or, if there is none, this id, and calls @action
 * with the container. Returns an exit code.
 */
typedef int (*container_fn)(struct bgt *bgt, const struct bgt_container *container, void *data);
int with_container(const char *name, container_fn action, void *data);

/* Reads an id. Returns 0 if the argument is not an id. */
uint32_t parse_id(const char *argument);

/* Read an argument. Print an error and return false if the argument is not valid. */
bool parse_duration(const char *argument, const char *what, uint64_t *nanoseconds);
bool parse_role(const char *argument, enum bgt_role *role);
bool parse_trigger(const char *argument, enum bgt_trigger *trigger);
bool parse_condition(const char *argument, enum bgt_condition *condition);

#endif
