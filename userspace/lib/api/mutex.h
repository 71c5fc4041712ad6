/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_MUTEX_H
#define BGT_MUTEX_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes a message of the socket for requests that may be the end of an acquisition. */
void bgt_mutex_answered(struct bgt *bgt, const struct nlmsghdr *message);

/* Frees the acquisitions that nobody waits for any more. */
void bgt_mutex_forget_all(struct bgt *bgt);

#endif
