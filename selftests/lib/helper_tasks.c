// SPDX-License-Identifier: GPL-2.0
/*
 * Installs apps with the helper, registers and fires their tasks, and waits for instances. If an
 * instance does not reach the state that a test waits for, the end of the helper's log is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "helper_files.h"
#include "scene.h"

void helper_install(struct bgt *bgt, const char *app, const char *lines)
{
	char *text, file[128], id[BGT_NAME_MAX + 1];

	if (asprintf(&text, "[App]\nId=%s\nUser=nobody\n%s", app, lines) < 0)
		fail("out of memory");
	snprintf(file, sizeof(file), "apps/%s.bgtask", app);
	if (bgt_app_install(bgt, helper_write(file, text), id))
		fail("bgt_app_install: %s", bgt_error(bgt));
	free(text);
}

int helper_try_register(struct bgt *bgt, struct wanted wanted, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, wanted.app ? wanted.app : APP);
	bgt_task_builder_set_name(builder, wanted.name);
	bgt_task_builder_set_trigger(builder, wanted.trigger);
	if (wanted.interval)
		bgt_task_builder_set_interval(builder, wanted.interval);
	if (wanted.oneshot)
		bgt_task_builder_set_oneshot(builder, true);
	if (wanted.conditions)
		bgt_task_builder_add_condition(builder, (enum bgt_condition)wanted.conditions);
	if (wanted.cancel)
		bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

uint32_t helper_register(struct bgt *bgt, struct wanted wanted)
{
	uint32_t id = 0;

	if (helper_try_register(bgt, wanted, &id))
		fail("cannot register %s: %s", wanted.name, bgt_error(bgt));
	return id;
}

uint32_t helper_register_plain(struct bgt *bgt, const char *name)
{
	return helper_register(bgt, (struct wanted){ .name = name,
						     .trigger = BGT_TRIGGER_APPLICATION });
}

void helper_fire(struct bgt *bgt, const char *name)
{
	if (bgt_trigger_fire(bgt, APP, name, BGT_TRIGGER_APPLICATION, "an argument"))
		fail("cannot fire %s: %s", name, bgt_error(bgt));
}

const struct bgt_instance *instance_look(struct bgt *bgt, const char *app, const char *task)
{
	static struct bgt_instance *list;
	struct bgt_instance *instance, *last = NULL;

	bgt_instance_free(list);
	list = NULL;
	if (bgt_instance_list(bgt, app, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next)
		if (!strcmp(instance->name, task))
			last = instance;
	return last;
}

unsigned int instance_count(struct bgt *bgt, const char *app)
{
	struct bgt_instance *list, *instance;
	unsigned int count = 0;

	if (bgt_instance_list(bgt, app, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next)
		count++;
	bgt_instance_free(list);
	return count;
}

const struct bgt_instance *instance_wait(struct bgt *bgt, const char *app, const char *task,
					 enum bgt_instance_state state)
{
	uint64_t end = now() + DEADLINE;
	const struct bgt_instance *instance;

	do {
		instance = instance_look(bgt, app, task);
		if (instance && instance->state == state)
			return instance;
		look_later(end);
	} while (now() < end);
	note("the last instance of %s is in state %s: %s", task,
	     instance ? bgt_instance_state_name(instance->state) : "none",
	     instance ? instance->message : "");
	log_note_end();
	return NULL;
}

const struct bgt_instance *helper_run(struct bgt *bgt, const char *name)
{
	const struct bgt_instance *instance;

	helper_register_plain(bgt, name);
	helper_fire(bgt, name);
	instance = instance_wait(bgt, APP, name, BGT_INSTANCE_RUNNING);
	if (!instance)
		fail("%s does not run", name);
	return instance;
}
