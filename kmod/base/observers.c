// SPDX-License-Identifier: GPL-2.0
/* Where the table of observers is, which main.c fills before anything can happen. */
#include <linux/cache.h>

#include "observers.h"

const struct bgt_observers *bgt_observers __ro_after_init;
