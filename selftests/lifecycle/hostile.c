// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile app makes all calls that belong to the life of apps, as fast as it can: it attaches,
 * names UI threads, asks for extensions and closes them, says that it has saved its state and that
 * tasks in it have ended; by whole and cut messages, from many sockets that nobody reads; and it
 * lies about a victim. The victim meanwhile goes to the background and comes back, has an
 * extension, and a task in its own process; the tasks of a third app run. The helper does not grow,
 * and tells the service manager all the time that it lives.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "crowd.h"
#include "genl.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "manager.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define HOSTILE		"org.example.Hostile"
#define VICTIM		"org.example.Victim"
#define OTHER		"org.example.Other"
#define USER		1001
#define PLAIN		"Class=free\n[Task task]\nEntryPoint=/bin/true\nTriggers=application\n"
/* How long a step of the victim's life may take. */
#define BOUND		DEADLINE
/* How much the helper's memory may grow. */
#define GROWTH_KB	4096
/* How often the helper has to tell that it lives. */
#define WATCHDOG	(10 * SEC)

struct field {
	volatile bool stop;
	/* The victim's first thread, and a task that runs in the victim: subjects of lies. */
	volatile uint32_t thread, instance;
	/* Counted atomically. */
	uint64_t calls, refused, extensions;
	/* When the victim's current step has begun, and how long the slowest step has taken. */
	uint64_t began, slowest;
};

FIXTURE(hostile) {
	struct bgt *bgt;
	struct field *field;
	int manager;
	struct pulse pulse;
};

/* The hostile app */

static uint32_t pick(uint64_t *seed, uint32_t count)
{
	return (uint32_t)(random_next(seed) % count);
}

/* Puts together a call for the life of an app, which may make sense or not. */
static void make_call(struct genl *genl, const struct field *field, uint64_t *seed)
{
	static const uint8_t commands[] = {
		BGTASK_CMD_APP_ATTACH, BGTASK_CMD_APP_SAVED, BGTASK_CMD_APP_MOVE,
		BGTASK_CMD_EXTENSION_REQUEST, BGTASK_CMD_EXTENSION_CLOSE,
		BGTASK_CMD_INSTANCE_COMPLETE, BGTASK_CMD_INSTANCE_PROGRESS,
	};
	const uint32_t threads[] = { (uint32_t)getpid(), 1, field->thread, pick(seed, 1 << 22) };
	uint8_t command = commands[pick(seed, ARRAY_SIZE(commands))];
	char text[1025];

	memset(text, 'x', sizeof(text) - 1);
	text[pick(seed, sizeof(text))] = '\0';
	text[sizeof(text) - 1] = '\0';
	genl_begin(genl, command);
	if (command == BGTASK_CMD_APP_ATTACH && pick(seed, 2))
		genl_put_u32(genl, BGTASK_A_APP_UI_THREAD, threads[pick(seed, 4)]);
	if (command == BGTASK_CMD_APP_MOVE) {
		genl_put_string(genl, BGTASK_A_APP_ID, pick(seed, 2) ? VICTIM : HOSTILE);
		genl_put_u32(genl, BGTASK_A_APP_MOVE, pick(seed, 7));
	}
	if (command == BGTASK_CMD_EXTENSION_REQUEST) {
		genl_put_u32(genl, BGTASK_A_EXTENSION_REASON, pick(seed, 4));
		genl_put_string(genl, BGTASK_A_EXTENSION_DESCRIPTION, text);
	}
	if (command == BGTASK_CMD_INSTANCE_COMPLETE || command == BGTASK_CMD_INSTANCE_PROGRESS)
		genl_put_u32(genl, BGTASK_A_INSTANCE_ID, field->instance + pick(seed, 3) - 1);
	if (command == BGTASK_CMD_INSTANCE_PROGRESS)
		genl_put_u32(genl, BGTASK_A_INSTANCE_PROGRESS, pick(seed, 200));
	if (command == BGTASK_CMD_INSTANCE_COMPLETE)
		genl_put_string(genl, BGTASK_A_INSTANCE_MESSAGE, text);
}

/*
 * Calls as fast as it can; a pause now and then leaves other processes of the app room for a call.
 * Reads no answers, and sends only a part of some messages.
 */
static void flood(struct field *field, uint64_t *seed)
{
	struct genl genl[8];

	for (size_t i = 0; i < ARRAY_SIZE(genl); i++)
		if (genl_open(&genl[i]))
			fail("no socket: %s", strerror(errno));
	while (!field->stop) {
		struct genl *one = &genl[pick(seed, ARRAY_SIZE(genl))];
		const struct nlmsghdr *header = (const struct nlmsghdr *)one->request;

		make_call(one, field, seed);
		if (pick(seed, 8))
			(void)genl_send(one, pick(seed, 2) ? NLM_F_ACK : 0);
		else
			(void)!send(one->socket, one->request, pick(seed, header->nlmsg_len) + 1,
				    MSG_DONTWAIT);
		crowd_count(&field->calls);
		if (!pick(seed, 200))
			usleep(pick(seed, 100000));
	}
}

/* Sockets that attach, call, and are closed sooner or later. */
static void leave_sockets(struct field *field, uint64_t *seed)
{
	static struct genl many[100];
	unsigned int left = 0;

	while (!field->stop) {
		while (left < ARRAY_SIZE(many) && !field->stop && !genl_open(&many[left])) {
			genl_begin(&many[left], BGTASK_CMD_APP_ATTACH);
			(void)genl_send(&many[left], 0);
			make_call(&many[left], field, seed);
			(void)genl_send(&many[left], 0);
			crowd_count(&field->calls);
			if (pick(seed, 2))
				genl_close(&many[left]);
			else
				left++;
		}
		while (left)
			genl_close(&many[--left]);
	}
}

/* All calls of an app's own life, each as soon as the one before is answered. */
static void live_fast(struct field *field, uint64_t *seed)
{
	struct bgt *bgt = mutex_connect();
	const struct bgt_event *event;
	bool allowed;
	int error;

	while (!field->stop) {
		(void)bgt_app_attach(bgt);
		error = bgt_extension_request(bgt, (enum bgt_extension_reason)pick(seed, 3),
					      "a lie", &allowed, NULL);
		/* Another socket of the app has requested an extension already. */
		if (!error || (error == -EBUSY && strstr(bgt_error(bgt), "extension")))
			crowd_count(&field->extensions);
		(void)bgt_app_saved(bgt);
		(void)bgt_extension_close(bgt);
		while (bgt_next_event(bgt, &event) > 0)
			;
		crowd_count(&field->calls);
	}
	bgt_close(bgt);
}

static void expect_refusal(struct field *field, struct bgt *bgt, int what, int error)
{
	crowd_count(&field->calls);
	if (!error)
		fail("lie %d was believed", what);
	if (error == -EPERM || error == -ENOENT || error == -ESRCH || error == -EINVAL)
		crowd_count(&field->refused);
	else if (error != -EDQUOT && error != -ENOBUFS)
		fail("lie %d: %s (%d)", what, bgt_error(bgt), error);
}

/* Calls about another app, and calls from a socket that has not attached. */
static void lie(struct field *field, uint64_t *seed)
{
	struct bgt *bgt = mutex_connect();
	uint32_t pid;
	bool allowed;

	while (!field->stop) {
		int results[] = {
			bgt_activation_complete(bgt, field->instance, 0, "it is done"),
			bgt_activation_progress(bgt, field->instance, 99),
			bgt_activation_complete(bgt, UINT32_MAX - pick(seed, 9), 1, NULL),
			bgt_instance_cancel(bgt, field->instance, BGT_CANCEL_ABORT),
			bgt_app_set_ui_thread(bgt, field->thread),
			bgt_app_launch(bgt, VICTIM, &pid),
			bgt_app_foreground(bgt, HOSTILE),
			bgt_app_background(bgt, VICTIM),
			bgt_app_suspend(bgt, VICTIM),
			bgt_app_resume(bgt, VICTIM),
			bgt_app_terminate(bgt, VICTIM),
			bgt_app_saved(bgt),
			bgt_extension_close(bgt),
			bgt_extension_request(bgt, BGT_EXTENSION_SAVING_DATA, "", &allowed, NULL),
		};

		for (size_t i = 0; i < ARRAY_SIZE(results); i++)
			expect_refusal(field, bgt, (int)i, results[i]);
	}
	bgt_close(bgt);
}

/* The victim and the third app */

static void run_task(struct bgt *bgt, const char *app)
{
	uint32_t id;

	if (helper_try_register(bgt, (struct wanted){ .app = app, .name = "task",
						      .trigger = BGT_TRIGGER_APPLICATION }, &id) ||
	    bgt_trigger_fire(bgt, app, "task", BGT_TRIGGER_APPLICATION, NULL) ||
	    !instance_wait(bgt, app, "task", BGT_INSTANCE_COMPLETED) ||
	    bgt_task_unregister(bgt, id, false))
		fail("cannot run a task of %s: %s", app, bgt_error(bgt));
}

FIXTURE_SETUP(hostile)
{
	struct helper_settings settings = HELPER_SETTINGS;

	/* No timeout suspends an app, and no budget throttles one. */
	settings.more = "SuspendTimeout=10min\n";
	settings.quota = settings.period = 60 * SEC;
	scene_begin();
	self->bgt = mutex_connect();
	self->manager = manager_begin(WATCHDOG);
	helper_start_with(self->bgt, &settings);
	helper_install(self->bgt, HOSTILE, PLAIN);
	helper_install(self->bgt, OTHER, PLAIN);
	actor_install_as(self->bgt, VICTIM, "inside");
	/*
	 * Runs tasks before the attack, so that the containers and cgroups that the apps need
	 * exist.
	 */
	run_task(self->bgt, HOSTILE);
	run_task(self->bgt, OTHER);
	self->field = mmap(NULL, sizeof(*self->field), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->field);
}

FIXTURE_TEARDOWN_PARENT(hostile)
{
	helper_end();
	scene_end();
}

static void hear_ready(int manager)
{
	struct notice notice;

	do
		if (!manager_hear(manager, &notice, DEADLINE))
			fail("the helper does not say that it is ready");
	while (strcmp(notice.text, "READY=1"));
}

static void step(struct field *field)
{
	crowd_note_slowest(&field->slowest, field->began);
	field->began = now();
}

/*
 * A task runs in the victim, which is suspended. Only the victim can end the task, whatever others
 * claim.
 */
static void run_inside(struct __test_metadata *_metadata, struct bgt *bgt, struct field *field)
{
	const struct bgt_instance *instance;
	uint64_t calls, end = now() + BOUND, beats = actor_beats(VICTIM);

	ASSERT_EQ(0, bgt_trigger_fire(bgt, VICTIM, "inside", BGT_TRIGGER_APPLICATION,
				      "an argument"));
	ASSERT_TRUE(actor_comes_to_say(VICTIM, "activated inside an argument"));
	step(field);
	instance = instance_look(bgt, VICTIM, "inside");
	ASSERT_NE(NULL, instance);
	field->instance = instance->id;
	/* Waits until the hostile app has told some more lies. */
	for (calls = field->refused; field->refused < calls + 20 && now() < end;)
		usleep(1000);
	field->began = now();
	instance = instance_look(bgt, VICTIM, "inside");
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	EXPECT_EQ(0, instance->progress);
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(bgt, VICTIM)->state);
	actor_do(VICTIM, "complete 0");
	instance = instance_wait(bgt, VICTIM, "inside", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	step(field);
	EXPECT_EQ(field->instance, instance->id);
	EXPECT_STREQ("inside", instance->message);
	EXPECT_TRUE(app_stands(bgt, VICTIM, true));
	EXPECT_EQ(beats, actor_beats(VICTIM));
}

/* The victim leaves the foreground with an extension, is suspended, runs a task, and comes back. */
static void live(struct __test_metadata *_metadata, struct bgt *bgt, struct field *field)
{
	field->began = now();
	ASSERT_TRUE(actor_does(VICTIM, "request unspecified", "allowed"));
	step(field);
	ASSERT_EQ(0, bgt_app_background(bgt, VICTIM));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(bgt, VICTIM)->state);
	EXPECT_TRUE(app_look(bgt, VICTIM)->extended);
	step(field);
	ASSERT_TRUE(actor_does(VICTIM, "close", "close 0"));
	ASSERT_TRUE(actor_says(VICTIM, "suspending"));
	step(field);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(bgt, VICTIM)->state);
	actor_do(VICTIM, "saved");
	ASSERT_TRUE(app_becomes(bgt, VICTIM, BGT_APP_SUSPENDED));
	EXPECT_TRUE(app_stands(bgt, VICTIM, true));
	step(field);
	run_inside(_metadata, bgt, field);
	step(field);
	run_task(bgt, OTHER);
	step(field);
	ASSERT_EQ(0, bgt_app_foreground(bgt, VICTIM));
	ASSERT_TRUE(actor_comes_to_say(VICTIM, "resuming 1"));
	EXPECT_TRUE(app_stands(bgt, VICTIM, false));
	step(field);
}

TEST_F_TIMEOUT(hostile, life, 3600)
{
	static const struct {
		void (*act)(struct field *field, uint64_t *seed);
		bool outside;
	} kinds[] = {
		{ live_fast, false }, { flood, false }, { flood, true }, { leave_sockets, false },
		{ lie, false }, { lie, true },
	};
	uint64_t seed = random_seed(), end, calls;
	pid_t pids[ARRAY_SIZE(kinds)];
	unsigned int rounds, memory = 0;
	int error;

	hear_ready(self->manager);
	self->field->thread = actor_launch(self->bgt, VICTIM);
	self->field->instance = instance_look(self->bgt, OTHER, "task")->id;
	helper_register(self->bgt, (struct wanted){ .app = VICTIM, .name = "inside",
						    .trigger = BGT_TRIGGER_APPLICATION });
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		pids[i] = crowd_enter(kinds[i].outside ? NULL : HOSTILE, USER, kinds[i].act,
				      self->field, random_next(&seed));
		if (i)
			continue;
		/*
		 * The app must have had an extension before its other processes use up all its
		 * calls.
		 */
		ASSERT_TRUE(app_becomes(self->bgt, HOSTILE, BGT_APP_RUNNING));
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, HOSTILE));
		for (end = now() + DEADLINE; !self->field->extensions && now() < end;)
			usleep(1000);
	}

	end = now() + (soak() ? 300 : 20) * SEC;
	for (rounds = 0; rounds < 2 || now() < end; rounds++) {
		calls = self->field->calls;
		/*
		 * The hostile app is in the foreground, or in the background, where it is frozen
		 * once it has "saved".
		 */
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, HOSTILE));
		if (rounds % 2)
			ASSERT_EQ(0, bgt_app_background(self->bgt, HOSTILE));
		live(_metadata, self->bgt, self->field);
		manager_feel(self->manager, &self->pulse);
		EXPECT_GT(self->field->calls, calls + 100);
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			ASSERT_EQ(0, waitpid(pids[i], NULL, WNOHANG));
		/*
		 * The memory of the helper after the first round, when all caches and buffers
		 * exist.
		 */
		if (!rounds)
			memory = crowd_memory(helper_pid());
	}
	note("%u rounds, the slowest step took %llu ms; %llu calls, %llu of them refused, %llu for "
	     "extensions heard", rounds, (unsigned long long)(self->field->slowest / MSEC),
	     (unsigned long long)self->field->calls, (unsigned long long)self->field->refused,
	     (unsigned long long)self->field->extensions);
	note("the helper had %u kB, and has %u kB; it has told %u times that it lives, after at "
	     "most %llu ms", memory, crowd_memory(helper_pid()), self->pulse.beats,
	     (unsigned long long)(self->pulse.longest / MSEC));
	EXPECT_LT(self->field->slowest, BOUND);
	EXPECT_LT(crowd_memory(helper_pid()), memory + GROWTH_KB);
	EXPECT_GT(self->field->refused, 0);
	EXPECT_GT(self->field->extensions, 0);
	EXPECT_GT(self->pulse.beats, 2);
	EXPECT_LT(self->pulse.longest, WATCHDOG);

	self->field->stop = true;
	/* It may have ended already. */
	error = bgt_app_foreground(self->bgt, HOSTILE);
	ASSERT_TRUE(!error || error == -ESRCH);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		EXPECT_EQ(0, task_wait(pids[i]));
	/* The hostile app has ended, and the victim is not affected. */
	EXPECT_TRUE(app_becomes(self->bgt, HOSTILE, BGT_APP_NOT_RUNNING));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, VICTIM)->state);
}

TEST_HARNESS_MAIN
