/* SPDX-License-Identifier: GPL-2.0 */
/* What presence.c of the fuzzer has in addition to box/presence.h. */
#ifndef BGTASK_FUZZ_PRESENCE_H
#define BGTASK_FUZZ_PRESENCE_H

#include "model/daemon.h"

/* Checks for each watched app whether it runs. */
void presence_look_at_all(struct daemon *daemon);

#endif
