// SPDX-License-Identifier: GPL-2.0
/* "bgtask task cancel": cancels an instance of a task, for a given reason. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask task cancel INSTANCE [REASON]\n"
	"\n"
	"Cancel a run of a task, by its id in \"task history\". It is told the reason, abort or\n"
	"such as system-policy.\n";

int task_cancel(int argc, char **argv, bool json)
{
	enum bgt_cancel_reason reason = BGT_CANCEL_ABORT;
	struct bgt *bgt;
	uint32_t id;
	int status = EXIT_OK;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1 && argc - optind != 2)
		return fail_usage("cancel takes the id of an instance, and a reason");
	id = parse_id(argv[optind]);
	if (!id)
		return fail_usage("\"%s\" is not the id of an instance", argv[optind]);
	if (argc - optind == 2 && bgt_cancel_reason_from_name(argv[optind + 1], &reason))
		return fail_usage("\"%s\" is not a reason", argv[optind + 1]);

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_instance_cancel(bgt, id, reason))
		status = fail("cannot cancel instance %s: %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
