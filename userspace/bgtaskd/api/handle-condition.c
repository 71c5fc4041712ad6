// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about conditions: anybody may ask which hold and what work costs the caller; administrators
 * may set them.
 */
#include <errno.h>

#include "run/cost.h"
#include "trigger/fire.h"

#include "caller.h"
#include "handle.h"

/*
 * The cost of work for the caller, whose budget is that of its container; without one it has no
 * limit.
 */
static enum bgtask_work_cost work_cost(struct daemon *daemon, const struct call *call)
{
	struct cost_facts facts = {
		.ac = daemon->ac,
		.capacity = daemon->capacity,
		.quota = BGTASK_QUOTA_UNLIMITED,
	};
	struct bgt_container *container;

	cost_read_pressure(&facts, "/proc/pressure");
	if (call->container && !bgt_container_get(daemon->bgt, call->container, &container)) {
		if (!container->exempt)
			facts.quota = container->quota;
		facts.left = container->left;
		bgt_container_free(container);
	}
	return cost_decide(&facts);
}

void handle_condition_get(struct daemon *daemon, const struct call *call)
{
	struct payload payload;

	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_CONDITION_CONDITIONS, conditions_hold(&daemon->conditions));
	payload_u32(&payload, BGTASK_A_CONDITION_WHICH, daemon->conditions.which);
	payload_u32(&payload, BGTASK_A_CONDITION_WORK_COST,
		    work_cost(daemon, call));
	call_reply(call, &payload);
}

/*
 * If the call has no values, the conditions in BGTASK_A_CONDITION_WHICH are left to the sources
 * again.
 */
void handle_condition_set(struct daemon *daemon, const struct call *call)
{
	int error;

	if (!caller_require_admin(call))
		return;
	if (!call_u32(call, BGTASK_A_CONDITION_WHICH)) {
		call_refuse(call, -EINVAL, "which conditions is missing");
		return;
	}
	error = conditions_set(&daemon->conditions, call_u32(call, BGTASK_A_CONDITION_WHICH),
			       call_u32(call, BGTASK_A_CONDITION_CONDITIONS),
			       !call_has(call, BGTASK_A_CONDITION_CONDITIONS));
	if (error) {
		call_refuse(call, error, "of two that are opposites, one must hold");
		return;
	}
	call_done(call);
	fire_conditions_changed(daemon);
}
