// SPDX-License-Identifier: GPL-2.0
/*
 * Checks names and texts character by character. The rules are the same as the module's, so that
 * the module accepts every name that the helper accepts.
 */
#include "names.h"

#include <linux/bgtask.h>
#include <string.h>
#include <utf8.h>

const char *text_fault(const char *text)
{
	const unsigned char *next = (const unsigned char *)text;
	unsigned int character;
	int length;

	for (; *next; next += length) {
		length = utf8_decode(next, &character);
		if (!length)
			return "is not UTF-8";
		if (utf8_is_control(character))
			return "has a control character";
	}
	return NULL;
}

const char *name_fault(const char *name)
{
	if (!*name)
		return "is empty";
	if (strlen(name) > BGTASK_NAME_MAX)
		return "is longer than 63 bytes";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is that of a directory entry";
	if (strchr(name, '/'))
		return "has a slash";
	return text_fault(name);
}
