// SPDX-License-Identifier: GPL-2.0
/*
 * Makes an app's container, which has the app's id as its name, and the app's cgroup of the same
 * name, with two cgroups in it that are members of the container: "app" for the app's own
 * processes, "task" for those of its instances. They stay when the app's processes have ended.
 */
#include "container-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/app.h"

#include "app-use.h"

int box_open(struct app *app)
{
	app->box = calloc(1, sizeof(*app->box));
	return app->box ? 0 : -ENOMEM;
}

void box_close(struct app *app)
{
	free(app->box);
	app->box = NULL;
}

uint32_t app_container(const struct app *app)
{
	return app->box->container;
}

struct app *app_by_container(struct daemon *daemon, uint32_t container)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->box->container && app->box->container == container)
			return app;
	return NULL;
}

static int policy_of(const struct app *app, struct bgt_container_policy *policy)
{
	const struct quota_class *class = config_class(&app->daemon->config, app->manifest->class);

	if (!class)
		return -EINVAL;
	*policy = (struct bgt_container_policy)BGT_CONTAINER_POLICY_INIT;
	policy->set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD | BGT_POLICY_EXEMPT |
		      BGT_POLICY_COUNT_TRAFFIC;
	policy->quota = class->quota;
	policy->period = class->period;
	policy->exempt = app->box->exempt;
	policy->count_traffic = app_use_counts_traffic(app);
	return 0;
}

static int make_cgroup(const char *path)
{
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/*
 * Returns 1 if a cgroup, which is a member of some container, is a member of the app's container, 0
 * if not, or a negative errno.
 */
static int is_own_member(const struct app *app, int fd)
{
	struct bgt_member *members;
	struct stat status;
	bool own = false;
	int error;

	if (fstat(fd, &status))
		return -errno;
	error = bgt_member_list(app->daemon->bgt, app->box->container, &members);
	if (error)
		return error;
	for (const struct bgt_member *member = members; member; member = member->next)
		own |= member->cgroup_id == status.st_ino;
	bgt_member_free(members);
	return own;
}

int app_add_member(const struct app *app, enum bgt_role role, int fd)
{
	int own, error;

	error = bgt_member_add(app->daemon->bgt, app->box->container, role, fd, false, NULL);
	if (error != -EEXIST)
		return error;
	/*
	 * Either the helper before has added the cgroup, or the cgroup is a member of another
	 * container.
	 */
	own = is_own_member(app, fd);
	if (own < 0)
		return own;
	return own ? 0 : -EEXIST;
}

static int add_member(struct app *app, const char *below, enum bgt_role role)
{
	char path[PATH_MAX];
	int fd, error;

	app_cgroup(app, below, path, sizeof(path));
	error = make_cgroup(path);
	if (error)
		return error;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = app_add_member(app, role, fd);
	close(fd);
	return error;
}

/*
 * A container of the app's name belongs to the app: a helper before has made it. That helper may
 * have exempted or reprieved the container, so the container gets the policy that holds now.
 */
int app_adopt_container(struct app *app)
{
	struct bgt_container_policy policy;
	struct bgt *bgt = app->daemon->bgt;
	struct bgt_container *container;
	int error;

	error = policy_of(app, &policy);
	if (!error)
		error = bgt_container_get_by_name(bgt, app->id, &container);
	if (error)
		return error;
	policy.set |= BGT_POLICY_REPRIEVE;
	error = bgt_container_set(bgt, container->id, &policy);
	if (!error) {
		app->box->container = container->id;
		app->box->traffic_counted = policy.count_traffic;
	}
	bgt_container_free(container);
	return error;
}

static int make_container(struct app *app, bool *made)
{
	struct bgt_container_policy policy;
	int error;

	*made = false;
	if (app->box->container)
		return 0;
	error = policy_of(app, &policy);
	if (error)
		return error;
	error = bgt_container_new(app->daemon->bgt, app->id, &policy, &app->box->container);
	if (error == -EEXIST)
		return app_adopt_container(app);
	app->box->traffic_counted = !error && policy.count_traffic;
	*made = !error;
	return error;
}

int app_prepare(struct app *app)
{
	char path[PATH_MAX];
	bool made;
	int error;

	if (app->box->prepared)
		return 0;
	error = make_container(app, &made);
	if (error)
		return error;
	app_cgroup(app, "", path, sizeof(path));
	error = make_cgroup(path);
	if (!error)
		error = add_member(app, "app", BGT_ROLE_APP);
	if (!error)
		error = add_member(app, "task", BGT_ROLE_TASK);
	app->box->prepared = !error;
	if (error && made) {
		(void)bgt_container_del(app->daemon->bgt, app->box->container);
		app->box->container = 0;
	}
	return error;
}

void app_member_gone(struct app *app)
{
	app->box->prepared = false;
	app->box->member = 0;
	app->box->ui_member = 0;
}

void app_container_gone(struct app *app)
{
	app->box->container = 0;
	app_member_gone(app);
	/* Instances that run must not go on without a budget. */
	if (app->nr_running && app_prepare(app))
		log_line(LOG_ERR, "%s: cannot make its container again: %s", app->id,
			 bgt_error(app->daemon->bgt));
}

void app_change_budget(struct app *app)
{
	struct bgt_container_policy policy;

	if (!app->box->container || policy_of(app, &policy))
		return;
	/* hold.c decides whether the app is exempt. */
	policy.set &= ~BGT_POLICY_EXEMPT;
	if (bgt_container_set(app->daemon->bgt, app->box->container, &policy))
		log_line(LOG_ERR, "%s: cannot change its budget: %s", app->id,
			 bgt_error(app->daemon->bgt));
}
