/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper, started to be measured, with a directory of its own and apps that have all the CPU
 * time they like.
 */
#ifndef BENCH_HELPER_H
#define BENCH_HELPER_H

#include "bench.h"

#define HELPER_CGROUP	"bench-apps"

/* Makes the directory, with a configuration and nothing else. */
void helper_prepare(const char *directory);

/* Starts the helper, and waits until it answers; and ends it at once. */
void helper_start(struct bgt *bgt);
void helper_end(void);

/* Writes the manifest of an app of nobody's. @tasks is what it says of its tasks. */
void helper_put_manifest(const char *app, const char *tasks);

/* The memory that the helper has for itself, bytes. */
double helper_memory(void);

#endif
