// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "fire.h"
#include "handle.h"

void handle_condition_get(struct daemon *daemon, const struct call *call)
{
	struct payload payload;

	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_CONDITION_CONDITIONS, conditions_hold(&daemon->conditions));
	payload_u32(&payload, BGTASK_A_CONDITION_WHICH, daemon->conditions.which);
	payload_u32(&payload, BGTASK_A_CONDITION_WORK_COST,
		    daemon->ac ? BGTASK_WORK_COST_LOW : BGTASK_WORK_COST_MEDIUM);
	call_reply(call, &payload);
}

/* Without values, those in which are left to the sources again. */
void handle_condition_set(struct daemon *daemon, const struct call *call)
{
	uint32_t began;
	int error;

	if (!handle_require_admin(call))
		return;
	if (!call_u32(call, BGTASK_A_CONDITION_WHICH)) {
		call_refuse(call, -EINVAL, "which conditions is missing");
		return;
	}
	error = conditions_set(&daemon->conditions, call_u32(call, BGTASK_A_CONDITION_WHICH),
			       call_u32(call, BGTASK_A_CONDITION_CONDITIONS),
			       !call_has(call, BGTASK_A_CONDITION_CONDITIONS), &began);
	if (error) {
		call_refuse(call, error, "of two that are opposites, one must hold");
		return;
	}
	call_done(call);
	fire_conditions_changed(daemon);
}
