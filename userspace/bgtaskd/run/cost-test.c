// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the cost of work: each threshold from both sides, and that the worst rating counts.
 */
#include <math.h>

#include "base/test.h"

#include "cost.h"

#define LOW	BGTASK_WORK_COST_LOW
#define MEDIUM	BGTASK_WORK_COST_MEDIUM
#define HIGH	BGTASK_WORK_COST_HIGH

static void test_decision(struct test *test)
{
	static const struct {
		struct cost_facts facts;
		enum bgtask_work_cost cost;
		const char *what;
	} cases[] = {
#define FREE	.quota = BGTASK_QUOTA_UNLIMITED
		{ { .ac = true, .capacity = -1, FREE }, LOW, "on AC without a battery" },
		{ { .ac = true, .capacity = 3, FREE }, LOW, "on AC, the battery is empty" },
		{ { .capacity = 100, FREE }, MEDIUM, "on a full battery" },
		{ { .capacity = -1, FREE }, MEDIUM, "on a battery that says nothing" },
		{ { .capacity = 21, FREE }, MEDIUM, "on battery, 21 %" },
		{ { .capacity = 20, FREE }, HIGH, "on battery, 20 %" },
		{ { .ac = true, .cpu = 39.99, .io = 19.99, .memory = 4.99, FREE }, LOW,
		  "a little of each pressure" },
		{ { .ac = true, .cpu = 40, FREE }, MEDIUM, "some CPU pressure" },
		{ { .ac = true, .cpu = 79.99, FREE }, MEDIUM, "more CPU pressure" },
		{ { .ac = true, .cpu = 80, FREE }, HIGH, "much CPU pressure" },
		{ { .ac = true, .io = 20, FREE }, MEDIUM, "some IO pressure" },
		{ { .ac = true, .io = 60, FREE }, HIGH, "much IO pressure" },
		{ { .ac = true, .memory = 5, FREE }, MEDIUM, "some memory pressure" },
		{ { .ac = true, .memory = 20, FREE }, HIGH, "much memory pressure" },
		{ { .ac = true, .quota = 1000, .left = 501 }, LOW, "more than half the budget" },
		{ { .ac = true, .quota = 1000, .left = 500 }, MEDIUM, "half the budget" },
		{ { .ac = true, .quota = 1000, .left = 101 }, MEDIUM, "more than a tenth of it" },
		{ { .ac = true, .quota = 1000, .left = 100 }, HIGH, "a tenth of it" },
		{ { .ac = true, .quota = 0, .left = 0 }, HIGH, "no budget at all" },
		{ { .capacity = 50, .cpu = 99, .quota = 1000, .left = 1000 }, HIGH,
		  "the worst counts" },
#undef FREE
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ok(test, cost_decide(&cases[i].facts) == cases[i].cost, cases[i].what);
}

static void test_pressure(struct test *test)
{
	struct cost_facts facts = { .cpu = 1, .io = 1, .memory = 1 };

	cost_read_pressure(&facts, "/nonexistent");
	ok(test, !(facts.cpu > 0) && !(facts.io > 0) && !(facts.memory > 0), "no pressure files");
	put(test, "cpu", "some avg10=12.50 avg60=1.00 avg300=1.00 total=1\n"
	    "full avg10=99.00 avg60=1.00 avg300=1.00 total=1\n");
	put(test, "io", "some avg10=0.25 avg60=9.00 avg300=9.00 total=1\n");
	put(test, "memory", "what is this\n");
	cost_read_pressure(&facts, test->directory);
	ok(test, fabs(facts.cpu - 12.5) < 0.001 && fabs(facts.io - 0.25) < 0.001 &&
	   !(facts.memory > 0), "pressure files");
}

int main(void)
{
	struct test test;

	begin(&test);
	test_decision(&test);
	test_pressure(&test);
	return end(&test);
}
