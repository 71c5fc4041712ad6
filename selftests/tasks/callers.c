// SPDX-License-Identifier: GPL-2.0
/*
 * Whenever the helper comes and goes, each call gets an answer, even if it is that there is no
 * helper.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define CALLERS	3

FIXTURE(callers) {
	struct bgt *bgt;
};

FIXTURE_SETUP(callers)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
}

FIXTURE_TEARDOWN_PARENT(callers)
{
	helper_end();
	scene_end();
}

/* Calls until the test stops it; SIGALRM ends the process if a call gets no answer in time. */
static int call(void *data)
{
	const volatile bool *stop = data;
	uint32_t holding, set;
	enum bgt_work_cost cost;
	struct bgt *bgt;
	int error;

	close_range(3, UINT_MAX, 0);
	bgt = mutex_connect();
	do {
		alarm(DEADLINE / SEC);
		error = bgt_condition_get(bgt, &holding, &set, &cost);
		if (error && error != -ENOTCONN && error != -ECONNRESET)
			fail("a call ends with %d: %s", error, bgt_error(bgt));
	} while (!*stop);
	return 0;
}

/* Some calls reach a helper that has not yet been told that it is the helper. */
TEST_F_TIMEOUT(callers, are_answered, 3600)
{
	unsigned int rounds = soak() ? 200 : 20;
	pid_t pids[CALLERS];
	volatile bool *stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, (void *)stop);
	for (unsigned int i = 0; i < CALLERS; i++)
		pids[i] = task_start("", call, (void *)stop);
	for (unsigned int i = 0; i < rounds; i++)
		helper_restart(self->bgt);
	*stop = true;
	for (unsigned int i = 0; i < CALLERS; i++)
		EXPECT_EQ(0, task_wait(pids[i]));
}

TEST_HARNESS_MAIN
