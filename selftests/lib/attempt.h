/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to a helper whose calls may fail; a refusal does not end the test. The functions that
 * undo are for a helper that works again, and end the test if the helper refuses.
 */
#ifndef BGTASK_TEST_ATTEMPT_H
#define BGTASK_TEST_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/*
 * Lists the apps, and the tasks and instances of APP. False if a list fails, or no app or task is
 * there.
 */
bool attempt_list(struct bgt *bgt);

/*
 * Waits until the last instance of a task of APP is in *@state or a later state, and stores that
 * state; false if the deadline passes.
 */
bool attempt_reaches(struct bgt *bgt, const char *task, enum bgt_instance_state *state,
		     uint32_t *id);

/* Waits until the last instance of a task of APP has ended. Returns whether it has completed. */
bool attempt_completes(struct bgt *bgt, const char *task);

/* Unregisters a task of APP, if it is registered, and cancels its running instance. */
void undo_registration(struct bgt *bgt, const char *name);

/* Waits until the last instance of a task of APP, if there is one, has ended in some way. */
void undo_instance(struct bgt *bgt, const char *task);

#endif
