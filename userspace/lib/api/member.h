/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_MEMBER_H
#define BGT_MEMBER_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Reads a member from a message. -EPROTO if it is malformed. */
int bgt_member_parse(const struct nlmsghdr *message, struct bgt_member **member);

#endif
