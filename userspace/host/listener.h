/* SPDX-License-Identifier: GPL-2.0 */
/* The thread that waits for a cancellation while the plugin runs. */
#ifndef BGTASK_HOST_LISTENER_H
#define BGTASK_HOST_LISTENER_H

#include "host.h"

struct listener {
	struct bgt_host *host;
	pthread_t thread;
	int signaled;		/* an eventfd: SIGTERM has arrived */
	int stopped;		/* an eventfd: the thread is to end */
};

/* Starts the thread, and handles SIGTERM from now on. Returns 0 or a negative errno. */
int listener_start(struct listener *listener, struct bgt_host *host);

/* Ends the thread. If it is telling the plugin of a cancellation, waits until that is done. */
void listener_stop(struct listener *listener);

#endif
