// SPDX-License-Identifier: GPL-2.0
/* "bgtask container show": shows a container and its members. */
#include "command.h"

#include <stdio.h>

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask container show [-j] NAME\n"
	"\n"
	"Show a container, found by its name or id, and its members.\n";

static int print_json(const struct bgt_container *container, const struct bgt_member *members)
{
	json_t *object = json_container(container);

	if (json_object_set_new(object, "cgroups", json_members(members))) {
		json_decref(object);
		object = NULL;
	}
	return json_print(object);
}

static int show(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const bool *json = data;
	struct bgt_member *members;
	int status = EXIT_OK;

	if (bgt_member_list(bgt, container->id, &members))
		return fail("cannot list the members of \"%s\": %s", container->name,
			    bgt_error(bgt));
	if (*json) {
		status = print_json(container, members);
	} else {
		text_container(container);
		text_members(members);
	}
	bgt_member_free(members);
	return status;
}

int container_show(int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("show takes a container");
	return with_container(argv[optind], show, &json);
}
