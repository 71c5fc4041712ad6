/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes that become a structure, and lists that take more than one answer.
 */
#ifndef BGT_FIELDS_H
#define BGT_FIELDS_H

#include <libmnl/libmnl.h>
#include <stddef.h>

#include "bgtask.h"

/* The attributes of a message, or those within an attribute. */
struct bgt_span {
	const void *start;
	size_t size;
};

struct bgt_span bgt_span_of_message(const struct nlmsghdr *message);
struct bgt_span bgt_span_of_nest(const struct nlattr *attr);

/* The first attribute of a type; NULL if there is none. */
const struct nlattr *bgt_span_find(struct bgt_span span, uint16_t type);

enum bgt_field_kind {
	BGT_FIELD_FLAG,		/* bool */
	BGT_FIELD_U32,		/* uint32_t, int32_t or an enum */
	BGT_FIELD_U64,		/* uint64_t */
	BGT_FIELD_NAME,		/* char [BGT_NAME_MAX + 1] */
	BGT_FIELD_TEXT,		/* const char *, "" if there is no such attribute */
};

/* Which attribute becomes which field of the structure. A table of these ends with type 0. */
struct bgt_field {
	uint16_t type;
	uint16_t kind;
	size_t offset;
};

/*
 * Makes a structure of @size bytes by a table; free() releases the structure with all its texts.
 * Attributes that are not in the table are ignored, since a newer helper may send more. Returns 0,
 * -EPROTO or -ENOMEM.
 */
int bgt_fields_parse(const struct bgt_field *fields, struct bgt_span span, size_t size,
		     void *result);

/* Reads a name of up to BGT_NAME_MAX bytes. Returns false if it is longer. */
bool bgt_get_name(const struct nlattr *attr, char *name);

/* How to ask for a list, which comes in several answers if it is long. */
struct bgt_pages {
	uint8_t command;
	/* Attributes: an entry of the list, and the id where the next answer begins. */
	uint16_t entry;
	uint16_t after;
	/* The attribute for the app, and the app to ask about, or NULL. */
	uint16_t app_type;
	const char *app;
	/* Called for each entry. Negative errno on failure. */
	int (*add)(struct bgt_span entry, void *list);
};

int bgt_pages_read(struct bgt *bgt, const struct bgt_pages *pages, void *list);

#endif
