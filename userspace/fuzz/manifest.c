// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the readers of key files: each input is read as a manifest and as bgtaskd.conf. An input
 * that is accepted must have the properties on which the rest of the helper relies.
 */
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config.h"
#include "store/manifest.h"
#include "base/names.h"
#include "store/registry.h"
#include "fuzz.h"

static char directory[64];
static char manifest_path[96];
static char config_path[96];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_directory(directory, sizeof(directory));
	snprintf(manifest_path, sizeof(manifest_path), "%s/a.bgtask", directory);
	snprintf(config_path, sizeof(config_path), "%s/bgtaskd.conf", directory);
	return 0;
}

/* The text of a problem is one line without control characters. */
static void check_problem(const struct problem *problem)
{
	size_t length = strnlen(problem->text, sizeof(problem->text));

	fuzz_assert(length && length < sizeof(problem->text));
	for (size_t i = 0; i < length; i++)
		fuzz_assert((unsigned char)problem->text[i] >= ' ' && problem->text[i] != 0x7f);
}

static void check_manifest(const struct manifest *manifest)
{
	const struct manifest_task *task;

	fuzz_assert(!strcmp(manifest->id, "a") && manifest->class && manifest->user.home);
	fuzz_assert(!strcmp(manifest->path, manifest_path));
	fuzz_assert(manifest->user.uid != (uid_t)-1 && manifest->user.gid != (gid_t)-1);
	fuzz_assert(!manifest->exec || !text_fault(manifest->exec));
	for (task = manifest->tasks; task; task = task->next) {
		fuzz_assert(!name_fault(task->name));
		fuzz_assert(task->entry_point && strlen(task->entry_point) <= TEXT_MAX);
		fuzz_assert(!text_fault(task->entry_point));
		fuzz_assert(!(task->triggers >> TRIGGER_COUNT));
		fuzz_assert(manifest_task(manifest, task->name) == task);
	}
}

static void check_config(const struct config *config)
{
	const struct quota_class *class;

	fuzz_assert(config->state_directory && *config->state_directory == '/');
	fuzz_assert(config->manifest_directories[0] && *config->manifest_directories[0] == '/');
	fuzz_assert(config->manifest_directories[1] && *config->manifest_directories[1] == '/');
	fuzz_assert(config->cgroup && *config->cgroup && *config->cgroup != '/');
	fuzz_assert(config->minimum_interval && config->lock_screen_slots <= 1000);
	for (class = config->classes; class; class = class->next) {
		fuzz_assert(!name_fault(class->name));
		fuzz_assert(config_class(config, class->name) == class);
		fuzz_assert(class->quota <= BGTASK_QUOTA_UNLIMITED);
		fuzz_assert(class->period >= BGTASK_PERIOD_MIN &&
			    class->period <= BGTASK_PERIOD_MAX);
	}
	fuzz_assert(config_class(config, "standard") && config_class(config, "lock-screen"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest *manifest = NULL;
	struct problem problem = { "" };
	struct config config;

	fuzz_write(manifest_path, data, size);
	if (manifest_load(&manifest, manifest_path, &problem)) {
		check_problem(&problem);
	} else {
		check_manifest(manifest);
		manifest_free(manifest);
	}

	fuzz_write(config_path, data, size);
	problem.text[0] = '\0';
	if (config_load(&config, config_path, &problem)) {
		check_problem(&problem);
	} else {
		check_config(&config);
		config_free(&config);
	}
	return 0;
}
