// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the configuration over the defaults. A table has all keys of [Helper] with their ranges. A
 * key that is unknown, repeated or out of range is refused with its line, so that nobody takes a
 * mistake for the default.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/bgtask.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/duration.h"

#include "keyfile.h"
#include "names.h"
#include "size.h"

#define FILE_SIZE_MAX	(1024 * 1024)
/* The upper bound of numbers of bytes, 1 PB: more than any network transfers in a day. */
#define SIZE_LIMIT	(UINT64_C(1000000000) * 1000000)

enum section { SECTION_NONE, SECTION_HELPER, SECTION_CLASS };

/* A class in the file, and which keys the file has for it. */
struct seen_class {
	struct seen_class *next;
	struct quota_class *class;
	bool made, quota, period, network_budget;
	int line;
};

struct reader {
	struct config *config;
	enum section section;
	bool helper;
	uint32_t keys;		/* keys of [Helper] that the file has had so far */
	struct seen_class *classes;
};

static struct quota_class *add_class(struct config *config, const char *name, uint64_t quota,
				     uint64_t period, uint64_t network_budget)
{
	struct quota_class **end = &config->classes;
	struct quota_class *class = calloc(1, sizeof(*class));

	if (!class)
		return NULL;
	strcpy(class->name, name);
	class->quota = quota;
	class->period = period;
	class->network_budget = network_budget;
	while (*end)
		end = &(*end)->next;
	*end = class;
	return class;
}

static bool begin_class(struct keyfile *file, const char *name)
{
	const char *fault = strlen(name) > CLASS_NAME_MAX ? "is longer than 31 bytes" :
			    name_fault(name);
	struct reader *reader = file->data;
	struct seen_class *seen;

	if (fault)
		return keyfile_refuse(file, "name of class %s", fault);
	for (seen = reader->classes; seen; seen = seen->next) {
		if (!strcmp(seen->class->name, name))
			return keyfile_refuse(file, "class \"%s\" is there twice", name);
	}

	seen = calloc(1, sizeof(*seen));
	if (!seen)
		return keyfile_no_memory(file);
	seen->next = reader->classes;
	reader->classes = seen;
	seen->line = file->line;
	for (seen->class = reader->config->classes; seen->class; seen->class = seen->class->next) {
		if (!strcmp(seen->class->name, name))
			return true;
	}
	seen->made = true;
	seen->class = add_class(reader->config, name, 0, 0, NETWORK_UNLIMITED);
	if (!seen->class) {
		reader->classes = seen->next;
		free(seen);
		return keyfile_no_memory(file);
	}
	return true;
}

static bool begin_section(struct keyfile *file, const char *name)
{
	struct reader *reader = file->data;

	if (!strcmp(name, "Helper")) {
		if (reader->helper)
			return keyfile_refuse(file, "section [Helper] is there twice");
		reader->helper = true;
		reader->section = SECTION_HELPER;
		return true;
	}
	if (!strncmp(name, "Class ", strlen("Class "))) {
		reader->section = SECTION_CLASS;
		return begin_class(file, name + strlen("Class "));
	}
	return keyfile_refuse(file, "unknown section [%s]", name);
}

static bool set_time(struct keyfile *file, const char *key, const char *value, uint64_t least,
		     uint64_t most, uint64_t *time)
{
	char from[DURATION_MAX], to[DURATION_MAX];
	uint64_t parsed = 0;
	int error = duration_parse(value, &parsed);

	if (error == -EINVAL)
		return keyfile_refuse(file, "%s is not a duration: \"%s\"", key, value);
	if (error || parsed < least || parsed > most)
		return keyfile_refuse(file, "%s is not between %s and %s", key,
				      duration_format(from, least, 1),
				      duration_format(to, most, 1));
	*time = parsed;
	return true;
}

static bool set_number(struct keyfile *file, const char *key, const char *value, uint64_t least,
		       uint64_t most, uint32_t *number)
{
	unsigned long parsed;
	char *end;

	if (!*value || value[strspn(value, "0123456789")])
		return keyfile_refuse(file, "%s is not a number: \"%s\"", key, value);
	errno = 0;
	parsed = strtoul(value, &end, 10);
	if (errno || parsed < least || parsed > most)
		return keyfile_refuse(file, "%s is not between %u and %u", key, (uint32_t)least,
				      (uint32_t)most);
	*number = (uint32_t)parsed;
	return true;
}

static bool set_size(struct keyfile *file, const char *key, const char *value, uint64_t least,
		     uint64_t most, uint64_t *size)
{
	uint64_t parsed = 0;
	int error = size_parse(value, &parsed);

	if (error == -EINVAL)
		return keyfile_refuse(file, "%s is not a number of bytes: \"%s\"", key, value);
	if (error || parsed < least || parsed > most)
		return keyfile_refuse(file, "%s is not between %" PRIu64 " and %" PRIu64 " bytes",
				      key, least, most);
	*size = parsed;
	return true;
}

static bool set_text(struct keyfile *file, const char *value, size_t length, char **text)
{
	char *copy = strndup(value, length);

	if (!copy)
		return keyfile_no_memory(file);
	free(*text);
	*text = copy;
	return true;
}

static bool set_path(struct keyfile *file, const char *key, const char *value, size_t length,
		     char **path)
{
	const char *fault = text_fault(value);

	if (fault)
		return keyfile_refuse(file, "%s %s", key, fault);
	/* Half of PATH_MAX, since names of files are appended to the path. */
	if (*value != '/' || length > PATH_MAX / 2)
		return keyfile_refuse(file, "%s is not an absolute path", key);
	return set_text(file, value, length, path);
}

static bool set_directories(struct keyfile *file, const char *key, const char *value, char **paths)
{
	size_t first = strcspn(value, " \t");
	const char *second = value + first + strspn(value + first, " \t");

	if (!*second || second[strcspn(second, " \t")])
		return keyfile_refuse(file, "%s are not two paths", key);
	return set_path(file, key, value, first, &paths[0]) &&
	       set_path(file, key, second, strlen(second), &paths[1]);
}

static bool set_cgroup(struct keyfile *file, const char *key, const char *value, char **cgroup)
{
	const char *part = value;
	char name[BGTASK_NAME_MAX + 1];
	size_t length;

	for (;; part += length + 1) {
		length = strcspn(part, "/");
		if (length > BGTASK_NAME_MAX)
			break;
		memcpy(name, part, length);
		name[length] = '\0';
		if (name_fault(name))
			break;
		if (!part[length])
			return set_text(file, value, strlen(value), cgroup);
	}
	return keyfile_refuse(file, "%s is not a path below the cgroup file system: \"%s\"", key,
			      value);
}

/* The keys of [Helper]. */
static const struct helper_key {
	const char *name;
	enum { PATH, DIRECTORIES, CGROUP, TIME, NUMBER, SIZE } kind;
	size_t offset;
	uint64_t least, most;
} helper_keys[] = {
#define PLACE(member)	offsetof(struct config, member)
	{ "StateDirectory", PATH, PLACE(state_directory), 0, 0 },
	{ "RuntimeDirectory", PATH, PLACE(runtime_directory), 0, 0 },
	{ "ManifestDirectories", DIRECTORIES, PLACE(manifest_directories), 0, 0 },
	{ "PluginHost", PATH, PLACE(plugin_host), 0, 0 },
	{ "Cgroup", CGROUP, PLACE(cgroup), 0, 0 },
	{ "MinimumInterval", TIME, PLACE(minimum_interval), NSEC_PER_MSEC, NSEC_PER_WEEK },
	{ "LockScreenSlots", NUMBER, PLACE(lock_screen_slots), 0, 1000 },
	{ "CancelTimeout", TIME, PLACE(cancel_timeout), 0, NSEC_PER_HOUR },
	{ "SuspendTimeout", TIME, PLACE(suspend_timeout), 0, NSEC_PER_HOUR },
	{ "SavingTimeout", TIME, PLACE(saving_timeout), 0, NSEC_PER_HOUR },
	{ "ExtensionLimit", TIME, PLACE(extension_limit), 0, NSEC_PER_WEEK },
	{ "ExtensionBudget", TIME, PLACE(extension_budget), 0, NSEC_PER_WEEK },
	{ "MemoryStall", TIME, PLACE(memory_stall), 0, NSEC_PER_SEC },
	{ "IdleWindow", TIME, PLACE(idle_window), 0, NSEC_PER_WEEK },
	{ "IdleWindowStandby", TIME, PLACE(idle_window_standby), 0, NSEC_PER_WEEK },
	{ "IdleMinimumCpu", TIME, PLACE(idle_minimum_cpu), NSEC_PER_USEC, NSEC_PER_HOUR },
	{ "IdleMinimumTraffic", SIZE, PLACE(idle_minimum_traffic), 1, SIZE_LIMIT },
	{ "ConcurrentInstances", NUMBER, PLACE(concurrent_instances), 1, 100000 },
	{ "History", NUMBER, PLACE(history), 0, 100000 },
#undef PLACE
};

static bool set_helper(struct keyfile *file, const char *name, const char *value)
{
	struct reader *reader = file->data;
	const struct helper_key *key;
	uint32_t bit = 1;
	void *place;

	for (key = helper_keys; key < helper_keys + ARRAY_SIZE(helper_keys); key++, bit <<= 1)
		if (!strcmp(name, key->name))
			break;
	if (key == helper_keys + ARRAY_SIZE(helper_keys))
		return keyfile_refuse(file, "unknown key \"%s\" in [Helper]", name);
	if (reader->keys & bit)
		return keyfile_refuse(file, "%s is there twice", name);
	reader->keys |= bit;

	place = (char *)reader->config + key->offset;
	switch (key->kind) {
	case PATH:
		return set_path(file, name, value, strlen(value), place);
	case DIRECTORIES:
		return set_directories(file, name, value, place);
	case CGROUP:
		return set_cgroup(file, name, value, place);
	case TIME:
		return set_time(file, name, value, key->least, key->most, place);
	case NUMBER:
		return set_number(file, name, value, key->least, key->most, place);
	case SIZE:
		return set_size(file, name, value, key->least, key->most, place);
	}
	return false;
}

static bool set_class(struct keyfile *file, const char *key, const char *value)
{
	const struct reader *reader = file->data;
	struct seen_class *seen = reader->classes;

	if (!strcmp(key, "Quota")) {
		if (seen->quota)
			return keyfile_refuse(file, "%s is there twice", key);
		seen->quota = true;
		if (!strcmp(value, "unlimited")) {
			seen->class->quota = BGTASK_QUOTA_UNLIMITED;
			return true;
		}
		return set_time(file, key, value, 0, BGTASK_QUOTA_UNLIMITED - 1,
				&seen->class->quota);
	}
	if (!strcmp(key, "Period")) {
		if (seen->period)
			return keyfile_refuse(file, "%s is there twice", key);
		seen->period = true;
		return set_time(file, key, value, BGTASK_PERIOD_MIN, BGTASK_PERIOD_MAX,
				&seen->class->period);
	}
	if (!strcmp(key, "NetworkBudget")) {
		if (seen->network_budget)
			return keyfile_refuse(file, "%s is there twice", key);
		seen->network_budget = true;
		if (!strcmp(value, "unlimited")) {
			seen->class->network_budget = NETWORK_UNLIMITED;
			return true;
		}
		return set_size(file, key, value, 0, SIZE_LIMIT, &seen->class->network_budget);
	}
	return keyfile_refuse(file, "unknown key \"%s\" in [Class %s]", key, seen->class->name);
}

static bool take_key(struct keyfile *file, const char *key, const char *value)
{
	const struct reader *reader = file->data;

	if (reader->section == SECTION_HELPER)
		return set_helper(file, key, value);
	if (reader->section == SECTION_CLASS)
		return set_class(file, key, value);
	return keyfile_refuse(file, "key \"%s\" is in no section", key);
}

/* A class that is not one of the defaults needs both a quota and a period. */
static bool check_classes(struct keyfile *file)
{
	const struct reader *reader = file->data;

	for (struct seen_class *seen = reader->classes; seen; seen = seen->next) {
		if (seen->made && !(seen->quota && seen->period))
			return keyfile_refuse_line(file, seen->line, "class \"%s\" has no %s",
						   seen->class->name,
						   seen->quota ? "Period" : "Quota");
	}
	return true;
}

static int parse(struct config *config, FILE *stream, const char *path, struct problem *problem)
{
	static const struct keyfile_reader keys = {
		.section = begin_section,
		.key = take_key,
		.end = check_classes,
	};
	struct reader reader = { .config = config };
	struct seen_class *seen;
	int error;

	error = keyfile_read(stream, path, FILE_SIZE_MAX, &keys, &reader, problem);
	while ((seen = reader.classes)) {
		reader.classes = seen->next;
		free(seen);
	}
	return error;
}

static int set_defaults(struct config *config)
{
	*config = (struct config) {
		.state_directory = strdup("/var/lib/bgtask"),
		.runtime_directory = strdup("/run/bgtask"),
		.manifest_directories = {
			strdup("/usr/share/bgtask/apps"), strdup("/etc/bgtask/apps"),
		},
		.cgroup = strdup("bgtask.apps"),
		.minimum_interval = 15 * NSEC_PER_MIN,
		.lock_screen_slots = 7,
		.cancel_timeout = 5 * NSEC_PER_SEC,
		.suspend_timeout = 5 * NSEC_PER_SEC,
		.saving_timeout = NSEC_PER_SEC,
		.extension_limit = 10 * NSEC_PER_MIN,
		.extension_budget = NSEC_PER_HOUR,
		.memory_stall = 150 * NSEC_PER_MSEC,
		.idle_window = 10 * NSEC_PER_MIN,
		.idle_window_standby = 3 * NSEC_PER_MIN,
		.idle_minimum_cpu = 10 * NSEC_PER_MSEC,
		.idle_minimum_traffic = 1024,
		.concurrent_instances = 16,
		.history = 100,
	};
	if (!config->state_directory || !config->runtime_directory ||
	    !config->manifest_directories[0] || !config->manifest_directories[1] ||
	    !config->cgroup ||
	    !add_class(config, "lock-screen", 2 * NSEC_PER_SEC, 15 * NSEC_PER_MIN,
		       45000000) ||
	    !add_class(config, "standard", NSEC_PER_SEC, 2 * NSEC_PER_HOUR, 7500000))
		return -ENOMEM;
	return 0;
}

int config_load(struct config *config, const char *path, struct problem *problem)
{
	int error = set_defaults(config);
	FILE *stream;

	if (error) {
		problem_set(problem, error, path, 0, "out of memory");
		goto free_config;
	}
	stream = fopen(path, "re");
	if (!stream) {
		if (errno == ENOENT)
			return 0;
		error = problem_set(problem, -errno, path, 0, "%s", strerror(errno));
		goto free_config;
	}
	error = parse(config, stream, path, problem);
	fclose(stream);
	if (!error)
		return 0;
free_config:
	config_free(config);
	return error;
}

void config_free(struct config *config)
{
	struct quota_class *class;

	free(config->state_directory);
	free(config->runtime_directory);
	free(config->manifest_directories[0]);
	free(config->manifest_directories[1]);
	free(config->cgroup);
	free(config->plugin_host);
	while ((class = config->classes)) {
		config->classes = class->next;
		free(class);
	}
	*config = (struct config) { 0 };
}

const struct quota_class *config_class(const struct config *config, const char *name)
{
	for (const struct quota_class *class = config->classes; class; class = class->next) {
		if (!strcmp(class->name, name))
			return class;
	}
	return NULL;
}

bool config_watches_idle(const struct config *config)
{
	return config->idle_window || config->idle_window_standby;
}
