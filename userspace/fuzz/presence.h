/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BGTASK_FUZZ_PRESENCE_H
#define BGTASK_FUZZ_PRESENCE_H

#include "model/daemon.h"

/* Looks which of the watched apps run. */
void presence_look_at_all(struct daemon *daemon);

#endif
