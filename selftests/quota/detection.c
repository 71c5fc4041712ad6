// SPDX-License-Identifier: GPL-2.0
/* Budgets that are spent on several CPUs at once are found to be spent in time. */
#include "budget.h"
#include "detection.h"

/* The rest of a budget is divided by the number of CPUs that spend it. */
TEST_F_TIMEOUT(budget, detected_2_threads, 120)
{
	expect_detection_of(_metadata, self, 2);
}

TEST_F_TIMEOUT(budget, detected_4_threads, 120)
{
	expect_detection_of(_metadata, self, 4);
}

TEST_HARNESS_MAIN
