/* SPDX-License-Identifier: GPL-2.0 */
/* An app with a task for each of some triggers, and which of them fire. */
#ifndef BGTASK_TEST_FIRING_H
#define BGTASK_TEST_FIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgtask.h"

#define FIRING_APP	"org.example.Firing"

/* A step of a test: what is done, by the shell or otherwise, and what then fires. */
struct firing_step {
	const char *command, *expected, *what;
};

/*
 * Starts the helper with the app, which may do everything, and registers its tasks: each has the
 * name of its trigger, and ends at once. @triggers are bits.
 */
void firing_begin(struct bgt *bgt, uint32_t triggers);

/*
 * Whether these tasks were launched since the last call, in this order, and no others; their names,
 * with a space between. They are waited for; if there are none, a while.
 */
bool firing_is(struct bgt *bgt, const char *expected);

/* Takes steps, by the shell, until one does not fire what it should, which is false. */
bool firing_take(struct bgt *bgt, const struct firing_step *steps, size_t count);

/* Installs an app with one task, "task", that may have any trigger. */
void firing_install(struct bgt *bgt, const char *app, const char *entry_point);

/* What a registration may have beyond an app, a name and a trigger. */
struct firing_wish {
	uint64_t interval;
	bool oneshot;
	uint32_t condition;
	bool cancel;		/* when the condition is lost */
};

/* Registers "task" of an app. As bgt_task_register(). */
int firing_register(struct bgt *bgt, const char *app, enum bgt_trigger trigger,
		    struct firing_wish wish);

/*
 * Whether these of some conditions hold, as the next event that tells of conditions has it. It is
 * waited for; the connection has associated with all apps.
 */
bool firing_told(struct bgt *bgt, uint32_t some, uint32_t expected);

/* The moments when "task" of an app has fired, once it has so often; false if it does not. */
bool firing_times(struct bgt *bgt, const char *app, uint64_t *times, unsigned int count);

/*
 * Whether the moment is that of a rhythm, so many intervals after its start, where no firing is
 * late because the machine is busy; true where some may be.
 */
bool firing_is_due(uint64_t fired, uint64_t start, uint64_t interval, unsigned int number);

/* Runs a command of the shell, which must succeed. */
void shell(const char *command);

#endif
