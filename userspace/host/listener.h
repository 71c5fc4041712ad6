/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread that waits for a cancellation while the plugin runs.
 */
#ifndef BGTASK_HOST_LISTENER_H
#define BGTASK_HOST_LISTENER_H

#include "host.h"

struct listener {
	struct bgt_host *host;
	pthread_t thread;
	int signaled;		/* SIGTERM has come */
	int stopped;		/* it is to end */
};

/* Takes SIGTERM from now on, too. Returns 0 or a negative errno. */
int listener_start(struct listener *listener, struct bgt_host *host);

/* Returns when the plugin was told, if it was to be told something. */
void listener_stop(struct listener *listener);

#endif
