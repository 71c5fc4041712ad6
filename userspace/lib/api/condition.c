// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reads and sets the conditions that tasks wait for, reads what work costs at the moment, and makes
 * an event of the message that conditions have changed.
 */
#include "condition.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>

#include "events/pending.h"
#include "transport/fields.h"
#include "transport/request.h"

#define ASSERT_CONDITION(name)	\
	_Static_assert((int)BGT_CONDITION_##name == (int)BGTASK_CONDITION_##name, #name)

ASSERT_CONDITION(INTERNET_AVAILABLE);
ASSERT_CONDITION(INTERNET_NOT_AVAILABLE);
ASSERT_CONDITION(SESSION_CONNECTED);
ASSERT_CONDITION(SESSION_DISCONNECTED);
ASSERT_CONDITION(USER_PRESENT);
ASSERT_CONDITION(USER_NOT_PRESENT);

_Static_assert((int)BGT_WORK_COST_LOW == (int)BGTASK_WORK_COST_LOW, "work-cost low");
_Static_assert((int)BGT_WORK_COST_MEDIUM == (int)BGTASK_WORK_COST_MEDIUM, "work-cost medium");
_Static_assert((int)BGT_WORK_COST_HIGH == (int)BGTASK_WORK_COST_HIGH, "work-cost high");

struct state {
	bool known;
	uint32_t holding;
	uint32_t set;
	uint32_t cost;
};

/* Reads a number. *value stays as it is if the message does not have the number. */
static bool parse(struct bgt_span span, uint16_t type, uint32_t *value)
{
	const struct nlattr *attr = bgt_span_find(span, type);

	return !attr || bgt_get_u32(attr, value);
}

static int parse_state(const struct nlmsghdr *message, void *data)
{
	struct bgt_span span = bgt_span_of_message(message);
	struct state *state = data;

	if (!parse(span, BGTASK_A_CONDITION_CONDITIONS, &state->holding) ||
	    !parse(span, BGTASK_A_CONDITION_WHICH, &state->set) ||
	    !parse(span, BGTASK_A_CONDITION_WORK_COST, &state->cost))
		return -EPROTO;
	state->known = true;
	return 0;
}

int bgt_condition_get(struct bgt *bgt, uint32_t *holding, uint32_t *set, enum bgt_work_cost *cost)
{
	struct state state = { .known = false };
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONDITION_GET);
	error = bgt_exchange(bgt, &request, parse_state, &state);
	if (error)
		return error;
	if (!state.known)
		return bgt_fail(bgt, -EPROTO, NULL);
	if (holding)
		*holding = state.holding;
	if (set)
		*set = state.set;
	if (cost)
		*cost = (enum bgt_work_cost)state.cost;
	return 0;
}

int bgt_condition_set(struct bgt *bgt, uint32_t which, uint32_t values, bool automatic)
{
	struct bgt_request request;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_CONDITION_SET);
	bgt_put_u32(&request, BGTASK_A_CONDITION_WHICH, which);
	/* A request without values lets the helper find out itself whether the conditions hold. */
	if (!automatic)
		bgt_put_u32(&request, BGTASK_A_CONDITION_CONDITIONS, values);
	return bgt_exchange(bgt, &request, NULL, NULL);
}

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	bgt->event = pending->event;
	free(pending);
	return 1;
}

static void changed(struct bgt *bgt, const struct nlmsghdr *message, enum bgt_event_type type)
{
	const struct nlattr *attr = bgt_span_find(bgt_span_of_message(message),
						  BGTASK_A_CONDITION_CONDITIONS);
	struct bgt_pending *pending;
	uint32_t conditions;

	/* A connection that has not asked for events gets none. */
	if (bgt->raised < 0 || !attr || !bgt_get_u32(attr, &conditions))
		return;
	pending = calloc(1, sizeof(*pending));
	if (!pending) {
		bgt_pending_lose(bgt);
		return;
	}
	pending->tell = tell;
	pending->event = (struct bgt_event){
		.type = type, .conditions = conditions,
	};
	bgt_pending_add(bgt, pending);
}

const struct bgt_receiver bgt_condition_receivers[] = {
	{ BGTASK_CMD_CONDITION_CHANGED_NTF, BGT_EVENT_CONDITION_CHANGED, changed },
	{ 0 },
};
