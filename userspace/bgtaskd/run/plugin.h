/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plugin host, which is the program that runs plugins.
 */
#ifndef BGTASKD_PLUGIN_H
#define BGTASKD_PLUGIN_H

#include <stddef.h>

#include "base/config.h"

/*
 * Writes the path of the program that runs plugins: the configured one, or the one that was built
 * or installed together with the helper. It need not exist; running it fails then.
 */
void plugin_find_host(const struct config *config, char *path, size_t size);

#endif
