// SPDX-License-Identifier: GPL-2.0
/*
 * Reads key files with inih, which splits the lines. This file finds the sections itself, because
 * inih cuts their names short, and does not report sections without keys.
 */
#include "keyfile.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#define LINE_SIZE	4096

static bool refuse(struct keyfile *file, int line, const char *format, va_list arguments)
{
	char text[sizeof(file->problem->text)];

	vsnprintf(text, sizeof(text), format, arguments);
	file->error = problem_set(file->problem, -EINVAL, file->path, line, "%s", text);
	return false;
}

bool keyfile_refuse(struct keyfile *file, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(file, file->line, format, arguments);
	va_end(arguments);
	return false;
}

bool keyfile_refuse_line(struct keyfile *file, int line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(file, line, format, arguments);
	va_end(arguments);
	return false;
}

bool keyfile_no_memory(struct keyfile *file)
{
	file->error = problem_set(file->problem, -ENOMEM, file->path, 0, "out of memory");
	return false;
}

/* Reports the section if the line begins a section. */
static bool look_for_section(struct keyfile *file, char *line)
{
	char *first = line + strspn(line, " \t\r\n"), *last = first + strlen(first);
	bool good;

	if (*first != '[')
		return true;
	while (last > first && strchr(" \t\r\n", last[-1]))
		last--;
	if (last[-1] != ']')
		return keyfile_refuse(file, "section has no closing bracket at its end");
	last[-1] = '\0';
	good = file->reader->section(file, first + 1);
	last[-1] = ']';
	return good;
}

/* Reads a line for inih. */
static char *read_line(char *line, int size, void *data)
{
	struct keyfile *file = data;

	if (file->error || !fgets(line, size, file->stream))
		return NULL;
	file->line++;
	if ((size_t)ftell(file->stream) > file->size_max) {
		keyfile_refuse(file, "file is larger than %zu KiB", file->size_max / 1024);
		return NULL;
	}
	/*
	 * A line without a newline is too long, is the last line, or has a NUL, behind which inih
	 * would see nothing.
	 */
	if (!strchr(line, '\n') && (strlen(line) + 1 == (size_t)size || !feof(file->stream))) {
		keyfile_refuse(file, "line is too long, or has a NUL");
		return NULL;
	}
	return look_for_section(file, line) ? line : NULL;
}

static int handle(void *data, const char *section, const char *key, const char *value)
{
	struct keyfile *file = data;

	(void)section; /* inih may have cut the name short */
	return file->reader->key(file, key, value);
}

int keyfile_read(FILE *stream, const char *path, size_t size_max,
		 const struct keyfile_reader *reader, void *data, struct problem *problem)
{
	struct keyfile file = {
		.data = data,
		.path = path,
		.problem = problem,
		.stream = stream,
		.size_max = size_max,
		.reader = reader,
	};
	int line;

	/* Settings of inih: a line has one key, and values have no comments behind them. */
	ini_use_stack = false;
	ini_max_line = ini_initial_alloc = LINE_SIZE;
	ini_allow_realloc = false;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_bom = false;
	ini_stop_on_first_error = true;

	line = ini_parse_stream(read_line, &file, handle, &file);
	if (!file.error && ferror(stream))
		file.error = problem_set(problem, -EIO, path, 0, "cannot be read");
	if (!file.error && line < 0)
		keyfile_no_memory(&file);
	if (!file.error && line)
		keyfile_refuse_line(&file, line, "neither a section nor a key with a value");
	if (!file.error)
		reader->end(&file);
	return file.error;
}
