/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a helper was told about this connection, and has to be told again when it is a new one.
 */
#ifndef BGT_RENEWAL_H
#define BGT_RENEWAL_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

struct bgt_renewal;

/* Takes what a new helper answers. */
typedef void (*bgt_renewed_fn)(struct bgt *bgt, const struct nlmsghdr *message);

/*
 * Makes room for bgt_renewal_note(), which cannot fail then. @renewed is NULL if the only answer is
 * that it was done. Negative errno on failure.
 */
int bgt_renewal_prepare(struct bgt *bgt, uint8_t command, const char *app,
			bgt_renewed_fn renewed, struct bgt_renewal **renewal);

/* Notes that the helper was told. If the same was noted before, the renewal is freed. */
void bgt_renewal_note(struct bgt *bgt, struct bgt_renewal *renewal);

/* Tells a new helper all that was noted. Its answers come among other messages. */
void bgt_renew(struct bgt *bgt);

/* Takes an answer of a new helper; false if the message is something else. */
bool bgt_renewal_answered(struct bgt *bgt, const struct nlmsghdr *message);

void bgt_renewal_free(struct bgt_renewal *list);

#endif
