// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tasks that run in the app's own process. A new helper sends again all tasks that were not
 * completed. This file keeps the ids of the tasks that have begun, so that the user gets no task
 * twice.
 */
#include "activation.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>

#include "events/pending.h"
#include "transport/request.h"

#include "instance.h"

static uint32_t *find(struct bgt *bgt, uint32_t id)
{
	for (size_t i = 0; i < bgt->nr_activations; i++)
		if (bgt->activations[i] == id)
			return &bgt->activations[i];
	return NULL;
}

static bool add(struct bgt *bgt, uint32_t id)
{
	uint32_t *list = reallocarray(bgt->activations, bgt->nr_activations + 1, sizeof(*list));

	if (!list)
		return false;
	list[bgt->nr_activations++] = id;
	bgt->activations = list;
	return true;
}

static void forget(struct bgt *bgt, uint32_t id)
{
	uint32_t *known = find(bgt, id);

	if (known)
		*known = bgt->activations[--bgt->nr_activations];
}

/* Takes the message that a task is to run in this process. The user gets one event per task. */
static void activated(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type)
{
	struct bgt_instance *instance;
	uint32_t id;

	if (bgt->raised < 0 || bgt_instance_parse(bgt, message, &instance))
		return;
	id = instance->id;
	if (find(bgt, id)) {
		bgt_instance_free(instance);
	} else if (!add(bgt, id)) {
		bgt_instance_free(instance);
		bgt_pending_lose(bgt);
	} else if (!bgt_instance_happen(bgt, type, instance)) {
		/* The event is lost, so the task is forgotten: a new helper will send it again. */
		forget(bgt, id);
	}
}

const struct bgt_receiver bgt_activation_receivers[] = {
	{ BGTASK_CMD_APP_ACTIVATED_NTF, BGT_EVENT_APP_ACTIVATED, activated },
	{ 0 },
};

int bgt_activation_progress(struct bgt *bgt, uint32_t id, uint32_t progress)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_PROGRESS);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_ID, id);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_PROGRESS, progress);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

int bgt_activation_complete(struct bgt *bgt, uint32_t id, int32_t status, const char *message)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_INSTANCE_COMPLETE);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_ID, id);
	bgt_put_u32(&request, BGTASK_A_INSTANCE_STATUS, (uint32_t)status);
	bgt_put_string_if(&request, BGTASK_A_INSTANCE_MESSAGE, message);
	error = bgt_exchange(bgt, &request, NULL, NULL);
	if (!error || error == -ENOENT)
		forget(bgt, id);
	return error;
}
