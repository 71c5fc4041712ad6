// SPDX-License-Identifier: GPL-2.0
/*
 * Turns the text of an input into attributes. The fuzzer changes texts at random, so no text is
 * refused, and attributes that do not fit are cut or left out.
 */
#include "script.h"

#include <libmnl/libmnl.h>
#include <stdint.h>
#include <string.h>

int script_line(struct script *script, struct script *line)
{
	const char *end;

	if (script->at >= script->end)
		return 0;
	end = memchr(script->at, '\n', (size_t)(script->end - script->at));
	if (!end)
		end = script->end;
	*line = (struct script){ script->at, end };
	script->at = end < script->end ? end + 1 : end;
	return 1;
}

char script_character(struct script *script)
{
	return script->at < script->end ? *script->at++ : '\0';
}

unsigned long long script_number(struct script *script)
{
	int negative = script->at < script->end && *script->at == '-';
	unsigned long long number = 0;

	script->at += negative;
	for (; script->at < script->end && *script->at >= '0' && *script->at <= '9'; script->at++)
		number = number * 10 + (unsigned long long)(*script->at - '0');
	return negative ? -number : number;
}

static size_t put(char *buffer, size_t room, const void *value, size_t size)
{
	if (size > room)
		size = room;
	if (value)
		memcpy(buffer, value, size);
	else
		memset(buffer, 'x', size);
	return size;
}

/* Takes the characters up to the next attribute. */
static size_t put_text(struct script *script, char *buffer, size_t room)
{
	const char *from = script->at;

	while (script->at < script->end && *script->at != ',' && *script->at != ')')
		script->at++;
	return put(buffer, room, from, (size_t)(script->at - from));
}

static size_t put_value(struct script *script, char kind, char *buffer, size_t room)
{
	uint64_t number;
	uint32_t number32;
	uint8_t number8;
	size_t size;

	switch (kind) {
	case '=':
		size = put_text(script, buffer, room - 1);
		buffer[size] = '\0';
		return size + 1;
	case '~':
		size = put(buffer, room - 1, NULL, script_number(script));
		buffer[size] = '\0';
		return size + 1;
	case '#':
		number32 = (uint32_t)script_number(script);
		return put(buffer, room, &number32, sizeof(number32));
	case '*':
		number = script_number(script);
		return put(buffer, room, &number, sizeof(number));
	case '!':
		number8 = (uint8_t)script_number(script);
		return put(buffer, room, &number8, sizeof(number8));
	case '(':
		size = script_attributes(script, buffer, room);
		script_character(script);
		return size;
	default:
		return put_text(script, buffer, room);
	}
}

/* Room for a header, and for some bytes behind it. */
#define LEAST	(MNL_ATTR_HDRLEN + 16)

size_t script_attributes(struct script *script, char *buffer, size_t room)
{
	struct nlattr attr;
	size_t size = 0, length, aligned;
	char kind;

	while (script->at < script->end && *script->at == ',' && size + LEAST <= room) {
		script_character(script);
		attr.nla_type = (uint16_t)(script_character(script) - 'a' + 1);
		kind = script_character(script);
		if (kind == '%') {
			size += put_text(script, buffer + size, room - size);
			continue;
		}
		length = room - size < UINT16_MAX ? room - size : UINT16_MAX;
		length = MNL_ATTR_HDRLEN + put_value(script, kind, buffer + size + MNL_ATTR_HDRLEN,
						     length - MNL_ATTR_HDRLEN);
		attr.nla_len = (uint16_t)length;
		memcpy(buffer + size, &attr, sizeof(attr));
		aligned = MNL_ALIGN(length);
		if (size + aligned > room)
			return size + length;
		memset(buffer + size + length, 0, aligned - length);
		size += aligned;
	}
	return size;
}
