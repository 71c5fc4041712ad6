/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_ACTIVATION_H
#define BGT_ACTIVATION_H

#include "events/pending.h"

extern const struct bgt_receiver bgt_activation_receivers[];

#endif
