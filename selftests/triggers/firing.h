/* SPDX-License-Identifier: GPL-2.0 */
/* An app with a task for each of some triggers, to see which triggers fire. */
#ifndef BGTASK_TEST_FIRING_H
#define BGTASK_TEST_FIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgtask.h"

#define FIRING_APP	"org.example.Firing"

/* A step of a test: a command, mostly of the shell, and the triggers that it must fire. */
struct firing_step {
	const char *command, *expected, *what;
};

/*
 * Starts the helper with the app, which may do everything, and registers the app's tasks: each has
 * the name of its trigger, and ends at once. @triggers are bits.
 */
void firing_begin(struct bgt *bgt, uint32_t triggers);

/*
 * Whether exactly these tasks were launched since the last call, in this order; names separated by
 * a space. Waits for them; if none are expected, waits a while.
 */
bool firing_is(struct bgt *bgt, const char *expected);

/* Takes steps with the shell, until one fires something else, which is false. */
bool firing_take(struct bgt *bgt, const struct firing_step *steps, size_t count);

/* Installs an app with one task, "task", that may have any trigger. */
void firing_install(struct bgt *bgt, const char *app, const char *entry_point);

/* Options of a registration besides its app, its name and its trigger. */
struct firing_wish {
	uint64_t interval;
	bool oneshot;
	uint32_t condition;
	bool cancel;		/* when the condition is lost */
};

/* Registers "task" of an app. Returns as bgt_task_register(). */
int firing_register(struct bgt *bgt, const char *app, enum bgt_trigger trigger,
		    struct firing_wish wish);

/*
 * Waits for the next event about conditions. Whether exactly these of @some conditions hold in it;
 * the connection must have associated with all apps.
 */
bool firing_told(struct bgt *bgt, uint32_t some, uint32_t expected);

/* Waits until "task" of an app has fired so often, and stores the times; false if it does not. */
bool firing_times(struct bgt *bgt, const char *app, uint64_t *times, unsigned int count);

/*
 * Whether a firing came when it was due, so many intervals after the start. Always true where a
 * busy machine may make firings late.
 */
bool firing_is_due(uint64_t fired, uint64_t start, uint64_t interval, unsigned int number);

/* Runs a command of the shell, which must succeed. */
void shell(const char *command);

#endif
