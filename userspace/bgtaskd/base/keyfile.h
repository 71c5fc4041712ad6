/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Key files: sections in brackets, with a key and its value on each line. The reader of a file
 * decides which sections and keys are allowed. An error is reported with file and line.
 */
#ifndef BGTASKD_KEYFILE_H
#define BGTASKD_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "problem.h"

/* A file that is being read. */
struct keyfile {
	void *data;		/* belongs to the reader */
	int line;
	int error;		/* 0 as long as there is no error */
	const char *path;
	struct problem *problem;
	FILE *stream;
	size_t size_max;
	const struct keyfile_reader *reader;
};

/* The functions of a reader. Each returns false after calling keyfile_refuse(). */
struct keyfile_reader {
	/* A section begins. @name is the text between the brackets. */
	bool (*section)(struct keyfile *file, const char *name);
	/* A key of the last section. Keys before the first section are refused. */
	bool (*key)(struct keyfile *file, const char *key, const char *value);
	/* The file has ended. */
	bool (*end)(struct keyfile *file);
};

/*
 * Reads a stream, which must not have more than @size_max bytes. Returns 0 or a negative errno,
 * with a problem.
 */
int keyfile_read(FILE *stream, const char *path, size_t size_max,
		 const struct keyfile_reader *reader, void *data, struct problem *problem);

/* Report an error in the current line, or in another line. Both return false. */
bool keyfile_refuse(struct keyfile *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool keyfile_refuse_line(struct keyfile *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool keyfile_no_memory(struct keyfile *file);

#endif
