// SPDX-License-Identifier: GPL-2.0
/* Keeps the names of containers in a tree that is sorted by the containers' ids. */
#include "names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct named {
	uint32_t id;
	char name[BGT_NAME_MAX + 1];
};

static int compare(const void *a, const void *b)
{
	const struct named *first = a, *second = b;

	if (first->id != second->id)
		return first->id < second->id ? -1 : 1;
	return 0;
}

bool names_add(struct names *names, const struct bgt_container *container)
{
	struct named *named = calloc(1, sizeof(*named));
	struct named **found;

	if (!named)
		return false;
	named->id = container->id;
	strcpy(named->name, container->name);

	found = tsearch(named, &names->root, compare);
	if (!found || *found != named)
		free(named);
	return found;
}

void names_remove(struct names *names, uint32_t id)
{
	struct named key = { .id = id };
	struct named **found = tfind(&key, &names->root, compare);
	struct named *named;

	if (!found)
		return;
	named = *found;
	tdelete(&key, &names->root, compare);
	free(named);
}

const char *names_find(const struct names *names, uint32_t id)
{
	struct named key = { .id = id };
	struct named **found = tfind(&key, &names->root, compare);

	return found ? (*found)->name : NULL;
}

void names_free(struct names *names)
{
	tdestroy(names->root, free);
	names->root = NULL;
}
