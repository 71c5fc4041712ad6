/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper's end of the relay: calls come in, stamped by the kernel, and are answered.
 */
#ifndef BGTASKD_RELAY_H
#define BGTASKD_RELAY_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/problem.h"

#include "payload.h"

struct relay;

/* A call, as long as it is handled. What there is not is 0. */
struct call {
	struct relay *relay;
	uint32_t id;
	uint32_t command;	/* BGTASK_CMD_* */
	uint32_t peer;		/* the caller's socket */
	uint32_t pid;
	uint32_t uid;
	uint32_t container;
	bool admin;
	const struct nlattr *payload;
};

/* What is done about what comes. A call must be answered, now or later. */
struct relay_handler {
	void (*call)(void *data, const struct call *call);
	void (*peer_gone)(void *data, uint32_t peer);
	/* The module was unloaded, or the socket is of no use any more. */
	void (*lost)(void *data, int error);
};

/* Becomes the helper. -EBUSY if there is one already, -EPROTONOSUPPORT without the module. */
int relay_open(struct relay **relay, sd_event *event, const struct relay_handler *handler,
	       void *data, struct problem *problem);
void relay_close(struct relay *relay);

/* Attributes of a call; NULL, 0 or false if they are not there. */
const char *call_string(const struct call *call, uint16_t type);
uint32_t call_u32(const struct call *call, uint16_t type);
uint64_t call_u64(const struct call *call, uint16_t type);
bool call_flag(const struct call *call, uint16_t type);
bool call_has(const struct call *call, uint16_t type);

/* Answer a call: with attributes, with nothing but that it is done, or with an error. */
void call_reply(const struct call *call, const struct payload *payload);
void call_done(const struct call *call);
void call_refuse(const struct call *call, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Tells the socket of somebody who has called. The socket may be gone, or deaf: then it is not
 * told. Returns 0, or a negative errno if the kernel has no memory for what is sent, which is
 * logged.
 */
int relay_tell(struct relay *relay, uint32_t peer, uint8_t command, const struct payload *payload);

#endif
