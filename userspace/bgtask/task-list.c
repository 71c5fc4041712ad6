// SPDX-License-Identifier: GPL-2.0
/* "bgtask task list": lists the registered tasks, and the trigger of each. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/duration.h"
#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask task list [-j] [--app ID]\n"
	"\n"
	"List the registered tasks: of an app, of the app that this runs in or, for\n"
	"administrators, all.\n";

static int print_table(const struct bgt_task *list)
{
	char buffer[TEXT_CONDITIONS_MAX > DURATION_MAX ? TEXT_CONDITIONS_MAX : DURATION_MAX];
	int app = 3, name = 4, trigger = 7;
	const struct bgt_task *task;

	for (task = list; task; task = task->next) {
		text_widen(&app, task->app);
		text_widen(&name, task->name);
		text_widen(&trigger, bgt_trigger_name(task->trigger));
	}
	printf("%6s %-*s %-*s %-*s %10s %s\n", "ID", app, "APP", name, "NAME", trigger, "TRIGGER",
	       "INTERVAL", "CONDITIONS");
	for (task = list; task; task = task->next) {
		printf("%6" PRIu32 " ", task->id);
		text_cell(task->app, app);
		text_cell(task->name, name);
		text_cell(bgt_trigger_name(task->trigger), trigger);
		printf("%10s ", task->interval ?
		       duration_format(buffer, task->interval, NSEC_PER_USEC) : "-");
		printf("%s\n", text_conditions(buffer, task->conditions));
	}
	return EXIT_OK;
}

int task_list(int argc, char **argv, bool json)
{
	const char *app = NULL;
	struct bgt_task *list;
	struct bgt *bgt;
	int status;

	if (!parse_app(argc, argv, usage, &json, &app, &status))
		return status;
	if (optind != argc)
		return fail_usage("list takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_task_list(bgt, app, &list))
		status = fail("cannot list the tasks: %s", bgt_error(bgt));
	else
		status = json ? json_print(json_tasks(list)) : print_table(list);
	bgt_task_free(list);
	bgt_close(bgt);
	return status;
}
