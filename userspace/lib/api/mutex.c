// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Acquires and releases mutexes. The owner of a mutex is the connection's socket for requests. The
 * answer to an acquisition comes when the connection gets the mutex, and so it may come between the
 * messages of another answer.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "events/pending.h"
#include "transport/request.h"

#include "mutex.h"

_Static_assert((int)BGT_SCOPE_CONTAINER == (int)BGTASK_SCOPE_CONTAINER, "scope container");
_Static_assert((int)BGT_SCOPE_USER == (int)BGTASK_SCOPE_USER, "scope user");
_Static_assert((int)BGT_SCOPE_GLOBAL == (int)BGTASK_SCOPE_GLOBAL, "scope global");
_Static_assert(BGT_TIMEOUT_MAX == BGTASK_MUTEX_TIMEOUT_MAX, "mutex-timeout-max");

/* How far bgt_mutex_acquire_start() has come. */
enum progress {
	IDLE,
	UNDER_WAY,
	ENDED,
};

struct bgt_mutex {
	struct bgt *bgt;
	enum bgt_scope scope;
	char name[BGT_NAME_MAX + 1];
	/* How often the mutex was acquired through this structure. */
	uint32_t count;

	/* Link in the connection's @acquisitions, unless @progress is idle. */
	struct bgt_mutex *next;
	enum progress progress;
	uint32_t sequence;
	bool closed;
	struct bgt_pending pending;
	char error[sizeof(((struct bgt *)0)->error)];
};

int bgt_mutex_open(struct bgt *bgt, const char *name, enum bgt_scope scope,
		   struct bgt_mutex **result)
{
	struct bgt_mutex *mutex;

	*result = NULL;
	if (!*name)
		return bgt_fail(bgt, -EINVAL, "name is empty");
	if (strlen(name) > BGT_NAME_MAX)
		return bgt_fail(bgt, -ENAMETOOLONG, "name is longer than %d bytes", BGT_NAME_MAX);
	mutex = calloc(1, sizeof(*mutex));
	if (!mutex)
		return bgt_fail(bgt, -ENOMEM, NULL);

	mutex->bgt = bgt;
	mutex->scope = scope;
	strcpy(mutex->name, name);
	*result = mutex;
	return 0;
}

static void begin(struct bgt_request *request, const struct bgt_mutex *mutex, uint8_t command)
{
	bgt_request_init(request, mutex->bgt->family, command);
	bgt_put_string(request, BGTASK_A_MUTEX_NAME, mutex->name);
	bgt_put_u32(request, BGTASK_A_MUTEX_SCOPE, mutex->scope);
}

static void begin_acquire(struct bgt_request *request, const struct bgt_mutex *mutex,
			  uint32_t timeout)
{
	begin(request, mutex, BGTASK_CMD_MUTEX_ACQUIRE);
	if (timeout != BGT_TIMEOUT_INFINITE)
		bgt_put_u32(request, BGTASK_A_MUTEX_TIMEOUT, timeout);
}

static int parse_abandoned(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;
	bool *abandoned = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == BGTASK_A_MUTEX_ABANDONED &&
		    !bgt_get_flag(attr, abandoned))
			return -EPROTO;
	return 0;
}

int bgt_mutex_acquire(struct bgt_mutex *mutex, uint32_t timeout)
{
	struct bgt_request request;
	bool abandoned = false;
	int error;

	begin_acquire(&request, mutex, timeout);
	error = bgt_exchange(mutex->bgt, &request, parse_abandoned, &abandoned);
	if (error)
		return error;
	mutex->count++;
	return abandoned ? BGT_MUTEX_ABANDONED : 0;
}

int bgt_mutex_release(struct bgt_mutex *mutex)
{
	struct bgt_request request;
	int error;

	begin(&request, mutex, BGTASK_CMD_MUTEX_RELEASE);
	error = bgt_exchange(mutex->bgt, &request, NULL, NULL);
	if (!error && mutex->count)
		mutex->count--;
	return error;
}

/*
 * Acquisitions that are not waited for
 */

int bgt_mutex_acquire_start(struct bgt_mutex *mutex, uint32_t timeout)
{
	struct bgt *bgt = mutex->bgt;
	struct bgt_request request;
	int error;

	if (mutex->progress != IDLE)
		return bgt_fail(bgt, -EALREADY, "an acquisition of this mutex is under way");
	error = bgt_pending_prepare(bgt);
	if (error)
		return error;
	begin_acquire(&request, mutex, timeout);
	error = bgt_transmit(bgt, &request);
	if (error)
		return error;

	mutex->progress = UNDER_WAY;
	mutex->sequence = request.header->nlmsg_seq;
	mutex->next = bgt->acquisitions;
	bgt->acquisitions = mutex;
	return 0;
}

static void remove_acquisition(struct bgt_mutex *mutex)
{
	struct bgt_mutex **place = &mutex->bgt->acquisitions;

	while (*place != mutex)
		place = &(*place)->next;
	*place = mutex->next;
	mutex->progress = IDLE;
}

/* Releases a mutex that was acquired after it was closed. The answer is left unread. */
static void give_back(struct bgt_mutex *mutex)
{
	struct bgt_request request;

	begin(&request, mutex, BGTASK_CMD_MUTEX_RELEASE);
	(void)bgt_transmit(mutex->bgt, &request);
}

static int read_result(struct bgt_mutex *mutex, const struct nlmsghdr *message)
{
	const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(message);
	struct bgt_request request;
	bool abandoned = false;
	int error;

	if (message->nlmsg_type == NLMSG_ERROR) {
		if (mnl_nlmsg_get_payload_len(message) < sizeof(*refusal))
			return bgt_fail(mutex->bgt, -EPROTO, NULL);
		/* bgt_explain() needs the request, as a refusal may name one of its attributes. */
		begin_acquire(&request, mutex, 0);
		return bgt_explain(mutex->bgt, request.header, message, sizeof(*refusal),
				   refusal->error);
	}
	error = parse_abandoned(message, &abandoned);
	if (error)
		return bgt_fail(mutex->bgt, error, NULL);
	return abandoned ? BGT_MUTEX_ABANDONED : 0;
}

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	struct bgt_mutex *mutex = pending->event.mutex;

	remove_acquisition(mutex);
	if (pending->event.result < 0)
		bgt_fail(bgt, pending->event.result, "%s", mutex->error);
	bgt->event = pending->event;
	return 1;
}

void bgt_mutex_answered(struct bgt *bgt, const struct nlmsghdr *message)
{
	struct bgt_mutex *mutex = bgt->acquisitions;
	int result;

	while (mutex && (mutex->progress != UNDER_WAY || mutex->sequence != message->nlmsg_seq))
		mutex = mutex->next;
	if (!mutex)
		return;

	result = read_result(mutex, message);
	if (mutex->closed) {
		if (result >= 0)
			give_back(mutex);
		remove_acquisition(mutex);
		free(mutex);
		return;
	}
	if (result >= 0)
		mutex->count++;
	else
		strcpy(mutex->error, bgt->error);
	mutex->progress = ENDED;
	mutex->pending.tell = tell;
	mutex->pending.event = (struct bgt_event){
		.type = BGT_EVENT_MUTEX,
		.mutex = mutex,
		.result = result,
	};
	bgt_pending_add(bgt, &mutex->pending);
}

void bgt_mutex_close(struct bgt_mutex *mutex)
{
	if (!mutex)
		return;
	while (mutex->count && !bgt_mutex_release(mutex))
		;
	/* An acquisition that is under way cannot be cancelled, only released when it succeeds. */
	mutex->closed = true;
	if (mutex->progress == UNDER_WAY)
		return;
	if (mutex->progress == ENDED) {
		bgt_pending_remove(mutex->bgt, &mutex->pending);
		remove_acquisition(mutex);
	}
	free(mutex);
}

void bgt_mutex_forget_all(struct bgt *bgt)
{
	struct bgt_mutex *mutex, *next;

	for (mutex = bgt->acquisitions; mutex; mutex = next) {
		next = mutex->next;
		if (mutex->closed)
			free(mutex);
	}
}
