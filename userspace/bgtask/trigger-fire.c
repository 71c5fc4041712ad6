// SPDX-License-Identifier: GPL-2.0
/* "bgtask trigger fire": fires a trigger, so that tasks that are registered for the trigger run. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask trigger fire [OPTION...] TRIGGER\n"
	"\n"
	"Fire what makes tasks run: an app \"application\" of its own, an administrator any.\n"
	"\n"
	"  -a, --app ID         tasks of this app only\n"
	"  -g, --argument TEXT  what the task is given\n"
	"  -t, --task NAME      this task only\n";

int trigger_fire(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "app", required_argument, NULL, 'a' },
		{ "argument", required_argument, NULL, 'g' },
		{ "task", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	const char *app = NULL, *task = NULL, *argument = NULL;
	int option, status = EXIT_OK;
	enum bgt_trigger trigger;
	struct bgt *bgt;

	(void)json;
	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "a:g:t:", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			app = optarg;
			break;
		case 'g':
			argument = optarg;
			break;
		case 'h':
			return help(usage);
		case 'j':
			break;
		case 't':
			task = optarg;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (argc - optind != 1)
		return fail_usage("fire takes a trigger");
	if (!parse_trigger(argv[optind], &trigger))
		return EXIT_USAGE;

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_trigger_fire(bgt, app, task, trigger, argument))
		status = fail("cannot fire %s: %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
