/* SPDX-License-Identifier: GPL-2.0 */
/* The helper, started for a test with a directory, apps and deadlines of its own. */
#ifndef BGTASK_TEST_HELPER_H
#define BGTASK_TEST_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bgtask.h"
#include "scene.h"

/* Everything of the helper's is below this. */
#define HELPER_TOP	"/tmp/bgtask-selftest"
/* The shortest interval. */
#define INTERVAL_MIN	(200 * MSEC)
#define SLOTS		2

/* The app that is meant where none is named. */
#define APP		"org.example.App"

/*
 * What differs from test to test. The class "free" has no budget, the others have this. Nothing is
 * called idle, or killed for want of memory.
 */
struct helper_settings {
	uint64_t cancel_timeout;	/* 0 for what the helper has of itself, 5 s */
	unsigned int history;
	uint64_t quota;
	uint64_t period;
	const char *more;		/* lines of its section; or NULL */
};

/* Who is told to end has enough time for it, also on a busy machine. */
#define HELPER_SETTINGS	{ 30 * SEC, 20, 300 * MSEC, 3 * SEC, NULL }

/* Starts it with nothing installed and nothing registered, and waits until it answers. */
void helper_start(struct bgt *bgt);
void helper_start_with(struct bgt *bgt, const struct helper_settings *settings);

/* Starts it with a state directory, and what is in that. */
void helper_start_in(struct bgt *bgt, const char *state);

/* Kills the helper; what it has started goes on. Starts it again with what it knew. Does both. */
void helper_kill(void);
void helper_launch(struct bgt *bgt);
void helper_restart(struct bgt *bgt);

/* Acts as if the machine went down, with all that runs; and as if it came up again. */
void helper_go_down(void);
void helper_come_up(struct bgt *bgt);

/* Starts the helper again, and does not wait until it answers. Returns its process. */
pid_t helper_begin(void);

/* The helper's process. */
pid_t helper_pid(void);

/*
 * Waits until the helper ends by itself; or asks it to end, as it is asked when the machine goes
 * down. What it has started goes on. Return its exit status.
 */
int helper_wait(void);
int helper_quit(void);

/*
 * Starts the helper anew with a small, empty disk for what it registers; fills the disk; and makes
 * room on it again.
 */
void helper_move_to_disk(struct bgt *bgt);
void helper_fill_disk(void);
void helper_empty_disk(void);

/* Changes its configuration by a script of sed(1), and starts it anew with that. */
void helper_change(struct bgt *bgt, const char *script);

/*
 * Gives the next helper that is started a descriptor by a name, as a service manager gives what it
 * has kept.
 */
void helper_give(int fd, const char *name);

/* Kills the helper, and all that it has started. */
void helper_end(void);

/* Path of a file in the directory. Valid until the next call. */
const char *helper_path(const char *file);
/* Writes such a file, and returns its path. */
const char *helper_write(const char *file, const char *text);

/* Waits until there is such a file; ends the test if the deadline passes. */
void helper_wait_file(const char *file);

/* A directory there, in which tasks may write. */
#define HELPER_SAID	HELPER_TOP "/said"

/*
 * Waits until the helper has logged a text since it was first started; false if the deadline
 * passes.
 */
bool helper_logs(const char *text);

/* Path of a cgroup of an app: "app", "task", "task/7". Valid until the next call. */
const char *helper_cgroup(const char *app, const char *below);

/*
 * Writes the manifest of an app, with the lines that are given for its class and its tasks, and has
 * it installed.
 */
void helper_install(struct bgt *bgt, const char *app, const char *lines);

/* A registration that a test wants; the app is APP, unless it is named. */
struct wanted {
	const char *app;
	const char *name;
	enum bgt_trigger trigger;
	uint32_t conditions;
	uint64_t interval;
	bool oneshot;
	bool cancel;			/* on the loss of a condition */
};

/* Returns what bgt_task_register() does; the other one ends the test if that is an error. */
int helper_try_register(struct bgt *bgt, struct wanted wanted, uint32_t *id);
uint32_t helper_register(struct bgt *bgt, struct wanted wanted);

/* The same for a task of the trigger application. */
uint32_t helper_register_plain(struct bgt *bgt, const char *name);

/* Fires the trigger of a task of APP. */
void helper_fire(struct bgt *bgt, const char *name);

/* Registers a task of APP and fires it. Returns the instance once it runs, as instance_wait(). */
const struct bgt_instance *helper_run(struct bgt *bgt, const char *name);

/* The last instance of an app's task once it is in a state; NULL if the deadline passes. */
const struct bgt_instance *instance_wait(struct bgt *bgt, const char *app, const char *task,
					 enum bgt_instance_state state);

/* The last one now, or NULL; and how many there are. Valid until the next call. */
const struct bgt_instance *instance_look(struct bgt *bgt, const char *app, const char *task);
unsigned int instance_count(struct bgt *bgt, const char *app);

/* The container of APP. Valid until the next call. */
const struct bgt_container *helper_container(struct bgt *bgt);

/* Waits until its tasks have spent its budget, and stand still. */
void helper_wait_throttled(struct bgt *bgt);

/* Waits until its traffic is not counted any more, which takes a while. */
bool helper_uncounted(struct bgt *bgt);

/* The member with the own processes of APP. */
uint32_t helper_app_member(struct bgt *bgt);

#endif
