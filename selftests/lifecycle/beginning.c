// SPDX-License-Identifier: GPL-2.0
/*
 * Each call of the helper that can fail fails once while the helper starts and takes over what the
 * helper before has left. The helper goes on without it, or frees everything, ends and says why;
 * and nothing is lost for the next helper. ../tasks/faults.c does the same for what the helper does
 * later.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "fault.h"
#include "faults.h"
#include "helper.h"
#include "scene.h"
#include "task.h"

/* After how many faults a helper without faults checks everything. */
#define CHECK_EACH	4
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n"		\
	"[Task long]\nEntryPoint=/bin/sleep 1000\nTriggers=application\n"	\
	"[Task kept]\nEntryPoint=/bin/true\nTriggers=application\n"		\
	"[Task latched]\nEntryPoint=/bin/true\nTriggers=application\n"

/* Whether the helper answers; if it does not, it has ended. */
static bool comes_up(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_work_cost cost;
	uint32_t holding, set;

	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (fault_has_ended())
			return false;
		if (now() > end)
			fail("the helper neither answers nor ends after a fault in %s",
			     fault_site());
		look_later(end);
	}
	return true;
}

static long log_size(void)
{
	struct stat status;

	return stat(helper_path("log"), &status) ? 0 : (long)status.st_size;
}

/*
 * Checks that all registrations are there, and that the task that ran runs on; or that it has
 * ended, because the helper could not watch its process. Returns the process that runs now.
 */
static uint32_t check_all_is_there(struct bgt *bgt, uint32_t pid)
{
	const struct bgt_instance *instance;
	struct bgt_task *tasks, *task;
	unsigned int count = 0;

	if (bgt_task_list(bgt, APP, &tasks))
		fail("bgt_task_list: %s, after a fault in %s", bgt_error(bgt), fault_site());
	for (task = tasks; task; task = task->next)
		count++;
	bgt_task_free(tasks);
	if (count != 4)
		fail("%u tasks are registered after a fault in %s", count, fault_site());
	instance = instance_look(bgt, APP, "latched");
	if (!instance || instance->state != BGT_INSTANCE_LATCHED)
		fail("latched is %s after a fault in %s", instance ?
		     bgt_instance_state_name(instance->state) : "not there", fault_site());
	instance = instance_look(bgt, APP, "long");
	if (instance && instance->state == BGT_INSTANCE_RUNNING && instance->pid == pid)
		return pid;
	if (!instance || instance->state == BGT_INSTANCE_RUNNING || !*instance->message ||
	    !kill((pid_t)pid, 0))
		fail("long is %s, after a fault in %s", instance ?
		     bgt_instance_state_name(instance->state) : "not there", fault_site());
	note("long: %s", instance->message);
	helper_fire(bgt, "long");
	instance = instance_wait(bgt, APP, "long", BGT_INSTANCE_RUNNING);
	return instance ? instance->pid : 0;
}

TEST_F_TIMEOUT(faults, all, 1200)
{
	unsigned int faults = 0, ends = 0;
	struct bgt *bgt = self->bgt;
	uint32_t pid, before;
	bool hit, up;
	long size;

	helper_start(bgt);
	helper_install(bgt, APP, TASKS);
	helper_register_plain(bgt, "kept");
	helper_register_plain(bgt, "ok");
	helper_register(bgt, (struct wanted){ .name = "latched",
			.trigger = BGT_TRIGGER_APPLICATION,
			.conditions = BGT_CONDITION_USER_NOT_PRESENT });
	ASSERT_EQ(0, bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT |
				       BGT_CONDITION_USER_NOT_PRESENT, BGT_CONDITION_USER_PRESENT,
				       false));
	helper_fire(bgt, "latched");
	pid = helper_run(bgt, "long")->pid;
	/* The state that the next helpers find is that of a helper that has ended properly. */
	EXPECT_EQ(0, helper_quit());
	fault_check_left();
	do {
		size = log_size();
		fault_arm();
		helper_begin();
		up = comes_up(bgt);
		hit = fault_disarm();
		faults += hit;
		ends += !up;
		if (!up && log_size() == size)
			fail("the helper has not said why it ends after a fault in %s",
			     fault_site());
		/* Waits until the helper has removed what it could not remove at once. */
		if (up)
			pause_for(2 * SEC);
		if (up && helper_quit())
			fail("the helper does not end well after a fault in %s", fault_site());
		fault_check_left();
		before = pid;
		/* Not every time, since starting another helper takes long. */
		if (!hit || soak() || faults % CHECK_EACH == 0) {
			helper_launch(bgt);
			pid = check_all_is_there(bgt, pid);
			helper_quit();
		}
		/*
		 * If the task had to be started anew, this helper found nothing running: then there
		 * may be more faults.
		 */
	} while (hit || pid != before);
	note("%u calls have failed, and %u helpers ended", faults, ends);
}

TEST_HARNESS_MAIN
