/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_CONTAINER_H
#define BGT_CONTAINER_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Reads a container from a message. -EPROTO if it is malformed. */
int bgt_container_parse(const struct nlmsghdr *message, struct bgt_container **container);

#endif
