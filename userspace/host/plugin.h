/* SPDX-License-Identifier: GPL-2.0 */
/* Loading a plugin. */
#ifndef BGTASK_HOST_PLUGIN_H
#define BGTASK_HOST_PLUGIN_H

#include <bgtask-host.h>

#define PROBLEM_MAX	512

/*
 * Loads the plugin of an entry point "FILE:SYMBOL". Returns 0 or a negative errno, with the reason.
 */
int plugin_load(const char *entry_point, const struct bgt_plugin **plugin,
		char problem[PROBLEM_MAX]);

#endif
