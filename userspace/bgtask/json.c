// SPDX-License-Identifier: GPL-2.0
/* JSON for what the module knows: containers, members and mutexes; and printing JSON. */
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

json_t *json_text(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value)
		return value;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	value = json_string(copy);
	free(copy);
	return value;
}

json_t *json_append(json_t *array, json_t *value)
{
	if (!json_array_append_new(array, value))
		return array;
	json_decref(array);
	return NULL;
}

/* A limit of a container, or null if the container's quota is unlimited. */
static json_t *json_limit(const struct bgt_container *container, uint64_t value)
{
	if (container->quota == BGT_QUOTA_UNLIMITED)
		return json_null();
	return json_integer((json_int_t)value);
}

json_t *json_container(const struct bgt_container *container)
{
	return json_pack("{s:I, s:o, s:o, s:I, s:b, s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I,"
			 " s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I}",
			 "id", (json_int_t)container->id,
			 "name", json_text(container->name),
			 "quota", json_limit(container, container->quota),
			 "period", (json_int_t)container->period,
			 "exempt", container->exempt,
			 "throttled", container->throttled,
			 "usage", (json_int_t)container->usage,
			 "spent", (json_int_t)container->spent,
			 "left", json_limit(container, container->left),
			 "generation", (json_int_t)container->generation,
			 "generation_start", (json_int_t)container->generation_start,
			 "generation_end", (json_int_t)container->generation_end,
			 "times_throttled", (json_int_t)container->times_throttled,
			 "overrun", (json_int_t)container->overrun,
			 "lead", (json_int_t)container->lead,
			 "detected", (json_int_t)container->detected,
			 "stopped", (json_int_t)container->stopped,
			 "members", (json_int_t)container->members,
			 "times_lent", (json_int_t)container->times_lent,
			 "count_traffic", container->count_traffic,
			 "received", (json_int_t)container->received,
			 "sent", (json_int_t)container->sent,
			 "local", (json_int_t)container->local,
			 "reprieve", (json_int_t)container->reprieve,
			 "foreign_thaws", (json_int_t)container->foreign_thaws);
}

json_t *json_containers(const struct bgt_container *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_container(list));
	return array;
}

json_t *json_member(const struct bgt_member *member)
{
	return json_pack("{s:I, s:I, s:s, s:b, s:b, s:I, s:o}",
			 "id", (json_int_t)member->id,
			 "container", (json_int_t)member->container,
			 "role", bgt_role_name(member->role),
			 "held", member->held,
			 "frozen", member->frozen,
			 "cgroup_id", (json_int_t)member->cgroup_id,
			 "path", json_text(member->path));
}

json_t *json_members(const struct bgt_member *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_member(list));
	return array;
}

/* A value, or null if it does not apply. */
static json_t *json_if(bool applies, uint32_t value)
{
	return applies ? json_integer((json_int_t)value) : json_null();
}

static json_t *json_mutex(const struct bgt_mutex_state *mutex)
{
	return json_pack("{s:o, s:s, s:b, s:I, s:I, s:o, s:o, s:o, s:o}",
			 "name", json_text(mutex->name),
			 "scope", bgt_scope_name(mutex->scope),
			 "abandoned", mutex->abandoned,
			 "count", (json_int_t)mutex->count,
			 "waiters", (json_int_t)mutex->waiters,
			 "owner", json_if(mutex->owner, mutex->owner),
			 "owner_container", json_if(mutex->owner_container, mutex->owner_container),
			 "container", json_if(mutex->container, mutex->container),
			 "uid", json_if(mutex->scope == BGT_SCOPE_USER, mutex->uid));
}

json_t *json_mutexes(const struct bgt_mutex_state *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_mutex(list));
	return array;
}

static int print(json_t *value, size_t flags)
{
	int error;

	if (!value)
		return fail("%s", bgt_strerror(ENOMEM));
	error = json_dumpf(value, stdout, flags);
	json_decref(value);
	if (error || putchar('\n') == EOF)
		return fail("cannot write the output: %s", strerror(errno));
	return EXIT_OK;
}

int json_print(json_t *value)
{
	return print(value, JSON_INDENT(2));
}

int json_print_line(json_t *value)
{
	return print(value, JSON_COMPACT);
}
