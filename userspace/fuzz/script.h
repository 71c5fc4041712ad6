/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes as text, so that people can read inputs, and so that changing a byte often makes
 * another valid message. An attribute is ',', a letter for its type ('a' is 1), a character for the
 * kind of value, and the value:
 *
 *   =text  text    "text  text without the closing NUL    ~N  text of N bytes
 *   #N     u32     *N     u64                             !N  u8
 *   (...)  nested attributes                              %x  the bytes as they are, no header
 */
#ifndef BGTASK_FUZZ_SCRIPT_H
#define BGTASK_FUZZ_SCRIPT_H

#include <stddef.h>

/* A part of the text: its present position and its end. */
struct script {
	const char *at;
	const char *end;
};

/* Takes the next line. Returns 0 if there is none. */
int script_line(struct script *script, struct script *line);

/* Takes a character. Returns 0 at the end. */
char script_character(struct script *script);

/* Takes a decimal number, which may have a sign. */
unsigned long long script_number(struct script *script);

/* Writes attributes up to the end or a closing parenthesis. Returns the size. */
size_t script_attributes(struct script *script, char *buffer, size_t room);

#endif
