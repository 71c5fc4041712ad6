// SPDX-License-Identifier: GPL-2.0
/* A container's usage is that of its members' cpu.stat, to the microsecond, whatever tasks do. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

FIXTURE(accounting) {
	struct bgt *bgt;
	uint32_t a, b;
};

/* Two containers, with a member each. */
FIXTURE_SETUP(accounting)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	cgroup_make("b");
	self->a = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	self->b = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	member_add(self->bgt, self->a, BGT_ROLE_APP, "a");
	member_add(self->bgt, self->b, BGT_ROLE_APP, "b");
}

FIXTURE_TEARDOWN_PARENT(accounting)
{
	scene_end();
}

#define EXPECT_AGREES(id, path) do {							\
	struct usage usage_ = usage_read(self->bgt, id, path);				\
											\
	EXPECT_EQ(usage_.cgroup, usage_.container / USEC);				\
} while (0)

/*
 * For cgroups that have come, and perhaps gone, below a member: the module takes note of a new one
 * a little later, and of one that was removed before that when the kernel frees it.
 */
static struct usage usage_settled(struct bgt *bgt, uint32_t id, const char *cgroup)
{
	uint64_t end = now() + DEADLINE;
	struct usage usage;

	while (usage = usage_read(bgt, id, cgroup), usage.cgroup != usage.container / USEC) {
		if (now() > end)
			break;
		look_later(end);
	}
	return usage;
}

#define EXPECT_SETTLES(id, path) do {							\
	struct usage usage_ = usage_settled(self->bgt, id, path);			\
											\
	EXPECT_EQ(usage_.cgroup, usage_.container / USEC);				\
} while (0)

/* Waits until a container was charged more than so much: a CPU that was held up charges late. */
static bool is_charged(struct bgt *bgt, uint32_t id, uint64_t least)
{
	uint64_t end = now() + DEADLINE;

	while (container_look(bgt, id)->usage <= least && now() < end)
		look_later(end);
	return container_look(bgt, id)->usage > least;
}

/* Waits until nothing of a cgroup runs. */
static void end_of(const char *cgroup)
{
	cgroup_write(cgroup, "cgroup.kill", "1");
	while (waitpid(-1, NULL, 0) > 0)
		;
	cgroup_wait_empty(cgroup);
}

static int fork_storm(void *data)
{
	unsigned int depth = (unsigned int)(uintptr_t)data;
	int status = 0;

	burn(MSEC);
	for (int i = 0; depth && i < 3; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(fork_storm((void *)(uintptr_t)(depth - 1)));
		/* Some are waited for, some are left to others. */
		if (pid > 0 && i)
			waitpid(pid, &status, 0);
	}
	return 0;
}

TEST_F_TIMEOUT(accounting, fork_storm, 120)
{
	pid_t pids[2];

	for (int i = 0; i < 2; i++)
		pids[i] = task_start("a", fork_storm, (void *)3);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(0, task_wait(pids[i]));
	cgroup_wait_empty("a");
	EXPECT_AGREES(self->a, "a");
	/* 80 processes with 1 ms each. */
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 80 * MSEC);
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

static int exec_chain(void *data)
{
	execl("/bin/busybox", "busybox", "sh", "-c",
	      "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done;"
	      "[ $0 = 0 ] || exec /bin/busybox sh -c \"$1\" $(($0 - 1)) \"$1\"",
	      "3", "exec /bin/busybox true", NULL);
	return 127;
}

TEST_F_TIMEOUT(accounting, exec, 120)
{
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(0, task_wait(task_start("a", exec_chain, NULL)));
	cgroup_wait_empty("a");
	EXPECT_AGREES(self->a, "a");
	EXPECT_GT(container_look(self->bgt, self->a)->usage, MSEC);
}

static void *short_thread(void *data)
{
	burn(MSEC / 2);
	return NULL;
}

static int many_threads(void *data)
{
	pthread_t threads[50];

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 50; i++)
			if (pthread_create(&threads[i], NULL, short_thread, NULL))
				return 1;
		for (int i = 0; i < 50; i++)
			pthread_join(threads[i], NULL);
	}
	return 0;
}

TEST_F_TIMEOUT(accounting, threads, 120)
{
	EXPECT_EQ(0, task_wait(task_start("a", many_threads, NULL)));
	cgroup_wait_empty("a");
	EXPECT_AGREES(self->a, "a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 100 * MSEC);
}

/* Frozen instead of dead: nothing is outstanding there, either. */
TEST_F_TIMEOUT(accounting, frozen, 120)
{
	struct burner burner = burner_start("a", 4);

	for (int i = 0; i < 10; i++) {
		pause_for(20 * MSEC);
		ASSERT_EQ(0, cgroup_write("a", "cgroup.freeze", "1"));
		cgroup_wait_frozen("a", true);
		EXPECT_AGREES(self->a, "a");
		ASSERT_EQ(0, cgroup_write("a", "cgroup.freeze", "0"));
		cgroup_wait_frozen("a", false);
	}
	burner_end(&burner);
	EXPECT_AGREES(self->a, "a");
}

static int burn_ms(void *data)
{
	burn((uintptr_t)data * MSEC);
	return 0;
}

/* What is below a member when it is added, is charged from then on; what comes later, from 0. */
TEST_F_TIMEOUT(accounting, nested, 120)
{
	struct burner early, late, deep;
	uint64_t before, charged, end;
	uint32_t id;

	cgroup_make("c");
	cgroup_make("c/early");
	early = burner_start("c/early", 1);
	pause_for(50 * MSEC);
	ASSERT_EQ(0, cgroup_write("c", "cgroup.freeze", "1"));
	cgroup_wait_frozen("c", true);
	/* And has left its CPU. */
	EXPECT_TRUE(burner_stands(&early, 0));
	before = cgroup_usage("c");
	EXPECT_GT(before, 0);
	id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, id, BGT_ROLE_APP, "c");
	EXPECT_EQ(0, container_look(self->bgt, id)->usage);
	/* The freezing was not the module's, and is left alone. */
	EXPECT_TRUE(cgroup_is_frozen("c"));
	ASSERT_EQ(0, cgroup_write("c", "cgroup.freeze", "0"));

	cgroup_make("c/late");
	late = burner_start("c/late", 1);
	cgroup_make("c/late/deep");
	cgroup_make("c/late/deep/deeper");
	deep = burner_start("c/late/deep/deeper", 1);
	pause_for(50 * MSEC);
	burner_end(&early);
	burner_end(&late);
	burner_end(&deep);
	cgroup_wait_empty("c");

	/* It is told of the last ones a little later. */
	end = now() + DEADLINE;
	do {
		charged = usage_read(self->bgt, id, "c").container;
		look_later(end);
	} while (cgroup_usage("c") - before > charged / USEC + 1 && now() < end);
	/* Both ends of the difference are cut to microseconds. */
	EXPECT_LE(cgroup_usage("c") - before, charged / USEC + 1);
	EXPECT_GE(cgroup_usage("c") - before, charged / USEC);
	EXPECT_GT(charged, 50 * MSEC);
}

/* Removed cgroups take nothing with them, though they are gone sooner than one can look. */
TEST_F_TIMEOUT(accounting, removed, 3600)
{
	unsigned int rounds = soak() ? 2000 : 100;
	uint64_t sum = 0;
	char name[32];

	for (unsigned int i = 0; i < rounds; i++) {
		snprintf(name, sizeof(name), i % 3 ? "a/%u" : "a/%u.x", i);
		cgroup_make(name);
		ASSERT_EQ(0, task_wait(task_start(name, burn_ms, (void *)(uintptr_t)(i % 3))));
		cgroup_wait_empty(name);
		sum += cgroup_usage(name);
		ASSERT_TRUE(cgroup_remove(name));
	}
	EXPECT_SETTLES(self->a, "a");
	EXPECT_GE(usage_read(self->bgt, self->a, "a").container / USEC, sum);
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

/* Burns, and leaves a page behind, charged to its cgroup for as long as the file is there. */
static int burn_and_write(void *data)
{
	int fd = open("/dev/shm/bgtask-selftest", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	char page[4096] = "";

	burn(MSEC);
	return fd < 0 || write(fd, page, sizeof(page)) != sizeof(page);
}

/* Removed cgroups that are still there take nothing with them, either; and add nothing twice. */
TEST_F_TIMEOUT(accounting, lingering, 300)
{
	uint64_t before;
	uint32_t member;
	char name[32];

	ASSERT_EQ(0, cgroup_write("", "cgroup.subtree_control", "+memory"));
	cgroup_make("c");
	member = member_add(self->bgt, self->a, BGT_ROLE_TASK, "c");
	ASSERT_EQ(0, cgroup_write("c", "cgroup.subtree_control", "+memory"));
	for (unsigned int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "c/%u", i);
		cgroup_make(name);
		ASSERT_EQ(0, task_wait(task_start(name, burn_and_write, NULL)));
		while (!cgroup_remove(name))
			sched_yield();
		/* Now and then with a look. */
		if (i % 20 == 0)
			EXPECT_SETTLES(self->a, "c");
	}
	ASSERT_LT(0, cgroup_key("c", "cgroup.stat", "nr_dying_descendants"));
	EXPECT_SETTLES(self->a, "c");
	before = usage_read(self->bgt, self->a, "c").container;
	EXPECT_GT(before, 60 * MSEC);

	/* It stays with the container when the member goes, and is the next one's from then on. */
	member_delete(self->bgt, member);
	EXPECT_EQ(before, container_look(self->bgt, self->a)->usage);
	member_add(self->bgt, self->b, BGT_ROLE_TASK, "c");
	unlink("/dev/shm/bgtask-selftest");
	EXPECT_EQ(before, container_look(self->bgt, self->a)->usage);
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

/* Without a look at them in between, or a wait for what is leaving. */
static int churn(void *data)
{
	char name[32];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "a/%d.%d", (int)(uintptr_t)data, i);
		cgroup_make(name);
		task_wait(task_start(name, burn_ms, (void *)1));
		while (!cgroup_remove(name))
			sched_yield();
	}
	return 0;
}

TEST_F_TIMEOUT(accounting, churn, 120)
{
	pid_t pids[3];

	for (int i = 0; i < 3; i++)
		pids[i] = task_start("", churn, (void *)(uintptr_t)i);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, task_wait(pids[i]));
	EXPECT_SETTLES(self->a, "a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 300 * MSEC);
}

/* Busy processes, and single threads of them, change places. */
TEST_F_TIMEOUT(accounting, move, 120)
{
	static const char *const places[] = { "a", "b", "outside" };
	struct burner burner;

	cgroup_make("outside");
	burner = burner_start("a", 2);
	for (int i = 1; i <= 60; i++) {
		ASSERT_EQ(0, cgroup_move(places[i % 3], burner.pid));
		pause_for(3 * MSEC);
	}
	burner_end(&burner);
	for (int i = 0; i < 3; i++)
		cgroup_wait_empty(places[i]);
	EXPECT_AGREES(self->a, "a");
	EXPECT_AGREES(self->b, "b");
	EXPECT_GT(container_look(self->bgt, self->a)->usage, 10 * MSEC);
	EXPECT_GT(container_look(self->bgt, self->b)->usage, 10 * MSEC);
	EXPECT_GT(cgroup_usage("outside"), 10000);
}

TEST_F_TIMEOUT(accounting, move_threads, 120)
{
	struct burner burner;
	uint32_t inner;

	cgroup_make("a/one");
	cgroup_make("a/two");
	ASSERT_EQ(0, cgroup_write("a/one", "cgroup.type", "threaded"));
	ASSERT_EQ(0, cgroup_write("a/two", "cgroup.type", "threaded"));
	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, inner, BGT_ROLE_UI, "a/two");

	burner = burner_start("a", 3);
	for (int i = 0; i < 60; i++) {
		const char *place = (const char *[]){ "a/one", "a/two", "a" }[i / 3 % 3];

		ASSERT_EQ(0, cgroup_move_thread(place, burner.state->tids[i % 3]));
		pause_for(2 * MSEC);
	}
	burner_end(&burner);
	cgroup_wait_empty("a");
	EXPECT_AGREES(inner, "a/two");
	EXPECT_TRUE(is_charged(self->bgt, self->a,
			       (cgroup_usage("a") - cgroup_usage("a/two") - 2) * USEC));
	/* What the inner one was charged, the outer one was not. */
	EXPECT_LE(container_look(self->bgt, self->a)->usage / USEC,
		  cgroup_usage("a") - cgroup_usage("a/two"));
	EXPECT_GE(container_look(self->bgt, self->a)->usage / USEC + 1,
		  cgroup_usage("a") - cgroup_usage("a/two"));
	EXPECT_GT(container_look(self->bgt, inner)->usage, 10 * MSEC);
}

TEST_F_TIMEOUT(accounting, affinity, 120)
{
	long nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct burner burner = burner_start("a", 3);

	for (int i = 0; i < 60; i++) {
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(i / 3 % nr_cpus, &cpus);
		ASSERT_EQ(0, sched_setaffinity(burner.state->tids[i % 3], sizeof(cpus), &cpus));
		pause_for(3 * MSEC);
	}
	burner_end(&burner);
	cgroup_wait_empty("a");
	EXPECT_AGREES(self->a, "a");
	EXPECT_GT(container_look(self->bgt, self->a)->usage, 100 * MSEC);
}

/* Each is charged to the innermost member above it, also when that comes and goes. */
TEST_F_TIMEOUT(accounting, innermost, 120)
{
	uint64_t first, second, outer, start;
	uint32_t inner, member;
	struct burner burner;

	cgroup_make("a/in");
	cgroup_make("a/in/below");
	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	burner = burner_start("a/in/below", 1);
	EXPECT_TRUE(is_charged(self->bgt, self->a, 10 * MSEC));

	member = member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	outer = container_look(self->bgt, self->a)->usage;
	pause_for(100 * MSEC);
	EXPECT_TRUE(is_charged(self->bgt, inner, 10 * MSEC));
	EXPECT_LE(container_look(self->bgt, self->a)->usage, outer + 20 * MSEC);

	/* A member that is taken out leaves its usage behind; the outer one goes on. */
	member_delete(self->bgt, member);
	first = container_look(self->bgt, inner)->usage;
	outer = container_look(self->bgt, self->a)->usage;
	pause_for(200 * MSEC);
	EXPECT_TRUE(is_charged(self->bgt, self->a, outer + 5 * MSEC));
	EXPECT_EQ(first, container_look(self->bgt, inner)->usage);

	/* Added again, charging starts anew: on top, but not with what it was not charged for. */
	start = now();
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	second = container_look(self->bgt, inner)->usage;
	EXPECT_LT(second, first + (now() - start) + 20 * MSEC);
	burner_end(&burner);
	cgroup_wait_empty("a");

	/* Together they have it all, once. */
	outer = usage_read(self->bgt, self->a, "a").container;
	second = usage_read(self->bgt, inner, "a").container;
	EXPECT_EQ(cgroup_usage("a"), (outer + second) / USEC);
}

/* What was used in a new cgroup before the module has come to it stays with the outer container. */
TEST_F_TIMEOUT(accounting, new_and_member_at_once, 120)
{
	uint32_t inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);

	workers_stop();
	cgroup_make("a/in");
	cgroup_make("a/in/below");
	task_wait(task_start("a/in", burn_ms, (void *)10));
	task_wait(task_start("a/in/below", burn_ms, (void *)10));
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	workers_go_on();
	task_wait(task_start("a/in", burn_ms, (void *)10));
	cgroup_wait_empty("a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 20 * MSEC);
	EXPECT_GE(container_look(self->bgt, inner)->usage, 10 * MSEC);
	EXPECT_EQ(cgroup_usage("a"), (usage_read(self->bgt, self->a, "a").container +
				      usage_read(self->bgt, inner, "a").container) / USEC);
}

/* A container that is no ancestor's business any more. */
TEST_F_TIMEOUT(accounting, deleted_inner_container, 120)
{
	uint64_t charged;
	uint32_t inner;

	cgroup_make("a/in");
	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	task_wait(task_start("a/in", burn_ms, (void *)20));
	cgroup_wait_empty("a/in");
	charged = usage_read(self->bgt, inner, "a/in").container;
	container_delete(self->bgt, inner);
	task_wait(task_start("a/in", burn_ms, (void *)20));
	cgroup_wait_empty("a/in");
	EXPECT_EQ(cgroup_usage("a"),
		  (usage_read(self->bgt, self->a, "a").container + charged) / USEC);
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 20 * MSEC);
}

/* Several members of one container are one account. */
TEST_F_TIMEOUT(accounting, members_together, 120)
{
	struct usage sum = { 0 };

	cgroup_make("c");
	cgroup_make("c/in");
	member_add(self->bgt, self->a, BGT_ROLE_TASK, "c");
	member_add(self->bgt, self->a, BGT_ROLE_TASK, "c/in");
	task_wait(task_start("a", burn_ms, (void *)10));
	task_wait(task_start("c", burn_ms, (void *)10));
	task_wait(task_start("c/in", burn_ms, (void *)10));
	end_of("");
	sum.container = usage_read(self->bgt, self->a, "").container;
	/* c has c/in in it; the two values are cut to microseconds. */
	sum.cgroup = cgroup_usage("a") + cgroup_usage("c");
	EXPECT_LE(sum.cgroup, sum.container / USEC);
	EXPECT_GE(sum.cgroup + 1, sum.container / USEC);
}

/*
 * All of it at once, in an order that chance makes. Only what the test itself does is random; it
 * has a limit on how many processes there are.
 */
#define NR_SLOTS 6

static int worker(void *data)
{
	uint64_t state = (uintptr_t)data;

	for (;;) {
		burn(random_next(&state) % (2 * MSEC));
		switch (random_next(&state) % 6) {
		case 0:
			usleep(random_next(&state) % 2000);
			break;
		case 1:
		case 2: {
			pid_t pid = fork();

			if (!pid) {
				burn(random_next(&state) % MSEC);
				if (random_next(&state) % 2)
					execl("/bin/true", "true", NULL);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
			break;
		}
		case 3: {
			pthread_t thread;

			if (!pthread_create(&thread, NULL, short_thread, NULL))
				pthread_join(thread, NULL);
			break;
		}
		case 4: {
			cpu_set_t cpus;

			CPU_ZERO(&cpus);
			CPU_SET(random_next(&state) % (uint64_t)sysconf(_SC_NPROCESSORS_ONLN),
				&cpus);
			sched_setaffinity(0, sizeof(cpus), &cpus);
			break;
		}
		case 5:
			sched_yield();
			break;
		}
	}
	return 0;
}

TEST_F_TIMEOUT(accounting, mixture, 3600)
{
	static const char *const places[] = { "a", "b", "a/1", "a/2", "a/2/3", "b/1", "outside" };
	uint64_t end = now() + (soak() ? 300 : 6) * SEC, state = random_seed();
	pid_t pids[NR_SLOTS];

	cgroup_make("outside");
	for (int i = 0; i < NR_SLOTS; i++)
		pids[i] = task_start(places[i % 2], worker, (void *)(uintptr_t)random_next(&state));
	while (now() < end) {
		const char *place = places[random_next(&state) % ARRAY_SIZE(places)];
		pid_t *pid = &pids[random_next(&state) % NR_SLOTS];

		switch (random_next(&state) % 8) {
		case 0:
			if (mkdir(cgroup_path(place, NULL), 0755))
				ASSERT_TRUE(errno == EEXIST || errno == ENOENT);
			break;
		case 1:
			/* Not the members themselves; others go if they are empty. */
			if (strchr(place, '/'))
				cgroup_remove(place);
			break;
		case 2:
			if (!access(cgroup_path(place, NULL), F_OK)) {
				task_kill(*pid);
				*pid = task_start(place, worker,
						  (void *)(uintptr_t)random_next(&state));
			}
			break;
		case 3:
			cgroup_write(places[random_next(&state) % 2], "cgroup.freeze",
				     random_next(&state) % 2 ? "1" : "0");
			break;
		default:
			cgroup_move(place, *pid);
			break;
		}
		pause_for(random_next(&state) % (3 * MSEC));
	}
	end_of("");
	EXPECT_SETTLES(self->a, "a");
	EXPECT_SETTLES(self->b, "b");
	EXPECT_GT(container_look(self->bgt, self->a)->usage, 100 * MSEC);
	EXPECT_GT(container_look(self->bgt, self->b)->usage, 100 * MSEC);
}

TEST_HARNESS_MAIN
