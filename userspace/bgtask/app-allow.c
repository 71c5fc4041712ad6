// SPDX-License-Identifier: GPL-2.0
/* "bgtask app allow" and "app deny": set whether an app may run its tasks in the background. */
#include "command.h"

#include <string.h>

static const char allow_usage[] =
	"Usage: bgtask app allow ID [lock-screen|always|none]\n"
	"\n"
	"Let an app work in the background: with a lock-screen slot, or always, with no\n"
	"restriction to save energy. With none it has neither, as before it was allowed or\n"
	"denied anything.\n";

static const char deny_usage[] =
	"Usage: bgtask app deny ID\n"
	"\n"
	"Do not let an app work in the background.\n";

static int set(const char *id, enum bgt_access access)
{
	struct bgt *bgt = connect_module();
	int status = EXIT_OK;

	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_set_access(bgt, id, access))
		status = fail("cannot set what app \"%s\" may do: %s", id, bgt_error(bgt));
	bgt_close(bgt);
	return status;
}

int app_allow(int argc, char **argv, bool json)
{
	enum bgt_access access = BGT_ACCESS_LOCK_SCREEN;
	int status;

	if (!parse_common(argc, argv, allow_usage, &json, &status))
		return status;
	if (argc - optind != 1 && argc - optind != 2)
		return fail_usage("allow takes the id of an app, and lock-screen, always or none");
	if (argc - optind == 2) {
		if (!strcmp(argv[optind + 1], "always"))
			access = BGT_ACCESS_ALWAYS_ALLOWED;
		else if (!strcmp(argv[optind + 1], "none"))
			access = BGT_ACCESS_UNSPECIFIED;
		else if (strcmp(argv[optind + 1], "lock-screen"))
			return fail_usage("\"%s\" is neither lock-screen, always nor none",
					  argv[optind + 1]);
	}
	return set(argv[optind], access);
}

int app_deny(int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, deny_usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("deny takes the id of an app");
	return set(argv[optind], BGT_ACCESS_DENIED_BY_USER);
}
