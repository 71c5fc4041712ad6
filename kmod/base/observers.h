/* SPDX-License-Identifier: GPL-2.0 */
/* Observers: functions of higher folders that lower folders call when something has happened. */
#ifndef _BGTASK_OBSERVERS_H
#define _BGTASK_OBSERVERS_H

#include <linux/types.h>

struct bgt_container;
struct bgt_member;
struct bgt_peer;

/**
 * struct bgt_observers - the functions to call
 * @container_event: a container has changed; the command is one of BGTASK_CMD_CONTAINER_*_NTF;
 *	called with bgt_registry_lock held
 * @member_event: a member has changed; the command is one of BGTASK_CMD_MEMBER_*_NTF;
 *	called with bgt_registry_lock held
 * @container_gone: a container is being deleted; called with bgt_registry_lock held
 * @peer_gone: a socket was closed; no lock is held
 * @need_housekeeping: a container needs its housekeeping soon; called from any context
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
