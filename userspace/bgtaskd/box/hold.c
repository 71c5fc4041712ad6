// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the module to hold an app's members, to exempt the app from its budget, or to reprieve it,
 * which lets it run on for a while. Exemptions and reprieves are counted, since several tasks may
 * need them at a time.
 */
#include "hold.h"

#include <errno.h>

#include "container-internal.h"
#include "ui.h"

static void set_exempt(struct app *app, bool exempt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = exempt;
	if (bgt_container_set(app->daemon->bgt, app->box->container, &policy))
		log_line(LOG_ERR, "%s: cannot %s: %s", app->id,
			 exempt ? "thaw it" : "put it on its budget again",
			 bgt_error(app->daemon->bgt));
}

static bool is_exempt(const struct app *app)
{
	struct bgt_container *container;
	bool exempt;

	if (bgt_container_get(app->daemon->bgt, app->box->container, &container))
		return false;
	exempt = container->exempt;
	bgt_container_free(container);
	return exempt;
}

void hold_exempt(struct app *app, bool exempt)
{
	bool was = app->box->exempt;

	app->box->exempt += exempt ? 1 : -1u;
	if (!app->box->container || was == !!app->box->exempt)
		return;
	/*
	 * Somebody else may have exempted an app that they have brought to the foreground; it stays
	 * exempt.
	 */
	if (exempt)
		app->box->was_exempt = is_exempt(app);
	if (!app->box->was_exempt)
		set_exempt(app, exempt);
}

void hold_was_exempt(struct app *app)
{
	app->box->exempt++;
}

static void set_reprieve(const struct app *app, uint64_t time)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	if (!app->box->container)
		return;
	policy.set = BGT_POLICY_REPRIEVE;
	policy.reprieve = time;
	if (bgt_container_set(app->daemon->bgt, app->box->container, &policy))
		log_line(LOG_ERR, "%s: cannot %s its reprieve: %s", app->id,
			 time ? "begin" : "end", bgt_error(app->daemon->bgt));
}

static bool has_budget_left(const struct app *app)
{
	struct bgt_container *container;
	bool left;

	if (!app->box->container ||
	    bgt_container_get(app->daemon->bgt, app->box->container, &container))
		return false;
	left = container->left > 0;
	bgt_container_free(container);
	return left;
}

bool hold_reprieve(struct app *app, bool own)
{
	if (own && !has_budget_left(app))
		return false;
	app->box->nr_reprieved++;
	set_reprieve(app, app->daemon->config.cancel_timeout);
	return true;
}

void hold_reprieve_end(struct app *app)
{
	if (!--app->box->nr_reprieved)
		set_reprieve(app, 0);
}

void hold_reprieve_again(const struct app *app)
{
	if (app->box->nr_reprieved)
		set_reprieve(app, app->daemon->config.cancel_timeout);
}

/*
 * Finds the member of a role, or NULL. The caller has to free *list, which the member is a part of.
 */
static const struct bgt_member *find_member(const struct app *app, enum bgt_role role,
					    struct bgt_member **list)
{
	const struct bgt_member *member;

	*list = NULL;
	if (!app->box->container || bgt_member_list(app->daemon->bgt, app->box->container, list))
		return NULL;
	for (member = *list; member && member->role != role; member = member->next)
		;
	return member;
}

bool hold_is_on(const struct app *app)
{
	struct bgt_member *list;
	const struct bgt_member *member = find_member(app, BGT_ROLE_APP, &list);
	bool held = member && member->held;

	bgt_member_free(list);
	return held;
}

static uint32_t find_id(const struct app *app, enum bgt_role role)
{
	struct bgt_member *list;
	const struct bgt_member *member = find_member(app, role, &list);
	uint32_t id = member ? member->id : 0;

	bgt_member_free(list);
	return id;
}

/*
 * Holds or releases the member of a role, whose id is *id if it is known. Returns 0 or a negative
 * errno: -ESRCH if there is no such member. The known member may have gone before the event that
 * says so has arrived; then the members are listed anew.
 */
static int set(struct app *app, uint32_t *id, enum bgt_role role, bool held)
{
	struct bgt *bgt = app->daemon->bgt;
	int error = *id ? bgt_member_set_held(bgt, *id, held) : -ENOENT;

	if (error == -ENOENT) {
		*id = find_id(app, role);
		if (!*id)
			return -ESRCH;
		error = bgt_member_set_held(bgt, *id, held);
	}
	if (error)
		log_line(LOG_ERR, "%s: cannot %s it: %s", app->id, held ? "hold" : "release",
			 bgt_error(bgt));
	return error;
}

int hold_set(struct app *app, bool held)
{
	return set(app, &app->box->member, BGT_ROLE_APP, held);
}

int hold_set_ui(struct app *app, bool held)
{
	int error;

	if (!app->box->has_ui)
		return 0;
	error = set(app, &app->box->ui_member, BGT_ROLE_UI, held);
	/* If somebody has removed the member of the UI thread, it is made again. */
	if (error == -ESRCH && !ui_add(app))
		error = set(app, &app->box->ui_member, BGT_ROLE_UI, held);
	if (error != -ESRCH)
		return error;
	log_line(LOG_ERR, "%s: the cgroup of its UI thread is not its own any more", app->id);
	return -EBUSY;
}
