// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Makes a structure of the attributes of a message, by a table that says which attribute becomes
 * which field; and reads lists that take several answers. All lengths in a message are checked.
 */
#include "fields.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

_Static_assert(sizeof(enum bgt_trigger) == sizeof(uint32_t), "size of enumerations");

struct bgt_span bgt_span_of_message(const struct nlmsghdr *message)
{
	size_t size = mnl_nlmsg_get_payload_len(message);

	if (size < GENL_HDRLEN)
		return (struct bgt_span){ NULL, 0 };
	return (struct bgt_span){
		.start = mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN),
		.size = size - GENL_HDRLEN,
	};
}

struct bgt_span bgt_span_of_nest(const struct nlattr *attr)
{
	return (struct bgt_span){
		.start = mnl_attr_get_payload(attr),
		.size = mnl_attr_get_payload_len(attr),
	};
}

const struct nlattr *bgt_span_find(struct bgt_span span, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(span.start, span.size)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

bool bgt_get_name(const struct nlattr *attr, char *name)
{
	const char *text = bgt_get_string(attr);

	if (!text || strlen(text) > BGT_NAME_MAX)
		return false;
	strcpy(name, text);
	return true;
}

/* The size of all texts, which are stored behind the structure. */
static size_t size_of_texts(const struct bgt_field *fields, struct bgt_span span)
{
	const struct nlattr *attr;
	size_t size = 0;

	for (; fields->type; fields++) {
		attr = bgt_span_find(span, fields->type);
		if (fields->kind == BGT_FIELD_TEXT)
			size += attr ? mnl_attr_get_payload_len(attr) + 1 : 1;
	}
	return size;
}

static bool parse_text(const struct nlattr *attr, void *place, char **texts)
{
	const char *text = attr ? bgt_get_string(attr) : "";
	const char *copy = *texts;
	size_t size;

	if (!text)
		return false;
	size = strlen(text) + 1;
	memcpy(*texts, text, size);
	memcpy(place, &copy, sizeof(copy));
	*texts += size;
	return true;
}

static bool parse_field(const struct bgt_field *field, const struct nlattr *attr, void *place,
			char **texts)
{
	/* A missing text becomes an empty one. */
	if (field->kind == BGT_FIELD_TEXT)
		return parse_text(attr, place, texts);
	if (!attr)
		return true;
	switch (field->kind) {
	case BGT_FIELD_FLAG:
		return bgt_get_flag(attr, place);
	case BGT_FIELD_U32:
		return bgt_get_u32(attr, place);
	case BGT_FIELD_U64:
		return bgt_get_u64(attr, place);
	default:
		return bgt_get_name(attr, place);
	}
}

int bgt_fields_parse(const struct bgt_field *fields, struct bgt_span span, size_t size,
		     void *result)
{
	char *structure = calloc(1, size + size_of_texts(fields, span));
	char *texts;

	if (!structure)
		return -ENOMEM;
	texts = structure + size;
	for (; fields->type; fields++) {
		if (!parse_field(fields, bgt_span_find(span, fields->type),
				 structure + fields->offset, &texts)) {
			free(structure);
			return -EPROTO;
		}
	}
	memcpy(result, &structure, sizeof(structure));
	return 0;
}

/* One answer. */
struct page {
	const struct bgt_pages *pages;
	void *list;
	/* The id where the next answer begins, a number or a name. Empty after the last answer. */
	char after[BGT_NAME_MAX + 1];
	size_t size;
};

static int read_page(const struct nlmsghdr *message, void *data)
{
	struct bgt_span span = bgt_span_of_message(message);
	const struct nlattr *attr;
	struct page *page = data;
	int error;

	mnl_attr_for_each_payload(span.start, span.size) {
		if (mnl_attr_get_type(attr) != page->pages->entry)
			continue;
		error = page->pages->add(bgt_span_of_nest(attr), page->list);
		if (error)
			return error;
	}
	attr = bgt_span_find(span, page->pages->after);
	if (!attr)
		return 0;
	page->size = mnl_attr_get_payload_len(attr);
	if (!page->size || page->size > sizeof(page->after))
		return -EPROTO;
	memcpy(page->after, mnl_attr_get_payload(attr), page->size);
	return 0;
}

int bgt_pages_read(struct bgt *bgt, const struct bgt_pages *pages, void *list)
{
	struct page page = { .pages = pages, .list = list }, last;
	struct bgt_request request;
	int error;

	do {
		last = page;
		page.size = 0;
		bgt_request_init(&request, bgt->family, pages->command);
		if (pages->app)
			bgt_put_string(&request, pages->app_type, pages->app);
		if (last.size)
			bgt_put(&request, pages->after, last.size, last.after);
		error = bgt_exchange(bgt, &request, read_page, &page);
		/* If the next answer began where this one did, the loop would never end. */
		if (!error && page.size && page.size == last.size &&
		    !memcmp(page.after, last.after, page.size))
			error = bgt_fail(bgt, -EPROTO, NULL);
	} while (!error && page.size);
	return error;
}
