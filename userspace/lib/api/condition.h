/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_CONDITION_H
#define BGT_CONDITION_H

#include "events/pending.h"

extern const struct bgt_receiver bgt_condition_receivers[];

#endif
