// SPDX-License-Identifier: GPL-2.0
#include "config.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bgtask/duration.h"
#include "names.h"

#define LINE_SIZE	4096
#define NSEC_PER_MIN	(60 * NSEC_PER_SEC)
#define NSEC_PER_HOUR	(60 * NSEC_PER_MIN)
#define NSEC_PER_WEEK	(168 * NSEC_PER_HOUR)

enum section { SECTION_NONE, SECTION_HELPER, SECTION_CLASS };

/* A class was in the file, and what was said of it. */
struct seen_class {
	struct seen_class *next;
	struct quota_class *class;
	bool made, quota, period;
	int line;
};

struct reader {
	struct config *config;
	const char *path;
	FILE *file;
	struct problem *problem;
	int error;
	int line;
	enum section section;
	bool helper;
	uint32_t keys;		/* of [Helper] that were there already */
	struct seen_class *classes;
};

/* Notes what is wrong with this line. Returns 0, as inih's handlers do then. */
__attribute__((format(printf, 2, 3)))
static int refuse(struct reader *reader, const char *format, ...)
{
	char text[sizeof(reader->problem->text)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	reader->error = problem_set(reader->problem, -EINVAL, reader->path, reader->line, "%s",
				    text);
	return 0;
}

static int no_memory(struct reader *reader)
{
	reader->error = problem_set(reader->problem, -ENOMEM, reader->path, reader->line,
				    "out of memory");
	return 0;
}

static struct quota_class *add_class(struct config *config, const char *name, uint64_t quota,
				     uint64_t period)
{
	struct quota_class **end = &config->classes;
	struct quota_class *class = calloc(1, sizeof(*class));

	if (!class)
		return NULL;
	strcpy(class->name, name);
	class->quota = quota;
	class->period = period;
	while (*end)
		end = &(*end)->next;
	*end = class;
	return class;
}

static int begin_class(struct reader *reader, const char *name)
{
	const char *fault = strlen(name) > CLASS_NAME_MAX ? "is longer than 31 bytes" :
			    name_fault(name);
	struct seen_class *seen;

	if (fault)
		return refuse(reader, "name of class %s", fault);
	for (seen = reader->classes; seen; seen = seen->next) {
		if (!strcmp(seen->class->name, name))
			return refuse(reader, "class \"%s\" is there twice", name);
	}

	seen = calloc(1, sizeof(*seen));
	if (!seen)
		return no_memory(reader);
	seen->next = reader->classes;
	reader->classes = seen;
	seen->line = reader->line;
	for (seen->class = reader->config->classes; seen->class; seen->class = seen->class->next) {
		if (!strcmp(seen->class->name, name))
			return 1;
	}
	seen->made = true;
	seen->class = add_class(reader->config, name, 0, 0);
	if (!seen->class) {
		reader->classes = seen->next;
		free(seen);
		return no_memory(reader);
	}
	return 1;
}

/* The text between the brackets. */
static int begin_section(struct reader *reader, const char *name)
{
	if (!strcmp(name, "Helper")) {
		if (reader->helper)
			return refuse(reader, "section [Helper] is there twice");
		reader->helper = true;
		reader->section = SECTION_HELPER;
		return 1;
	}
	if (!strncmp(name, "Class ", strlen("Class "))) {
		reader->section = SECTION_CLASS;
		return begin_class(reader, name + strlen("Class "));
	}
	return refuse(reader, "unknown section [%s]", name);
}

/*
 * Reads a line for inih. Sections are looked at here, since inih cuts their names short, and does
 * not tell of those that have no keys.
 */
static char *read_line(char *line, int size, void *data)
{
	struct reader *reader = data;
	char *first, *last, saved;

	if (reader->error || !fgets(line, size, reader->file))
		return NULL;
	reader->line++;
	/* A NUL in the middle looks the same; inih would not see what is behind it. */
	if (!strchr(line, '\n') && (strlen(line) + 1 == (size_t)size || !feof(reader->file))) {
		refuse(reader, "line is too long, or has a NUL");
		return NULL;
	}

	first = line + strspn(line, " \t\r\n");
	if (*first != '[')
		return line;
	last = first + strlen(first);
	while (last > first && strchr(" \t\r\n", last[-1]))
		last--;
	if (last[-1] != ']') {
		refuse(reader, "section has no closing bracket at its end");
		return NULL;
	}
	saved = last[-1];
	last[-1] = '\0';
	if (!begin_section(reader, first + 1))
		return NULL;
	last[-1] = saved;
	return line;
}

static int set_time(struct reader *reader, const char *key, const char *value, uint64_t least,
		    uint64_t most, uint64_t *time)
{
	char from[DURATION_MAX], to[DURATION_MAX];
	uint64_t parsed = 0;
	int error = duration_parse(value, &parsed);

	if (error == -EINVAL)
		return refuse(reader, "%s is not a duration: \"%s\"", key, value);
	if (error || parsed < least || parsed > most)
		return refuse(reader, "%s is not between %s and %s", key,
			      duration_format(from, least, 1), duration_format(to, most, 1));
	*time = parsed;
	return 1;
}

static int set_number(struct reader *reader, const char *key, const char *value, uint32_t most,
		      uint32_t *number)
{
	unsigned long parsed;
	char *end;

	if (!*value || value[strspn(value, "0123456789")])
		return refuse(reader, "%s is not a number: \"%s\"", key, value);
	errno = 0;
	parsed = strtoul(value, &end, 10);
	if (errno || parsed > most)
		return refuse(reader, "%s is more than %u", key, most);
	*number = (uint32_t)parsed;
	return 1;
}

static int set_text(struct reader *reader, const char *value, size_t length, char **text)
{
	char *copy = strndup(value, length);

	if (!copy)
		return no_memory(reader);
	free(*text);
	*text = copy;
	return 1;
}

static int set_path(struct reader *reader, const char *key, const char *value, size_t length,
		    char **path)
{
	const char *fault = text_fault(value);

	if (fault)
		return refuse(reader, "%s %s", key, fault);
	/* Something is still to be appended. */
	if (*value != '/' || length > PATH_MAX / 2)
		return refuse(reader, "%s is not an absolute path", key);
	return set_text(reader, value, length, path);
}

static int set_directories(struct reader *reader, const char *key, const char *value)
{
	size_t first = strcspn(value, " \t");
	const char *second = value + first + strspn(value + first, " \t");

	if (!*second || second[strcspn(second, " \t")])
		return refuse(reader, "%s are not two paths", key);
	return set_path(reader, key, value, first, &reader->config->manifest_directories[0]) &&
	       set_path(reader, key, second, strlen(second),
			&reader->config->manifest_directories[1]);
}

static int set_cgroup(struct reader *reader, const char *key, const char *value)
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
			return set_text(reader, value, strlen(value), &reader->config->cgroup);
	}
	return refuse(reader, "%s is not a path below the cgroup file system: \"%s\"", key, value);
}

static int set_helper(struct reader *reader, const char *key, const char *value)
{
	static const char *const keys[] = {
		"StateDirectory", "Cgroup", "MinimumInterval", "LockScreenSlots", "CancelTimeout",
		"History", "ManifestDirectories",
	};
	struct config *config = reader->config;
	uint32_t which = 0;

	while (which < sizeof(keys) / sizeof(keys[0]) && strcmp(key, keys[which]))
		which++;
	if (which < sizeof(keys) / sizeof(keys[0]) && reader->keys & 1u << which)
		return refuse(reader, "%s is there twice", key);
	reader->keys |= 1u << which;

	switch (which) {
	case 0:
		return set_path(reader, key, value, strlen(value), &config->state_directory);
	case 1:
		return set_cgroup(reader, key, value);
	case 2:
		return set_time(reader, key, value, NSEC_PER_MSEC, NSEC_PER_WEEK,
				&config->minimum_interval);
	case 3:
		return set_number(reader, key, value, 1000, &config->lock_screen_slots);
	case 4:
		return set_time(reader, key, value, 0, NSEC_PER_HOUR, &config->cancel_timeout);
	case 5:
		return set_number(reader, key, value, 100000, &config->history);
	case 6:
		return set_directories(reader, key, value);
	}
	return refuse(reader, "unknown key \"%s\" in [Helper]", key);
}

static int set_class(struct reader *reader, const char *key, const char *value)
{
	struct seen_class *seen = reader->classes;

	if (!strcmp(key, "Quota")) {
		if (seen->quota)
			return refuse(reader, "%s is there twice", key);
		seen->quota = true;
		if (!strcmp(value, "unlimited")) {
			seen->class->quota = BGTASK_QUOTA_UNLIMITED;
			return 1;
		}
		return set_time(reader, key, value, 0, BGTASK_QUOTA_UNLIMITED - 1,
				&seen->class->quota);
	}
	if (!strcmp(key, "Period")) {
		if (seen->period)
			return refuse(reader, "%s is there twice", key);
		seen->period = true;
		return set_time(reader, key, value, BGTASK_PERIOD_MIN, BGTASK_PERIOD_MAX,
				&seen->class->period);
	}
	return refuse(reader, "unknown key \"%s\" in [Class %s]", key, seen->class->name);
}

static int handle(void *data, const char *section, const char *key, const char *value)
{
	struct reader *reader = data;

	(void)section; /* may be cut short; read_line() knows better */
	if (reader->section == SECTION_HELPER)
		return set_helper(reader, key, value);
	if (reader->section == SECTION_CLASS)
		return set_class(reader, key, value);
	return refuse(reader, "key \"%s\" is in no section", key);
}

/* A class that was not there before needs both. */
static void check_classes(struct reader *reader)
{
	for (struct seen_class *seen = reader->classes; seen; seen = seen->next) {
		if (!seen->made || (seen->quota && seen->period))
			continue;
		reader->line = seen->line;
		refuse(reader, "class \"%s\" has no %s", seen->class->name,
		       seen->quota ? "Period" : "Quota");
	}
}

static int parse(struct reader *reader)
{
	struct seen_class *seen;
	int line;

	/* The library's settings: whole lines, one each, and no comments behind values. */
	ini_use_stack = false;
	ini_max_line = ini_initial_alloc = LINE_SIZE;
	ini_allow_realloc = false;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_bom = false;
	ini_stop_on_first_error = true;

	line = ini_parse_stream(read_line, reader, handle, reader);
	if (!reader->error && ferror(reader->file))
		reader->error = problem_set(reader->problem, -EIO, reader->path, 0,
					    "cannot be read");
	if (!reader->error && line < 0)
		no_memory(reader);
	if (!reader->error && line) {
		reader->line = line;
		refuse(reader, "neither a section nor a key with a value");
	}
	if (!reader->error)
		check_classes(reader);

	while ((seen = reader->classes)) {
		reader->classes = seen->next;
		free(seen);
	}
	return reader->error;
}

static int set_defaults(struct config *config)
{
	*config = (struct config) {
		.state_directory = strdup("/var/lib/bgtask"),
		.manifest_directories = {
			strdup("/usr/share/bgtask/apps"), strdup("/etc/bgtask/apps"),
		},
		.cgroup = strdup("bgtask.apps"),
		.minimum_interval = 15 * NSEC_PER_MIN,
		.lock_screen_slots = 7,
		.cancel_timeout = 5 * NSEC_PER_SEC,
		.history = 100,
	};
	if (!config->state_directory || !config->manifest_directories[0] ||
	    !config->manifest_directories[1] || !config->cgroup ||
	    !add_class(config, "lock-screen", 2 * NSEC_PER_SEC, 15 * NSEC_PER_MIN) ||
	    !add_class(config, "standard", NSEC_PER_SEC, 2 * NSEC_PER_HOUR))
		return -ENOMEM;
	return 0;
}

int config_load(struct config *config, const char *path, struct problem *problem)
{
	struct reader reader = { .config = config, .path = path, .problem = problem };
	int error = set_defaults(config);

	if (error) {
		problem_set(problem, error, path, 0, "out of memory");
		goto free_config;
	}
	reader.file = fopen(path, "re");
	if (!reader.file) {
		if (errno == ENOENT)
			return 0;
		error = problem_set(problem, -errno, path, 0, "%s", strerror(errno));
		goto free_config;
	}
	error = parse(&reader);
	fclose(reader.file);
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
	free(config->manifest_directories[0]);
	free(config->manifest_directories[1]);
	free(config->cgroup);
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
