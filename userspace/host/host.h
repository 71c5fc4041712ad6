/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instance that this process runs: what its threads share, and how it comes to its end.
 */
#ifndef BGTASK_HOST_HOST_H
#define BGTASK_HOST_HOST_H

#include <bgtask-host.h>
#include <pthread.h>

#define MESSAGE_MAX	1024

enum phase {
	PHASE_LOADING,
	PHASE_RUNNING,
	PHASE_OVER,
};

struct bgt_host {
	/* Only the listener's, once there is one: it is told of the cancellation there. */
	struct bgt *events;
	const struct bgt_instance *instance;
	const struct bgt_plugin *plugin;

	/* Protects what follows. No function of the plugin is called with it. */
	pthread_mutex_t lock;
	pthread_cond_t done;
	struct bgt *requests;
	unsigned int deferrals;
	enum phase phase;
	bool canceled;
	enum bgt_cancel_reason reason;
	int32_t status;
	char message[MESSAGE_MAX + 1];
};

/*
 * Connects, and learns which instance this is. Returns 0 or a negative errno; *problem is why then,
 * valid until the next call.
 */
int host_begin(struct bgt_host *host, const char **problem);

/* Calls the plugin, and returns when there is nothing to wait for. */
void host_run(struct bgt_host *host);

/* The instance was cancelled. Does not return if the plugin has nothing to say to that. */
void host_cancel(struct bgt_host *host, enum bgt_cancel_reason reason);

/* Tells how it has ended. Returns the exit status for that. */
int host_end(struct bgt_host *host);

#endif
