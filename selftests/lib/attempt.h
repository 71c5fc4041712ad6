/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of a helper whose calls may fail; a refusal does not end the test. Undoing is for a
 * helper that works again, and ends the test if the helper refuses.
 */
#ifndef BGTASK_TEST_ATTEMPT_H
#define BGTASK_TEST_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/* Lists what there is, of APP and of all; there must be an app and a task. */
bool attempt_list(struct bgt *bgt);

/*
 * Waits until the last instance of a task of APP is in @state, or in a later one, which is stored
 * there; false if the deadline passes.
 */
bool attempt_reaches(struct bgt *bgt, const char *task, enum bgt_instance_state *state,
		     uint32_t *id);

/* Waits until the last instance of a task of APP has ended; whether it is completed. */
bool attempt_completes(struct bgt *bgt, const char *task);

/* Unregisters a task of APP, if it is registered, and cancels what runs of it. */
void undo_registration(struct bgt *bgt, const char *name);

/* Waits until the last instance of a task of APP has ended, if there is one, in whatever way. */
void undo_instance(struct bgt *bgt, const char *task);

#endif
