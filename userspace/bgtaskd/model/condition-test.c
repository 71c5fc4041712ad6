// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of conditions: exactly one of each pair holds, whether the sources or an administrator have
 * decided which.
 */
#include "condition.h"

#include <errno.h>

#include "base/test.h"

#define PAIRS	3

/* The conditions of pair @i: both, the first, the second. */
static uint32_t both(int i)
{
	return 3u << 2 * i;
}

static uint32_t first(int i)
{
	return 1u << 2 * i;
}

static uint32_t second(int i)
{
	return 2u << 2 * i;
}

/* Whether exactly the conditions @which of pair @i hold. */
static bool holds(const struct conditions *c, int i, uint32_t which)
{
	return (conditions_hold(c) & both(i)) == which;
}

static bool finds(int i)
{
	struct conditions c;
	bool good;

	conditions_init(&c);
	conditions_find(&c, first(i), false);
	good = holds(&c, i, second(i));
	conditions_find(&c, first(i), true);
	good &= holds(&c, i, first(i));
	conditions_find(&c, first(i), true);
	return good && holds(&c, i, first(i));
}

/*
 * An administrator sets a pair by naming its first condition, its second, or both. A contradictory
 * call is refused and changes nothing.
 */
static bool sets(int i)
{
	struct conditions c;
	bool good;

	conditions_init(&c);
	conditions_find(&c, first(i), false);
	good = !conditions_set(&c, first(i), first(i), false) && holds(&c, i, first(i));
	good &= !conditions_set(&c, second(i), second(i), false) && holds(&c, i, second(i));
	good &= !conditions_set(&c, second(i), 0, false) && holds(&c, i, first(i));
	good &= !conditions_set(&c, first(i), 0, false) && holds(&c, i, second(i));
	good &= !conditions_set(&c, both(i), first(i), false) && holds(&c, i, first(i));
	good &= conditions_set(&c, both(i), both(i), false) == -EINVAL;
	good &= conditions_set(&c, both(i), 0, false) == -EINVAL;
	good &= conditions_set(&c, second(i), both(i), false) == -EINVAL;
	return good && holds(&c, i, first(i));
}

/*
 * While an administrator has set a pair, sources go on finding out what holds; their last finding
 * counts as soon as the pair is left to them again.
 */
static bool leaves_to_sources(int i)
{
	struct conditions c;
	bool good;

	conditions_init(&c);
	good = !conditions_set(&c, first(i), first(i), false);
	conditions_find(&c, first(i), true);
	conditions_find(&c, first(i), false);
	good &= holds(&c, i, first(i)) && c.which == both(i);
	good &= !conditions_set(&c, second(i), 0, true);
	return good && holds(&c, i, second(i)) && !c.which;
}

static bool changes(void)
{
	struct conditions c;
	bool good;

	conditions_init(&c);
	good = conditions_have_changed(&c) && !conditions_have_changed(&c);
	conditions_find(&c, first(0), false);
	good &= !conditions_have_changed(&c);
	conditions_find(&c, first(0), true);
	good &= conditions_have_changed(&c) && !conditions_have_changed(&c);
	good &= !conditions_set(&c, first(0), 0, false);
	return good && conditions_have_changed(&c);
}

int main(void)
{
	bool found = true, set = true, left = true, contradicts = true;
	struct test test;
	struct conditions c;

	begin(&test);
	conditions_init(&c);
	ok(&test, conditions_hold(&c) == (second(0) | first(1) | first(2)),
	   "conditions: at the beginning");
	for (int i = 0; i < PAIRS; i++) {
		found &= finds(i);
		set &= sets(i);
		left &= leaves_to_sources(i);
		contradicts &= conditions_contradict(both(i)) && !conditions_contradict(first(i)) &&
			       !conditions_contradict(second(i));
	}
	ok(&test, found, "conditions: sources find one of a pair");
	ok(&test, set, "conditions: an administrator sets one of a pair");
	ok(&test, left, "conditions: and leaves the pair to the sources again");
	ok(&test, contradicts && !conditions_contradict(second(0) | first(1)),
	   "conditions: those of a pair contradict each other");
	ok(&test, conditions_set(&c, 64, 64, false) == -EINVAL, "conditions: unknown one");
	ok(&test, !conditions_set(&c, CONDITION_ALL, 1 | 8 | 32, false) &&
	   conditions_hold(&c) == (1 | 8 | 32) &&
	   !conditions_set(&c, CONDITION_ALL, 0, true) && conditions_hold(&c) == (2 | 4 | 16),
	   "conditions: all at once");
	ok(&test, changes(), "conditions: what has changed");
	return end(&test);
}
