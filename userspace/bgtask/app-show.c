// SPDX-License-Identifier: GPL-2.0
/* "bgtask app show": shows an app, its state, and the tasks that it has registered. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask app show [-j] ID\n"
	"\n"
	"Show an app and its tasks.\n";

static int print_json(const struct bgt_app *app, const struct bgt_task *tasks)
{
	json_t *object = json_app(app);

	if (json_object_set_new(object, "registered", json_tasks(tasks))) {
		json_decref(object);
		object = NULL;
	}
	return json_print(object);
}

static int print_text(const struct bgt_app *app, const struct bgt_task *tasks)
{
	printf("%s\n", app->id);
	printf("    Manifest: %s\n", app->manifest);
	printf("        User: %" PRIu32 "\n", app->uid);
	printf("       Class: %s\n", app->quota_class);
	printf("      Access: %s\n", bgt_access_name(app->access));
	if (app->container)
		printf("   Container: %" PRIu32 "\n", app->container);
	printf("       State: %s%s\n", bgt_app_state_name(app->state),
	       app->foreground ? ", in the foreground" : "");
	if (app->extended) {
		printf("   Extension: %s%s", bgt_extension_reason_name(app->extension),
		       *app->description ? ", " : "");
		text_said(app->description);
		putchar('\n');
	}
	if (app->pid)
		printf("     Process: %" PRIu32 "\n", app->pid);
	printf("       Tasks:%s\n", tasks ? "" : " none");
	for (; tasks; tasks = tasks->next)
		printf("              %" PRIu32 " %s, %s\n", tasks->id, tasks->name,
		       bgt_trigger_name(tasks->trigger));
	return EXIT_OK;
}

static int show(struct bgt *bgt, const char *id, const struct bgt_app *app, bool json)
{
	struct bgt_task *tasks;
	int status;

	while (app && strcmp(app->id, id))
		app = app->next;
	if (!app)
		return fail("there is no app \"%s\"", id);
	if (bgt_task_list(bgt, id, &tasks))
		return fail("cannot list the tasks of app \"%s\": %s", id, bgt_error(bgt));
	status = json ? print_json(app, tasks) : print_text(app, tasks);
	bgt_task_free(tasks);
	return status;
}

int app_show(int argc, char **argv, bool json)
{
	struct bgt_app *list;
	struct bgt *bgt;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("show takes the id of an app");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_list(bgt, &list))
		status = fail("cannot list the apps: %s", bgt_error(bgt));
	else
		status = show(bgt, argv[optind], list, json);
	bgt_app_free(list);
	bgt_close(bgt);
	return status;
}
