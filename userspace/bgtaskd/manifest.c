// SPDX-License-Identifier: GPL-2.0
#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "names.h"
#include "registry.h"

#define FILE_SIZE_MAX	65536
#define LINE_SIZE	4096
#define SUFFIX		".bgtask"

enum section { SECTION_NONE, SECTION_APP, SECTION_TASK };

struct reader {
	struct manifest *manifest;
	FILE *file;
	struct problem *problem;
	int error;
	int line;
	enum section section;
	int app_line;		/* where [App] begins */
	bool user;
	struct manifest_task *task;
	int task_line;
	bool host, triggers;	/* whether the task has them already */
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
	reader->error = problem_set(reader->problem, -EINVAL, reader->manifest->path, reader->line,
				    "%s", text);
	return 0;
}

static int no_memory(struct reader *reader)
{
	reader->error = problem_set(reader->problem, -ENOMEM, reader->manifest->path, 0,
				    "out of memory");
	return 0;
}

static int set_text(struct reader *reader, const char *key, const char *value, char **text)
{
	if (*text)
		return refuse(reader, "%s is there twice", key);
	if (strlen(value) > TEXT_MAX)
		return refuse(reader, "%s is longer than %d bytes", key, TEXT_MAX);
	*text = strdup(value);
	return *text ? 1 : no_memory(reader);
}

/* The name of the file, without its ending. */
static const char *file_name(const char *path, size_t *length)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	*length = strlen(name);
	if (*length < strlen(SUFFIX) || strcmp(name + *length - strlen(SUFFIX), SUFFIX))
		return NULL;
	*length -= strlen(SUFFIX);
	return name;
}

static int set_id(struct reader *reader, const char *value)
{
	struct manifest *manifest = reader->manifest;
	const char *fault = name_fault(value), *name;
	size_t length;

	if (*manifest->id)
		return refuse(reader, "Id is there twice");
	if (fault)
		return refuse(reader, "Id %s", fault);
	name = file_name(manifest->path, &length);
	if (!name || strlen(value) != length || strncmp(name, value, length))
		return refuse(reader, "Id is not as the file is called");
	strcpy(manifest->id, value);
	return 1;
}

/* Looks a user up by name, or by number if @name is NULL. */
static int look_up(const char *name, uid_t uid, struct passwd *user, char **buffer)
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
			error = getpwnam_r(name, user, *buffer, size, &found);
		else
			error = getpwuid_r(uid, user, *buffer, size, &found);
	} while (error == ERANGE && size < 1048576);

	if (error == ENOMEM)
		return -ENOMEM;
	/* Where users are looked up some databases may be missing; see getpwnam(3). */
	return found ? 0 : -ENOENT;
}

static int set_user(struct reader *reader, const char *value)
{
	struct manifest *manifest = reader->manifest;
	bool number = !value[strspn(value, "0123456789")];
	unsigned long uid = UINT_MAX;
	struct passwd user = { 0 };
	char *buffer;
	int error;

	if (reader->user)
		return refuse(reader, "User is there twice");
	reader->user = true;

	errno = 0;
	if (number)
		uid = strtoul(value, NULL, 10);
	/* The last one means that there is none. */
	if (number && (errno || uid >= UINT_MAX))
		return refuse(reader, "User is not the number of one");
	error = look_up(number ? NULL : value, (uid_t)uid, &user, &buffer);
	if (error == -ENOENT && number) {
		/* Nobody needs to know them by name. */
		manifest->uid = (uid_t)uid;
		manifest->gid = (gid_t)uid;
		manifest->home = strdup("/");
		error = manifest->home ? 0 : -ENOMEM;
	} else if (!error) {
		manifest->uid = user.pw_uid;
		manifest->gid = user.pw_gid;
		manifest->user = strdup(user.pw_name);
		manifest->home = strdup(*user.pw_dir ? user.pw_dir : "/");
		error = manifest->user && manifest->home ? 0 : -ENOMEM;
	}
	free(buffer);
	if (error == -ENOENT)
		return refuse(reader, "unknown user \"%s\"", value);
	return error ? no_memory(reader) : 1;
}

static int set_class(struct reader *reader, const char *value)
{
	const char *fault = strlen(value) > CLASS_NAME_MAX ? "is longer than 31 bytes" :
			    name_fault(value);

	if (fault)
		return refuse(reader, "Class %s", fault);
	return set_text(reader, "Class", value, &reader->manifest->class);
}

static int set_app(struct reader *reader, const char *key, const char *value)
{
	if (!strcmp(key, "Id"))
		return set_id(reader, value);
	if (!strcmp(key, "User"))
		return set_user(reader, value);
	if (!strcmp(key, "Exec"))
		return set_text(reader, key, value, &reader->manifest->exec);
	if (!strcmp(key, "Class"))
		return set_class(reader, value);
	return refuse(reader, "unknown key \"%s\" in [App]", key);
}

static int set_host(struct reader *reader, const char *value)
{
	if (reader->host)
		return refuse(reader, "Host is there twice");
	reader->host = true;
	reader->task->in_app = !strcmp(value, "app");
	if (!reader->task->in_app && strcmp(value, "system"))
		return refuse(reader, "Host is neither system nor app");
	return 1;
}

static int set_triggers(struct reader *reader, const char *value)
{
	enum bgtask_trigger trigger;
	char name[BGTASK_NAME_MAX + 1];
	size_t length;

	if (reader->triggers)
		return refuse(reader, "Triggers is there twice");
	reader->triggers = true;
	for (; *value; value += strspn(value, " \t")) {
		length = strcspn(value, " \t");
		if (length < sizeof(name)) {
			memcpy(name, value, length);
			name[length] = '\0';
		}
		if (length >= sizeof(name) || trigger_from_name(name, &trigger))
			return refuse(reader, "unknown trigger \"%.*s\"", (int)length, value);
		reader->task->triggers |= 1u << trigger;
		value += length;
	}
	return 1;
}

static int set_task(struct reader *reader, const char *key, const char *value)
{
	if (!strcmp(key, "EntryPoint"))
		return set_text(reader, key, value, &reader->task->entry_point);
	if (!strcmp(key, "Host"))
		return set_host(reader, value);
	if (!strcmp(key, "Triggers"))
		return set_triggers(reader, value);
	return refuse(reader, "unknown key \"%s\" in [Task %s]", key, reader->task->name);
}

static int handle(void *data, const char *section, const char *key, const char *value)
{
	struct reader *reader = data;
	const char *fault = text_fault(value);

	(void)section; /* may be cut short; read_line() knows better */
	if (reader->section == SECTION_NONE)
		return refuse(reader, "key \"%s\" is in no section", key);
	if (!*value)
		return refuse(reader, "%s is empty", key);
	if (fault)
		return refuse(reader, "%s %s", key, fault);
	if (reader->section == SECTION_APP)
		return set_app(reader, key, value);
	return set_task(reader, key, value);
}

/* Another section begins, or the file ends: does the task have what it needs? */
static int end_task(struct reader *reader)
{
	int line = reader->line;

	if (!reader->task || reader->task->entry_point)
		return 1;
	reader->line = reader->task_line;
	refuse(reader, "task \"%s\" has no EntryPoint", reader->task->name);
	reader->line = line;
	return 0;
}

static int begin_task(struct reader *reader, const char *name)
{
	struct manifest_task **end = &reader->manifest->tasks;
	const char *fault = name_fault(name);

	if (fault)
		return refuse(reader, "name of task %s", fault);
	if (manifest_task(reader->manifest, name))
		return refuse(reader, "task \"%s\" is there twice", name);
	reader->task = calloc(1, sizeof(*reader->task));
	if (!reader->task)
		return no_memory(reader);
	strcpy(reader->task->name, name);
	while (*end)
		end = &(*end)->next;
	*end = reader->task;
	reader->task_line = reader->line;
	reader->host = false;
	reader->triggers = false;
	return 1;
}

/* The text between the brackets. */
static int begin_section(struct reader *reader, const char *name)
{
	if (!end_task(reader))
		return 0;
	reader->task = NULL;
	if (!strcmp(name, "App")) {
		if (reader->app_line)
			return refuse(reader, "section [App] is there twice");
		reader->app_line = reader->line;
		reader->section = SECTION_APP;
		return 1;
	}
	if (!strncmp(name, "Task ", strlen("Task "))) {
		reader->section = SECTION_TASK;
		return begin_task(reader, name + strlen("Task "));
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
	char *first, *last;

	if (reader->error || !fgets(line, size, reader->file))
		return NULL;
	reader->line++;
	/* It may have grown since its size was looked at. */
	if (ftell(reader->file) > FILE_SIZE_MAX) {
		refuse(reader, "file is larger than 64 KiB");
		return NULL;
	}
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
	last[-1] = '\0';
	if (!begin_section(reader, first + 1))
		return NULL;
	last[-1] = ']';
	return line;
}

/* What is missing has no line of its own; that of its section is named. */
static void check_complete(struct reader *reader)
{
	if (!end_task(reader))
		return;
	reader->line = reader->app_line;
	if (!reader->app_line)
		refuse(reader, "there is no section [App]");
	else if (!*reader->manifest->id)
		refuse(reader, "[App] has no Id");
	else if (!reader->user)
		refuse(reader, "[App] has no User");
	else if (!reader->manifest->class && !(reader->manifest->class = strdup("standard")))
		no_memory(reader);
}

static int parse(struct reader *reader)
{
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
		reader->error = problem_set(reader->problem, -EIO, reader->manifest->path, 0,
					    "cannot be read");
	if (!reader->error && line < 0)
		no_memory(reader);
	if (!reader->error && line) {
		reader->line = line;
		refuse(reader, "neither a section nor a key with a value");
	}
	if (!reader->error)
		check_complete(reader);
	return reader->error;
}

/* Opens the file, if it can be trusted. */
static int open_file(FILE **file, const char *path, struct problem *problem)
{
	struct stat status;
	size_t length;
	int fd, error;

	if (!file_name(path, &length))
		return problem_set(problem, -EINVAL, path, 0,
				   "name does not end with \"" SUFFIX "\"");
	/* Not waiting for the other end, should it be a pipe. */
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
		error = problem_set(problem, -EFBIG, path, 0, "is larger than 64 KiB");
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
	struct reader reader = { .problem = problem };
	int error;

	error = open_file(&reader.file, path, problem);
	if (error)
		return error;
	reader.manifest = calloc(1, sizeof(*reader.manifest));
	if (reader.manifest)
		reader.manifest->path = strdup(path);
	if (!reader.manifest || !reader.manifest->path)
		error = problem_set(problem, -ENOMEM, path, 0, "out of memory");
	else
		error = parse(&reader);
	fclose(reader.file);
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
		free(task->entry_point);
		free(task);
	}
	free(manifest->path);
	free(manifest->user);
	free(manifest->home);
	free(manifest->exec);
	free(manifest->class);
	free(manifest);
}

const struct manifest_task *manifest_task(const struct manifest *manifest, const char *name)
{
	for (const struct manifest_task *task = manifest->tasks; task; task = task->next) {
		if (!strcmp(task->name, name))
			return task;
	}
	return NULL;
}

static int is_manifest(const struct dirent *entry)
{
	size_t length;

	return file_name(entry->d_name, &length) && length;
}

/* Whether one of the directories has a file of this name, whatever is in it. */
static bool hidden(char *const *directories, size_t count, const char *name)
{
	struct stat status;
	char *path;
	bool found;

	for (size_t i = 0; i < count; i++) {
		if (asprintf(&path, "%s/%s", directories[i], name) < 0)
			continue;
		found = !lstat(path, &status);
		free(path);
		if (found)
			return true;
	}
	return false;
}

static int scan_file(const char *directory, const char *name, manifest_fn each, void *data)
{
	struct manifest *manifest = NULL;
	struct problem problem = { "" };
	char *path;
	int result;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	manifest_load(&manifest, path, &problem);
	result = each(data, path, manifest, &problem);
	free(path);
	return result;
}

int manifest_scan(char *const *directories, size_t count, manifest_fn each, void *data)
{
	struct dirent **entries;
	int found, result = 0;

	for (size_t i = 0; i < count && !result; i++) {
		found = scandir(directories[i], &entries, is_manifest, alphasort);
		if (found < 0 && errno == ENOENT)
			continue;
		if (found < 0)
			return -errno;
		for (int j = 0; j < found; j++) {
			const char *name = entries[j]->d_name;

			if (!result && !hidden(directories + i + 1, count - i - 1, name))
				result = scan_file(directories[i], name, each, data);
			free(entries[j]);
		}
		free(entries);
	}
	return result;
}
