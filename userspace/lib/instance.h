/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_INSTANCE_H
#define BGT_INSTANCE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "bgtask.h"

/* Takes a message about an instance, and queues the event of it. */
void bgt_instance_happened(struct bgt *bgt, const struct nlmsghdr *message,
			   enum bgt_event_type type);

/* Makes a struct bgt_instance of a message; or a negative errno. With -ENOMEM an event is lost. */
int bgt_instance_parse(struct bgt *bgt, const struct nlmsghdr *message,
		       struct bgt_instance **instance);

/*
 * Queues an event about an instance, and owns the instance from here on; false if the event is lost
 * as there is no memory.
 */
bool bgt_instance_happen(struct bgt *bgt, enum bgt_event_type type, struct bgt_instance *instance);

/* Takes what a new helper says of the instance that this process runs. */
void bgt_instance_attached(struct bgt *bgt, const struct nlmsghdr *message);

struct bgt_completion;
void bgt_completion_free(struct bgt_completion *completion);

#endif
