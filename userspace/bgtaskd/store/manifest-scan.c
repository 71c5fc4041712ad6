// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the manifests in the configured directories. A file hides the files of the same name in
 * earlier directories even if it cannot be read: an error in a file must not bring back the file
 * that it replaces.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "manifest.h"

const char *manifest_file_name(const char *path, size_t *length)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	*length = strlen(name);
	if (*length < strlen(MANIFEST_SUFFIX) ||
	    strcmp(name + *length - strlen(MANIFEST_SUFFIX), MANIFEST_SUFFIX))
		return NULL;
	*length -= strlen(MANIFEST_SUFFIX);
	return name;
}

static int is_manifest(const struct dirent *entry)
{
	size_t length;

	return manifest_file_name(entry->d_name, &length) && length;
}

/* Whether one of the directories has a file of this name, of whatever type. */
static bool hidden(char *const *directories, size_t count, const char *name)
{
	struct stat status;
	char *path;
	bool found;

	for (size_t i = 0; i < count; i++) {
		if (asprintf(&path, "%s/%s", directories[i], name) < 0)
			continue;
		found = !lstat(path, &status);
		free(path);
		if (found)
			return true;
	}
	return false;
}

static int scan_file(const char *directory, const char *name, manifest_fn each, void *data)
{
	struct manifest *manifest = NULL;
	struct problem problem = { "" };
	char *path;
	int result;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	manifest_load(&manifest, path, &problem);
	result = each(data, path, manifest, &problem);
	free(path);
	return result;
}

int manifest_scan(char *const *directories, size_t count, manifest_fn each, void *data)
{
	struct dirent **entries;
	struct problem problem;
	int found, result = 0;

	for (size_t i = 0; i < count && !result; i++) {
		found = scandir(directories[i], &entries, is_manifest, alphasort);
		if (found < 0 && errno == ENOENT)
			continue;
		if (found < 0) {
			problem_set(&problem, -errno, directories[i], 0, "%s", strerror(errno));
			result = each(data, directories[i], NULL, &problem);
			continue;
		}
		for (int j = 0; j < found; j++) {
			const char *name = entries[j]->d_name;

			if (!result && !hidden(directories + i + 1, count - i - 1, name))
				result = scan_file(directories[i], name, each, data);
			free(entries[j]);
		}
		free(entries);
	}
	return result;
}
