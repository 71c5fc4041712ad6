// SPDX-License-Identifier: GPL-2.0
/*
 * Follows the helper by its events alone, and compares the outcome with the helper's own state. An
 * event that is missing or sent twice is an error.
 */
#include "watcher.h"

#include <libmnl/libmnl.h>
#include <string.h>

#include "fuzz.h"
#include "kernel.h"

/* An input cannot register so many tasks. */
#define TASKS	1024
/* Apps are identified by the first letter of their ids. */
#define APPS	128
#define UNKNOWN	UINT32_MAX

static struct {
	bool tasks[TASKS];
	uint32_t access[APPS];
	uint32_t conditions;
} watcher;

void watcher_reset(void)
{
	memset(watcher.tasks, 0, sizeof(watcher.tasks));
}

void watcher_begin(void)
{
	for (size_t i = 0; i < APPS; i++)
		watcher.access[i] = UNKNOWN;
	watcher.conditions = UNKNOWN;
}

static const struct nlattr *find(const struct nlattr *payload, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, payload)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	fuzz_fail("an event has what it is about", __FILE__, __LINE__);
}

static uint32_t number(const struct nlattr *payload, uint16_t type)
{
	return mnl_attr_get_u32(find(payload, type));
}

static uint32_t *access_of(const char *app)
{
	return &watcher.access[(unsigned char)*app % APPS];
}

static void see_task(const struct nlattr *payload, bool there)
{
	uint32_t id = number(payload, BGTASK_A_TASK_ID);

	fuzz_assert(id < TASKS && watcher.tasks[id] != there);
	watcher.tasks[id] = there;
}

static void see_access(const struct nlattr *payload, bool change)
{
	uint32_t *known = access_of(mnl_attr_get_str(find(payload, BGTASK_A_APP_ID)));
	uint32_t access = number(payload, BGTASK_A_APP_ACCESS);

	fuzz_assert(!change || *known != access);
	*known = access;
}

static void see_conditions(const struct nlattr *payload)
{
	uint32_t conditions = number(payload, BGTASK_A_CONDITION_CONDITIONS);

	fuzz_assert(conditions != watcher.conditions);
	watcher.conditions = conditions;
}

void kernel_told(uint32_t peer, uint32_t command, const struct nlattr *payload)
{
	if (peer != WATCHER_PEER)
		return;
	switch (command) {
	case BGTASK_CMD_TASK_REGISTERED_NTF:
		see_task(payload, true);
		break;
	case BGTASK_CMD_TASK_UNREGISTERED_NTF:
		see_task(payload, false);
		break;
	case BGTASK_CMD_APP_INSTALLED_NTF:
		see_access(payload, false);
		break;
	case BGTASK_CMD_APP_ACCESS_CHANGED_NTF:
		see_access(payload, true);
		break;
	case BGTASK_CMD_CONDITION_CHANGED_NTF:
		see_conditions(payload);
		break;
	}
}

static int count(void *data, const struct task_record *record)
{
	fuzz_assert(record->id < TASKS && watcher.tasks[record->id]);
	++*(unsigned int *)data;
	return 0;
}

void watcher_check(struct daemon *daemon)
{
	unsigned int known = 0, registered = 0;
	const struct app *app;

	for (size_t i = 0; i < TASKS; i++)
		known += watcher.tasks[i];
	fuzz_assert(!registry_task_each(daemon->registry, NULL, 0, count, &registered));
	fuzz_assert(known == registered);
	LIST_FOREACH(app, &daemon->apps, entry)
		fuzz_assert(*access_of(app->id) == UNKNOWN || *access_of(app->id) == app->access);
	fuzz_assert(watcher.conditions == UNKNOWN ||
		    watcher.conditions == conditions_hold(&daemon->conditions));
}
