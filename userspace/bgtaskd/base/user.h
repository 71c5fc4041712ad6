/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Users that tasks run as. What the system's databases say of one is looked up once, since whoever
 * is about to become the user must not wait for a name service.
 */
#ifndef BGTASKD_USER_H
#define BGTASKD_USER_H

#include <stddef.h>
#include <sys/types.h>

struct user {
	uid_t uid;
	gid_t gid;
	char *name;		/* or NULL */
	char *home;
	gid_t *groups;		/* all that it is in; NULL for a user without a name */
	size_t nr_groups;
};

/*
 * Finds a user by name or number. A number needs no user of a name; it is that of the group, too,
 * then. Returns 0, -ENOENT if there is no such name, -ERANGE for a number that none can have, or
 * -ENOMEM.
 */
int user_find(const char *text, struct user *user);
void user_free(struct user *user);

#endif
