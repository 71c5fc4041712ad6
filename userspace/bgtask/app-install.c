// SPDX-License-Identifier: GPL-2.0
/* "bgtask app install": makes an app known by its manifest, or reads the manifest again. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const char usage[] =
	"Usage: bgtask app install [-j] MANIFEST\n"
	"\n"
	"Make an app known, or read its manifest again, and print its id.\n";

static int install(struct bgt *bgt, const char *manifest, bool json)
{
	char id[BGT_NAME_MAX + 1];

	if (bgt_app_install(bgt, manifest, id))
		return fail("cannot install %s: %s", manifest, bgt_error(bgt));
	if (json)
		return json_print(json_pack("{s:o}", "id", json_text(id)));
	printf("%s\n", id);
	return EXIT_OK;
}

int app_install(int argc, char **argv, bool json)
{
	int status = EXIT_FAILED;
	struct bgt *bgt;
	char *path;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("install takes a manifest");

	/* The helper's working directory is another one, so the path has to be absolute. */
	path = realpath(argv[optind], NULL);
	if (!path)
		return fail("cannot find %s: %s", argv[optind], strerror(errno));
	bgt = connect_module();
	status = bgt ? install(bgt, path, json) : EXIT_FAILED;
	bgt_close(bgt);
	free(path);
	return status;
}
