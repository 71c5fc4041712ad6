/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Manifests, bgtask-app(5): an app as its author describes it, in a key file ID.bgtask:
 *
 *   [App]
 *   Id=org.example.Mail          the name of the file without its suffix
 *   User=mail                    the user of its tasks; a name or a number
 *   Exec=/usr/bin/mail           optional: how the app itself is started
 *   Class=lock-screen            optional: quota class; standard
 *
 *   [Task Sync]                  any number of tasks; names as of containers
 *   EntryPoint=/usr/libexec/mail-sync --once    or plugin.so:symbol
 *   Host=system                  optional: system, or app for the app's own process
 *   Triggers=time internet-available            the triggers that it may use
 */
#ifndef BGTASKD_MANIFEST_H
#define BGTASKD_MANIFEST_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "base/user.h"

#define APP_ID_MAX	BGTASK_NAME_MAX
#define MANIFEST_SUFFIX	".bgtask"

struct manifest_task {
	struct manifest_task *next;
	char name[BGTASK_NAME_MAX + 1];
	char *entry_point;
	bool in_app;
	/* A set with bit 1 << trigger for each enum bgtask_trigger. */
	uint32_t triggers;
};

struct manifest {
	char id[APP_ID_MAX + 1];
	char *path;
	struct user user;
	char *exec;		/* or NULL */
	char *class;
	struct manifest_task *tasks;	/* in the order of the file */
	void *by_name;		/* the same tasks, in a tree of tsearch(3) */
};

/*
 * Reads a manifest. The file must be a regular file of at most 1 MiB, whose name ends with
 * ".bgtask", and which only root can write. Returns 0 or a negative errno, with file, line and
 * reason.
 */
int manifest_load(struct manifest **manifest, const char *path, struct problem *problem);
void manifest_free(struct manifest *manifest);

/* Returns the task of this name, or NULL. */
const struct manifest_task *manifest_task(const struct manifest *manifest, const char *name);

/*
 * Returns the file name in a path, with the length without the suffix in *length; or NULL if the
 * name does not end with the suffix.
 */
const char *manifest_file_name(const char *path, size_t *length);

/*
 * Calls @each for every manifest in the directories. A manifest in a later directory hides a
 * manifest of the same name in an earlier directory, even if the later manifest cannot be read. For
 * a manifest that cannot be read @manifest is NULL; otherwise @each takes ownership of @manifest. A
 * directory that does not exist counts as empty; for a directory that cannot be read @each is
 * called with @manifest NULL, too. Stops if @each does not return 0, and returns what @each has
 * returned.
 */
typedef int (*manifest_fn)(void *data, const char *path, struct manifest *manifest,
			   const struct problem *problem);
int manifest_scan(char *const *directories, size_t count, manifest_fn each, void *data);

#endif
