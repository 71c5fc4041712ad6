// SPDX-License-Identifier: GPL-2.0
/*
 * Looks up users and their groups by getpwnam_r(3) and getgrouplist(3), with buffers that grow as
 * long as these functions ask for more.
 */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Looks a user up by name, or by number if @name is NULL. */
static int look_up(const char *name, uid_t uid, struct passwd *entry, char **buffer)
{
	struct passwd *found;
	size_t size = 1024;
	char *larger;
	int error;

	*buffer = NULL;
	do {
		size *= 2;
		larger = realloc(*buffer, size);
		if (!larger)
			return -ENOMEM;
		*buffer = larger;
		if (name)
			error = getpwnam_r(name, entry, *buffer, size, &found);
		else
			error = getpwuid_r(uid, entry, *buffer, size, &found);
	} while (error == ERANGE && size < 1048576);

	if (error == ENOMEM)
		return -ENOMEM;
	/*
	 * Other errors count as not found, since some of the databases of users may not exist; see
	 * getpwnam(3).
	 */
	return found ? 0 : -ENOENT;
}

static int find_groups(struct user *user)
{
	int count = 16, room;
	gid_t *larger;

	do {
		room = count;
		larger = reallocarray(user->groups, (size_t)room, sizeof(*larger));
		if (!larger)
			return -ENOMEM;
		user->groups = larger;
		/* If the groups do not fit, getgrouplist() sets @count to the number of groups. */
	} while (getgrouplist(user->name, user->gid, user->groups, &count) < 0 && count > room);
	user->nr_groups = (size_t)(count < room ? count : room);
	return 0;
}

static int take_entry(struct user *user, const struct passwd *entry)
{
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	user->name = strdup(entry->pw_name);
	user->home = strdup(*entry->pw_dir ? entry->pw_dir : "/");
	if (!user->name || !user->home)
		return -ENOMEM;
	return find_groups(user);
}

int user_find(const char *text, struct user *user)
{
	bool number = !text[strspn(text, "0123456789")];
	unsigned long uid = UINT_MAX;
	struct passwd entry = { 0 };
	char *buffer;
	int error;

	*user = (struct user){ 0 };
	errno = 0;
	if (number)
		uid = strtoul(text, NULL, 10);
	/* The greatest number means no user; see setresuid(2). */
	if (number && (errno || uid >= UINT_MAX))
		return -ERANGE;
	error = look_up(number ? NULL : text, (uid_t)uid, &entry, &buffer);
	if (error == -ENOENT && number) {
		user->uid = (uid_t)uid;
		user->gid = (gid_t)uid;
		user->home = strdup("/");
		error = user->home ? 0 : -ENOMEM;
	} else if (!error) {
		error = take_entry(user, &entry);
	}
	free(buffer);
	if (error)
		user_free(user);
	return error;
}

void user_free(struct user *user)
{
	free(user->name);
	free(user->home);
	free(user->groups);
	*user = (struct user){ 0 };
}
