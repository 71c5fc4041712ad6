// SPDX-License-Identifier: GPL-2.0
/* A container's usage is that of its members' cpu.stat, to the microsecond, whatever tasks do. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounting.h"
#include "cgroup.h"
#include "container.h"
#include "scene.h"
#include "task.h"

static int fork_storm(void *data)
{
	unsigned int depth = (unsigned int)(uintptr_t)data;
	int status = 0;

	burn(MSEC);
	for (int i = 0; depth && i < 3; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(fork_storm((void *)(uintptr_t)(depth - 1)));
		/* Some children are waited for, others are left to another parent. */
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

/* A frozen cgroup agrees with its container as well as an empty one. */
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

/* Busy processes, and single threads of them, move between cgroups. */
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
	EXPECT_TRUE(container_is_charged(self->bgt, self->a,
			       (cgroup_usage("a") - cgroup_usage("a/two") - 2) * USEC));
	/* The outer container was not charged what the inner one was charged. */
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

/*
 * All operations together, in random order. Only the test's own operations are random; the number
 * of processes is limited.
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
			/* Removes only cgroups below the members, if they are empty. */
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
	cgroup_end("");
	EXPECT_SETTLES(self->a, "a");
	EXPECT_SETTLES(self->b, "b");
	EXPECT_GT(container_look(self->bgt, self->a)->usage, 100 * MSEC);
	EXPECT_GT(container_look(self->bgt, self->b)->usage, 100 * MSEC);
}

TEST_HARNESS_MAIN
