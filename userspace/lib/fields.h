/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes that become a structure, and lists that take more than one answer.
 */
#ifndef BGT_FIELDS_H
#define BGT_FIELDS_H

#include <libmnl/libmnl.h>
#include <stddef.h>

#include "bgtask.h"

/* The attributes of a message, or those in another one. */
struct bgt_span {
	const void *start;
	size_t size;
};

struct bgt_span bgt_span_of_message(const struct nlmsghdr *message);
struct bgt_span bgt_span_of_nest(const struct nlattr *attr);

/* NULL if there is none. */
const struct nlattr *bgt_span_find(struct bgt_span span, uint16_t type);

enum bgt_field_kind {
	BGT_FIELD_FLAG,		/* bool */
	BGT_FIELD_U32,		/* uint32_t, int32_t or an enum */
	BGT_FIELD_U64,		/* uint64_t */
	BGT_FIELD_NAME,		/* char [BGT_NAME_MAX + 1] */
	BGT_FIELD_TEXT,		/* const char *, "" if there is no such attribute */
};

/* Which attribute becomes which part of the structure. A table of them ends with type 0. */
struct bgt_field {
	uint16_t type;
	uint16_t kind;
	size_t offset;
};

/*
 * Makes such a structure, of @size bytes; free() releases it with all of its texts. Attributes that
 * are not in the table are of a newer helper. Returns 0, -EPROTO or -ENOMEM.
 */
int bgt_fields_parse(const struct bgt_field *fields, struct bgt_span span, size_t size,
		     void *result);

/* Reads one name, the longest of which has BGT_NAME_MAX bytes. */
bool bgt_get_name(const struct nlattr *attr, char *name);

/* How a list is asked for, which comes in more answers than one if it is long. */
struct bgt_pages {
	uint8_t command;
	/* Those of one thing in the list, and of where to go on. */
	uint16_t entry;
	uint16_t after;
	/* An app to ask about, or NULL. */
	uint16_t app_type;
	const char *app;
	/* Called for each thing. Negative errno on failure. */
	int (*add)(struct bgt_span entry, void *list);
};

int bgt_pages_read(struct bgt *bgt, const struct bgt_pages *pages, void *list);

#endif
