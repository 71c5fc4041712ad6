/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_LIFECYCLE_H
#define BGT_LIFECYCLE_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes an event from a message, to be told. */
void bgt_app_happened(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type);

/* Takes what the helper says of the app that this process is; or a new helper, of one it knew. */
void bgt_app_attached(struct bgt *bgt, const struct nlmsghdr *message);
void bgt_app_attached_again(struct bgt *bgt, const struct nlmsghdr *message);

/* Takes the end of the extension. */
void bgt_extension_revoked(struct bgt *bgt, const struct nlmsghdr *message);

#endif
