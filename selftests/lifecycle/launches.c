// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever state an app is in, its tasks are launched beside it, run to their end, and do not
 * change the state. The triggers are fired by the clock, by a logind of the test's own (for
 * sessions and presence), by access to the lock screen that is given and taken, and by an
 * administrator.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"
#include "userspace/bgtaskd/sense/test-logind.h"

#define DIRECTORY	"/tmp/bgtask-selftest-bus"
/* So long that no app is suspended by a timeout. */
#define SETTINGS	"SuspendTimeout=1h\n"
#define HOUR		(3600 * SEC)

/* The task runs until somebody writes a line to this pipe. */
#define GATE		HELPER_SAID "/gate"
#define TASK		"[Task launched]\nEntryPoint=/bin/sh -c \"read line <" GATE "\"\nTriggers="

/* In this order, each trigger can fire after those before it. */
static const enum bgt_trigger triggers[] = {
	BGT_TRIGGER_APPLICATION, BGT_TRIGGER_INTERNET_AVAILABLE, BGT_TRIGGER_SMS_RECEIVED,
	BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED, BGT_TRIGGER_TIME, BGT_TRIGGER_PUSH,
	BGT_TRIGGER_SESSION_CONNECTED, BGT_TRIGGER_USER_AWAY, BGT_TRIGGER_USER_PRESENT,
	BGT_TRIGGER_SESSION_DISCONNECTED, BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED,
};

FIXTURE(launches) {
	struct bgt *bgt;
	pid_t bus;
	struct test_logind logind;
};

FIXTURE_VARIANT(launches) {
	enum bgt_app_state state;
	bool foreground, extended;
};

FIXTURE_VARIANT_ADD(launches, foreground) {
	.state = BGT_APP_RUNNING, .foreground = true,
};

FIXTURE_VARIANT_ADD(launches, background) {
	.state = BGT_APP_RUNNING,
};

FIXTURE_VARIANT_ADD(launches, extended) {
	.state = BGT_APP_RUNNING, .extended = true,
};

FIXTURE_VARIANT_ADD(launches, suspending) {
	.state = BGT_APP_SUSPENDING,
};

FIXTURE_VARIANT_ADD(launches, suspended) {
	.state = BGT_APP_SUSPENDED,
};

FIXTURE_VARIANT_ADD(launches, not_running) {
	.state = BGT_APP_NOT_RUNNING,
};

/* Waits until the helper knows that logind says nobody is there, so that presence is a change. */
static void wait_away(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_work_cost cost;
	uint32_t holding, set;

	do {
		if (bgt_condition_get(bgt, &holding, &set, &cost) || now() > end)
			fail("nobody asks logind: %s", bgt_error(bgt));
	} while (!(holding & BGT_CONDITION_USER_NOT_PRESENT) && !usleep(5000));
}

static void install(struct bgt *bgt)
{
	char lines[1024] = TASK;
	size_t used = strlen(lines);

	for (size_t i = 0; i < ARRAY_SIZE(triggers); i++)
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s ",
					 bgt_trigger_name(triggers[i]));
	snprintf(lines + used, sizeof(lines) - used, "\n");
	/* The actor "inside" has a UI thread that counts as long as it runs. */
	actor_install(bgt, "inside");
	helper_install(bgt, APP, actor_manifest("inside", lines));
	if (mkfifo(GATE, 0666) || chmod(GATE, 0666))
		fail("cannot make " GATE);
}

FIXTURE_SETUP(launches)
{
	struct helper_settings with = HELPER_SETTINGS;

	with.more = SETTINGS;
	with.history = 100;
	with.quota = HOUR;
	with.period = HOUR;
	scene_begin();
	if (system("rm -rf " DIRECTORY " && mkdir " DIRECTORY))
		fail("cannot make " DIRECTORY);
	test_bus_use(DIRECTORY);
	self->bgt = mutex_connect();
	self->bus = test_bus_start(DIRECTORY);
	if (self->bus < 0 || test_logind_start(&self->logind, "/"))
		fail("logind does not start");
	helper_start_with(self->bgt, &with);
	wait_away(self->bgt);
	install(self->bgt);
}

FIXTURE_TEARDOWN(launches)
{
	helper_end();
	test_logind_end(&self->logind);
	test_kill(self->bus);
}

/* Brings the app into the state of the variant. Returns its process, or 0. */
static uint32_t enter(struct bgt *bgt, const FIXTURE_VARIANT(launches) *variant)
{
	uint32_t pid = actor_launch(bgt, APP);
	bool good = true;

	if (variant->state == BGT_APP_SUSPENDED) {
		actor_suspend(bgt, APP);
	} else if (variant->state == BGT_APP_NOT_RUNNING) {
		good = !bgt_app_terminate(bgt, APP) && app_becomes(bgt, APP, BGT_APP_NOT_RUNNING);
		pid = 0;
	} else if (variant->extended) {
		good = actor_does(APP, "request unspecified", "allowed") &&
		       !bgt_app_background(bgt, APP);
	} else if (!variant->foreground) {
		good = !bgt_app_background(bgt, APP) && actor_says(APP, "suspending");
	}
	if (good && variant->state == BGT_APP_RUNNING && !variant->foreground && !variant->extended)
		good = !bgt_app_resume(bgt, APP) && actor_says(APP, "resuming 0");
	if (!good)
		fail("it does not come to be %s", bgt_app_state_name(variant->state));
	return pid;
}

/* The first process of one of the app's cgroups; 0 if there is none. */
static uint32_t first_process(const char *cgroup)
{
	char file[64];
	FILE *processes;
	uint32_t pid;

	snprintf(file, sizeof(file), "%s/cgroup.procs", cgroup);
	processes = fopen(helper_cgroup(APP, file), "re");
	if (!processes)
		fail("there is no %s", helper_cgroup(APP, file));
	if (fscanf(processes, "%u", &pid) != 1)
		pid = 0;
	fclose(processes);
	return pid;
}

/* The app has not changed and has got no events, and a UI thread that stood still has not run. */
static bool is_the_same(struct bgt *bgt, const FIXTURE_VARIANT(launches) *variant, uint32_t pid,
			uint64_t beats)
{
	const struct bgt_app *app = app_look(bgt, APP);
	bool still = variant->state == BGT_APP_SUSPENDED;

	if (app->state != variant->state || app->foreground != variant->foreground ||
	    app->extended != variant->extended || app->pid != pid) {
		note("it is %s%s%s, process %u", bgt_app_state_name(app->state),
		     app->foreground ? " in the foreground" : "",
		     app->extended ? " with an extension" : "", app->pid);
		return false;
	}
	if (first_process("app") != pid) {
		note("other processes are in its cgroup");
		return false;
	}
	if (!app_stands(bgt, APP, still) || !ui_stands(bgt, APP, still)) {
		note("it %s", still ? "runs" : "stands still");
		return false;
	}
	if (!still)
		return actor_is_silent(APP);
	if (actor_beats(APP) != beats)
		note("it has run");
	return actor_beats(APP) == beats;
}

static void fire(struct bgt *bgt, struct test_logind *logind, enum bgt_trigger trigger)
{
	int error;

	if (trigger == BGT_TRIGGER_TIME)
		return;
	if (trigger == BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED)
		error = bgt_app_set_access(bgt, APP, BGT_ACCESS_LOCK_SCREEN);
	else if (trigger == BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED)
		error = bgt_app_set_access(bgt, APP, BGT_ACCESS_UNSPECIFIED);
	else if (trigger == BGT_TRIGGER_SESSION_CONNECTED)
		error = test_logind_tell(logind, TEST_SESSION("one"));
	else if (trigger == BGT_TRIGGER_USER_AWAY)
		error = test_logind_tell(logind, "lock");
	else if (trigger == BGT_TRIGGER_USER_PRESENT)
		error = test_logind_tell(logind, "unlock");
	else if (trigger == BGT_TRIGGER_SESSION_DISCONNECTED)
		error = test_logind_tell(logind, "/");
	else if (trigger == BGT_TRIGGER_PUSH)
		error = bgt_trigger_fire(bgt, APP, NULL, trigger, "a message");
	else
		error = bgt_trigger_fire(bgt, NULL, NULL, trigger, NULL);
	if (error)
		fail("%s cannot fire: %d, %s", bgt_trigger_name(trigger), error, bgt_error(bgt));
}

/* Lets the task end. */
static void open_gate(void)
{
	int fd = open(GATE, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "\n") != 1)
		fail("cannot open the gate");
	close(fd);
}

TEST_F_TIMEOUT(launches, each, 400)
{
	uint32_t pid = enter(self->bgt, variant);
	uint64_t beats = actor_beats(APP);

	ASSERT_TRUE(is_the_same(self->bgt, variant, pid, beats));
	for (unsigned int i = 0; i < ARRAY_SIZE(triggers); i++) {
		const struct bgt_instance *instance;
		char cgroup[32];

		helper_register(self->bgt, (struct wanted){ .name = "launched",
				.trigger = triggers[i],
				.interval = triggers[i] == BGT_TRIGGER_TIME ? INTERVAL_MIN : 0,
				.oneshot = true });
		fire(self->bgt, &self->logind, triggers[i]);
		instance = instance_wait(self->bgt, APP, "launched", BGT_INSTANCE_RUNNING);
		ASSERT_NE(NULL, instance) {
			TH_LOG("%s", bgt_trigger_name(triggers[i]));
		}
		EXPECT_EQ(triggers[i], instance->trigger);
		EXPECT_EQ(i + 1, instance_count(self->bgt, APP));
		/* The task runs in a cgroup of its own, beside the app. */
		snprintf(cgroup, sizeof(cgroup), "task/%u", instance->id);
		EXPECT_NE(0, instance->pid);
		EXPECT_EQ(instance->pid, first_process(cgroup));
		EXPECT_TRUE(is_the_same(self->bgt, variant, pid, beats));
		open_gate();
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "launched", BGT_INSTANCE_COMPLETED));
		EXPECT_TRUE(is_the_same(self->bgt, variant, pid, beats)) {
			TH_LOG("after %s", bgt_trigger_name(triggers[i]));
		}
	}
	/* The app can go on from its state. */
	if (variant->state == BGT_APP_NOT_RUNNING)
		actor_launch(self->bgt, APP);
	else
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	if (variant->extended) {
		EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	} else if (variant->state == BGT_APP_SUSPENDING) {
		EXPECT_TRUE(actor_says(APP, "resuming 1"));
	} else if (variant->state == BGT_APP_SUSPENDED) {
		EXPECT_TRUE(actor_says(APP, "saved 0"));
		EXPECT_TRUE(actor_says(APP, "resuming 1"));
	}
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
}

TEST_HARNESS_MAIN
