// SPDX-License-Identifier: GPL-2.0
/*
 * Makes requests to a helper that may fail at any moment, and says whether they were carried out.
 */
#include <errno.h>
#include <string.h>

#include "attempt.h"
#include "fault.h"
#include "helper.h"
#include "scene.h"

bool attempt_list(struct bgt *bgt)
{
	struct bgt_instance *instances = NULL;
	struct bgt_task *tasks = NULL;
	struct bgt_app *apps = NULL;
	enum bgt_work_cost cost;
	uint32_t holding, set;
	bool well;

	well = !bgt_app_list(bgt, &apps) && !bgt_task_list(bgt, APP, &tasks) &&
	       !bgt_instance_list(bgt, APP, &instances) &&
	       !bgt_condition_get(bgt, &holding, &set, &cost) && apps && tasks;
	bgt_app_free(apps);
	bgt_task_free(tasks);
	bgt_instance_free(instances);
	return well;
}

bool attempt_reaches(struct bgt *bgt, const char *task, enum bgt_instance_state *state,
		     uint32_t *id)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_instance_state least = *state;

	do {
		struct bgt_instance *list = NULL, *instance;
		bool has_reached = false;

		(void)bgt_instance_list(bgt, APP, &list);
		for (instance = list; instance; instance = instance->next) {
			if (strcmp(instance->name, task))
				continue;
			has_reached = instance->state >= least;
			*state = instance->state;
			*id = instance->id;
		}
		bgt_instance_free(list);
		if (has_reached)
			return true;
		look_later(end);
	} while (now() < end);
	return false;
}

bool attempt_completes(struct bgt *bgt, const char *task)
{
	enum bgt_instance_state state = BGT_INSTANCE_COMPLETED;
	uint32_t id;

	return attempt_reaches(bgt, task, &state, &id) && state == BGT_INSTANCE_COMPLETED;
}

void undo_registration(struct bgt *bgt, const char *name)
{
	int error = bgt_task_unregister_by_name(bgt, APP, name, true);

	if (error && error != -ENOENT)
		fail("cannot unregister %s: %s", name, bgt_error(bgt));
}

void undo_instance(struct bgt *bgt, const char *task)
{
	enum bgt_instance_state state = BGT_INSTANCE_COMPLETED;
	uint32_t id;

	if (instance_look(bgt, APP, task) && !attempt_reaches(bgt, task, &state, &id))
		fail("%s does not end after a fault in %s", task, fault_site());
}
