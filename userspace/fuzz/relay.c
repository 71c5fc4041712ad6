// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the helper with calls: all of the helper except its sources and what it reads of
 * processes, on a played kernel and machine. An input is a text. Each line is one of
 *
 *   WHO LETTER ATTRIBUTES     a call (see script.h); 'A' is task-register, and so on. WHO is r for
 *                             root, a or b for an app, n for nobody, 0 to 9 for a running process.
 *                             'K', app-install, is followed by the letter of the app
 *   X DIGIT NUMBER            a process ends with a status or, if negative, by a signal
 *   G WHO                     a socket is closed
 *   T NUMBER                  seconds pass
 *   S LETTER, C LETTER DIGIT  a source reports a trigger, or a condition
 *   P DIGIT NUMBER            whether there is AC power, and how full the battery is
 *   D DIGIT                   a debugger comes or goes
 *   M LETTER DIGIT            the manifest of an app is replaced by another version
 *   E NUMBER                  the kernel refuses a request, after so many more requests
 *   ! LETTER                  the container of an app is throttled
 *   L LETTER, U LETTER        another program deletes the container, or a member of the container
 *   H                         the helper ends and is started again
 *
 * After each line the helper runs until it has nothing left to do. Each call must be answered once.
 * An administrator who gets all events must end up with the same state as the helper.
 */
#include "kernel.h"
#include "machine.h"
#include "presence.h"
#include "script.h"
#include "watcher.h"
#include "fuzz.h"

int helper_main(int argc, char **argv);
#define main helper_main
#include "main.c"
#undef main

#include "model/task.h"

#define PAYLOAD_ROOM	12288

/* The events of an input cause fewer rounds. */
#define ROUNDS		2000

#define TASK	"Exec=/bin/true\n[Task task]\nEntryPoint=/bin/true 'an argument' \"\"\n"

/* Versions of a manifest, behind the lines that all of them have. The last version is not valid. */
static const char *const manifests[] = {
	TASK "Triggers=time maintenance application internet-available session-connected push "
	"servicing-complete network-state-change lock-screen-application-added "
	"lock-screen-application-removed user-away control-channel\n"
	"[Task other]\nEntryPoint=/bin/sh -c \"exit 1\"\nTriggers=application push\n"
	"[Task inside]\nEntryPoint=p.so:run\nHost=app\nTriggers=application\n",
	TASK "Triggers=application\n[Task more]\nEntryPoint='\nTriggers=maintenance push\n",
	"Class=lock-screen\n",
	TASK TASK,
};

static struct {
	char directory[64];
	char config[96];
	char cgroups[96];
	char registry[128 * 1024];	/* an empty registry, as making one takes long */
	size_t registry_size;
	struct daemon *daemon;
} world;

static void format(char *path, size_t size, const char *name)
{
	fuzz_assert(snprintf(path, size, "%s/%s", world.directory, name) < (int)size);
}

static void make_directory(const char *name)
{
	char path[128];

	format(path, sizeof(path), name);
	fuzz_assert(!mkdir(path, 0755));
}

static void write_manifest(const char *place, char app, unsigned int version)
{
	char path[128], name[32], text[1024];
	int length;

	snprintf(name, sizeof(name), "%s/%c.bgtask", place, app);
	format(path, sizeof(path), name);
	length = snprintf(text, sizeof(text), "[App]\nId=%c\nUser=root\n%s", app,
			  manifests[version]);
	fuzz_write(path, text, (size_t)length);
}

static void keep_registry(void)
{
	struct registry *registry;
	struct problem problem;
	char path[128];
	FILE *file;

	format(path, sizeof(path), "state");
	fuzz_assert(!registry_open(&registry, path, &problem));
	registry_close(registry);
	format(path, sizeof(path), "state/registry.db");
	file = fopen(path, "re");
	fuzz_assert(file);
	world.registry_size = fread(world.registry, 1, sizeof(world.registry), file);
	fuzz_assert(world.registry_size && world.registry_size < sizeof(world.registry));
	fclose(file);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char text[512];
	int length;

	(void)argc;
	(void)argv;
	fuzz_directory(world.directory, sizeof(world.directory));
	format(world.config, sizeof(world.config), "bgtaskd.conf");
	format(world.cgroups, sizeof(world.cgroups), "cgroup");
	make_directory("early");
	make_directory("late");
	length = snprintf(text, sizeof(text),
			  "[Helper]\nStateDirectory=%s/state\nRuntimeDirectory=%s/run\n"
			  "Cgroup=apps\nMinimumInterval=1s\nSuspendTimeout=2s\n"
			  "LockScreenSlots=1\nCancelTimeout=2s\nHistory=3\nMemoryStall=0\n"
			  "ManifestDirectories=%s/early %s/early\n",
			  world.directory, world.directory, world.directory,
			  world.directory);
	fuzz_write(world.config, text, (size_t)length);
	/*
	 * The manifest is missing when the helper starts. An administrator may install the app
	 * later.
	 */
	write_manifest("late", 'c', 0);
	keep_registry();
	return 0;
}

/* Runs the event loop until the helper has nothing left to do. */
static void come_to_rest(void)
{
	unsigned int rounds = 0;
	int result;

	presence_look_at_all(world.daemon);
	while ((result = sd_event_run(world.daemon->event, 0)) > 0)
		fuzz_assert(++rounds < ROUNDS);
	fuzz_assert(!result);
}

static void start_helper(void)
{
	const struct caller watcher = { .peer = WATCHER_PEER, .pid = 1, .admin = true };
	struct problem problem = { "" };

	world.daemon = calloc(1, sizeof(*world.daemon));
	fuzz_assert(world.daemon && sd_event_new(&world.daemon->event) >= 0);
	if (set_up(world.daemon, world.config, &problem)) {
		fprintf(stderr, "%s\n", problem.text);
		fuzz_fail("the helper starts", __FILE__, __LINE__);
	}
	watcher_begin();
	fuzz_assert(kernel_call(&watcher, BGTASK_CMD_TASK_ASSOCIATE, "", 0, come_to_rest));
}

static void stop_helper(void)
{
	tear_down(world.daemon);
	free(world.daemon);
	world.daemon = NULL;
}

void kernel_killed(const char *container)
{
	char part[128];

	snprintf(part, sizeof(part), "/apps/%s/", container);
	machine_kill(part);
}

/* Returns the number of the container that a process is in. */
static uint32_t container_of_process(uint32_t pid)
{
	const char *place = strstr(machine_cgroup(pid), "/apps/");
	char name[2] = "";

	if (place)
		name[0] = place[strlen("/apps/")];
	return kernel_container(name);
}

static bool find_caller(char who, struct caller *caller)
{
	char name[2] = { who };

	*caller = (struct caller){ .peer = (uint32_t)(unsigned char)who, .pid = 1 };
	if (who >= '0' && who <= '9') {
		caller->pid = machine_process((unsigned int)(who - '0'));
		caller->container = container_of_process(caller->pid);
		return caller->pid;
	}
	caller->admin = who == 'r';
	if (who == 'a' || who == 'b' || who == 'c')
		caller->container = kernel_container(name);
	return who == 'n' || caller->admin || caller->container;
}

/* The input cannot have the path of a manifest, which is another one in each run. */
static size_t put_manifest(struct script *line, char *payload, size_t room)
{
	struct nlattr *attr = (struct nlattr *)payload;
	char app = script_character(line);
	int length;

	length = snprintf(payload + MNL_ATTR_HDRLEN, room - MNL_ATTR_HDRLEN, "%s/%s/%c.bgtask",
			  world.directory, app == 'c' ? "late" : "early", app);
	attr->nla_type = BGTASK_A_APP_MANIFEST;
	attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + length + 1);
	return MNL_ALIGN(attr->nla_len);
}

static void call(char who, struct script *line)
{
	_Alignas(struct nlattr) char payload[PAYLOAD_ROOM];
	uint32_t command = BGTASK_CMD_TASK_REGISTER;
	struct caller caller;
	size_t size = 0;

	command += (uint32_t)(script_character(line) - 'A');
	if (!find_caller(who, &caller))
		return;
	if (line->at < line->end && *line->at != ',')
		size = put_manifest(line, payload, sizeof(payload));
	size += script_attributes(line, payload + size, sizeof(payload) - size);
	fuzz_assert(kernel_call(&caller, command, payload, size, come_to_rest));
}

static enum bgtask_trigger read_trigger(struct script *line)
{
	return (enum bgtask_trigger)((unsigned char)(script_character(line) - 'a') % TRIGGER_COUNT);
}

static void happen(char what, struct script *line)
{
	bool named = strchr("!LUMG", what);
	char name[2] = { named ? script_character(line) : '\0' };
	unsigned int number;

	switch (what) {
	case 'X':
		number = (unsigned char)(script_character(line) - '0');
		machine_exit(machine_process(number), (signed char)script_number(line));
		break;
	case 'G':
		kernel_peer_gone((unsigned char)name[0]);
		break;
	case 'T':
		machine_pass_time(script_number(line));
		break;
	case 'S':
		machine_fire(read_trigger(line));
		break;
	case 'C':
		number = (unsigned char)(script_character(line) - 'a') % 3 * 2;
		machine_condition(1u << number, script_number(line));
		break;
	case 'P':
		number = script_character(line) == '1';
		machine_power(number, (int)(script_number(line) % 101));
		break;
	case 'D':
		machine_trace(script_number(line));
		break;
	case 'M':
		if (name[0] == 'a' || name[0] == 'b')
			write_manifest("early", name[0], script_number(line) % 4);
		break;
	case 'E':
		kernel_refuse((int)(script_number(line) % 16));
		break;
	case '!':
		kernel_throttled(kernel_container(name));
		break;
	case 'L':
		kernel_delete(kernel_container(name));
		break;
	case 'U':
		kernel_member_gone(kernel_container(name));
		break;
	case 'H':
		kernel_refuse(-1);
		stop_helper();
		start_helper();
		break;
	}
	come_to_rest();
}

static int read_task(void *data, const struct task_record *record)
{
	const struct task *task = task_find(world.daemon, record->id);

	(void)data;
	/*
	 * The task of an app stays in the registry if the app had no manifest when the helper
	 * started.
	 */
	fuzz_assert(task ? !strcmp(task->record.name, record->name) :
			   !app_find(world.daemon, record->app));
	return 0;
}

struct sum {
	unsigned int running;
	bool lost;	/* some belong to an app that had no manifest */
};

static int read_instance(void *data, const struct instance_record *record)
{
	struct sum *sum = data;

	sum->running += record->state == BGTASK_INSTANCE_STATE_RUNNING ||
			record->state == BGTASK_INSTANCE_STATE_CANCELLING;
	sum->lost |= !app_find(world.daemon, record->app);
	return 0;
}

/* Checks that the next helper can read the registry, and will know all running instances. */
static void check_registry(void)
{
	struct registry *registry = world.daemon->registry;
	struct sum sum = { 0 };

	fuzz_assert(!registry_task_each(registry, NULL, 0, read_task, NULL));
	fuzz_assert(!registry_instance_each(registry, NULL, 0, read_instance, &sum));
	fuzz_assert(sum.lost || sum.running == machine_running());
	watcher_check(world.daemon);
}

static void clear(void)
{
	char path[128];

	format(path, sizeof(path), "state");
	fuzz_remove(path);
	make_directory("state");
	format(path, sizeof(path), "state/registry.db");
	fuzz_write(path, world.registry, world.registry_size);
	format(path, sizeof(path), "run");
	fuzz_remove(path);
	fuzz_remove(world.cgroups);
	make_directory("cgroup");
	write_manifest("early", 'a', 0);
	write_manifest("early", 'b', 0);
	kernel_reset();
	machine_reset(world.cgroups);
	watcher_reset();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = { (const char *)data, (const char *)data + size }, line;
	char first;

	clear();
	start_helper();
	fuzz_assert(app_find(world.daemon, "a") && app_find(world.daemon, "b"));
	while (script_line(&script, &line)) {
		first = script_character(&line);
		if (first && strchr("rabcn0123456789", first))
			call(first, &line);
		else if (first && first != '#')
			happen(first, &line);
	}
	check_registry();
	stop_helper();
	return 0;
}
