// SPDX-License-Identifier: GPL-2.0
/*
 * The pointer to the table of observers, by which lower folders call higher ones. main.c sets it
 * before anything else of the module runs.
 */
#include <linux/cache.h>

#include "observers.h"

const struct bgt_observers *bgt_observers __ro_after_init;
