/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_MUTEX_H
#define BGT_MUTEX_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes what came on the socket for requests and is not the answer to the present one. */
void bgt_mutex_answered(struct bgt *bgt, const struct nlmsghdr *message);

/* Makes the end of an acquisition the connection's event: 1, or 0 if there is none now. */
int bgt_mutex_next_event(struct bgt *bgt);

/* Frees the acquisitions that nobody waits for any more. */
void bgt_mutex_forget_all(struct bgt *bgt);

#endif
