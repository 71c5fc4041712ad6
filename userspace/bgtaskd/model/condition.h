/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions: which of enum bgtask_condition hold, found out by sources or set by an administrator.
 * Conditions come in pairs (internet-available and -not-available, ...), one of which holds.
 */
#ifndef BGTASKD_CONDITION_H
#define BGTASKD_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#define CONDITION_ALL	0x3fu

struct conditions {
	uint32_t found;		/* as the sources say */
	uint32_t set;		/* as the administrator says, for those in @which */
	uint32_t which;
	uint32_t seen;		/* those that held at the last call of conditions_have_changed() */
};

/* Before anything is found out: no internet, session connected, user present. */
void conditions_init(struct conditions *conditions);

/* Those that hold. */
uint32_t conditions_hold(const struct conditions *conditions);

/*
 * A source has found out that the first of a pair holds, or does not. @first is one of
 * BGTASK_CONDITION_INTERNET_AVAILABLE, _SESSION_CONNECTED and _USER_PRESENT.
 */
void conditions_find(struct conditions *conditions, uint32_t first, bool holds);

/*
 * An administrator sets the conditions in @which to @values, or leaves those in @which to the
 * sources again if @automatic. Both of a pair are set with either. -EINVAL if both of a pair are to
 * hold, or neither, or if @values has some that are not in @which.
 */
int conditions_set(struct conditions *conditions, uint32_t which, uint32_t values, bool automatic);

/* Whether others hold than when this was called last. */
bool conditions_have_changed(struct conditions *conditions);

/* Whether both of a pair are among @which, so that these conditions never hold together. */
bool conditions_contradict(uint32_t which);

#endif
