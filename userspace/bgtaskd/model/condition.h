/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions: which of enum bgtask_condition hold, as sources have found out or an administrator
 * has set. Conditions come in pairs (internet-available and -not-available, ...); exactly one of
 * each pair holds.
 */
#ifndef BGTASKD_CONDITION_H
#define BGTASKD_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#define CONDITION_ALL	0x3fu

struct conditions {
	uint32_t found;		/* what the sources say */
	uint32_t set;		/* what the administrator says, for the conditions in @which */
	uint32_t which;			/* conditions that the administrator has set */
	uint32_t seen;		/* what held at the last call of conditions_have_changed() */
};

/*
 * The state before any source has found out anything: no internet, session connected, user present.
 */
void conditions_init(struct conditions *conditions);

/* The conditions that hold now. */
uint32_t conditions_hold(const struct conditions *conditions);

/*
 * A source has found out that the first of a pair holds, or does not. @first is one of
 * BGTASK_CONDITION_INTERNET_AVAILABLE, _SESSION_CONNECTED and _USER_PRESENT.
 */
void conditions_find(struct conditions *conditions, uint32_t first, bool holds);

/*
 * An administrator sets the conditions in @which to @values or, if @automatic, leaves them to the
 * sources again. Setting either condition of a pair sets both. Returns -EINVAL if both conditions
 * of a pair are to hold, or neither, or if @values has conditions that are not in @which.
 */
int conditions_set(struct conditions *conditions, uint32_t which, uint32_t values, bool automatic);

/* Whether the conditions that hold are not the same as at the last call. */
bool conditions_have_changed(struct conditions *conditions);

/*
 * Whether @which has both conditions of a pair, so that the conditions in @which never hold
 * together.
 */
bool conditions_contradict(uint32_t which);

#endif
