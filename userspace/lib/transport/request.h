/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests: how one is built, sent and answered.
 */
#ifndef BGT_REQUEST_H
#define BGT_REQUEST_H

#include "connection.h"

/* Room for the longest requests, which have a manifest's path, or a task's argument or message. */
#define BGT_REQUEST_SIZE	8192

/* A request under construction. If something does not fit, this is noted, and nothing is sent. */
struct bgt_request {
	struct nlmsghdr *header;
	bool overflow;
	_Alignas(struct nlmsghdr) char buffer[BGT_REQUEST_SIZE];
};

/* Starts a request to a family: the module's own, or the controller to find the module's. */
void bgt_request_init(struct bgt_request *request, uint16_t family, uint8_t command);

void bgt_put(struct bgt_request *request, uint16_t type, size_t size, const void *value);
void bgt_put_u8(struct bgt_request *request, uint16_t type, uint8_t value);
void bgt_put_u32(struct bgt_request *request, uint16_t type, uint32_t value);
void bgt_put_u64(struct bgt_request *request, uint16_t type, uint64_t value);
void bgt_put_string(struct bgt_request *request, uint16_t type, const char *value);

/* Puts a string, or nothing if it is NULL. */
void bgt_put_string_if(struct bgt_request *request, uint16_t type, const char *value);

/*
 * Called for each message of an answer. Its error becomes the error of the exchange, but the rest
 * of the answer is still read.
 */
typedef int (*bgt_answer_fn)(const struct nlmsghdr *message, void *data);

/* Sends a request without reading the answer, which goes to the inbox. */
int bgt_transmit(struct bgt *bgt, struct bgt_request *request);

/* Sends a request and reads its answer. */
int bgt_exchange(struct bgt *bgt, struct bgt_request *request, bgt_answer_fn answer, void *data);

/*
 * Sends a request for a dump and reads its answer. If the dumped objects change meanwhile, the dump
 * is read again, after @restart has dropped what was read.
 */
int bgt_exchange_dump(struct bgt *bgt, struct bgt_request *request, bgt_answer_fn answer,
		      void (*restart)(void *data), void *data);

/*
 * Sets the text of the last error to what a refusal says; in error.c. @answer is the refusal, and
 * @payload the length of its fixed part, which the attributes of the extended acknowledgement
 * follow. Returns the error that the caller shall see.
 */
int bgt_explain(struct bgt *bgt, const struct nlmsghdr *request, const struct nlmsghdr *answer,
		size_t payload, int error);

/*
 * Is the whole message in the buffer? mnl_nlmsg_ok() is not enough: libmnl takes the greatest
 * lengths for negative ones, and would read the same message again and again.
 */
static inline bool bgt_message_ok(const struct nlmsghdr *message, int left)
{
	return mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left;
}

/* Values of attributes. These return false or NULL if the attribute has the wrong length. */
bool bgt_get_flag(const struct nlattr *attr, bool *value);
bool bgt_get_u32(const struct nlattr *attr, uint32_t *value);
bool bgt_get_u64(const struct nlattr *attr, uint64_t *value);
const char *bgt_get_string(const struct nlattr *attr);

#endif
