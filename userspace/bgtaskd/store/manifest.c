// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a manifest. A manifest names the user as whom programs are run, so a file is refused if
 * anybody but root can write it. A section or key that is unknown, missing or repeated is refused
 * with its line.
 */
#include "manifest.h"

#include <bgtask.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/keyfile.h"
#include "base/names.h"

#include "registry.h"

#define FILE_SIZE_MAX	(1024 * 1024)

enum section { SECTION_NONE, SECTION_APP, SECTION_TASK };

struct reader {
	struct manifest *manifest;
	enum section section;
	int app_line;		/* the line of [App]; 0 if there was none */
	bool user;
	struct manifest_task *task, **end;
	int task_line;
	bool host, triggers;	/* whether the task has these keys already */
};

static int compare_names(const void *a, const void *b)
{
	const struct manifest_task *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static bool set_text(struct keyfile *file, const char *key, const char *value, char **text)
{
	if (*text)
		return keyfile_refuse(file, "%s is there twice", key);
	if (strlen(value) > TEXT_MAX)
		return keyfile_refuse(file, "%s is longer than %d bytes", key, TEXT_MAX);
	*text = strdup(value);
	return *text ? true : keyfile_no_memory(file);
}

static bool set_id(struct keyfile *file, const char *value)
{
	const struct reader *reader = file->data;
	struct manifest *manifest = reader->manifest;
	const char *fault = name_fault(value), *name;
	size_t length;

	if (*manifest->id)
		return keyfile_refuse(file, "Id is there twice");
	if (fault)
		return keyfile_refuse(file, "Id %s", fault);
	name = manifest_file_name(manifest->path, &length);
	if (!name || strlen(value) != length || strncmp(name, value, length))
		return keyfile_refuse(file, "Id is not as the file is called");
	strcpy(manifest->id, value);
	return true;
}

static bool set_user(struct keyfile *file, const char *value)
{
	struct reader *reader = file->data;
	int error;

	if (reader->user)
		return keyfile_refuse(file, "User is there twice");
	reader->user = true;
	error = user_find(value, &reader->manifest->user);
	if (error == -ERANGE)
		return keyfile_refuse(file, "User is not the number of one");
	if (error == -ENOENT)
		return keyfile_refuse(file, "unknown user \"%s\"", value);
	return error ? keyfile_no_memory(file) : true;
}

static bool set_class(struct keyfile *file, const char *value)
{
	const struct reader *reader = file->data;
	const char *fault = strlen(value) > CLASS_NAME_MAX ? "is longer than 31 bytes" :
			    name_fault(value);

	if (fault)
		return keyfile_refuse(file, "Class %s", fault);
	return set_text(file, "Class", value, &reader->manifest->class);
}

static bool set_app(struct keyfile *file, const char *key, const char *value)
{
	const struct reader *reader = file->data;

	if (!strcmp(key, "Id"))
		return set_id(file, value);
	if (!strcmp(key, "User"))
		return set_user(file, value);
	if (!strcmp(key, "Exec"))
		return set_text(file, key, value, &reader->manifest->exec);
	if (!strcmp(key, "Class"))
		return set_class(file, value);
	return keyfile_refuse(file, "unknown key \"%s\" in [App]", key);
}

static bool set_host(struct keyfile *file, const char *value)
{
	struct reader *reader = file->data;

	if (reader->host)
		return keyfile_refuse(file, "Host is there twice");
	reader->host = true;
	reader->task->in_app = !strcmp(value, "app");
	if (!reader->task->in_app && strcmp(value, "system"))
		return keyfile_refuse(file, "Host is neither system nor app");
	return true;
}

static bool set_triggers(struct keyfile *file, const char *value)
{
	struct reader *reader = file->data;
	enum bgt_trigger trigger;
	char name[BGTASK_NAME_MAX + 1];
	size_t length;

	if (reader->triggers)
		return keyfile_refuse(file, "Triggers is there twice");
	reader->triggers = true;
	for (; *value; value += strspn(value, " \t")) {
		length = strcspn(value, " \t");
		if (length < sizeof(name)) {
			memcpy(name, value, length);
			name[length] = '\0';
		}
		if (length >= sizeof(name) || bgt_trigger_from_name(name, &trigger))
			return keyfile_refuse(file, "unknown trigger \"%.*s\"", (int)length, value);
		reader->task->triggers |= 1u << trigger;
		value += length;
	}
	return true;
}

static bool set_task(struct keyfile *file, const char *key, const char *value)
{
	const struct reader *reader = file->data;

	if (!strcmp(key, "EntryPoint"))
		return set_text(file, key, value, &reader->task->entry_point);
	if (!strcmp(key, "Host"))
		return set_host(file, value);
	if (!strcmp(key, "Triggers"))
		return set_triggers(file, value);
	return keyfile_refuse(file, "unknown key \"%s\" in [Task %s]", key, reader->task->name);
}

static bool take_key(struct keyfile *file, const char *key, const char *value)
{
	const struct reader *reader = file->data;
	const char *fault = text_fault(value);

	if (reader->section == SECTION_NONE)
		return keyfile_refuse(file, "key \"%s\" is in no section", key);
	if (!*value)
		return keyfile_refuse(file, "%s is empty", key);
	if (fault)
		return keyfile_refuse(file, "%s %s", key, fault);
	if (reader->section == SECTION_APP)
		return set_app(file, key, value);
	return set_task(file, key, value);
}

/* Called where the next section begins or the file ends: checks that the task is complete. */
static bool end_task(struct keyfile *file)
{
	const struct reader *reader = file->data;

	if (!reader->task || reader->task->entry_point)
		return true;
	return keyfile_refuse_line(file, reader->task_line, "task \"%s\" has no EntryPoint",
				   reader->task->name);
}

static bool begin_task(struct keyfile *file, const char *name)
{
	struct reader *reader = file->data;
	const char *fault = name_fault(name);

	if (fault)
		return keyfile_refuse(file, "name of task %s", fault);
	if (manifest_task(reader->manifest, name))
		return keyfile_refuse(file, "task \"%s\" is there twice", name);
	reader->task = calloc(1, sizeof(*reader->task));
	if (!reader->task)
		return keyfile_no_memory(file);
	strcpy(reader->task->name, name);
	*reader->end = reader->task;
	reader->end = &reader->task->next;
	if (!tsearch(reader->task, &reader->manifest->by_name, compare_names))
		return keyfile_no_memory(file);
	reader->task_line = file->line;
	reader->host = false;
	reader->triggers = false;
	return true;
}

static bool begin_section(struct keyfile *file, const char *name)
{
	struct reader *reader = file->data;

	if (!end_task(file))
		return 0;
	reader->task = NULL;
	if (!strcmp(name, "App")) {
		if (reader->app_line)
			return keyfile_refuse(file, "section [App] is there twice");
		reader->app_line = file->line;
		reader->section = SECTION_APP;
		return true;
	}
	if (!strncmp(name, "Task ", strlen("Task "))) {
		reader->section = SECTION_TASK;
		return begin_task(file, name + strlen("Task "));
	}
	return keyfile_refuse(file, "unknown section [%s]", name);
}

/* A missing key has no line, so the error names the line of its section. */
static bool check_complete(struct keyfile *file)
{
	const struct reader *reader = file->data;
	struct manifest *manifest = reader->manifest;

	if (!end_task(file))
		return false;
	if (!reader->app_line)
		return keyfile_refuse_line(file, 0, "there is no section [App]");
	if (!*manifest->id)
		return keyfile_refuse_line(file, reader->app_line, "[App] has no Id");
	if (!reader->user)
		return keyfile_refuse_line(file, reader->app_line, "[App] has no User");
	if (!manifest->class)
		manifest->class = strdup("standard");
	return manifest->class ? true : keyfile_no_memory(file);
}

/* Opens the file if it can be trusted. */
static int open_file(FILE **file, const char *path, struct problem *problem)
{
	struct stat status;
	size_t length;
	int fd, error;

	if (!manifest_file_name(path, &length))
		return problem_set(problem, -EINVAL, path, 0,
				   "name does not end with \"" MANIFEST_SUFFIX "\"");
	/* With O_NONBLOCK, opening a pipe does not wait for its other end. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ELOOP)
		return problem_set(problem, -EINVAL, path, 0, "is not a regular file");
	if (fd < 0)
		return problem_set(problem, -errno, path, 0, "%s", strerror(errno));

	if (fstat(fd, &status))
		error = problem_set(problem, -errno, path, 0, "%s", strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error = problem_set(problem, -EINVAL, path, 0, "is not a regular file");
	else if (status.st_uid || status.st_mode & (S_IWGRP | S_IWOTH))
		error = problem_set(problem, -EPERM, path, 0, "others than root can write it");
	else if (status.st_size > FILE_SIZE_MAX)
		error = problem_set(problem, -EFBIG, path, 0, "is larger than 1024 KiB");
	else
		error = 0;
	if (error)
		goto close_fd;

	*file = fdopen(fd, "r");
	if (*file)
		return 0;
	error = problem_set(problem, -ENOMEM, path, 0, "out of memory");
close_fd:
	close(fd);
	return error;
}

int manifest_load(struct manifest **manifest, const char *path, struct problem *problem)
{
	static const struct keyfile_reader keys = {
		.section = begin_section,
		.key = take_key,
		.end = check_complete,
	};
	struct reader reader = { NULL };
	FILE *stream;
	int error;

	error = open_file(&stream, path, problem);
	if (error)
		return error;
	reader.manifest = calloc(1, sizeof(*reader.manifest));
	if (reader.manifest) {
		reader.manifest->path = strdup(path);
		reader.end = &reader.manifest->tasks;
	}
	if (!reader.manifest || !reader.manifest->path)
		error = problem_set(problem, -ENOMEM, path, 0, "out of memory");
	else
		error = keyfile_read(stream, path, FILE_SIZE_MAX, &keys, &reader, problem);
	fclose(stream);
	if (error)
		manifest_free(reader.manifest);
	else
		*manifest = reader.manifest;
	return error;
}

void manifest_free(struct manifest *manifest)
{
	struct manifest_task *task;

	if (!manifest)
		return;
	while ((task = manifest->tasks)) {
		manifest->tasks = task->next;
		tdelete(task, &manifest->by_name, compare_names);
		free(task->entry_point);
		free(task);
	}
	free(manifest->path);
	user_free(&manifest->user);
	free(manifest->exec);
	free(manifest->class);
	free(manifest);
}

const struct manifest_task *manifest_task(const struct manifest *manifest, const char *name)
{
	struct manifest_task key, **found;

	if (strlen(name) > BGTASK_NAME_MAX)
		return NULL;
	strcpy(key.name, name);
	found = tfind(&key, &manifest->by_name, compare_names);
	return found ? *found : NULL;
}
