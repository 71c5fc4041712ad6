// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask condition list": shows which conditions hold, and what the helper thinks that work costs.
 */
#include "command.h"

#include <stdio.h>

#include "json.h"

static const char usage[] =
	"Usage: bgtask condition list [-j]\n"
	"\n"
	"List the conditions, whether they hold, and whether that was set or found out; and how\n"
	"welcome work is. Anyone may.\n";

static int print_json(uint32_t holding, uint32_t set, enum bgt_work_cost cost)
{
	return json_print(json_pack("{s:o, s:o, s:s}", "conditions", json_conditions(holding),
				    "which", json_conditions(set),
				    "work_cost", bgt_work_cost_name(cost)));
}

static int print_text(uint32_t holding, uint32_t set, enum bgt_work_cost cost)
{
	printf("%-22s %-5s %s\n", "CONDITION", "HOLDS", "SOURCE");
	for (uint32_t bit = 1; bit <= BGT_CONDITION_USER_NOT_PRESENT; bit <<= 1)
		printf("%-22s %-5s %s\n", bgt_condition_name((enum bgt_condition)bit),
		       holding & bit ? "yes" : "no", set & bit ? "set" : "auto");
	printf("\nCost of work: %s\n", bgt_work_cost_name(cost));
	return EXIT_OK;
}

int condition_list(int argc, char **argv, bool json)
{
	enum bgt_work_cost cost;
	uint32_t holding, set;
	struct bgt *bgt;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("list takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_condition_get(bgt, &holding, &set, &cost))
		status = fail("cannot read the conditions: %s", bgt_error(bgt));
	else
		status = json ? print_json(holding, set, cost) : print_text(holding, set, cost);
	bgt_close(bgt);
	return status;
}
