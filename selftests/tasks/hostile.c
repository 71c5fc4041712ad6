// SPDX-License-Identifier: GPL-2.0
/*
 * Two hostile apps: one floods the helper, lies about who it is, sends malformed messages, and
 * leaves dead sockets behind; the other one, which the first one's flood does not keep from being
 * heard, lets its tasks fail, talk, and ignore their cancellation, and is killed for it again and
 * again. A third app's registrations, firings and completions go on meanwhile, and neither the
 * helper's memory nor its log grows without bound.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "genl.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define HOSTILE		"org.example.Hostile"
#define RESTLESS	"org.example.Restless"
#define VICTIM		"org.example.Victim"
#define USER		1001
#define NOBODY		65534
#define PROGRAM		HELPER_TOP "/hostile"
#define TASKS		12
/* How long any request to the helper may take. */
#define BOUND		(10 * SEC)
/* How much the helper's memory may grow, and how many lines it may log. */
#define GROWTH_KB	8192
#define LINES_PER_SEC	4
#define LINES_AT_ONCE	240

/* Memory that all processes share. */
struct field {
	volatile bool stop;
	/* Ids that belong to the victim, for lies about them. */
	volatile uint32_t task, instance, container;
	/* Counted atomically. */
	uint64_t calls, refused, sockets, fired;
	/* The victim's slowest call and run, ns; and how often the helper has served it. */
	volatile uint64_t slowest_call, slowest_run, served;
};

FIXTURE(hostile) {
	struct bgt *bgt;
	struct field *field;
};

/* A third of the tasks run this program, another third end at once, the rest cannot be run. */
static bool does_talk(unsigned int task)
{
	return task % 3 == 1;
}

static int task_register(struct bgt *bgt, const char *app, const char *name, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	if (app)
		bgt_task_builder_set_app(builder, app);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

/*
 * The hostile processes
 */

/* Makes calls of all kinds as fast as it can, and reads no answers. */
static void flood(struct field *field, uint64_t *seed)
{
	static const uint8_t commands[] = {
		BGTASK_CMD_TASK_REGISTER, BGTASK_CMD_TASK_GET, BGTASK_CMD_TRIGGER_FIRE,
		BGTASK_CMD_INSTANCE_GET, BGTASK_CMD_INSTANCE_ATTACH, BGTASK_CMD_TASK_UNREGISTER,
		BGTASK_CMD_APP_GET, BGTASK_CMD_CONDITION_GET,
	};
	struct genl genl[4];
	char name[16];

	for (size_t i = 0; i < ARRAY_SIZE(genl); i++)
		if (genl_open(&genl[i]))
			fail("no socket: %s", strerror(errno));
	while (!field->stop) {
		struct genl *one = &genl[random_next(seed) % ARRAY_SIZE(genl)];
		uint8_t command = commands[random_next(seed) % ARRAY_SIZE(commands)];

		genl_begin(one, command);
		if (command == BGTASK_CMD_TASK_REGISTER || command == BGTASK_CMD_TRIGGER_FIRE ||
		    command == BGTASK_CMD_TASK_UNREGISTER) {
			snprintf(name, sizeof(name), "%u",
				 (unsigned int)(random_next(seed) % TASKS));
			genl_put_string(one, BGTASK_A_TASK_NAME, name);
		}
		if (command == BGTASK_CMD_TASK_REGISTER)
			genl_put_u32(one, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_APPLICATION);
		(void)genl_send(one, random_next(seed) % 2 ? NLM_F_ACK : 0);
		crowd_count(&field->calls);
	}
}

static void expect_refusal(struct field *field, struct bgt *bgt, int what, int error)
{
	crowd_count(&field->calls);
	if (!error)
		fail("lie %d was believed", what);
	if (error == -EPERM || error == -ENOENT || error == -EACCES)
		crowd_count(&field->refused);
	else if (error != -EBUSY && error != -EDQUOT && error != -EUSERS && error != -ENOBUFS)
		fail("lie %d: %s (%d)", what, bgt_error(bgt), error);
}

/* Makes calls in the name of another app, of no app, or that need rights which it does not have. */
static void lie(struct field *field, uint64_t *seed)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt *bgt = mutex_connect();
	struct bgt_instance *instances;
	struct bgt_task *tasks;
	char id[BGT_NAME_MAX + 1];
	uint32_t number;

	(void)seed;
	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = true;
	while (!field->stop) {
		int results[] = {
			task_register(bgt, VICTIM, "other", &number),
			bgt_task_unregister(bgt, field->task, true),
			bgt_task_unregister_by_name(bgt, VICTIM, "keep", true),
			bgt_trigger_fire(bgt, VICTIM, "keep", BGT_TRIGGER_APPLICATION, NULL),
			bgt_trigger_fire(bgt, NULL, NULL, BGT_TRIGGER_USER_AWAY, NULL),
			bgt_instance_list(bgt, VICTIM, &instances),
			bgt_task_list(bgt, VICTIM, &tasks),
			bgt_task_associate(bgt, VICTIM),
			bgt_instance_cancel(bgt, field->instance, BGT_CANCEL_ABORT),
			bgt_instance_attach(bgt, &instances),
			bgt_instance_progress(bgt, 1),
			bgt_instance_complete(bgt, 0, "it is done"),
			bgt_app_install(bgt, HELPER_TOP "/apps/" HOSTILE ".bgtask", id),
			bgt_app_remove(bgt, VICTIM),
			bgt_app_set_access(bgt, HOSTILE, BGT_ACCESS_ALWAYS_ALLOWED),
			bgt_app_upgraded(bgt, VICTIM),
			bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT, 0, true),
			bgt_container_kill(bgt, field->container, BGT_ROLE_ALL),
			bgt_container_set(bgt, field->container, &policy),
		};

		for (size_t i = 0; i < ARRAY_SIZE(results); i++)
			expect_refusal(field, bgt, (int)i, results[i]);
	}
	bgt_close(bgt);
}

/* Makes calls that only the helper may make. */
static void pretend(struct field *field, uint64_t *seed)
{
	static const uint8_t commands[] = {
		BGTASK_CMD_HELPER_ATTACH, BGTASK_CMD_CALL_REPLY, BGTASK_CMD_APP_EVENT,
	};
	struct genl genl;
	int error;

	if (genl_open(&genl))
		fail("no socket: %s", strerror(errno));
	for (uint32_t i = 0; !field->stop; i++) {
		genl_begin(&genl, commands[i % ARRAY_SIZE(commands)]);
		if (i % ARRAY_SIZE(commands)) {
			genl_put_u32(&genl, i % ARRAY_SIZE(commands) == 1 ? BGTASK_A_CALL_ID :
				     BGTASK_A_CALL_PEER, (uint32_t)random_next(seed) % 10000 + 1);
			genl_put_u32(&genl, BGTASK_A_CALL_COMMAND,
				     BGTASK_CMD_INSTANCE_CANCELED_NTF);
		}
		error = genl_do(&genl);
		if (error != -EPERM && error != -EINVAL)
			fail("it could become the helper: %d", error);
		crowd_count(&field->refused);
	}
	genl_close(&genl);
}

/* Sends valid messages with a few wrong bytes, and messages that are too short or too long. */
static void mangle(struct field *field, uint64_t *seed)
{
	struct genl genl;
	char junk[4096];

	if (genl_open(&genl))
		fail("no socket: %s", strerror(errno));
	while (!field->stop) {
		struct nlmsghdr *header = (struct nlmsghdr *)genl.request;
		size_t size;

		genl_begin(&genl, (uint8_t)(random_next(seed) % 48));
		genl_put_string(&genl, BGTASK_A_TASK_NAME, "1");
		genl_put_u32(&genl, BGTASK_A_TASK_TRIGGER, (uint32_t)random_next(seed) % 24);
		genl_put_u32(&genl, BGTASK_A_TASK_CONDITIONS, (uint32_t)random_next(seed) % 70);
		memset(junk, 'x', sizeof(junk));
		genl_put(&genl, BGTASK_A_TASK_ENTRY_POINT, junk, random_next(seed) % 1100);
		header->nlmsg_flags = NLM_F_REQUEST | (random_next(seed) % 2 ? NLM_F_ACK : 0);
		size = header->nlmsg_len;
		for (uint64_t i = random_next(seed) % 4; i; i--)
			genl.request[NLMSG_HDRLEN + random_next(seed) % (size - NLMSG_HDRLEN)] =
				(uint8_t)random_next(seed);
		if (random_next(seed) % 4 == 0)
			header->nlmsg_len = (uint32_t)(random_next(seed) % (2 * size));
		if (random_next(seed) % 4 == 0)
			size = random_next(seed) % size + 1;
		(void)!send(genl.socket, genl.request, size, MSG_DONTWAIT);
		crowd_count(&field->calls);
		if (random_next(seed) % 64 == 0)
			while (recv(genl.socket, junk, sizeof(junk), MSG_DONTWAIT) > 0)
				;
	}
	genl_close(&genl);
}

static void associate(struct genl *genl)
{
	genl_begin(genl, BGTASK_CMD_TASK_ASSOCIATE);
	(void)genl_send(genl, 0);
}

/*
 * Opens many sockets that make a call, and closes them, at once or later, without reading the
 * answer.
 */
static void leave_sockets(struct field *field, uint64_t *seed)
{
	static struct genl many[400];
	unsigned int left = 0;

	while (!field->stop) {
		while (left < ARRAY_SIZE(many) && !field->stop && !genl_open(&many[left])) {
			associate(&many[left]);
			crowd_count(&field->sockets);
			if (random_next(seed) % 2)
				genl_close(&many[left]);
			else
				left++;
		}
		while (left)
			genl_close(&many[--left]);
	}
}

/*
 * Cancels the tasks that run this program and have attached: they ignore SIGTERM and would run for
 * ever, in the place of other tasks.
 */
static void cancel_those_who_talk(struct bgt *bgt)
{
	struct bgt_instance *list;

	if (bgt_instance_list(bgt, NULL, &list))
		return;
	for (const struct bgt_instance *instance = list; instance; instance = instance->next)
		if (instance->state == BGT_INSTANCE_RUNNING && instance->progress)
			(void)bgt_task_unregister_by_name(bgt, NULL, instance->name, true);
	bgt_instance_free(list);
}

/*
 * Does all that its manifest allows, again and again, with long texts; some of its tasks cannot be
 * run.
 */
static void churn(struct field *field, uint64_t *seed)
{
	struct bgt *bgt = mutex_connect();
	char name[16], argument[1025];
	uint32_t id;

	memset(argument, 'x', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	/* Begins with a task that talks, so that it does not take long until the app is killed. */
	for (unsigned int task = 1; !field->stop; task = (task + 1) % TASKS) {
		snprintf(name, sizeof(name), "%u", task);
		(void)task_register(bgt, NULL, name, &id);
		for (int i = 0; i < 4; i++)
			if (!bgt_trigger_fire(bgt, NULL, name, BGT_TRIGGER_APPLICATION, argument))
				crowd_count(&field->fired);
		crowd_count(&field->calls);
		if (!does_talk(task) && random_next(seed) % 2)
			(void)bgt_task_unregister_by_name(bgt, NULL, name, true);
		cancel_those_who_talk(bgt);
	}
	bgt_close(bgt);
}

/* A task that never stops reporting its progress and its completion, even when it is cancelled. */
static void talk(void)
{
	struct bgt_instance *instance;
	char message[1025];
	struct bgt *bgt;

	memset(message, 'y', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	if (bgt_open(&bgt) || bgt_instance_attach(bgt, &instance))
		_exit(1);
	for (uint32_t i = 0;; i++) {
		(void)bgt_instance_progress(bgt, i % 100);
		if (i % 16 == 0)
			(void)bgt_instance_complete(bgt, (int32_t)i, message);
	}
}

static void __attribute__((constructor)) become_task(void)
{
	if (getenv("BGTASK_TASK"))
		talk();
}

/*
 * The victim, and the test's apps
 */

static void wait_for_end(struct bgt *bgt, uint64_t since)
{
	const struct bgt_event *event;
	struct pollfd poller = { .fd = bgt_fd(bgt), .events = POLLIN };
	int result;

	while (now() < since + DEADLINE) {
		while ((result = bgt_next_event(bgt, &event)) > 0) {
			if (event->type != BGT_EVENT_INSTANCE_ENDED)
				continue;
			if (event->instance->state != BGT_INSTANCE_COMPLETED)
				fail("it has ended as %s: %s",
				     bgt_instance_state_name(event->instance->state),
				     event->instance->message);
			return;
		}
		if (result < 0)
			fail("no events: %s", bgt_error(bgt));
		poll(&poller, 1, 100);
	}
	fail("a task that was fired does not end");
}

/* Plays a well-behaved app: each of its requests must succeed, and soon. */
static void behave(struct field *field, uint64_t *seed)
{
	struct bgt *bgt = mutex_connect();
	uint64_t began, fired;
	uint32_t id;

	(void)seed;
	if (bgt_task_associate(bgt, NULL))
		fail("bgt_task_associate: %s", bgt_error(bgt));
	while (!field->stop) {
		began = now();
		if (task_register(bgt, NULL, "job", &id))
			fail("cannot register: %s", bgt_error(bgt));
		crowd_note_slowest(&field->slowest_call, began);
		fired = began = now();
		if (bgt_trigger_fire(bgt, NULL, "job", BGT_TRIGGER_APPLICATION, NULL))
			fail("cannot fire: %s", bgt_error(bgt));
		crowd_note_slowest(&field->slowest_call, began);
		wait_for_end(bgt, fired);
		crowd_note_slowest(&field->slowest_run, fired);
		began = now();
		if (bgt_task_unregister(bgt, id, false))
			fail("cannot unregister: %s", bgt_error(bgt));
		crowd_note_slowest(&field->slowest_call, began);
		field->served++;
	}
	bgt_close(bgt);
}

/* The app's container is made when its first task runs. */
static void run_once(struct bgt *bgt, const char *app, const char *name)
{
	uint32_t id;

	if (task_register(bgt, app, name, &id) ||
	    bgt_trigger_fire(bgt, app, name, BGT_TRIGGER_APPLICATION, NULL) ||
	    !instance_wait(bgt, app, name, BGT_INSTANCE_COMPLETED))
		fail("cannot run %s: %s", name, bgt_error(bgt));
}

static void install_hostile(struct bgt *bgt, const char *app)
{
	char text[2048], file[64], id[BGT_NAME_MAX + 1];
	int length;

	length = snprintf(text, sizeof(text), "[App]\nId=%s\nUser=%d\nClass=free\n", app, USER);
	for (int i = 0; i < TASKS; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "[Task %d]\nEntryPoint=%s\nTriggers=application\n", i,
				   does_talk((unsigned int)i) ? PROGRAM :
				   i % 3 ? "/nowhere/at/all" : "/bin/true");
	snprintf(file, sizeof(file), "apps/%s.bgtask", app);
	if (bgt_app_install(bgt, helper_write(file, text), id))
		fail("bgt_app_install: %s", bgt_error(bgt));
	run_once(bgt, app, "0");
}

FIXTURE_SETUP(hostile)
{
	struct helper_settings settings = HELPER_SETTINGS;

	/* How long the helper waits for tasks that ignore their cancellation. */
	settings.cancel_timeout = 2 * SEC;
	scene_begin();
	self->bgt = mutex_connect();
	helper_start_with(self->bgt, &settings);
	if (system("cp /proc/$PPID/exe " PROGRAM))
		fail("cannot copy this program");
	install_hostile(self->bgt, HOSTILE);
	install_hostile(self->bgt, RESTLESS);
	helper_install(self->bgt, VICTIM, "Class=free\n"
		       "[Task keep]\nEntryPoint=/bin/true\nTriggers=application\n"
		       "[Task lasts]\nEntryPoint=/bin/sleep 10000\nTriggers=application\n"
		       "[Task job]\nEntryPoint=/bin/true\nTriggers=application\n");
	run_once(self->bgt, VICTIM, "keep");
	self->field = mmap(NULL, sizeof(*self->field), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->field);
}

FIXTURE_TEARDOWN_PARENT(hostile)
{
	/* All processes end: they are in cgroups of the helper or belong to the test. */
	helper_end();
	scene_end();
}

static unsigned int lines_logged(void)
{
	FILE *log = fopen(HELPER_TOP "/log", "re");
	unsigned int lines = 0;
	int character;

	if (!log)
		fail("there is no log");
	while ((character = getc(log)) != EOF)
		lines += character == '\n';
	fclose(log);
	return lines;
}

/*
 * Whether the victim is still served, and has been served so often: a request that never ends would
 * not show in the maximum of the times.
 */
static bool is_served_still(const struct field *field, uint64_t times)
{
	uint64_t end = now() + DEADLINE;

	if (times <= field->served)
		times = field->served + 1;
	while (field->served < times && now() < end)
		look_later(end);
	return field->served >= times;
}

static const struct {
	void (*act)(struct field *field, uint64_t *seed);
	/* NULL: outside of all apps. */
	const char *app;
} kinds[] = {
	{ flood, HOSTILE }, { lie, HOSTILE }, { lie, NULL }, { pretend, HOSTILE },
	{ mangle, HOSTILE }, { mangle, NULL }, { leave_sockets, HOSTILE }, { churn, RESTLESS },
};

static pid_t enter(unsigned int kind, struct field *field, uint64_t *seed)
{
	return crowd_enter(kinds[kind].app, USER, kinds[kind].act, field, random_next(seed));
}

/*
 * Only the process that runs tasks may be killed, as the helper kills its app for tasks that do not
 * end.
 */
static bool is_killed(unsigned int kind, pid_t pid)
{
	int status;
	pid_t ended = waitpid(pid, &status, WNOHANG);

	if (!ended)
		return false;
	if (ended != pid || kinds[kind].act != churn || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGKILL)
		fail("kind %u has ended: %d, %#x", kind, ended, status);
	return true;
}

static void get_rid_of(struct bgt *bgt, const char *app)
{
	uint64_t end = now() + DEADLINE;
	int error;

	while ((error = bgt_app_remove(bgt, app)) == -EAGAIN && now() < end)
		look_later(end);
	if (error)
		fail("cannot remove %s: %s", app, bgt_error(bgt));
	end = now() + DEADLINE;
	while (!access(helper_cgroup(app, ""), F_OK)) {
		if (now() >= end)
			fail("%s is removed, and its cgroup is not", app);
		look_later(end);
	}
}

TEST_F_TIMEOUT(hostile, all, 3600)
{
	const unsigned int seconds = soak() ? 300 : 20;
	unsigned int memory, lines, killed = 0;
	const struct bgt_instance *instance;
	struct bgt_container *container;
	uint64_t seed = random_seed(), end;
	pid_t pids[ARRAY_SIZE(kinds)], victim;
	uint32_t id;

	/* The victim's task, instance and container, for lies about them. */
	ASSERT_EQ(0, task_register(self->bgt, VICTIM, "lasts", &id));
	self->field->task = id;
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, VICTIM, "lasts", BGT_TRIGGER_APPLICATION, NULL));
	instance = instance_wait(self->bgt, VICTIM, "lasts", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	self->field->instance = instance->id;
	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, VICTIM, &container));
	self->field->container = container->id;
	bgt_container_free(container);

	victim = crowd_enter(VICTIM, NOBODY, behave, self->field, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		pids[i] = enter(i, self->field, &seed);

	/* The helper's memory once all caches and buffers exist. */
	pause_for(seconds / 4 * SEC);
	memory = crowd_memory(helper_pid());
	end = now() + seconds * 3 / 4 * SEC;
	for (; now() < end || (!killed && now() < end + 20 * DEADLINE); pause_for(SEC)) {
		ASSERT_EQ(0, waitpid(victim, NULL, WNOHANG));
		ASSERT_EQ(0, waitpid(helper_pid(), NULL, WNOHANG));
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
			if (!is_killed(i, pids[i]))
				continue;
			killed++;
			pids[i] = enter(i, self->field, &seed);
		}
	}
	note("%llu calls, %llu of them refused, %llu sockets, %llu firings, killed %u times; %llu "
	     "times served meanwhile, a call in at most %llu ms, a run in at most %llu ms",
	     (unsigned long long)self->field->calls, (unsigned long long)self->field->refused,
	     (unsigned long long)self->field->sockets, (unsigned long long)self->field->fired,
	     killed, (unsigned long long)self->field->served,
	     (unsigned long long)(self->field->slowest_call / MSEC),
	     (unsigned long long)(self->field->slowest_run / MSEC));
	lines = lines_logged();
	note("the helper had %u kB, and has %u kB; it has logged %u lines", memory,
	     crowd_memory(helper_pid()), lines);
	EXPECT_LT(crowd_memory(helper_pid()), memory + GROWTH_KB);
	EXPECT_LT(lines, LINES_AT_ONCE + seconds * LINES_PER_SEC);
	EXPECT_TRUE(is_served_still(self->field, seconds * SEC / BOUND));
	EXPECT_LT(self->field->slowest_call, BOUND);
	EXPECT_LT(self->field->slowest_run, BOUND);
	EXPECT_GT(self->field->refused, 0);
	EXPECT_GT(self->field->fired, 0);
	EXPECT_GT(killed, 0);

	self->field->stop = true;
	EXPECT_EQ(0, task_wait(victim));
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		int status = task_wait(pids[i]);

		EXPECT_TRUE(!status || (kinds[i].act == churn && status == 128 + SIGKILL));
	}

	/* The victim's task runs on. */
	instance = instance_look(self->bgt, VICTIM, "lasts");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(self->field->instance, instance->id);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	/* The hostile apps can be removed. */
	get_rid_of(self->bgt, HOSTILE);
	get_rid_of(self->bgt, RESTLESS);
}

TEST_HARNESS_MAIN
