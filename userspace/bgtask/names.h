/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of containers by their ids. An event of a member has the container's id only, and may be
 * read when the container is gone.
 */
#ifndef BGTASK_NAMES_H
#define BGTASK_NAMES_H

#include <bgtask.h>

/* A tree of tsearch(3); begins as { NULL }. */
struct names {
	void *root;
};

/* Notes the name of a container, or forgets it. False if memory is short. */
bool names_add(struct names *names, const struct bgt_container *container);
void names_remove(struct names *names, uint32_t id);

/* The name of a container, or NULL. */
const char *names_find(const struct names *names, uint32_t id);

void names_free(struct names *names);

#endif
