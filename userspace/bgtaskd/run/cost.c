// SPDX-License-Identifier: GPL-2.0
/*
 * Rates the power, the time lost in waiting and the budget, each by two thresholds. The worst of
 * these ratings is the cost of work.
 */
#include "cost.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Rates a value by two thresholds. Greater values are worse or, if @medium is greater than @high,
 * smaller ones.
 */
static enum bgtask_work_cost rate(double value, double medium, double high)
{
	bool rises = high > medium;

	if (rises ? value >= high : value <= high)
		return BGTASK_WORK_COST_HIGH;
	if (rises ? value >= medium : value <= medium)
		return BGTASK_WORK_COST_MEDIUM;
	return BGTASK_WORK_COST_LOW;
}

static enum bgtask_work_cost rate_power(const struct cost_facts *facts)
{
	if (facts->ac)
		return BGTASK_WORK_COST_LOW;
	return rate(facts->capacity < 0 ? 100 : facts->capacity, 100, 20);
}

static enum bgtask_work_cost rate_budget(const struct cost_facts *facts)
{
	if (facts->quota == BGTASK_QUOTA_UNLIMITED)
		return BGTASK_WORK_COST_LOW;
	if (!facts->quota)
		return BGTASK_WORK_COST_HIGH;
	return rate(100.0 * (double)facts->left / (double)facts->quota, 50, 10);
}

enum bgtask_work_cost cost_decide(const struct cost_facts *facts)
{
	const enum bgtask_work_cost costs[] = {
		rate_power(facts),
		rate(facts->cpu, 40, 80),
		rate(facts->io, 20, 60),
		rate(facts->memory, 5, 20),
		rate_budget(facts),
	};
	enum bgtask_work_cost worst = BGTASK_WORK_COST_LOW;

	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		if (costs[i] > worst)
			worst = costs[i];
	return worst;
}

static double read_time(const char *directory, const char *name)
{
	char path[PATH_MAX];
	double time = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "some avg10=%lf", &time) != 1)
		time = 0;
	fclose(file);
	return time;
}

void cost_read_pressure(struct cost_facts *facts, const char *directory)
{
	facts->cpu = read_time(directory, "cpu");
	facts->io = read_time(directory, "io");
	facts->memory = read_time(directory, "memory");
}
