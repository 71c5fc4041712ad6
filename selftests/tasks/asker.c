// SPDX-License-Identifier: GPL-2.0
/*
 * Makes all calls that the library has for an administrator, an app's own process or an instance,
 * once while a call of the library may fail, and, if one has failed, again: then nothing may fail,
 * and nothing may be missing. Exits with 0 if all is as it should be, else with 1, and says why.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgtask.h"
#include "kselftest.h"

#define CONTAINER		"asker"
#define CGROUP			"/sys/fs/cgroup/bgtask-selftest-asker"

/* Whether a call succeeded. A call that fails must return an error, and have a text for people. */
static bool well(const struct bgt *bgt, int error)
{
	if (error < 0 && !*bgt_error(bgt)) {
		fprintf(stderr, "asker: error %d has no text\n", error);
		_exit(1);
	}
	return error >= 0;
}

/* Whether something is true that no error of a call would tell. */
static bool holds(bool truth, const char *text)
{
	if (!truth)
		fprintf(stderr, "asker: not so: %s\n", text);
	return truth;
}

/* Waits for an event of this type. */
static bool happens(struct bgt *bgt, enum bgt_event_type type)
{
	struct pollfd poll_fd = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	int error;

	for (;;) {
		error = bgt_next_event(bgt, &event);
		if (!well(bgt, error))
			return false;
		if (error && event->type == type)
			return true;
		if (!error && poll(&poll_fd, 1, 20000) != 1) {
			/* If a lost event is what failed, the library has said so. */
			fprintf(stderr, "asker: %s does not come\n", bgt_event_name(type));
			_exit(1);
		}
	}
}

/* An administrator */

/* Removes the container that an earlier round may have left. */
static bool clean_up(struct bgt *bgt)
{
	struct bgt_container *container = NULL;
	int error = bgt_container_get_by_name(bgt, CONTAINER, &container);

	if (!error)
		error = bgt_container_del(bgt, container->id);
	bgt_container_free(container);
	return error == -ENOENT || well(bgt, error);
}

static bool ask_members(struct bgt *bgt, uint32_t container, int directory)
{
	struct bgt_member *one = NULL, *list = NULL;
	uint32_t id;
	bool done;

	if (!well(bgt, bgt_member_add(bgt, container, BGT_ROLE_APP, directory, false, &id)))
		return false;
	done = well(bgt, bgt_member_get(bgt, id, &one)) &&
	       well(bgt, bgt_member_list(bgt, container, &list)) &&
	       holds(list && !list->next, "there is one member") &&
	       well(bgt, bgt_member_set_held(bgt, id, true)) &&
	       well(bgt, bgt_container_kill(bgt, container, BGT_ROLE_ALL)) &&
	       well(bgt, bgt_member_del(bgt, id));
	bgt_member_free(one);
	bgt_member_free(list);
	return done;
}

static bool ask_containers(struct bgt *bgt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt_container *one = NULL, *list = NULL;
	int directory = open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t id;
	bool done;

	policy.set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy.quota = UINT64_C(1000000000);
	policy.period = UINT64_C(60000000000);
	done = clean_up(bgt) && well(bgt, bgt_subscribe(bgt)) &&
	       well(bgt, bgt_container_new(bgt, CONTAINER, &policy, &id)) &&
	       happens(bgt, BGT_EVENT_CONTAINER_NEW) &&
	       well(bgt, bgt_container_set(bgt, id, &policy)) &&
	       well(bgt, bgt_container_get(bgt, id, &one)) &&
	       well(bgt, bgt_container_list(bgt, &list)) &&
	       holds(list, "there are containers") &&
	       ask_members(bgt, id, directory) &&
	       happens(bgt, BGT_EVENT_MEMBER_ADD) &&
	       well(bgt, bgt_container_del(bgt, id)) &&
	       happens(bgt, BGT_EVENT_CONTAINER_DEL);
	bgt_container_free(one);
	bgt_container_free(list);
	close(directory);
	return done;
}

static bool ask_mutexes(struct bgt *bgt)
{
	struct bgt_mutex *first = NULL, *second = NULL;
	struct bgt_mutex_state *states = NULL;
	bool done;

	done = well(bgt, bgt_keep_on_exec(bgt, true)) && well(bgt, bgt_keep_on_exec(bgt, false)) &&
	       well(bgt, bgt_mutex_open(bgt, "first", BGT_SCOPE_USER, &first)) &&
	       well(bgt, bgt_mutex_open(bgt, "second", BGT_SCOPE_GLOBAL, &second)) &&
	       well(bgt, bgt_mutex_acquire(first, 1000)) &&
	       well(bgt, bgt_mutex_acquire_start(second, 1000)) &&
	       happens(bgt, BGT_EVENT_MUTEX) &&
	       well(bgt, bgt_mutex_list(bgt, &states)) &&
	       holds(states && states->next, "there are two mutexes") &&
	       well(bgt, bgt_mutex_release(second)) &&
	       well(bgt, bgt_mutex_release(first));
	bgt_mutex_state_free(states);
	if (second)
		bgt_mutex_close(second);
	if (first)
		bgt_mutex_close(first);
	return done;
}

static bool ask_helper(struct bgt *bgt)
{
	struct bgt_instance *instances = NULL;
	struct bgt_task *tasks = NULL;
	struct bgt_app *apps = NULL;
	uint32_t holding, set;
	enum bgt_work_cost cost;
	bool done;

	done = well(bgt, bgt_app_list(bgt, &apps)) && holds(apps, "there are apps") &&
	       well(bgt, bgt_task_associate(bgt, NULL)) &&
	       well(bgt, bgt_app_set_access(bgt, apps->id, BGT_ACCESS_ALWAYS_ALLOWED)) &&
	       well(bgt, bgt_task_list(bgt, NULL, &tasks)) && holds(tasks, "there are tasks") &&
	       well(bgt, bgt_trigger_fire(bgt, apps->id, tasks->name, BGT_TRIGGER_APPLICATION,
					  "an argument")) &&
	       happens(bgt, BGT_EVENT_INSTANCE_CHANGED) &&
	       happens(bgt, BGT_EVENT_INSTANCE_ENDED) &&
	       well(bgt, bgt_instance_list(bgt, NULL, &instances)) &&
	       holds(instances, "there are instances") &&
	       well(bgt, bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT,
					   BGT_CONDITION_USER_PRESENT, false)) &&
	       well(bgt, bgt_condition_get(bgt, &holding, &set, &cost));
	bgt_app_free(apps);
	bgt_task_free(tasks);
	bgt_instance_free(instances);
	return done;
}

static bool administrator(struct bgt *bgt)
{
	return ask_containers(bgt) && ask_mutexes(bgt) && ask_helper(bgt);
}

/* A process of an app */

static bool ask_channel(struct bgt *bgt)
{
	struct bgt_task_builder *builder;
	int pair[2];
	bool done;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	builder = bgt_task_builder_new(bgt);
	if (builder) {
		bgt_task_builder_set_name(builder, "socket");
		bgt_task_builder_set_trigger(builder, BGT_TRIGGER_CONTROL_CHANNEL);
		bgt_task_builder_set_socket(builder, pair[0]);
	}
	done = well(bgt, builder ? bgt_task_register(builder, NULL) : -ENOMEM) &&
	       well(bgt, bgt_channel_set(bgt, NULL, "socket", pair[1])) &&
	       well(bgt, bgt_task_unregister_by_name(bgt, NULL, "socket", true));
	bgt_task_builder_free(builder);
	close(pair[0]);
	close(pair[1]);
	return done;
}

static bool ask_task(struct bgt *bgt)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	struct bgt_task *tasks = NULL;
	uint32_t id;
	bool done;

	if (builder) {
		bgt_task_builder_set_name(builder, "timed");
		bgt_task_builder_set_entry_point(builder, "/bin/true");
		bgt_task_builder_set_trigger(builder, BGT_TRIGGER_TIME);
		bgt_task_builder_set_interval(builder, UINT64_C(3600000000000));
		bgt_task_builder_set_oneshot(builder, true);
	}
	done = well(bgt, builder ? bgt_task_register(builder, &id) : -ENOMEM) &&
	       well(bgt, bgt_task_list(bgt, NULL, &tasks)) && holds(tasks, "there are tasks") &&
	       holds(bgt_trigger_fire(bgt, NULL, "timed", BGT_TRIGGER_TIME, NULL) == -EACCES,
		     "its trigger is not the app's") &&
	       holds(bgt_channel_set(bgt, NULL, "timed", STDIN_FILENO) == -EINVAL,
		     "it takes no socket") &&
	       well(bgt, bgt_task_unregister(bgt, id, true));
	bgt_task_builder_free(builder);
	bgt_task_free(tasks);
	return done;
}

static bool ask_extension(struct bgt *bgt)
{
	char text[1026];
	bool allowed;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return well(bgt, bgt_app_attach(bgt)) &&
	       well(bgt, bgt_app_set_ui_thread(bgt, (uint32_t)gettid())) &&
	       holds(bgt_extension_request(bgt, BGT_EXTENSION_UNSPECIFIED, text, &allowed,
					   NULL) == -EINVAL, "the description is too long") &&
	       well(bgt, bgt_extension_request(bgt, BGT_EXTENSION_UNSPECIFIED, "to be asked",
					       &allowed, NULL)) &&
	       holds(allowed, "the app may go on") && well(bgt, bgt_extension_share(bgt)) &&
	       well(bgt, bgt_extension_finish(bgt)) && well(bgt, bgt_extension_close(bgt));
}

/* Unregisters the task of an earlier round, so that nothing is registered twice. */
static bool forget(struct bgt *bgt, const char *task)
{
	int error = bgt_task_unregister_by_name(bgt, NULL, task, true);

	return error == -ENOENT || well(bgt, error);
}

static bool app(struct bgt *bgt)
{
	struct bgt_container *own = NULL;
	bool done;

	done = forget(bgt, "timed") && forget(bgt, "socket") &&
	       well(bgt, bgt_task_associate(bgt, NULL)) &&
	       well(bgt, bgt_self_get(bgt, &own)) &&
	       ask_task(bgt) && ask_channel(bgt) && ask_extension(bgt);
	bgt_container_free(own);
	return done;
}

/* An instance */

static bool instance(struct bgt *bgt)
{
	struct bgt_instance *instance = NULL;
	bool done;

	done = well(bgt, bgt_instance_attach(bgt, &instance)) &&
	       well(bgt, bgt_instance_progress(bgt, 50));
	bgt_instance_free(instance);
	if (!done)
		return false;
	bgt_instance_defer(bgt);
	done = well(bgt, bgt_instance_complete(bgt, 7, "it is done"));
	return well(bgt, bgt_instance_undefer(bgt)) && done;
}

static const struct {
	const char *name;
	bool (*ask)(struct bgt *bgt);
} kinds[] = {
	{ "administrator", administrator },
	{ "app", app },
	{ "instance", instance },
};

/* Makes the calls in a connection of its own. */
static bool ask(size_t kind, const char *when)
{
	struct bgt *bgt;
	int error = bgt_open(&bgt);
	bool done;

	if (error) {
		fprintf(stderr, "asker: %s: %s\n", when, bgt_strerror(error));
		return false;
	}
	done = kinds[kind].ask(bgt);
	if (!done)
		fprintf(stderr, "asker: %s: %s\n", when, bgt_error(bgt));
	bgt_close(bgt);
	return done;
}

static unsigned int open_files(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

int main(int argc, char **argv)
{
	unsigned int before = open_files();
	size_t kind = 0;

	/* faulty.so lets calls fail from here on. */
	if (getopt_long(argc, argv, "", NULL, NULL) != -1 || optind + 1 != argc)
		return 1;
	while (kind < ARRAY_SIZE(kinds) && strcmp(kinds[kind].name, argv[optind]))
		kind++;
	if (kind == ARRAY_SIZE(kinds))
		return 1;
	if (!ask(kind, "as a call fails") && !ask(kind, "as nothing fails"))
		return 1;
	/* Everything that was opened is closed again. */
	return !holds(open_files() == before, "as many files are open as before");
}
