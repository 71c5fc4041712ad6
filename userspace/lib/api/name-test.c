// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests of names: every value of an enumeration is found by its name, and no other value has a
 * name. An unknown name is refused, and the result stays as it was.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bgtask.h"

static bool bad;

static void expect(bool right, const char *kind, unsigned int number, const char *what)
{
	if (right)
		return;
	printf("not ok - %s, value number %u: %s\n", kind, number, what);
	bad = true;
}

/* The value with the number i: the number itself, or a bit. */
#define NUMBER(i)	(i)
#define BIT(i)		(1u << (i))

/* More than any enumeration has, and no more than an integer has bits. */
#define VALUES		32

#define TEST_NAMES(kind, VALUE, count)							\
static void test_##kind(void)								\
{											\
	enum bgt_##kind value, found;							\
	const char *name;								\
											\
	for (unsigned int i = 0; i < VALUES; i++) {					\
		value = (enum bgt_##kind)VALUE(i);					\
		name = bgt_##kind##_name(value);					\
		if (i >= (count)) {							\
			expect(!strcmp(name, "unknown"), #kind, i, "there is none");	\
			continue;							\
		}									\
		found = (enum bgt_##kind)VALUE((count));				\
		expect(!bgt_##kind##_from_name(name, &found), #kind, i, name);		\
		expect(found == value, #kind, i, "has the name of another");		\
	}										\
	found = value;									\
	expect(bgt_##kind##_from_name("unknown", &found) == -EINVAL && found == value,	\
	       #kind, VALUES, "a name that is none is found");				\
}

TEST_NAMES(role, NUMBER, 3)
TEST_NAMES(scope, NUMBER, 3)
TEST_NAMES(trigger, NUMBER, BGTASK_TRIGGER_MAX + 1)
TEST_NAMES(condition, BIT, 6)
TEST_NAMES(instance_state, NUMBER, 8)
TEST_NAMES(cancel_reason, NUMBER, 12)
TEST_NAMES(access, NUMBER, 5)
TEST_NAMES(app_state, NUMBER, 4)
TEST_NAMES(extension_reason, NUMBER, 3)
TEST_NAMES(revoked_reason, NUMBER, 2)
TEST_NAMES(work_cost, NUMBER, 3)

int main(void)
{
	test_role();
	test_scope();
	test_trigger();
	test_condition();
	test_instance_state();
	test_cancel_reason();
	test_access();
	test_app_state();
	test_extension_reason();
	test_revoked_reason();
	test_work_cost();
	if (!bad)
		printf("ok - names of the library\n");
	return bad;
}
