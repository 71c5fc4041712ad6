/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_INSTANCE_H
#define BGT_INSTANCE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "events/pending.h"

#include "bgtask.h"

extern const struct bgt_receiver bgt_instance_receivers[];

/* Makes a struct bgt_instance of a message; or a negative errno. With -ENOMEM an event is lost. */
int bgt_instance_parse(struct bgt *bgt, const struct nlmsghdr *message,
		       struct bgt_instance **instance);

/*
 * Queues an event about an instance, and owns the instance from here on; false if the event is lost
 * as there is no memory.
 */
bool bgt_instance_happen(struct bgt *bgt, enum bgt_event_type type, struct bgt_instance *instance);

struct bgt_completion;
void bgt_completion_free(struct bgt_completion *completion);

#endif
