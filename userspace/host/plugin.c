// SPDX-License-Identifier: GPL-2.0
/*
 * Loads a plugin by dlopen(3). The symbol table shows whether the plugin's symbol is a struct
 * bgt_plugin, since calling into anything else would crash or do worse.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Whether the symbol is an object at least as large as a struct bgt_plugin, and as its own size
 * field says. Anything may have the name, and a function pointer that is read from something else
 * could lead anywhere.
 */
static bool is_plugin(void *address)
{
	const struct bgt_plugin *plugin = address;
	const ElfW(Sym) *symbol;
	void *found = NULL;
	Dl_info info;

	if (!dladdr1(address, &info, &found, RTLD_DL_SYMENT) || !found)
		return false;
	symbol = found;
	return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT &&
	       symbol->st_size >= sizeof(*plugin) && plugin->size <= symbol->st_size;
}

static int find(void *object, const char *name, const struct bgt_plugin **plugin,
		char problem[PROBLEM_MAX])
{
	void *address;

	dlerror();
	address = dlsym(object, name);
	if (!address) {
		const char *text = dlerror();

		snprintf(problem, PROBLEM_MAX, "%s", text ? text : "the symbol is nothing");
		return -ENOENT;
	}
	if (!is_plugin(address)) {
		snprintf(problem, PROBLEM_MAX, "%s is no struct bgt_plugin", name);
		return -EINVAL;
	}
	*plugin = address;
	if ((*plugin)->size < sizeof(**plugin) || !(*plugin)->run) {
		snprintf(problem, PROBLEM_MAX, "%s has %s", name,
			 (*plugin)->run ? "too small a size" : "no function to run");
		return -EINVAL;
	}
	return 0;
}

int plugin_load(const char *entry_point, const struct bgt_plugin **plugin,
		char problem[PROBLEM_MAX])
{
	const char *colon = strrchr(entry_point, ':');
	void *object;
	char *file;
	int error;

	if (!colon || colon == entry_point || !colon[1]) {
		snprintf(problem, PROBLEM_MAX, "\"%s\" is not FILE:SYMBOL", entry_point);
		return -EINVAL;
	}
	file = strndup(entry_point, (size_t)(colon - entry_point));
	if (!file) {
		snprintf(problem, PROBLEM_MAX, "out of memory");
		return -ENOMEM;
	}
	/* The object is never closed, as threads of the plugin may run until the process ends. */
	object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (object) {
		error = find(object, colon + 1, plugin, problem);
	} else {
		snprintf(problem, PROBLEM_MAX, "%s", dlerror());
		error = access(file, R_OK) ? -errno : -ELIBBAD;
	}
	free(file);
	return error;
}
