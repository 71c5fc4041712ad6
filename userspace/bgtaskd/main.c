// SPDX-License-Identifier: GPL-2.0
/*
 * bgtaskd, the helper: sets up what the folders below need, fills the tables of functions by which
 * lower folders reach higher ones, and runs the event loop. The helper runs as root, and the module
 * accepts one helper at a time.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "api/handle.h"
#include "api/install.h"
#include "api/listener.h"
#include "box/app-use.h"
#include "life/extension.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/daemon.h"
#include "model/gate.h"
#include "model/observers.h"
#include "run/activation.h"
#include "run/instances.h"
#include "run/launch.h"
#include "run/memory.h"
#include "run/network.h"
#include "run/plugin.h"
#include "sense/module.h"
#include "sense/source.h"
#include "system/process.h"
#include "trigger/channel.h"
#include "trigger/fire.h"
#include "trigger/registration.h"

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

/* Functions that the relay calls */

static void on_call(void *data, const struct call *call)
{
	handle_call(data, call);
}

static void on_peer_gone(void *data, uint32_t peer)
{
	struct daemon *daemon = data;

	instance_peer_gone(daemon, peer);
	listener_forget(daemon, peer);
	lifecycle_peer_gone(daemon, peer);
}

static void on_lost(void *data, int error)
{
	module_lost(data, error);
}

/* Functions that the sources of triggers and conditions call */

static void on_fire(void *data, enum bgtask_trigger trigger, const char *argument)
{
	(void)fire_all(data, NULL, trigger, argument);
}

static void on_condition(void *data, uint32_t first, bool holds)
{
	struct daemon *daemon = data;

	conditions_find(&daemon->conditions, first, holds);
	if (daemon->started)
		fire_conditions_changed(daemon);
}

static void on_power(void *data, bool ac, int capacity)
{
	struct daemon *daemon = data;
	bool changed = ac != daemon->ac;

	daemon->ac = ac;
	daemon->capacity = capacity;
	if (!changed || !daemon->started)
		return;
	extension_power_changed(daemon);
	network_power_changed(daemon);
	fire_conditions_changed(daemon);
}

static void on_note(void *data, const char *text)
{
	(void)data;
	log_line(LOG_NOTICE, "%s", text);
}

static const struct source_type *const source_types[] = {
	&source_network, &source_zone, &source_power, &source_session,
};

#define NR_SOURCES	(sizeof(source_types) / sizeof(source_types[0]))

_Static_assert(NR_SOURCES <= SOURCES_MAX, "room for all sources");

static void start_sources(struct daemon *daemon)
{
	const struct source_sink sink = {
		.data = daemon,
		.fire = on_fire,
		.condition = on_condition,
		.power = on_power,
		.note = on_note,
	};

	for (size_t i = 0; i < NR_SOURCES; i++) {
		int error = source_types[i]->start(&daemon->sources[i], daemon->event, &sink);

		if (error)
			log_line(LOG_WARNING, "no triggers of %s: %s", source_types[i]->name,
				 strerror(-error));
	}
	/*
	 * Instances that wait for a condition, or are to be cancelled without one, are looked at
	 * only from now on, when every source has said what holds.
	 */
	daemon->started = true;
	extension_power_changed(daemon);
	network_power_changed(daemon);
	fire_conditions_changed(daemon);
}

/* Set-up */

static int install(void *data, const char *path, struct manifest *manifest,
		   const struct problem *problem)
{
	struct app *app;
	int error;

	if (!manifest) {
		log_line(LOG_ERR, "%s", problem->text);
		return 0;
	}
	error = app_install(data, manifest, &app);
	if (error) {
		log_line(LOG_ERR, "%s: %s", path,
			   error == -EINVAL ? "there is no such quota class" : strerror(-error));
		manifest_free(manifest);
	}
	return 0;
}

/* The tasks of an app without a manifest stay registered: the manifest may come back. */
static int note_missing(void *data, const char *app)
{
	if (!app_find(data, app))
		log_line(LOG_WARNING, "%s has tasks, but no manifest", app);
	return 0;
}

static int load(struct daemon *daemon, struct problem *problem)
{
	int error;

	error = manifest_scan(daemon->config.manifest_directories, 2, install, daemon);
	if (error)
		return problem_set(problem, error, NULL, 0, "cannot look at manifests: %s",
				   strerror(-error));
	error = module_recover(daemon);
	if (error)
		return problem_set(problem, error, NULL, 0, "cannot look at containers: %s",
				   bgt_error(daemon->bgt));
	error = registry_app_each(daemon->registry, note_missing, daemon);
	if (error)
		return problem_set(problem, error, NULL, 0, "cannot load what is registered: %s",
				   registry_error(daemon->registry));
	channel_restore(daemon);
	return 0;
}

static int prepare_runtime_directory(const struct daemon *daemon, struct problem *problem)
{
	const char *path = daemon->config.runtime_directory;

	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	return problem_set(problem, -errno, path, 0, "%s", strerror(errno));
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

static void instance_idle(struct instance *instance)
{
	instance_cancel(instance, BGTASK_CANCEL_REASON_IDLE_TASK);
}

/* The functions of higher folders that lower folders call. */
static const struct observers observers = {
	.app_event = listener_tell_of_app,
	.task_event = listener_tell_of_task,
	.instance_event = listener_tell_of_instance,
	.conditions_changed = listener_tell_of_conditions,
	.instance_ended = fire_instance_ended,
	.instance_idle = instance_idle,
	.task_idle = channel_instance_ended,
	.task_over = task_over,
	.task_socket = channel_socket,
	.app_attached = activation_attached,
	.app_peer_gone = activation_peer_gone,
	.app_ended = activation_app_ended,
	.app_moved = network_update,
	.app_processes = lifecycle_look,
	.app_presence = channel_app_changed,
};

/* The reasons not to launch a latched instance. */
static const gate_fn gates[] = {
	gate_conditions,
	gate_access,
	gate_power,
	network_may_launch,
	channel_may_launch,
	NULL,
};

/* @config is the file that the command line names; NULL for the default. */
static int set_up(struct daemon *daemon, const char *config, struct problem *problem)
{
	static const struct relay_handler handler = {
		.call = on_call,
		.peer_gone = on_peer_gone,
		.lost = on_lost,
	};
	int error;

	daemon->observers = &observers;
	daemon->gates = gates;
	conditions_init(&daemon->conditions);
	daemon->capacity = -1;
	/* The default file may be missing; a file that the command line names may not. */
	if (config && access(config, F_OK))
		return problem_set(problem, -errno, config, 0, "%s", strerror(errno));
	error = config_load(&daemon->config, config ? config : CONFIG, problem);
	if (error)
		return error;
	plugin_find_host(&daemon->config, daemon->plugin_host, sizeof(daemon->plugin_host));
	error = registry_open(&daemon->registry, daemon->config.state_directory, problem);
	if (!error)
		error = prepare_runtime_directory(daemon, problem);
	if (!error)
		error = prepare_cgroup(daemon, problem);
	if (!error)
		error = module_open(daemon, problem);
	/* From now on calls arrive. They wait in the socket until all is loaded. */
	if (!error)
		error = relay_open(&daemon->relay, daemon->event, &handler, daemon, problem);
	if (!error)
		error = launch_open(daemon);
	if (!error)
		error = load(daemon, problem);
	if (!error)
		start_sources(daemon);
	if (!error)
		memory_open(daemon);
	return error;
}

static int block_signals(struct daemon *daemon)
{
	static const int ends[] = { SIGTERM, SIGINT };
	sigset_t mask;
	int error = 0;

	/* Signals that the helper ignores would also be ignored by the programs that it starts. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&mask, ends[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; error >= 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
		error = sd_event_add_signal(daemon->event, NULL, ends[i], NULL, NULL);
	return error;
}

/* Instances that run are left running; the next helper takes them over. */
static void tear_down(struct daemon *daemon)
{
	daemon->started = false;
	for (size_t i = 0; i < NR_SOURCES; i++)
		if (daemon->sources[i])
			source_types[i]->stop(daemon->sources[i]);
	while (!LIST_EMPTY(&daemon->apps))
		app_forget(LIST_FIRST(&daemon->apps));
	listener_forget_all(&daemon->listeners);
	memory_close(daemon);
	launch_close(daemon);
	app_use_close(daemon);
	relay_close(daemon->relay);
	module_close(daemon);
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
		log_line(LOG_ERR, "%s", problem.text);
	} else {
		(void)sd_event_set_watchdog(daemon->event, true);
		(void)sd_notify(false, "READY=1");
		status = sd_event_loop(daemon->event) ? EXIT_FAILURE : EXIT_SUCCESS;
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
	const char *config = NULL;
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
