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
#include <utf8.h>

#include "name.h"

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
	unsigned int character;
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
		length = utf8_decode(text, &character);
		if (!length) {
			NL_SET_ERR_MSG(extack, "name is not UTF-8");
			return -EINVAL;
		}
		if (utf8_is_control(character)) {
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
