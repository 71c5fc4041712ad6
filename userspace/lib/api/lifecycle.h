/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_LIFECYCLE_H
#define BGT_LIFECYCLE_H

#include "events/pending.h"

extern const struct bgt_receiver bgt_lifecycle_receivers[];

#endif
