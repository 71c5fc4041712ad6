/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_INSTANCE_H
#define BGT_INSTANCE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "events/pending.h"

#include "bgtask.h"

extern const struct bgt_receiver bgt_instance_receivers[];

/* Makes a struct bgt_instance of a message. 0 or a negative errno; -ENOMEM loses an event. */
int bgt_instance_parse(struct bgt *bgt, const struct nlmsghdr *message,
		       struct bgt_instance **instance);

/*
 * Queues an event about an instance, and takes ownership of the instance. Returns false if there is
 * no memory, and the event is lost.
 */
bool bgt_instance_happen(struct bgt *bgt, enum bgt_event_type type, struct bgt_instance *instance);

struct bgt_completion;
void bgt_completion_free(struct bgt_completion *completion);

#endif
