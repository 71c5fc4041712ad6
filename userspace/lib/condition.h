/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_CONDITION_H
#define BGT_CONDITION_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes a message that other conditions hold, and queues the event of it. */
void bgt_conditions_changed(struct bgt *bgt, const struct nlmsghdr *message);

#endif
