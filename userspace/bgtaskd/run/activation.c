// SPDX-License-Identifier: GPL-2.0
/*
 * Runs instances in the app's own process: starts or thaws the app, and tells it of the task as
 * soon as it has attached, for which it has a limited time. That time begins again if the app's
 * budget was spent meanwhile, as a frozen app cannot attach.
 */
#include "activation.h"

#include <errno.h>
#include <string.h>

#include "box/app-use.h"
#include "box/deadline.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/observers.h"

#include "idle.h"
#include "instances-internal.h"
#include "network.h"

bool activation_is_wanted(const struct instance *instance)
{
	const struct manifest_task *declared = manifest_task(instance->app->manifest,
							     instance->record.name);

	return declared && declared->in_app;
}

bool activation_prepare(struct instance *instance)
{
	struct instance_record *known = &instance->record;
	struct app *app = instance->app;
	int error;

	known->has_cgroup = false;
	network_update(app);
	error = lifecycle_activate(app);
	if (error == -ENOEXEC) {
		instance_set_message(instance,
				     "the app does not run, and its manifest has no Exec");
		known->status = error;
		instance_end(instance, BGTASK_INSTANCE_STATE_FAILED);
		return false;
	}
	if (error) {
		instance_fail(instance, "cannot activate the app", error);
		return false;
	}
	instance->run->in_app = true;
	known->state = BGTASK_INSTANCE_STATE_RUNNING;
	known->pid = lifecycle_pid(app);
	idle_begin(instance);
	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_CHANGED_NTF);
	return true;
}

/*
 * Takes the place of the number of times that an app was throttled if the app is throttled when the
 * wait begins. The number is never the same afterwards.
 */
#define NEVER	UINT64_MAX

static void await_peer(struct instance *instance);

static void has_not_attached(void *data)
{
	struct instance *instance = data;
	struct app_use use;

	/* An app cannot attach while its budget is spent, so it is waited for once more. */
	if (!app_use_read(instance->app, &use) &&
	    (use.throttled || use.times_throttled != instance->run->times_throttled)) {
		deadline_end(&instance->run->deadline);
		await_peer(instance);
	} else {
		instance_fail(instance, "the app has not attached", -ETIMEDOUT);
	}
}

/*
 * Gives an app a limited time to attach, after the app was started or resumed or this helper was
 * started.
 */
static void await_peer(struct instance *instance)
{
	struct app_use use;

	if (instance->run->deadline)
		return;
	if (!app_use_read(instance->app, &use))
		instance->run->times_throttled = use.throttled ? NEVER : use.times_throttled;
	if (deadline_begin(&instance->run->deadline, instance->app, "app",
			   instance->daemon->config.cancel_timeout, has_not_attached, instance))
		log_line(LOG_ERR, "%s: cannot wait until it attaches: out of memory",
			 instance->app->id);
}

void activation_tell(struct instance *instance)
{
	const struct instance_record *known = &instance->record;
	struct app *app = instance->app;
	struct payload payload;
	int error;

	if (!instance->run->in_app || instance->run->told)
		return;
	if (!lifecycle_peer(app)) {
		await_peer(instance);
		return;
	}
	instance->run->peer = lifecycle_peer(app);
	payload_init(&payload);
	instance_put_details(&payload, known);
	error = relay_tell(app->daemon->relay, instance->run->peer, BGTASK_CMD_APP_ACTIVATED_NTF,
			   &payload);
	instance->run->told = !error;
	/*
	 * An instance that is being cancelled ends by its deadline even if the app was not told of
	 * it. Any other instance that the app was not told of has failed.
	 */
	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		instance_tell_canceled(instance);
	else if (error)
		instance_fail(instance, "cannot tell the app", error);
}

bool activation_resume(struct instance *instance)
{
	lifecycle_look(instance->app);
	if (lifecycle_state(instance->app) == BGTASK_APP_STATE_NOT_RUNNING)
		return false;
	instance->run->in_app = true;
	lifecycle_was_activated(instance->app);
	await_peer(instance);
	return true;
}

void activation_complete(struct instance *instance)
{
	const struct instance_record *known = &instance->record;

	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		instance_end(instance, BGTASK_INSTANCE_STATE_CANCELED);
	else
		instance_end(instance, known->status ? BGTASK_INSTANCE_STATE_FAILED :
						       BGTASK_INSTANCE_STATE_COMPLETED);
}

void activation_end(struct instance *instance)
{
	if (!instance->run->in_app)
		return;
	instance->run->in_app = false;
	lifecycle_deactivate(instance->app);
}

void activation_attached(struct app *app)
{
	struct instance *instance, *next;

	for (instance = LIST_FIRST(&app->instances); instance; instance = next) {
		next = LIST_NEXT(instance, by_app);
		if (!instance->run->in_app ||
		    instance->record.state >= BGTASK_INSTANCE_STATE_COMPLETED)
			continue;
		/*
		 * An instance that is cancelled keeps its deadline, which is that of the
		 * cancellation.
		 */
		if (instance->record.state == BGTASK_INSTANCE_STATE_RUNNING)
			deadline_end(&instance->run->deadline);
		/* The app may have attached by another socket than before, which is told again. */
		instance->run->told = false;
		activation_tell(instance);
	}
}

/* Ends all instances that run in the app. */
static void end_all(struct app *app, enum bgtask_instance_state state, const char *message)
{
	struct instance *instance, *next;

	for (instance = LIST_FIRST(&app->instances); instance; instance = next) {
		next = LIST_NEXT(instance, by_app);
		if (!instance->run->in_app)
			continue;
		/*
		 * The instance has ended as it was told to, or was killed since it did not do so in
		 * time.
		 */
		if (instance->record.state == BGTASK_INSTANCE_STATE_CANCELLING) {
			instance_end(instance, instance_judge(instance, NULL));
			continue;
		}
		instance->record.status = -ECONNRESET;
		instance_set_message(instance, "%s", message);
		instance_end(instance, state);
	}
}

void activation_peer_gone(struct app *app)
{
	end_all(app, BGTASK_INSTANCE_STATE_FAILED, "the app has closed its connection");
}

void activation_app_ended(struct app *app)
{
	end_all(app, BGTASK_INSTANCE_STATE_TERMINATED, "the app has ended");
}
