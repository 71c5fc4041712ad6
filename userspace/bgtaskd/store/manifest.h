/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Manifests: what an app's author says of it, bgtask-app(5). A key file ID.bgtask:
 *
 *   [App]
 *   Id=org.example.Mail          as the file is called, without its ending
 *   User=mail                    that its tasks run as; a name or a number
 *   Exec=/usr/bin/mail           optional: how the app itself is started
 *   Class=lock-screen            optional: quota class; standard
 *
 *   [Task Sync]                  any number of these; the name as of a container
 *   EntryPoint=/usr/libexec/mail-sync --once    or plugin.so:symbol
 *   Host=system                  optional: system, or app for the app's own process
 *   Triggers=time internet-available            those that it may use
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
	/* A bit for each enum bgtask_trigger. */
	uint32_t triggers;
};

struct manifest {
	char id[APP_ID_MAX + 1];
	char *path;
	struct user user;
	char *exec;		/* or NULL */
	char *class;
	struct manifest_task *tasks;	/* in the order of the file */
	void *by_name;		/* the same, a tree of tsearch(3) */
};

/*
 * Reads a manifest. It must be a regular file of at most 1 MiB, whose name ends with ".bgtask",
 * and which only root can write. Returns 0 or a negative errno, with file, line and reason.
 */
int manifest_load(struct manifest **manifest, const char *path, struct problem *problem);
void manifest_free(struct manifest *manifest);

/* NULL if there is no such task. */
const struct manifest_task *manifest_task(const struct manifest *manifest, const char *name);

/* The name of a manifest's file, *length without its ending; or NULL if it has another one. */
const char *manifest_file_name(const char *path, size_t *length);

/*
 * Calls @each for every manifest of the directories; one of the same name in the later directory
 * hides that in the earlier, even if it cannot be read. For one that cannot, @manifest is NULL; any
 * other is @each's to free. A directory that is not there is as good as an empty one; of one
 * that cannot be read, @each is told the same way. Stops if @each returns other than 0, and returns
 * that.
 */
typedef int (*manifest_fn)(void *data, const char *path, struct manifest *manifest,
			   const struct problem *problem);
int manifest_scan(char *const *directories, size_t count, manifest_fn each, void *data);

#endif
