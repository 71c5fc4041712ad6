// SPDX-License-Identifier: GPL-2.0
/* "bgtask task history": lists the instances of tasks, present and past, and how they ended. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask task history [-j] [--app ID]\n"
	"\n"
	"List the runs of tasks, present and past: of an app, of the app that this runs in or,\n"
	"for administrators, all.\n";

static void print_end(const struct bgt_instance *instance)
{
	if (instance->canceled)
		printf("%s, ", bgt_cancel_reason_name(instance->reason));
	printf("status %" PRId32, instance->status);
	if (*instance->message) {
		printf(", ");
		text_said(instance->message);
	}
}

static int print_table(const struct bgt_instance *list)
{
	const struct bgt_instance *instance;
	char moment[TEXT_TIME_MAX];
	int app = 3, name = 4;

	for (instance = list; instance; instance = instance->next) {
		text_widen(&app, instance->app);
		text_widen(&name, instance->name);
	}
	printf("%6s %-*s %-*s %-27s %-10s %s\n", "ID", app, "APP", name, "TASK", "FIRED", "STATE",
	       "RESULT");
	for (instance = list; instance; instance = instance->next) {
		printf("%6" PRIu32 " ", instance->id);
		text_cell(instance->app, app);
		text_cell(instance->name, name);
		printf("%-27s %-10s ", text_time(moment, instance->fired),
		       bgt_instance_state_name(instance->state));
		if (instance->ended)
			print_end(instance);
		else
			printf("progress %" PRIu32, instance->progress);
		putchar('\n');
	}
	return EXIT_OK;
}

int task_history(int argc, char **argv, bool json)
{
	struct bgt_instance *list;
	const char *app = NULL;
	struct bgt *bgt;
	int status;

	if (!parse_app(argc, argv, usage, &json, &app, &status))
		return status;
	if (optind != argc)
		return fail_usage("history takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_instance_list(bgt, app, &list))
		status = fail("cannot list the instances: %s", bgt_error(bgt));
	else
		status = json ? json_print(json_instances(list)) : print_table(list);
	bgt_instance_free(list);
	bgt_close(bgt);
	return status;
}
