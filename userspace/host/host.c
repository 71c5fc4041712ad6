// SPDX-License-Identifier: GPL-2.0
/*
 * The instance that this process runs. The plugin's run() may return while a deferral is held; then
 * the instance goes on until the last deferral is released. The listener's thread may cancel the
 * plugin at any time. The process reports its result to bgtaskd before it ends.
 */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often a request is repeated while bgtaskd restarts, and the pause in between, in ns. */
#define TRIES	300
#define PAUSE	100000000

static bool try_again(int error, unsigned int *tries)
{
	const struct timespec pause = { .tv_nsec = PAUSE };

	if ((error != -ENOTCONN && error != -ECONNRESET && error != -EBUSY) || ++*tries > TRIES)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

int host_begin(struct bgt_host *host, const char **problem)
{
	struct bgt_instance *instance = NULL;
	unsigned int tries = 0;
	int error;

	*host = (struct bgt_host){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
	};
	error = bgt_open(&host->events);
	if (!error)
		error = bgt_open(&host->requests);
	if (error) {
		*problem = bgt_strerror(error);
		return error;
	}
	do
		error = bgt_instance_attach(host->events, &instance);
	while (try_again(error, &tries));
	*problem = bgt_error(host->events);
	host->instance = instance;
	return error;
}

static bool begin(struct bgt_host *host)
{
	bool begins;

	pthread_mutex_lock(&host->lock);
	begins = !host->canceled;
	host->phase = begins ? PHASE_RUNNING : PHASE_OVER;
	pthread_mutex_unlock(&host->lock);
	return begins;
}

void host_run(struct bgt_host *host)
{
	if (!begin(host))
		return;
	host->plugin->run(host);
	pthread_mutex_lock(&host->lock);
	while (host->deferrals)
		pthread_cond_wait(&host->done, &host->lock);
	host->phase = PHASE_OVER;
	pthread_mutex_unlock(&host->lock);
}

void host_cancel(struct bgt_host *host, enum bgt_cancel_reason reason)
{
	enum phase phase;
	bool before;

	pthread_mutex_lock(&host->lock);
	before = host->canceled;
	phase = host->phase;
	host->canceled = true;
	if (!before)
		host->reason = reason;
	pthread_mutex_unlock(&host->lock);
	if (before || phase == PHASE_OVER)
		return;
	if (phase == PHASE_RUNNING && host->plugin->canceled) {
		host->plugin->canceled(host, reason);
		return;
	}
	/*
	 * The plugin's cancellation function cannot be called: the plugin has none, or is only
	 * being loaded. So the process ends at once.
	 */
	bgt_host_set_result(host, -ECANCELED, phase == PHASE_RUNNING ?
			    "has no function for cancellations" : "was cancelled before it ran");
	_exit(host_end(host));
}

int host_end(struct bgt_host *host)
{
	unsigned int tries = 0;
	int error;

	pthread_mutex_lock(&host->lock);
	do
		error = bgt_instance_complete(host->requests, host->status,
					      *host->message ? host->message : NULL);
	while (try_again(error, &tries));
	pthread_mutex_unlock(&host->lock);
	return error || host->status ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Functions that plugins call */

const struct bgt_instance *bgt_host_instance(const struct bgt_host *host)
{
	return host->instance;
}

void bgt_host_defer(struct bgt_host *host)
{
	pthread_mutex_lock(&host->lock);
	host->deferrals++;
	pthread_mutex_unlock(&host->lock);
}

int bgt_host_undefer(struct bgt_host *host)
{
	int error = 0;

	pthread_mutex_lock(&host->lock);
	if (!host->deferrals)
		error = -EINVAL;
	else if (!--host->deferrals)
		pthread_cond_signal(&host->done);
	pthread_mutex_unlock(&host->lock);
	return error;
}

void bgt_host_set_result(struct bgt_host *host, int32_t status, const char *message)
{
	size_t length = message ? strlen(message) : 0;

	/* Cut the text between characters, not within one. */
	if (length > MESSAGE_MAX) {
		length = MESSAGE_MAX;
		while (length && (message[length] & 0xc0) == 0x80)
			length--;
	}
	pthread_mutex_lock(&host->lock);
	host->status = status;
	if (length)
		memcpy(host->message, message, length);
	host->message[length] = '\0';
	pthread_mutex_unlock(&host->lock);
}

bool bgt_host_is_canceled(struct bgt_host *host, enum bgt_cancel_reason *reason)
{
	bool canceled;

	pthread_mutex_lock(&host->lock);
	canceled = host->canceled;
	if (canceled && reason)
		*reason = host->reason;
	pthread_mutex_unlock(&host->lock);
	return canceled;
}

int bgt_host_progress(struct bgt_host *host, uint32_t progress)
{
	int error;

	pthread_mutex_lock(&host->lock);
	error = bgt_instance_progress(host->requests, progress);
	pthread_mutex_unlock(&host->lock);
	return error;
}

int bgt_host_budget_left(struct bgt_host *host, uint64_t *left)
{
	struct bgt_container *container;
	int error;

	pthread_mutex_lock(&host->lock);
	error = bgt_self_get(host->requests, &container);
	pthread_mutex_unlock(&host->lock);
	if (error)
		return error;
	*left = container->quota == BGT_QUOTA_UNLIMITED ? BGT_QUOTA_UNLIMITED : container->left;
	bgt_container_free(container);
	return 0;
}

int bgt_host_work_cost(struct bgt_host *host, enum bgt_work_cost *cost)
{
	int error;

	pthread_mutex_lock(&host->lock);
	error = bgt_condition_get(host->requests, NULL, NULL, cost);
	pthread_mutex_unlock(&host->lock);
	return error;
}
