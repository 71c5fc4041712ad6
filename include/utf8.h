/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UTF-8 in names, for the module and the helper, so that both accept the same names.
 */
#ifndef BGTASK_UTF8_H
#define BGTASK_UTF8_H

/*
 * Decodes the character that a text begins with, in its shortest form only. Returns its length in
 * bytes, or 0 if the text does not begin with a character. Nothing behind the text's NUL is read.
 */
static inline int utf8_decode(const unsigned char *text, unsigned int *character)
{
	static const unsigned int smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
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

	*character = text[0] & (0x7fu >> length);
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3fu);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

/* Whether a character controls the terminal that shows it: C0, DEL and C1. */
static inline int utf8_is_control(unsigned int character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

#endif
