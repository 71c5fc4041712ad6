/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of containers by their ids. The event of a member has only the container's id, and may
 * be read when the container is gone.
 */
#ifndef BGTASK_NAMES_H
#define BGTASK_NAMES_H

#include <bgtask.h>

/* A tree of tsearch(3). Initialize with { NULL }. */
struct names {
	void *root;
};

/* Remember or forget the name of a container. names_add() returns false if memory is short. */
bool names_add(struct names *names, const struct bgt_container *container);
void names_remove(struct names *names, uint32_t id);

/* Returns the name of a container, or NULL. */
const char *names_find(const struct names *names, uint32_t id);

void names_free(struct names *names);

#endif
