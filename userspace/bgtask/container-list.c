// SPDX-License-Identifier: GPL-2.0
/* "bgtask container list": lists all containers, with what each has spent of its budget. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/duration.h"
#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask container list [-j]\n"
	"\n"
	"List all containers.\n";

static void print_table(const struct bgt_container *list)
{
	const struct bgt_container *container;
	char buffer[DURATION_MAX];
	int width = 4;

	for (container = list; container; container = container->next)
		text_widen(&width, container->name);

	printf("%6s %-*s %-9s %10s %10s %10s %7s  %s\n", "ID", width, "NAME", "STATE", "QUOTA",
	       "PERIOD", "SPENT", "MEMBERS", "ENDS IN");
	for (container = list; container; container = container->next) {
		printf("%6" PRIu32 " ", container->id);
		text_cell(container->name, width);
		printf("%-9s %10s", text_state(container),
		       text_quota(buffer, container->quota, NSEC_PER_USEC));
		printf(" %10s", duration_format(buffer, container->period, NSEC_PER_USEC));
		printf(" %10s", duration_format(buffer, container->spent, NSEC_PER_MSEC));
		printf(" %7" PRIu32 "  %s\n", container->members,
		       duration_format(buffer, time_until(container->generation_end),
				       NSEC_PER_SEC / 10));
	}
}

int container_list(int argc, char **argv, bool json)
{
	struct bgt_container *list;
	int status = EXIT_OK;
	struct bgt *bgt;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("list takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_container_list(bgt, &list))
		status = fail("cannot list the containers: %s", bgt_error(bgt));
	else if (json)
		status = json_print(json_containers(list));
	else
		print_table(list);
	bgt_container_free(list);
	bgt_close(bgt);
	return status;
}
