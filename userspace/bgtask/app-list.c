// SPDX-License-Identifier: GPL-2.0
/* "bgtask app list": lists all apps, what each may do, and how many tasks it has. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask app list [-j]\n"
	"\n"
	"List all apps.\n";

static int print_table(const struct bgt_app *list)
{
	int id = 2, quota_class = 5;
	const struct bgt_app *app;

	for (app = list; app; app = app->next) {
		text_widen(&id, app->id);
		text_widen(&quota_class, app->quota_class);
	}
	printf("%-*s %-*s %-16s %5s %s\n", id, "ID", quota_class, "CLASS", "ACCESS", "TASKS",
	       "MANIFEST");
	for (app = list; app; app = app->next) {
		text_cell(app->id, id);
		text_cell(app->quota_class, quota_class);
		printf("%-16s %5" PRIu32 " %s\n", bgt_access_name(app->access), app->tasks,
		       app->manifest);
	}
	return EXIT_OK;
}

int app_list(int argc, char **argv, bool json)
{
	struct bgt_app *list;
	struct bgt *bgt;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("list takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_list(bgt, &list))
		status = fail("cannot list the apps: %s", bgt_error(bgt));
	else
		status = json ? json_print(json_apps(list)) : print_table(list);
	bgt_app_free(list);
	bgt_close(bgt);
	return status;
}
