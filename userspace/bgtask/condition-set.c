// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask condition set": sets a condition and its opposite, overriding what the helper finds out;
 * or leaves both to the helper again.
 */
#include "command.h"

#include <string.h>

static const char usage[] =
	"Usage: bgtask condition set NAME on|off|auto\n"
	"\n"
	"Set a condition and its opposite in place of what is found out, or leave them to that\n"
	"again.\n";

int condition_set(int argc, char **argv, bool json)
{
	enum bgt_condition condition;
	int status = EXIT_OK;
	const char *value;
	struct bgt *bgt;
	bool automatic;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 2)
		return fail_usage("set takes a condition, and on, off or auto");
	if (!parse_condition(argv[optind], &condition))
		return EXIT_USAGE;
	value = argv[optind + 1];
	automatic = !strcmp(value, "auto");
	if (!automatic && strcmp(value, "on") && strcmp(value, "off"))
		return fail_usage("\"%s\" is neither on, off nor auto", value);

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_condition_set(bgt, condition, strcmp(value, "on") ? 0 : condition, automatic))
		status = fail("cannot set %s: %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
