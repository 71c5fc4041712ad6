// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about instances. An instance's own process attaches, and says how far it has come and how
 * it ends; apps and administrators list and cancel instances. A process is known by its cgroup,
 * whatever it says of itself.
 */
#include <errno.h>

#include "box/container.h"
#include "model/app.h"
#include "model/instance.h"
#include "run/activation.h"
#include "run/instances.h"

#include "caller.h"
#include "handle.h"

/* An answer with a list of instances. */
struct list {
	struct daemon *daemon;
	struct payload payload;
	uint32_t after;			/* id of the last instance in the list */
	bool full;			/* there are more instances */
};

static int put_entry(void *data, const struct instance_record *known)
{
	struct list *list = data;
	struct payload *payload = &list->payload;
	size_t nest = payload_nest(payload, BGTASK_A_INSTANCE_ENTRY);
	const struct instance *now = instance_find(list->daemon, known->id);

	instance_put_details(payload, known);
	payload_u32(payload, BGTASK_A_INSTANCE_STATE, known->state);
	if (known->cancelled)
		payload_u32(payload, BGTASK_A_INSTANCE_REASON, known->reason);
	payload_u32(payload, BGTASK_A_INSTANCE_PROGRESS,
		    now ? now->record.progress : known->progress);
	payload_u32(payload, BGTASK_A_INSTANCE_STATUS, (uint32_t)known->status);
	payload_string(payload, BGTASK_A_INSTANCE_MESSAGE, known->message);
	payload_u64(payload, BGTASK_A_INSTANCE_FIRED, known->fired);
	payload_u64(payload, BGTASK_A_INSTANCE_STARTED, known->started);
	payload_u64(payload, BGTASK_A_INSTANCE_ENDED, known->ended);
	if (known->pid)
		payload_u32(payload, BGTASK_A_INSTANCE_PID, known->pid);
	payload_nest_end(payload, nest);
	if (payload->full) {
		payload_cut(payload, nest);
		list->full = true;
		return 1;
	}
	list->after = known->id;
	return 0;
}

void handle_instance_get(struct daemon *daemon, const struct call *call)
{
	struct list list = {
		.daemon = daemon,
		.after = call_u32(call, BGTASK_A_INSTANCE_AFTER),
	};
	struct app *app;
	bool refused;
	int error;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_INSTANCE_APP), true,
			    &refused);
	if (refused)
		return;
	payload_init(&list.payload);
	/* Room for the id after which the next list begins. */
	list.payload.reserve = MNL_ATTR_HDRLEN + sizeof(list.after);
	error = registry_instance_each(daemon->registry, app ? app->id : NULL,
				       list.after, put_entry, &list);
	if (error < 0) {
		call_refuse(call, error, "%s", registry_error(daemon->registry));
		return;
	}
	list.payload.reserve = 0;
	if (list.full)
		payload_u32(&list.payload, BGTASK_A_INSTANCE_AFTER, list.after);
	call_reply(call, &list.payload);
}

/*
 * The instance that the caller runs: by the caller's cgroup or, in an app, by the id that the call
 * has. NULL if there is none, and then the call is refused.
 */
static struct instance *own_instance(struct daemon *daemon, const struct call *call)
{
	struct instance *instance;

	if (call_has(call, BGTASK_A_INSTANCE_ID)) {
		instance = instance_find(daemon, call_u32(call, BGTASK_A_INSTANCE_ID));
		if (instance && (!instance_is_in_app(instance) ||
				 app_container(instance->app) != call->container))
			instance = NULL;
	} else {
		instance = instance_of_process(daemon, call->pid);
	}
	if (!instance)
		call_refuse(call, -ENOENT, "the caller runs no task");
	return instance;
}

void handle_instance_attach(struct daemon *daemon, const struct call *call)
{
	struct instance *instance = own_instance(daemon, call);
	const struct instance_record *known;
	struct payload payload;

	if (!instance)
		return;
	known = &instance->record;
	instance_attach(instance, call->peer);
	payload_init(&payload);
	instance_put_details(&payload, known);
	/* An instance that is being cancelled was told by a signal, which it may have missed. */
	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		payload_u32(&payload, BGTASK_A_INSTANCE_REASON, known->reason);
	call_reply(call, &payload);
}

void handle_instance_progress(struct daemon *daemon, const struct call *call)
{
	struct instance *instance = own_instance(daemon, call);

	if (!instance)
		return;
	if (!call_has(call, BGTASK_A_INSTANCE_PROGRESS)) {
		call_refuse(call, -EINVAL, "progress is missing");
		return;
	}
	instance_say_progress(instance, call_u32(call, BGTASK_A_INSTANCE_PROGRESS));
	call_done(call);
}

void handle_instance_complete(struct daemon *daemon, const struct call *call)
{
	struct instance *instance = own_instance(daemon, call);
	int error;

	if (!instance)
		return;
	/*
	 * An instance in a process of its own ends with the process, whether its outcome could be
	 * recorded or not. An instance in the app ends by this call only; its end is recorded when
	 * that is possible again.
	 */
	error = instance_say_end(instance, (int32_t)call_u32(call, BGTASK_A_INSTANCE_STATUS),
				 call_string(call, BGTASK_A_INSTANCE_MESSAGE));
	if (error && !instance_is_in_app(instance))
		call_refuse(call, error, "%s", registry_error(daemon->registry));
	else
		call_done(call);
	/* Only after the answer, since the app may be frozen from now on. */
	if (instance_is_in_app(instance))
		activation_complete(instance);
}

void handle_instance_cancel(struct daemon *daemon, const struct call *call)
{
	uint32_t reason = call_u32(call, BGTASK_A_INSTANCE_REASON);
	struct instance *instance;
	struct app *app;
	bool refused;

	app = caller_app(daemon, call, NULL, true, &refused);
	if (refused)
		return;
	if (reason > BGTASK_CANCEL_REASON_ENERGY_SAVER) {
		call_refuse(call, -EINVAL, "there is no such reason");
		return;
	}
	instance = instance_find(daemon, call_u32(call, BGTASK_A_INSTANCE_ID));
	if (!instance || (app && !call->admin && instance->app != app)) {
		call_refuse(call, -ENOENT, "there is no such instance, or it has ended");
		return;
	}
	if (call->admin)
		instance_cancel(instance, reason);
	else
		instance_cancel_own(instance, reason);
	call_done(call);
}
