// SPDX-License-Identifier: GPL-2.0
/*
 * bgtaskd: decides what the kernel does not. It is started once, as root.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "app.h"
#include "daemon.h"
#include "handle.h"
#include "instance.h"
#include "process.h"
#include "task.h"

#define CONFIG	"/etc/bgtask/bgtaskd.conf"

static const char usage[] =
	"Usage: bgtaskd [-c FILE]\n"
	"\n"
	"The helper of bgtask: registers and runs background tasks.\n"
	"\n"
	"  -c, --config FILE  the configuration (default " CONFIG ")\n"
	"  -h, --help         print this\n"
	"  -V, --version      print the version\n"
	"\n"
	"See bgtaskd(8).\n";

/* What the relay says */

static void on_call(void *data, const struct call *call)
{
	handle_call(data, call);
}

static void on_peer_gone(void *data, uint32_t peer)
{
	struct daemon *daemon = data;
	struct listener *listener, *next;
	struct instance *instance;
	struct app *app;

	LIST_FOREACH(instance, &daemon->instances, entry)
		if (instance->peer == peer)
			instance->peer = 0;
	LIST_FOREACH(app, &daemon->apps, entry) {
		for (listener = LIST_FIRST(&app->listeners); listener; listener = next) {
			next = LIST_NEXT(listener, entry);
			if (listener->peer != peer)
				continue;
			LIST_REMOVE(listener, entry);
			free(listener);
		}
	}
}

static void on_lost(void *data, int error)
{
	struct daemon *daemon = data;

	daemon_log(LOG_ERR, "the connection to the module is lost: %s", strerror(-error));
	sd_event_exit(daemon->event, EXIT_FAILURE);
}

/* What the sources say */

static void on_fire(void *data, enum bgtask_trigger trigger, const char *argument)
{
	task_fire_all(data, NULL, trigger, argument);
}

static void on_condition(void *data, uint32_t first, bool holds)
{
	struct daemon *daemon = data;

	conditions_find(&daemon->conditions, first, holds);
	task_conditions_changed(daemon);
}

static void on_power(void *data, bool ac)
{
	struct daemon *daemon = data;

	daemon->ac = ac;
	task_reconsider_all(daemon);
}

static void on_note(void *data, const char *text)
{
	(void)data;
	daemon_log(LOG_NOTICE, "%s", text);
}

static void start_sources(struct daemon *daemon)
{
	static const struct source_type *const types[] = {
		&source_network, &source_zone, &source_power, &source_session,
	};
	const struct source_sink sink = {
		.data = daemon,
		.fire = on_fire,
		.condition = on_condition,
		.power = on_power,
		.note = on_note,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		int error = types[i]->start(&daemon->sources[i], daemon->event, &sink);

		if (error && error != -ENOENT)
			daemon_log(LOG_WARNING, "no triggers of %s: %s", types[i]->name,
				   strerror(-error));
	}
}

/* What the module says: which app has spent its budget, and on what */

static void log_throttled(struct daemon *daemon, const struct bgt_container *container)
{
	struct app *app = app_by_container(daemon, container->id);
	struct instance *instance;
	struct task *task;

	if (!app)
		return;
	LIST_FOREACH(instance, &daemon->instances, entry) {
		if (instance->app != app || instance->pidfd < 0)
			continue;
		task = task_find(daemon, instance->record.task);
		daemon_log(LOG_WARNING, "%s: task %s (%s) is throttled: %llu ms of CPU time are spent",
			   instance->record.app, instance->record.name,
			   task ? task->record.entry_point : "?",
			   (unsigned long long)(container->spent / 1000000));
	}
}

static int module_event(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct daemon *daemon = data;
	const struct bgt_event *event;
	int result;

	(void)source;
	(void)fd;
	(void)events;
	while ((result = bgt_next_event(daemon->bgt, &event))) {
		if (result > 0 && event->type == BGT_EVENT_CONTAINER_THROTTLED)
			log_throttled(daemon, event->container);
		if (result == -EPROTONOSUPPORT) {
			on_lost(daemon, result);
			break;
		}
	}
	return 0;
}

/* Beginning */

static int install(void *data, const char *path, struct manifest *manifest,
		   const struct problem *problem)
{
	struct app *app;
	int error;

	if (!manifest) {
		daemon_log(LOG_ERR, "%s", problem->text);
		return 0;
	}
	error = app_install(data, manifest, &app);
	if (error) {
		daemon_log(LOG_ERR, "%s: %s", path,
			   error == -EINVAL ? "there is no such quota class" : strerror(-error));
		manifest_free(manifest);
	}
	return 0;
}

static int load_task(void *data, const struct task_record *record)
{
	struct app *app = app_find(data, record->app);

	/* Its manifest may come back, and with it the app. */
	if (app)
		return task_load(app, record, NULL);
	daemon_log(LOG_WARNING, "%s has tasks, but no manifest", record->app);
	return 0;
}

/* What is loaded may be changed by that, so all is read first. */
struct unfinished {
	struct instance_record *records;
	size_t count;
};

static int collect(void *data, const struct instance_record *record)
{
	struct unfinished *unfinished = data;
	void *records;

	if (record->ended)
		return 0;
	records = reallocarray(unfinished->records, unfinished->count + 1, sizeof(*record));
	if (!records)
		return -ENOMEM;
	unfinished->records = records;
	unfinished->records[unfinished->count++] = *record;
	return 0;
}

static int load(struct daemon *daemon)
{
	struct unfinished unfinished = { NULL, 0 };
	struct app *app;
	int error;

	error = registry_task_each(daemon->registry, load_task, daemon);
	if (!error)
		error = registry_instance_each(daemon->registry, NULL, 0, collect, &unfinished);
	for (size_t i = 0; !error && i < unfinished.count; i++) {
		app = app_find(daemon, unfinished.records[i].app);
		if (app)
			instance_load(app, &unfinished.records[i]);
	}
	free(unfinished.records);
	return error;
}

static int prepare_cgroup(struct daemon *daemon, struct problem *problem)
{
	char mount[PATH_MAX];
	int error = process_cgroup_mount(mount, sizeof(mount));

	if (error)
		return problem_set(problem, error, NULL, 0, "cgroup2 is not mounted");
	if (snprintf(daemon->cgroup, sizeof(daemon->cgroup), "%s/%s", mount,
		     daemon->config.cgroup) >= (int)sizeof(daemon->cgroup))
		return problem_set(problem, -ENAMETOOLONG, NULL, 0, "the path is too long");
	if (mkdir(daemon->cgroup, 0755) && errno != EEXIST)
		return problem_set(problem, -errno, daemon->cgroup, 0, "%s", strerror(errno));
	return 0;
}

static int connect_module(struct daemon *daemon, struct problem *problem)
{
	static const struct relay_handler handler = {
		.call = on_call,
		.peer_gone = on_peer_gone,
		.lost = on_lost,
	};
	int error;

	error = bgt_open(&daemon->bgt);
	if (error)
		return problem_set(problem, error, NULL, 0, "%s", bgt_strerror(error));
	if (bgt_subscribe(daemon->bgt))
		return problem_set(problem, -EPERM, NULL, 0, "%s", bgt_error(daemon->bgt));
	error = sd_event_add_io(daemon->event, NULL, bgt_fd(daemon->bgt), EPOLLIN, module_event,
				daemon);
	if (error < 0)
		return problem_set(problem, error, NULL, 0, "%s", strerror(-error));
	/* Calls that come from now on are dealt with when all is loaded. */
	return relay_open(&daemon->relay, daemon->event, &handler, daemon, problem);
}

static int set_up(struct daemon *daemon, const char *config, struct problem *problem)
{
	int error;

	conditions_init(&daemon->conditions);
	error = config_load(&daemon->config, config, problem);
	if (error)
		return error;
	error = registry_open(&daemon->registry, daemon->config.state_directory, problem);
	if (!error)
		error = prepare_cgroup(daemon, problem);
	if (!error)
		error = connect_module(daemon, problem);
	if (error)
		return error;
	error = manifest_scan(daemon->config.manifest_directories, 2, install, daemon);
	if (!error)
		error = load(daemon);
	if (error)
		return problem_set(problem, error, NULL, 0, "cannot load what is registered: %s",
				   strerror(-error));
	start_sources(daemon);
	return 0;
}

static int block_signals(struct daemon *daemon)
{
	static const int ends[] = { SIGTERM, SIGINT };
	sigset_t mask;
	int error = 0;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&mask, ends[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; error >= 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
		error = sd_event_add_signal(daemon->event, NULL, ends[i], NULL, NULL);
	return error;
}

/* What runs goes on: the next helper finds it. */
static void tear_down(struct daemon *daemon)
{
	static const struct source_type *const types[] = {
		&source_network, &source_zone, &source_power, &source_session,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (daemon->sources[i])
			types[i]->stop(daemon->sources[i]);
	relay_close(daemon->relay);
	bgt_close(daemon->bgt);
	registry_close(daemon->registry);
	config_free(&daemon->config);
	sd_event_unref(daemon->event);
}

static int run(const char *config)
{
	struct problem problem = { "out of memory" };
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	int status = EXIT_FAILURE;

	if (!daemon || sd_event_new(&daemon->event) < 0 || block_signals(daemon) < 0 ||
	    set_up(daemon, config, &problem)) {
		daemon_log(LOG_ERR, "%s", problem.text);
	} else {
		(void)sd_event_set_watchdog(daemon->event, true);
		(void)sd_notify(false, "READY=1");
		status = sd_event_loop(daemon->event) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
		(void)sd_notify(false, "STOPPING=1");
	}
	if (daemon)
		tear_down(daemon);
	free(daemon);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = CONFIG;
	int option;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("bgtaskd " BGTASK_VERSION);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	return run(config);
}
