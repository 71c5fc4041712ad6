/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instance that this process runs: the state that its threads share, from its start to its end.
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
	/* Used only by the listener's thread once it runs, which gets the cancellation here. */
	struct bgt *events;
	const struct bgt_instance *instance;
	const struct bgt_plugin *plugin;

	/*
	 * Protects the fields below. The lock is never held while a function of the plugin is
	 * called.
	 */
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
 * Connects, and asks which instance this is. Returns 0 or a negative errno with the reason in
 * *problem, which is valid until the next call.
 */
int host_begin(struct bgt_host *host, const char **problem);

/* Calls the plugin's run(), and returns when no deferral is held any more. */
void host_run(struct bgt_host *host);

/* Cancels the instance. If the plugin has no function for cancellations, the process ends here. */
void host_cancel(struct bgt_host *host, enum bgt_cancel_reason reason);

/* Reports the result of the instance. Returns the exit status of the process. */
int host_end(struct bgt_host *host);

#endif
