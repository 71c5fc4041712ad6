// SPDX-License-Identifier: GPL-2.0
/* "bgtask mutex list": lists the mutexes that are owned or were abandoned, and who owns them. */
#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask mutex list [-j]\n"
	"\n"
	"List the mutexes that are owned or were abandoned: all, for administrators, or else\n"
	"those that the caller could acquire.\n";

/* The columns whose text is not in struct bgt_mutex_state and has to be looked up. */
struct row {
	char scope[sizeof("container ") + BGT_NAME_MAX];
	char owner[40];
};

static void say_container(char *buffer, size_t size, struct bgt *bgt, uint32_t id)
{
	struct bgt_container *container;

	/* The container may be gone by now. */
	if (bgt_container_get(bgt, id, &container))
		snprintf(buffer, size, "container %" PRIu32, id);
	else
		snprintf(buffer, size, "container %s", container->name);
	bgt_container_free(container);
}

static void say_scope(char *buffer, size_t size, struct bgt *bgt,
		      const struct bgt_mutex_state *mutex)
{
	const struct passwd *user;

	switch (mutex->scope) {
	case BGT_SCOPE_CONTAINER:
		say_container(buffer, size, bgt, mutex->container);
		break;
	case BGT_SCOPE_USER:
		user = getpwuid(mutex->uid);
		if (user)
			snprintf(buffer, size, "user %s", user->pw_name);
		else
			snprintf(buffer, size, "user %" PRIu32, mutex->uid);
		break;
	default:
		snprintf(buffer, size, "%s", bgt_scope_name(mutex->scope));
		break;
	}
}

/*
 * Reads a process's name; empty if the process is gone. The process has chosen the name, so
 * characters that cannot be printed are replaced.
 */
static void read_name(char *buffer, int size, uint32_t process)
{
	char path[sizeof("/proc/4294967295/comm")];
	FILE *file;

	*buffer = '\0';
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/comm", process);
	file = fopen(path, "re");
	if (!file)
		return;
	if (!fgets(buffer, size, file))
		*buffer = '\0';
	fclose(file);
	buffer[strcspn(buffer, "\n")] = '\0';
	for (char *p = buffer; *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
}

static void say_owner(char *buffer, size_t size, const struct bgt_mutex_state *mutex)
{
	char name[20];

	/* The mutex is abandoned, or its owner is not visible in this pid namespace. */
	if (!mutex->owner) {
		snprintf(buffer, size, "-");
		return;
	}
	read_name(name, sizeof(name), mutex->owner);
	snprintf(buffer, size, "%" PRIu32 "%s%s", mutex->owner, *name ? " " : "", name);
}

static void print_table(const struct bgt_mutex_state *list, const struct row *rows)
{
	const struct bgt_mutex_state *mutex;
	int name = 4, scope = 5, owner = 5;
	const struct row *row;

	for (mutex = list, row = rows; mutex; mutex = mutex->next, row++) {
		text_widen(&name, mutex->name);
		text_widen(&scope, row->scope);
		text_widen(&owner, row->owner);
	}
	printf("%-*s %-*s %-*s %5s %7s %s\n", name, "NAME", scope, "SCOPE", owner, "OWNER", "COUNT",
	       "WAITERS", "STATE");
	for (mutex = list, row = rows; mutex; mutex = mutex->next, row++) {
		text_cell(mutex->name, name);
		text_cell(row->scope, scope);
		text_cell(row->owner, owner);
		printf("%5" PRIu32 " %7" PRIu32 " %s\n", mutex->count, mutex->waiters,
		       mutex->abandoned ? "abandoned" : "owned");
	}
}

static int print_text(struct bgt *bgt, const struct bgt_mutex_state *list)
{
	const struct bgt_mutex_state *mutex;
	struct row *rows, *row;
	size_t count = 0;

	for (mutex = list; mutex; mutex = mutex->next)
		count++;
	/* One element more, as calloc() may return NULL for an empty list. */
	rows = calloc(count + 1, sizeof(*rows));
	if (!rows)
		return fail("%s", bgt_strerror(-ENOMEM));
	for (mutex = list, row = rows; mutex; mutex = mutex->next, row++) {
		say_scope(row->scope, sizeof(row->scope), bgt, mutex);
		say_owner(row->owner, sizeof(row->owner), mutex);
	}
	print_table(list, rows);
	free(rows);
	return EXIT_OK;
}

int mutex_list(int argc, char **argv, bool json)
{
	struct bgt_mutex_state *list;
	int status = EXIT_OK;
	struct bgt *bgt;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("list takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_mutex_list(bgt, &list))
		status = fail("cannot list the mutexes: %s", bgt_error(bgt));
	else
		status = json ? json_print(json_mutexes(list)) : print_text(bgt, list);
	bgt_mutex_state_free(list);
	bgt_close(bgt);
	return status;
}
