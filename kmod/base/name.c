// SPDX-License-Identifier: GPL-2.0
/*
 * Checks the names of containers and mutexes. Apps may choose names, and names end up in paths, in
 * logs and on the terminals of administrators: so names are UTF-8 without slashes and control
 * characters.
 */
#include <linux/limits.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include <uapi/linux/bgtask.h>

#include "name.h"

/* Decodes one character of UTF-8, in its shortest form only. Returns its length in bytes, or 0. */
static int decode(const unsigned char *text, u32 *character)
{
	static const u32 smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length, i;

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

	*character = text[0] & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3f);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

/**
 * bgt_name_check() - check that a text can be used as a name
 * @name: the text, with a NUL at the end
 * @extack: told why not
 *
 * Return: 0, -EINVAL or -ENAMETOOLONG.
 */
int bgt_name_check(const char *name, struct netlink_ext_ack *extack)
{
	const unsigned char *text = (const unsigned char *)name;
	u32 character;
	int length;

	if (!*name) {
		NL_SET_ERR_MSG(extack, "name is empty");
		return -EINVAL;
	}
	if (strnlen(name, BGTASK_NAME_MAX + 1) > BGTASK_NAME_MAX) {
		NL_SET_ERR_MSG(extack, "name is longer than 63 bytes");
		return -ENAMETOOLONG;
	}
	if (!strcmp(name, ".") || !strcmp(name, "..")) {
		NL_SET_ERR_MSG(extack, "name is that of a directory entry");
		return -EINVAL;
	}
	for (; *text; text += length) {
		length = decode(text, &character);
		if (!length) {
			NL_SET_ERR_MSG(extack, "name is not UTF-8");
			return -EINVAL;
		}
		if (character < 0x20 || (character >= 0x7f && character < 0xa0)) {
			NL_SET_ERR_MSG(extack, "name has a control character");
			return -EINVAL;
		}
		if (character == '/') {
			NL_SET_ERR_MSG(extack, "name has a slash");
			return -EINVAL;
		}
	}
	return 0;
}
