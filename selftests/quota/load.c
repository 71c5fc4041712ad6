// SPDX-License-Identifier: GPL-2.0
/*
 * Loading the module: which parameters it refuses, and that a lack of memory leaves nothing of it
 * behind.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "container.h"
#include "failslab.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"

/* More than loading takes; and more than the module's own part of that, which comes last. */
#define ALLOCATIONS_MAX	5000
#define OWN_MAX		150

FIXTURE(load) {
	int module;
};

FIXTURE_SETUP(load)
{
	uint64_t end = now() + DEADLINE;

	self->module = module_open();
	/* A process that has just ended may still use the module. */
	while (module_is_loaded() && module_unload() == -EAGAIN && now() < end)
		look_later(end);
	ASSERT_FALSE(module_is_loaded());
	/* There is a file when the tests are installed or built. */
	if (self->module < 0)
		fail("there is no file of the module");
}

FIXTURE_TEARDOWN_PARENT(load)
{
	if (!module_is_loaded())
		module_load();
}

static int load(int module, const char *parameters)
{
	return syscall(SYS_finit_module, module, parameters, 0) ? -errno : 0;
}

/* The module works: a container can be made. */
static void expect_works(struct __test_metadata *_metadata)
{
	struct bgt *bgt = container_connect();
	uint32_t id = container_new(bgt, SEC, 2 * SEC);

	EXPECT_NE(0, id);
	container_delete(bgt, id);
	bgt_close(bgt);
}

TEST_F(load, parameters)
{
	EXPECT_EQ(-EINVAL, load(self->module, "user_calls=many"));
	EXPECT_EQ(-EINVAL, load(self->module, "anticipate=perhaps"));
	EXPECT_FALSE(module_is_loaded());
	ASSERT_EQ(0, load(self->module, "user_calls=17"));
	EXPECT_EQ(17, module_set("user_calls", 18));
	EXPECT_EQ(-EEXIST, load(self->module, ""));
	expect_works(_metadata);
}

/*
 * Each allocation fails once: loading is refused, and succeeds the next time. In long rounds this
 * includes the allocations of the kernel's loader.
 */
TEST_F_TIMEOUT(load, no_memory, 1200)
{
	unsigned int allocations, nth, refused = 0;
	int error, fd;

	fd = failslab_begin("thread-self", ALLOCATIONS_MAX);
	ASSERT_EQ(0, load(self->module, ""));
	allocations = ALLOCATIONS_MAX - failslab_left(fd);
	EXPECT_FALSE(failslab_end(fd));
	ASSERT_EQ(0, module_unload());
	ASSERT_GT(allocations, OWN_MAX);

	for (nth = soak() ? 1 : allocations - OWN_MAX; nth <= allocations; nth++) {
		fd = failslab_begin("thread-self", nth);
		error = load(self->module, "");
		EXPECT_TRUE(failslab_end(fd));
		EXPECT_TRUE(!error || error == -ENOMEM);
		refused += !!error;
		EXPECT_EQ(!error, module_is_loaded());
		if (!error)
			ASSERT_EQ(0, module_unload());
	}
	note("%u allocations, refused %u times", allocations, refused);
	EXPECT_GT(refused, 0);
	ASSERT_EQ(0, load(self->module, ""));
	expect_works(_metadata);
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"no_memory", NULL };

	if (argc == 1 && !failslab_is_there())
		return test_harness_run(3, reduced);
	return test_harness_run(argc, argv);
}
