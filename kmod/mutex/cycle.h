/* SPDX-License-Identifier: GPL-2.0 */
/* Cycles: sockets that would wait for each other for ever. */
#ifndef _BGTASK_CYCLE_H
#define _BGTASK_CYCLE_H

#include <linux/types.h>

struct bgt_mutex;
struct bgt_peer;

bool bgt_cycle_closes(struct bgt_peer *peer, const struct bgt_mutex *mutex);
void bgt_cycle_find_waiters(struct bgt_peer *peer);
bool bgt_cycle_was_found(const struct bgt_peer *peer);

#endif /* _BGTASK_CYCLE_H */
