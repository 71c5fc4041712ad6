/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Key files: sections in brackets, and in them keys with values, each on a line. What a file may
 * have in it is its reader's matter; whatever is wrong is told with file and line.
 */
#ifndef BGTASKD_KEYFILE_H
#define BGTASKD_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "problem.h"

/* A file while it is read. */
struct keyfile {
	void *data;		/* the reader's */
	int line;
	int error;		/* 0 as long as all is well */
	const char *path;
	struct problem *problem;
	FILE *stream;
	size_t size_max;
	const struct keyfile_reader *reader;
};

/* What a reader does; each returns false, after keyfile_refuse(), if something is wrong. */
struct keyfile_reader {
	/* A section begins; @name is what stands between the brackets. */
	bool (*section)(struct keyfile *file, const char *name);
	/* A key of the last section. Before the first section there is none. */
	bool (*key)(struct keyfile *file, const char *key, const char *value);
	/* The file has ended. */
	bool (*end)(struct keyfile *file);
};

/*
 * Reads a stream, of which no more than @size_max bytes are taken. Returns 0 or a negative errno,
 * with a problem.
 */
int keyfile_read(FILE *stream, const char *path, size_t size_max,
		 const struct keyfile_reader *reader, void *data, struct problem *problem);

/* Notes what is wrong with this line, or with another. Both return false. */
bool keyfile_refuse(struct keyfile *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool keyfile_refuse_line(struct keyfile *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool keyfile_no_memory(struct keyfile *file);

#endif
