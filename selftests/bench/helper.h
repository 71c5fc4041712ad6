/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starts the helper to be measured, with a directory of its own and apps without a limit of CPU
 * time.
 */
#ifndef BENCH_HELPER_H
#define BENCH_HELPER_H

#include "bench.h"

#define HELPER_CGROUP	"bench-apps"

/* Makes the directory, with a configuration and no manifests. */
void helper_prepare(const char *directory);

/* Start the helper and wait until it answers; and kill it. */
void helper_start(struct bgt *bgt);
void helper_end(void);

/* Writes the manifest of an app of the user nobody. @tasks is the text of its [Task] sections. */
void helper_put_manifest(const char *app, const char *tasks);

/* The helper's memory (its proportional share of what it shares), bytes. */
double helper_memory(void);

#endif
