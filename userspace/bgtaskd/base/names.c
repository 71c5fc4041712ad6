// SPDX-License-Identifier: GPL-2.0
/*
 * Checks names and texts character by character. The rules are the same as the module's, so that
 * the module accepts every name that the helper accepts.
 */
#include "names.h"

#include <linux/bgtask.h>
#include <stdint.h>
#include <string.h>

/* Decodes one character of UTF-8, shortest form only. Returns its length, or 0. */
static int decode(const unsigned char *text, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length;

	if (text[0] < 0x80) {
		*character = text[0];
		return 1;
	}
	if ((text[0] & 0xe0) == 0xc0)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if ((text[0] & 0xf8) == 0xf0)
		length = 4;
	else
		return 0;

	*character = text[0] & (0x7fu >> length);
	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3fu);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

const char *text_fault(const char *text)
{
	const unsigned char *next = (const unsigned char *)text;
	uint32_t character;
	int length;

	for (; *next; next += length) {
		length = decode(next, &character);
		if (!length)
			return "is not UTF-8";
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
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
