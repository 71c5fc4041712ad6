/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_CONDITION_H
#define BGT_CONDITION_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* Takes the event that other conditions hold from a message, to be told. */
void bgt_conditions_changed(struct bgt *bgt, const struct nlmsghdr *message);

#endif
