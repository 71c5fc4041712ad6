/* SPDX-License-Identifier: GPL-2.0 */
/* Observers: what lower folders have to say to higher ones. */
#ifndef _BGTASK_OBSERVERS_H
#define _BGTASK_OBSERVERS_H

#include <linux/types.h>

struct bgt_container;
struct bgt_member;
struct bgt_peer;

/**
 * struct bgt_observers - who is told what happens
 * @container_event: something has become of a container, of BGTASK_CMD_CONTAINER_*_NTF;
 *	bgt_registry_lock is held
 * @member_event: something has become of a member, of BGTASK_CMD_MEMBER_*_NTF;
 *	bgt_registry_lock is held
 * @container_gone: a container is being deleted; bgt_registry_lock is held
 * @peer_gone: a socket was closed; peers_lock is held
 * @need_housekeeping: a container is to be looked after in process context; any context
 */
struct bgt_observers {
	void (*container_event)(struct bgt_container *container, u8 command);
	void (*member_event)(struct bgt_member *member, u8 command);
	void (*container_gone)(struct bgt_container *container);
	void (*peer_gone)(struct bgt_peer *peer);
	void (*need_housekeeping)(struct bgt_container *container);
};

extern const struct bgt_observers *bgt_observers;

#endif /* _BGTASK_OBSERVERS_H */
