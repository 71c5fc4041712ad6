// SPDX-License-Identifier: GPL-2.0
/* "bgtask task show": shows a registered task. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/duration.h"
#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask task show [-j] [--app ID] TASK\n"
	"\n"
	"Show a task, found by its name or id.\n";

static int print_text(const struct bgt_task *task)
{
	char conditions[TEXT_CONDITIONS_MAX];

	printf("%s\n", task->name);
	printf("          Id: %" PRIu32 "\n", task->id);
	printf("         App: %s\n", task->app);
	printf(" Entry point: %s\n", task->entry_point);
	printf("     Trigger: ");
	text_trigger(task);
	printf("\n  Conditions: %s%s\n", text_conditions(conditions, task->conditions),
	       task->cancel_on_condition_loss ? "; cancelled when one is lost" : "");
	return EXIT_OK;
}

/*
 * Finds the task by its name, or else by its id. An administrator may see several tasks with the
 * same name, of different apps.
 */
static int show(const struct bgt_task *list, const char *name, bool json)
{
	const struct bgt_task *task, *found = NULL;
	uint32_t id = parse_id(name);

	for (task = list; task; task = task->next) {
		if (strcmp(task->name, name))
			continue;
		if (found)
			return fail("more than one app has a task \"%s\"; say --app", name);
		found = task;
	}
	for (task = list; task && !found; task = task->next)
		if (id && task->id == id)
			found = task;
	if (!found)
		return fail("there is no task \"%s\"", name);
	return json ? json_print(json_task(found)) : print_text(found);
}

int task_show(int argc, char **argv, bool json)
{
	const char *app = NULL;
	struct bgt_task *list;
	struct bgt *bgt;
	int status;

	if (!parse_app(argc, argv, usage, &json, &app, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("show takes a task");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_task_list(bgt, app, &list))
		status = fail("cannot list the tasks: %s", bgt_error(bgt));
	else
		status = show(list, argv[optind], json);
	bgt_task_free(list);
	bgt_close(bgt);
	return status;
}
