/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BGTASKD_PLUGIN_H
#define BGTASKD_PLUGIN_H

#include <stddef.h>

#include "base/config.h"

/*
 * Path of the program that runs plugins: what is configured, or else what was built or installed
 * together with this one. If there is none, that is seen when it is run.
 */
void plugin_find_host(const struct config *config, char *path, size_t size);

#endif
