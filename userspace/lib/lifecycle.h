/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_LIFECYCLE_H
#define BGT_LIFECYCLE_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes a message about an app, and queues the event of it. */
void bgt_app_happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type);

/*
 * Takes the answer to an attachment of this process, which is an app: from the helper, or from a
 * new helper that is told of the attachment again.
 */
void bgt_app_attached(struct bgt *bgt, const struct nlmsghdr *message);
void bgt_app_attached_again(struct bgt *bgt, const struct nlmsghdr *message);

/* Takes the message that the extension is over, and queues the event of it. */
void bgt_extension_revoked(struct bgt *bgt, const struct nlmsghdr *message);

#endif
