/* SPDX-License-Identifier: GPL-2.0 */
/* The helper, started for a test with a directory, apps and deadlines of its own. */
#ifndef BGTASK_TEST_HELPER_H
#define BGTASK_TEST_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/* Everything of the helper's is below this. */
#define HELPER_TOP	"/tmp/bgtask-selftest"
/* How long a task has to end when it is cancelled. */
#define CANCEL_TIMEOUT	(700 * MSEC)
/* The shortest interval. */
#define INTERVAL_MIN	(200 * MSEC)
#define SLOTS		2

/* Starts it with nothing installed and nothing registered, and waits until it answers. */
void helper_start(struct bgt *bgt);

/* Kills it, and starts it with what it knew. */
void helper_restart(struct bgt *bgt);

/* The two halves of that. */
void helper_kill(void);
void helper_launch(struct bgt *bgt);

/* Waits until it ends by itself. Returns its exit status. */
int helper_wait(void);

/* Lets it end as it does with the machine; what it has started goes on. */
void helper_quit(void);

/* Kills it, and all that it has started. */
void helper_end(void);

/*
 * Writes the manifest of an app, with the lines that are given for its tasks, and has it installed.
 * Its class has a budget of @quota in 5 s.
 */
void helper_install(struct bgt *bgt, const char *app, const char *tasks);

/* Path of a file in the directory. Valid until the next call. */
const char *helper_path(const char *file);

/* The last instance of an app's task once it is in a state; NULL if the deadline passes. */
const struct bgt_instance *instance_wait(struct bgt *bgt, const char *app, const char *task,
					 enum bgt_instance_state state);

/* The last one now, or NULL; and how many there are. Valid until the next call. */
const struct bgt_instance *instance_look(struct bgt *bgt, const char *app, const char *task);
unsigned int instance_count(struct bgt *bgt, const char *app);

#endif
