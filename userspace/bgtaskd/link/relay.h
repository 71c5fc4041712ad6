/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper's end of the relay: receives calls, to which the kernel has added who calls, and
 * answers them.
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

/* A call, valid while it is handled. A field that the module has not sent is 0. */
struct call {
	struct relay *relay;
	uint32_t id;
	uint32_t command;	/* BGTASK_CMD_* */
	uint32_t peer;		/* the caller's socket */
	uint32_t pid;			/* of the caller, as are the following */
	uint32_t uid;
	uint32_t container;		/* id; 0 if there is none */
	bool admin;			/* the caller has CAP_SYS_ADMIN */
	const struct nlattr *payload;
};

/* What the relay calls for each message. Each call must be answered. */
struct relay_handler {
	void (*call)(void *data, const struct call *call);
	void (*peer_gone)(void *data, uint32_t peer);	/* its socket was closed */
	/* The module was unloaded, or the socket is of no use any more. */
	void (*lost)(void *data, int error);
};

/*
 * Becomes the helper. Returns 0 or a negative errno: -EBUSY if there is a helper already,
 * -EPROTONOSUPPORT if the module is not loaded.
 */
int relay_open(struct relay **relay, sd_event *event, const struct relay_handler *handler,
	       void *data, struct problem *problem);
void relay_close(struct relay *relay);

/* Attributes of a call; NULL, 0 or false if the call does not have them. */
const char *call_string(const struct call *call, uint16_t type);
uint32_t call_u32(const struct call *call, uint16_t type);
uint64_t call_u64(const struct call *call, uint16_t type);
bool call_flag(const struct call *call, uint16_t type);
bool call_has(const struct call *call, uint16_t type);

/*
 * Answer a call: with attributes, with success only, or with an error (negative errno) and a text.
 */
void call_reply(const struct call *call, const struct payload *payload);
void call_done(const struct call *call);
void call_refuse(const struct call *call, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Sends an event to the socket @peer, by which somebody has called. The event is lost if the socket
 * is closed or its queue is full. Returns 0, or a negative errno, which is logged, if the kernel
 * has no memory for the event.
 */
int relay_tell(struct relay *relay, uint32_t peer, uint8_t command, const struct payload *payload);

#endif
