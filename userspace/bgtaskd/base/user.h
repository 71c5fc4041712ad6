/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Users that tasks run as. A user is looked up once, and not when a process is about to become the
 * user, which must not wait for a name service.
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
	gid_t *groups;		/* all groups of the user; NULL if the user has no name */
	size_t nr_groups;
};

/*
 * Finds a user by name or number. A number need not be that of a user who exists; the group then
 * has the same number. Returns 0, -ENOENT if there is no such name, -ERANGE if no user can have the
 * number, or -ENOMEM.
 */
int user_find(const char *text, struct user *user);
void user_free(struct user *user);

#endif
