/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_ACTIVATION_H
#define BGT_ACTIVATION_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes the message that a task is to run in this process. The user is told of each task once. */
void bgt_activated(struct bgt *bgt, const struct nlmsghdr *message);

#endif
