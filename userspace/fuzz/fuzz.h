/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers share. Each fuzzer is a program of libFuzzer. */
#ifndef BGTASK_FUZZ_H
#define BGTASK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The functions that libFuzzer calls: once, and with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Reports the input and ends the process if the condition is false. Unlike assert(), works in all
 * builds.
 */
#define fuzz_assert(condition)	\
	((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/* Makes a directory in $TMPDIR or /tmp. The directory is removed when this process exits. */
void fuzz_directory(char *path, size_t size);

/* Writes a file that only root can write. */
void fuzz_write(const char *path, const void *data, size_t size);

/* Removes a directory with all its files. */
void fuzz_remove(const char *path);

#endif
