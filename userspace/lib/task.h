/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_TASK_H
#define BGT_TASK_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes a message about a task, and queues the event of it. */
void bgt_task_happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type);

#endif
