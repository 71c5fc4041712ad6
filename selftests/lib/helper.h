/* SPDX-License-Identifier: GPL-2.0 */
/* The helper, which a test starts with a directory, apps and time limits of its own. */
#ifndef BGTASK_TEST_HELPER_H
#define BGTASK_TEST_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bgtask.h"
#include "scene.h"

/* The directory of all files of the helper. */
#define HELPER_TOP	"/tmp/bgtask-selftest"
/* The shortest interval of triggers. */
#define INTERVAL_MIN	(200 * MSEC)
#define SLOTS		2

/* The app that functions use if they take no app. */
#define APP		"org.example.App"

/*
 * Settings that differ from test to test. The class "free" has no budget; the other classes have
 * this budget. No task counts as idle, and no app is killed for memory.
 */
struct helper_settings {
	uint64_t cancel_timeout;	/* 0 for the helper's default, 5 s */
	unsigned int history;
	uint64_t quota;
	uint64_t period;
	const char *more;		/* more lines of [Helper]; or NULL */
};

/* The time limit is long enough for tasks to end on a busy machine. */
#define HELPER_SETTINGS	{ 30 * SEC, 20, 300 * MSEC, 3 * SEC, NULL }

/* Start the helper with nothing installed or registered, and wait until it answers. */
void helper_start(struct bgt *bgt);
void helper_start_with(struct bgt *bgt, const struct helper_settings *settings);

/* Starts the helper with an existing state directory. */
void helper_start_in(struct bgt *bgt, const char *state);

/*
 * Kills the helper, but not the processes that it has started; starts it again with the same state;
 * does both.
 */
void helper_kill(void);
void helper_launch(struct bgt *bgt);
void helper_restart(struct bgt *bgt);

/* Act as if the machine goes down, with all processes, and comes up again. */
void helper_go_down(void);
void helper_come_up(struct bgt *bgt);

/* Starts the helper without waiting until it answers. Returns its process id. */
pid_t helper_begin(void);

/* Returns the helper's process id. */
pid_t helper_pid(void);

/*
 * helper_wait() waits until the helper ends by itself, helper_quit() asks it to end first, as a
 * service manager does. The processes that the helper has started go on. Both return its exit
 * status.
 */
int helper_wait(void);
int helper_quit(void);

/*
 * Restarts the helper with a small, empty disk as its state directory; fills the disk; makes room
 * on the disk again.
 */
void helper_move_to_disk(struct bgt *bgt);
void helper_fill_disk(void);
void helper_empty_disk(void);

/* Changes the helper's configuration with a script of sed(1), and restarts the helper. */
void helper_change(struct bgt *bgt, const char *script);

/*
 * Passes a descriptor with this name to the next helper, as a service manager passes descriptors
 * that it has stored.
 */
void helper_give(int fd, const char *name);

/* Kills the helper and all processes that it has started. */
void helper_end(void);

/* Returns the path of a file in the helper's directory. Valid until the next call. */
const char *helper_path(const char *file);
/* Writes a file in the helper's directory, and returns its path. */
const char *helper_write(const char *file, const char *text);

/* Waits until a file appears in the helper's directory. The test fails after the deadline. */
void helper_wait_file(const char *file);

/* A directory in which tasks may write. */
#define HELPER_SAID	HELPER_TOP "/said"

/*
 * Waits until the text is in the log, which has the lines of all helpers of the test. Returns false
 * after the deadline.
 */
bool helper_logs(const char *text);

/* Returns the path of a cgroup of an app: "app", "task", "task/7". Valid until the next call. */
const char *helper_cgroup(const char *app, const char *below);

/*
 * Writes the manifest of an app, with these lines for its class and its tasks, and installs the
 * app.
 */
void helper_install(struct bgt *bgt, const char *app, const char *lines);

/* A task that a test registers. The app is APP if it is NULL. */
struct wanted {
	const char *app;
	const char *name;
	enum bgt_trigger trigger;
	uint32_t conditions;
	uint64_t interval;
	bool oneshot;
	bool cancel;			/* on the loss of a condition */
};

/*
 * helper_try_register() returns the result of bgt_task_register(). With helper_register() the test
 * fails if that is an error.
 */
int helper_try_register(struct bgt *bgt, struct wanted wanted, uint32_t *id);
uint32_t helper_register(struct bgt *bgt, struct wanted wanted);

/* Registers a task of APP with the trigger application. */
uint32_t helper_register_plain(struct bgt *bgt, const char *name);

/* Fires the trigger application for a task of APP. */
void helper_fire(struct bgt *bgt, const char *name);

/*
 * Registers a task of APP and fires it. Returns the instance once it runs. Valid as with
 * instance_wait().
 */
const struct bgt_instance *helper_run(struct bgt *bgt, const char *name);

/*
 * Waits until the last instance of an app's task is in a state. Returns the instance, valid until
 * the next call; or NULL after the deadline.
 */
const struct bgt_instance *instance_wait(struct bgt *bgt, const char *app, const char *task,
					 enum bgt_instance_state state);

/* The last instance of the task, or NULL, valid until the next call; the number of instances. */
const struct bgt_instance *instance_look(struct bgt *bgt, const char *app, const char *task);
unsigned int instance_count(struct bgt *bgt, const char *app);

/* Returns the container of APP. Valid until the next call. */
const struct bgt_container *helper_container(struct bgt *bgt);

/* Waits until the tasks of APP have spent its budget, and are frozen. */
void helper_wait_throttled(struct bgt *bgt);

/* Waits until the traffic of APP is not counted any more, which takes a while. */
bool helper_uncounted(struct bgt *bgt);

/* Returns the id of the member with the processes of APP itself. */
uint32_t helper_app_member(struct bgt *bgt);

#endif
