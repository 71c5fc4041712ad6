/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes as text, so that inputs can be read and a changed byte is another valid message more
 * often than not. Each is ',', a letter for its type ('a' is 1), what kind of value it has, and the
 * value:
 *
 *   =text  text    "text  text without the closing NUL    ~N  text of N bytes
 *   #N     u32     *N     u64                             !N  u8
 *   (...)  attributes in this one                         %x  the bytes as they are, without header
 */
#ifndef BGTASK_FUZZ_SCRIPT_H
#define BGTASK_FUZZ_SCRIPT_H

#include <stddef.h>

/* A position in a text, and its end. */
struct script {
	const char *at;
	const char *end;
};

/* The next line; false if there is none. */
int script_line(struct script *script, struct script *line);

/* Takes one character, or 0 at the end. */
char script_character(struct script *script);

/* Takes a decimal number, which may have a sign. */
unsigned long long script_number(struct script *script);

/* Writes attributes up to the end or a closing parenthesis. Returns their size. */
size_t script_attributes(struct script *script, char *buffer, size_t room);

#endif
