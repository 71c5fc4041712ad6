/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_TASK_H
#define BGT_TASK_H

#include "events/pending.h"

extern const struct bgt_receiver bgt_task_receivers[];

#endif
