// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the program that runs plugins: the configured one, or the one beside bgtaskd where both
 * were built, or the installed one.
 */
#include "plugin.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define NAME		"bgtask-host"
#define INSTALLED	"../libexec/bgtask/" NAME

void plugin_find_host(const struct config *config, char *path, size_t size)
{
	char self[PATH_MAX] = "", *directory;

	if (config->plugin_host) {
		snprintf(path, size, "%s", config->plugin_host);
		return;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		*self = '\0';
	directory = dirname(self);
	snprintf(path, size, "%s/" NAME, directory);
	if (access(path, X_OK))
		snprintf(path, size, "%s/" INSTALLED, directory);
}
