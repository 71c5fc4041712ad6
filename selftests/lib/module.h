/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module: loading, unloading, parameters. */
#ifndef BGTASK_TEST_MODULE_H
#define BGTASK_TEST_MODULE_H

#include <stdbool.h>

bool module_is_loaded(void);

/*
 * Load $BGTASK_MODULE, or else what the build directory or the system has; and unload. Both return
 * 0 or a negative errno.
 */
int module_load(void);
int module_unload(void);

/* A descriptor of the file that module_load() takes, if it is not the system's; else -1. */
int module_open(void);

/* Sets a parameter that is a number. Returns what was set before. */
unsigned int module_set(const char *parameter, unsigned int value);

/* Makes freezing begin early, or not. Returns what was set before. */
bool module_anticipate(bool on);

#endif
