/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper, played by a bare socket; and an app whose calls of the library wait for its answers,
 * and are made in a thread therefore.
 */
#ifndef BGTASK_TEST_PLAYER_H
#define BGTASK_TEST_PLAYER_H

#include <bgtask.h>
#include <stdbool.h>
#include <stdint.h>

#include "genl.h"
#include "payload.h"

/*
 * The answer to an attach: instance 9 of the task "Sync" of "app"; and the attributes of its
 * progress.
 */
void payload_attached(struct payload *payload);
void payload_progress(struct payload *payload, uint32_t value);

/* Becomes the helper. Returns 0 or a negative errno. */
int play_attach(struct genl *genl);
/* Takes a call of one kind, and returns its id. */
uint32_t play_take(struct genl *helper, uint8_t command);
/*
 * An attribute of the call that was taken, or NULL; the number in the attribute; or the text in it,
 * "(none)" if it is missing.
 */
const struct nlattr *call_find(const struct genl *helper, uint16_t type);
uint64_t call_number(const struct genl *helper, uint16_t type);
const char *call_text(const struct genl *helper, uint16_t type);
/* Answer a call: with an acknowledgment if @payload is NULL; or with an error. */
void play_reply(struct genl *helper, uint32_t id, const struct payload *payload);
void play_refuse(struct genl *helper, uint32_t id, int error, const char *why);
/* Sends an event to a peer. */
void play_event(struct genl *helper, uint32_t peer, uint8_t command,
		const struct payload *payload);

/* Calls a function as the app, in a thread, one at a time; and waits for its result. */
void app_start(struct bgt *bgt, int (*function)(struct bgt *bgt));
int app_end(void);
/* Reads the app's next event; a negative errno if that fails. Ends the test if none comes. */
int app_event(struct bgt *bgt, const struct bgt_event **result);
/* Whether the app's descriptor is readable. */
bool app_readable(struct bgt *bgt);

/* Functions for app_start(). app_attach() stores the instance in app_instance. */
extern struct bgt_instance *app_instance;
int app_attach(struct bgt *bgt);
int app_progress(struct bgt *bgt);
int app_associate(struct bgt *bgt);
int app_unregister(struct bgt *bgt);

/*
 * Lets the app associate with "app", and returns the number by which the helper knows its socket.
 */
uint32_t play_associated(struct bgt *bgt, struct genl *helper);

#endif
