/* SPDX-License-Identifier: GPL-2.0 */
/* What the files behind helper.h share: the cgroup and the files of the helper, and its log. */
#ifndef BGTASK_TEST_HELPER_FILES_H
#define BGTASK_TEST_HELPER_FILES_H

#include <sys/types.h>

/* The cgroup of all apps. */
#define HELPER_CGROUP	"bgtask-selftest-apps"

/* Removes a directory with all that is in it, if it exists. */
void files_remove(const char *path);

/* Makes a directory, or changes the mode of the one that is there. */
void files_make_directory(const char *path, mode_t mode);

/* Prints the end of the helper's log, to see why something did not happen. */
void log_note_end(void);

#endif
