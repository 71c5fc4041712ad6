// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions are bits. The two conditions of a pair are neighbouring bits, and setting either of
 * them sets both, so that exactly one of a pair holds at any time.
 */
#include "condition.h"

#include <errno.h>
#include <linux/bgtask.h>

/* The first of each pair; the second is the next bit. */
#define FIRSTS	((uint32_t)BGTASK_CONDITION_INTERNET_AVAILABLE | \
		 (uint32_t)BGTASK_CONDITION_SESSION_CONNECTED | \
		 (uint32_t)BGTASK_CONDITION_USER_PRESENT)

_Static_assert((FIRSTS | FIRSTS << 1) == CONDITION_ALL && !(FIRSTS & FIRSTS << 1), "pairs");

void conditions_init(struct conditions *conditions)
{
	*conditions = (struct conditions) {
		.found = BGTASK_CONDITION_INTERNET_NOT_AVAILABLE |
			 BGTASK_CONDITION_SESSION_CONNECTED |
			 BGTASK_CONDITION_USER_PRESENT,
	};
}

uint32_t conditions_hold(const struct conditions *conditions)
{
	return (conditions->set & conditions->which) | (conditions->found & ~conditions->which);
}

void conditions_find(struct conditions *conditions, uint32_t first, bool holds)
{
	first &= FIRSTS;
	conditions->found &= ~(first | first << 1);
	conditions->found |= holds ? first : first << 1;
}

int conditions_set(struct conditions *conditions, uint32_t which, uint32_t values, bool automatic)
{
	uint32_t pairs, first;

	if ((which | values) & ~CONDITION_ALL)
		return -EINVAL;
	/* The first condition of each pair of which @which names one or both. */
	pairs = (which | which >> 1) & FIRSTS;

	if (automatic) {
		conditions->which &= ~(pairs | pairs << 1);
		return 0;
	}

	/* Setting one condition of a pair sets the other to the opposite. */
	if (values & ~which)
		return -EINVAL;
	first = which & values & FIRSTS;
	first |= (which & ~values) >> 1 & FIRSTS;
	if ((which & ~values & first) || ((which & values) >> 1 & first))
		return -EINVAL;

	conditions->which |= pairs | pairs << 1;
	conditions->set &= ~(pairs | pairs << 1);
	conditions->set |= first | (pairs & ~first) << 1;
	return 0;
}

bool conditions_have_changed(struct conditions *conditions)
{
	uint32_t seen = conditions->seen;

	conditions->seen = conditions_hold(conditions);
	return conditions->seen != seen;
}

bool conditions_contradict(uint32_t which)
{
	return which & which >> 1 & FIRSTS;
}
