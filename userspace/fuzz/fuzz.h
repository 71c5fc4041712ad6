/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share; each is a program of libFuzzer's.
 */
#ifndef BGTASK_FUZZ_H
#define BGTASK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls: once, and with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends with a report of the input, also in builds without assert(). */
#define fuzz_assert(condition)	\
	((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/* Makes a directory for this process, in $TMPDIR or /tmp, that is removed when it ends well. */
void fuzz_directory(char *path, size_t size);

/* Writes a file that is only root's to write. */
void fuzz_write(const char *path, const void *data, size_t size);

/* Removes a directory with all that is in it. */
void fuzz_remove(const char *path);

#endif
