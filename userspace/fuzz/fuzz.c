// SPDX-License-Identifier: GPL-2.0
/* What every fuzzer needs: reporting a failed check, and a directory that is removed at the end. */
#include "fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* Needed only by the function that runs at the end of the process. */
static char own_directory[64];

static void clean_up(void)
{
	fuzz_remove(own_directory);
}

void fuzz_directory(char *path, size_t size)
{
	const char *base = getenv("TMPDIR");
	int length;

	length = snprintf(path, size, "%s/bgtask-fuzz-XXXXXX", base && *base ? base : "/tmp");
	fuzz_assert(length > 0 && (size_t)length < size && size <= sizeof(own_directory));
	if (!mkdtemp(path)) {
		perror(path);
		exit(1);
	}
	strcpy(own_directory, path);
	atexit(clean_up);
}

void fuzz_write(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

void fuzz_remove(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
