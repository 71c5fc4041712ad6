/* SPDX-License-Identifier: GPL-2.0 */
/* Single messages between bare sockets that play an app and the helper. */
#ifndef BGTASK_TEST_EXCHANGE_H
#define BGTASK_TEST_EXCHANGE_H

#include <stdint.h>

#include "genl.h"
#include "payload.h"

/* Makes a call, without waiting for the answer. */
void call(struct genl *app, const char *name, uint16_t flags);
/* The result of a call: 0, the error with which it was refused, or -ETIME if there is no answer. */
int result(struct genl *app);

/* Waits for the next message, and returns its command. */
uint8_t receive(struct genl *genl);
/* Takes a call, and returns its id. */
uint32_t take(struct genl *helper);

/*
 * Answer a call: with an acknowledgment, or an error and, if it is not NULL, a text; or with a
 * payload.
 */
int reply(struct genl *helper, uint32_t id, int error, const char *text);
int reply_with(struct genl *helper, uint32_t id, const struct payload *payload);
/* Sends an event to a peer. */
int tell(struct genl *helper, uint32_t peer, uint8_t command, const struct payload *payload);

#endif
