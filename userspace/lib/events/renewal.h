/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a helper was told about this connection, and has to be told again when it is a new one.
 */
#ifndef BGT_RENEWAL_H
#define BGT_RENEWAL_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

struct bgt_renewal;

/* Takes the answer of a new helper. */
typedef void (*bgt_renewed_fn)(struct bgt *bgt, const struct nlmsghdr *message);

/*
 * Allocates a renewal, so that bgt_renewal_note() cannot fail after the request has succeeded.
 * @renewed is NULL if the answer is but an acknowledgement. Negative errno on failure.
 */
int bgt_renewal_prepare(struct bgt *bgt, uint8_t command, const char *app,
			bgt_renewed_fn renewed, struct bgt_renewal **renewal);

/*
 * Keeps a renewal, whose request the helper has got. It is freed if the same one is kept already.
 */
void bgt_renewal_note(struct bgt *bgt, struct bgt_renewal *renewal);

/* Sends all requests that are kept to a new helper. The answers come between other messages. */
void bgt_renew(struct bgt *bgt);

/* Takes an answer to one of these requests. Returns false if the message is something else. */
bool bgt_renewal_answered(struct bgt *bgt, const struct nlmsghdr *message);

void bgt_renewal_free(struct bgt_renewal *list);

#endif
