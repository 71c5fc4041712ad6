// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Builds requests, sends them and reads their answers. Other messages that come in between are put
 * into the inbox.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "request.h"

void bgt_request_init(struct bgt_request *request, uint16_t family, uint8_t command)
{
	struct genlmsghdr *generic;

	request->overflow = false;
	request->header = mnl_nlmsg_put_header(request->buffer);
	request->header->nlmsg_type = family;
	request->header->nlmsg_flags = NLM_F_REQUEST;
	generic = mnl_nlmsg_put_extra_header(request->header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
}

void bgt_put(struct bgt_request *request, uint16_t type, size_t size, const void *value)
{
	if (!mnl_attr_put_check(request->header, sizeof(request->buffer), type, size, value))
		request->overflow = true;
}

void bgt_put_u8(struct bgt_request *request, uint16_t type, uint8_t value)
{
	bgt_put(request, type, sizeof(value), &value);
}

void bgt_put_u32(struct bgt_request *request, uint16_t type, uint32_t value)
{
	bgt_put(request, type, sizeof(value), &value);
}

void bgt_put_u64(struct bgt_request *request, uint16_t type, uint64_t value)
{
	bgt_put(request, type, sizeof(value), &value);
}

void bgt_put_string(struct bgt_request *request, uint16_t type, const char *value)
{
	size_t size = strlen(value) + 1;

	/* The length of an attribute has only 16 bits. */
	if (size > sizeof(request->buffer))
		request->overflow = true;
	else
		bgt_put(request, type, size, value);
}

void bgt_put_string_if(struct bgt_request *request, uint16_t type, const char *value)
{
	if (value)
		bgt_put_string(request, type, value);
}

bool bgt_get_flag(const struct nlattr *attr, bool *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(uint8_t))
		return false;
	*value = mnl_attr_get_u8(attr);
	return true;
}

bool bgt_get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u32(attr);
	return true;
}

bool bgt_get_u64(const struct nlattr *attr, uint64_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u64(attr);
	return true;
}

const char *bgt_get_string(const struct nlattr *attr)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t size = mnl_attr_get_payload_len(attr);

	return size && memchr(text, '\0', size) ? text : NULL;
}

/* Reads the next message of the kernel, and returns its size. */
static ssize_t receive(struct bgt *bgt)
{
	ssize_t size = bgt_socket_receive(bgt->requests, bgt->buffer, sizeof(bgt->buffer), 0);
	int error;

	if (size >= 0)
		return size;
	error = errno;
	if (error == ENOBUFS)
		bgt->inbox->lose(bgt);
	return bgt_fail(bgt, -error, NULL);
}

int bgt_transmit(struct bgt *bgt, struct bgt_request *request)
{
	ssize_t sent;

	if (request->overflow)
		return bgt_fail(bgt, -EINVAL, "a name or text is too long");

	request->header->nlmsg_seq = ++bgt->sequence;
	do
		sent = mnl_socket_sendto(bgt->requests, request->header,
					 request->header->nlmsg_len);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 0;
	/* When sending, ENOBUFS means that the kernel has no memory; no event is lost. */
	return bgt_fail(bgt, errno == ENOBUFS ? -ENOMEM : -errno, NULL);
}

/* How far one exchange has come. */
struct progress {
	const struct nlmsghdr *request;
	bgt_answer_fn answer;
	void *data;
	bool done;
	bool interrupted;
	unsigned int renewals;
	int error;
};

/* Takes the end of an exchange: an acknowledgement, a refusal or the end of a dump. */
static int handle_end(struct bgt *bgt, const struct nlmsghdr *message, struct progress *progress)
{
	const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(message);
	const int *dumped = mnl_nlmsg_get_payload(message);
	size_t payload;
	int error;

	progress->done = true;
	if (message->nlmsg_type == NLMSG_DONE) {
		payload = sizeof(*dumped);
		error = mnl_nlmsg_get_payload_len(message) < payload ? 0 : *dumped;
	} else {
		payload = sizeof(*refusal);
		if (mnl_nlmsg_get_payload_len(message) < payload)
			return bgt_fail(bgt, -EPROTO, NULL);
		error = refusal->error;
		if (!(message->nlmsg_flags & NLM_F_CAPPED))
			payload += MNL_ALIGN(refusal->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	}
	if (error >= 0)
		return 0;

	return bgt_explain(bgt, progress->request, message, payload, error);
}

static int handle(struct bgt *bgt, const struct nlmsghdr *message, struct progress *progress)
{
	int error;

	/* A message with another sequence number may be an event, or the end of an acquisition. */
	if (message->nlmsg_seq != progress->request->nlmsg_seq) {
		bgt->inbox->receive(bgt, message);
		return 0;
	}
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		progress->interrupted = true;

	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		return handle_end(bgt, message, progress);
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 0;
	}

	if (!progress->answer || progress->error)
		return 0;
	if (mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
		return bgt_fail(bgt, -EPROTO, NULL);
	error = progress->answer(message, progress->data);
	return error ? bgt_fail(bgt, error, NULL) : 0;
}

static int converse(struct bgt *bgt, struct bgt_request *request, struct progress *progress)
{
	const struct nlmsghdr *message;
	ssize_t size;
	int error, left;

	/* This request may depend on those that a new helper must get: so these are sent first. */
	error = bgt->renewal ? bgt->inbox->read(bgt) : 0;
	if (error)
		return error;
	progress->request = request->header;
	progress->renewals = bgt->renewals;
	error = bgt_transmit(bgt, request);
	if (error)
		return error;

	while (!progress->done) {
		size = receive(bgt);
		if (size < 0)
			return (int)size;

		message = (const struct nlmsghdr *)bgt->buffer;
		left = (int)size;
		while (!progress->done && bgt_message_ok(message, left)) {
			error = handle(bgt, message, progress);
			if (error && !progress->error)
				progress->error = error;
			message = mnl_nlmsg_next(message, &left);
		}
	}
	return progress->error;
}

int bgt_exchange(struct bgt *bgt, struct bgt_request *request, bgt_answer_fn answer, void *data)
{
	struct progress progress;
	bool again = false;
	int error;

	request->header->nlmsg_flags |= NLM_F_ACK;
	do {
		progress = (struct progress){ .answer = answer, .data = data };
		error = converse(bgt, request, &progress);
		/*
		 * A new helper has got the request before the requests that it depends on: so it is
		 * sent again, but only once.
		 */
		again = !again && error == -EINVAL && bgt->renewals != progress.renewals;
	} while (again);
	return error;
}

int bgt_exchange_dump(struct bgt *bgt, struct bgt_request *request, bgt_answer_fn answer,
		      void (*restart)(void *data), void *data)
{
	struct progress progress;
	int error;

	request->header->nlmsg_flags |= NLM_F_DUMP;
	do {
		progress = (struct progress){ .answer = answer, .data = data };
		restart(data);
		error = converse(bgt, request, &progress);
	} while (!error && progress.interrupted);
	return error;
}
