// SPDX-License-Identifier: GPL-2.0
/* "bgtask task unregister": ends the registration of a task, and with --cancel its instance. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask task unregister [OPTION...] TASK\n"
	"\n"
	"End the registration of a task, found by its name or id.\n"
	"\n"
	"  -a, --app ID  whose it is, by its name; apps need not say it\n"
	"  -c, --cancel  cancel what runs of it\n";

/* With --app the argument is the task's name. Without --app a number is the task's id. */
static int unregister(struct bgt *bgt, const char *app, const char *task, bool cancel)
{
	uint32_t id = app ? 0 : parse_id(task);

	if (id)
		return bgt_task_unregister(bgt, id, cancel);
	return bgt_task_unregister_by_name(bgt, app, task, cancel);
}

int task_unregister(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "app", required_argument, NULL, 'a' },
		{ "cancel", no_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int option, status = EXIT_OK;
	const char *app = NULL;
	bool cancel = false;
	struct bgt *bgt;

	(void)json;
	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "a:c", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			app = optarg;
			break;
		case 'c':
			cancel = true;
			break;
		case 'h':
			return help(usage);
		case 'j':
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (argc - optind != 1)
		return fail_usage("unregister takes a task");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (unregister(bgt, app, argv[optind], cancel))
		status = fail("cannot unregister task \"%s\": %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
