/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module: loading, unloading, parameters. */
#ifndef BGTASK_TEST_MODULE_H
#define BGTASK_TEST_MODULE_H

#include <stdbool.h>

bool module_is_loaded(void);

/*
 * Load the module: $BGTASK_MODULE, or else the built or the installed one; and unload it. Both
 * return 0 or a negative errno.
 */
int module_load(void);
int module_unload(void);

/* Opens the file that module_load() loads, if it is not an installed one; else -1. */
int module_open(void);

/* Sets a numeric parameter. Returns the value before. */
unsigned int module_set(const char *parameter, unsigned int value);

/* Switches anticipation on or off. Returns the value before. */
bool module_anticipate(bool on);

#endif
