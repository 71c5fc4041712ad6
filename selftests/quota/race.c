// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once: containers, members, cgroups and tasks come and go, while others freeze,
 * thaw, kill and look. Afterwards nothing is frozen and nothing is left. The debug kernel finds
 * faults inside of the module.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "failslab.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"
#include "task.h"

#define NR_CONTAINERS	6
#define NR_CGROUPS	8

static const char *const cgroups[NR_CGROUPS] = { "a", "b", "c", "a/1", "a/2", "a/1/x", "b/1", "t" };

/* Ids that the workers share. An id may be stale, which is a case of its own. */
static volatile struct shared {
	uint32_t containers[NR_CONTAINERS];
	uint32_t members[NR_CGROUPS];
	pid_t tasks[NR_CGROUPS];
	uint64_t done[16];
	uint64_t refused[16];
	uint64_t seed;
	bool stop;
} *shared;

FIXTURE(race) {
};

FIXTURE_SETUP(race)
{
	scene_begin();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)shared);
	shared->seed = random_seed();
}

FIXTURE_TEARDOWN_PARENT(race)
{
	scene_end();
}

static uint64_t draw(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}

/* Whether the error can come from another worker's changes. */
static bool is_expected(int error)
{
	switch (error) {
	case 0:
	case -ENOENT:		/* gone meanwhile */
	case -EEXIST:		/* there already */
	case -ENODEV:		/* being removed */
	case -EBADF:
	case -EOPNOTSUPP:	/* kill in a threaded cgroup */
		return true;
	default:
		return false;
	}
}

static void count(int worker, struct bgt *bgt, int error)
{
	if (!is_expected(error)) {
		note("worker %d: %s (%d)", worker, bgt_error(bgt), error);
		_exit(1);
	}
	shared->done[worker]++;
	shared->refused[worker] += !!error;
}

static void change_containers(struct bgt *bgt, uint64_t *state, int worker)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	volatile uint32_t *id = &shared->containers[draw(state, NR_CONTAINERS)];
	char name[32];

	policy.set = (uint32_t)draw(state, 32);
	policy.quota = (const uint64_t[]){
		0, 100 * USEC, 5 * MSEC, BGT_QUOTA_UNLIMITED
	}[draw(state, 4)];
	policy.period = (const uint64_t[]){ MSEC, 7 * MSEC, 30 * MSEC, SEC }[draw(state, 4)];
	policy.exempt = draw(state, 2);
	policy.count_traffic = draw(state, 2);
	policy.reprieve = (const uint64_t[]){ 0, MSEC, 20 * MSEC, SEC }[draw(state, 4)];
	switch (draw(state, 6)) {
	case 0: {
		uint32_t made;
		int error;

		/* A new container cannot have a reprieve. */
		policy.set &= ~(uint32_t)BGT_POLICY_REPRIEVE;
		snprintf(name, sizeof(name), "selftest.%d", (int)(id - shared->containers));
		error = bgt_container_new(bgt, name, &policy, &made);
		if (!error)
			*id = made;
		count(worker, bgt, error);
		break;
	}
	case 1:
		if (draw(state, 3) == 0)
			count(worker, bgt, bgt_container_del(bgt, *id));
		break;
	case 2:
		count(worker, bgt, bgt_container_kill(bgt, *id, (enum bgt_role)draw(state, 4) - 1));
		break;
	default:
		count(worker, bgt, bgt_container_set(bgt, *id, &policy));
		break;
	}
}

static void change_members(struct bgt *bgt, uint64_t *state, int worker)
{
	unsigned int place = (unsigned int)draw(state, NR_CGROUPS);
	uint32_t id = shared->members[place];

	switch (draw(state, 4)) {
	case 0:
	case 1: {
		int fd = open(cgroup_path(cgroups[place], NULL),
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int error;

		if (fd < 0)
			break;
		error = bgt_member_add(bgt, shared->containers[draw(state, NR_CONTAINERS)],
				       (enum bgt_role)draw(state, 3), fd, draw(state, 2), &id);
		if (!error)
			shared->members[place] = id;
		close(fd);
		count(worker, bgt, error);
		break;
	}
	case 2:
		count(worker, bgt, bgt_member_set_held(bgt, id, draw(state, 2)));
		break;
	case 3:
		count(worker, bgt, bgt_member_del(bgt, id));
		break;
	}
}

static void change_cgroups(struct bgt *bgt, uint64_t *state, int worker)
{
	const char *place = cgroups[draw(state, NR_CGROUPS)];
	pid_t task = shared->tasks[draw(state, NR_CGROUPS)];
	char name[64];

	switch (draw(state, 8)) {
	case 0:
	case 1:
		mkdir(cgroup_path(place, NULL), 0755);
		if (draw(state, 8) == 0)
			cgroup_write(place, "cgroup.type", "threaded");
		break;
	case 2:
	case 3:
		rmdir(cgroup_path(place, NULL));
		break;
	default:
		snprintf(name, sizeof(name), "%s/n%d", place, worker);
		mkdir(cgroup_path(name, NULL), 0755);
		/* Moving 0 would move this process. */
		if (task)
			cgroup_move(name, task);
		if (draw(state, 2))
			cgroup_write(name, "cgroup.kill", "1");
		rmdir(cgroup_path(name, NULL));
		break;
	}
	shared->done[worker]++;
}

static void *wink(void *data)
{
	burn(100 * USEC);
	return NULL;
}

static int live(void *data)
{
	uint64_t state = (uintptr_t)data;
	pthread_t thread;

	/* Dies with its parent, as it may be in a cgroup where nobody would find it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() == 1)
		return 1;
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		burn(draw(&state, MSEC));
		switch (draw(&state, 4)) {
		case 0:
			usleep((useconds_t)draw(&state, 1000));
			break;
		case 1:
			if (!fork())
				_exit(0);
			break;
		case 2:
			if (!pthread_create(&thread, NULL, wink, NULL))
				pthread_join(thread, NULL);
			break;
		}
	}
	return 0;
}

static void change_tasks(struct bgt *bgt, uint64_t *state, int worker)
{
	unsigned int number = (unsigned int)draw(state, NR_CGROUPS);
	pid_t pid = shared->tasks[number];

	switch (draw(state, 4)) {
	case 0:
		/* The process may be frozen. */
		if (pid)
			task_kill(pid);
		pid = task_start("", live, (void *)(uintptr_t)random_next(state));
		shared->tasks[number] = pid;
		cgroup_move(cgroups[number], pid);
		break;
	case 1:
		if (pid)
			cgroup_move_thread(cgroups[draw(state, NR_CGROUPS)], pid);
		break;
	default:
		if (pid)
			cgroup_move(cgroups[draw(state, NR_CGROUPS)], pid);
		break;
	}
	shared->done[worker]++;
}

static void look(struct bgt *bgt, uint64_t *state, int worker)
{
	struct bgt_container *containers;
	struct bgt_member *members;
	int error;

	switch (draw(state, 5)) {
	case 0:
		error = bgt_container_list(bgt, &containers);
		if (!error)
			bgt_container_free(containers);
		break;
	case 1:
		error = bgt_member_list(bgt, 0, &members);
		if (!error)
			bgt_member_free(members);
		break;
	case 2:
		error = bgt_container_get(bgt, shared->containers[draw(state, NR_CONTAINERS)],
					  &containers);
		if (!error)
			bgt_container_free(containers);
		break;
	case 3:
		error = bgt_member_get(bgt, shared->members[draw(state, NR_CGROUPS)], &members);
		if (!error)
			bgt_member_free(members);
		break;
	default:
		error = bgt_self_get(bgt, &containers);
		if (!error)
			bgt_container_free(containers);
		break;
	}
	count(worker, bgt, error);
}

static void listen(struct bgt *bgt, uint64_t *state, int worker)
{
	struct pollfd poller = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;

	poll(&poller, 1, 100);
	/* Does not read now and then, so that events are lost. */
	if (draw(state, 4) == 0)
		usleep(20000);
	while (bgt_next_event(bgt, &event))
		shared->done[worker]++;
}

static const struct {
	const char *name;
	void (*function)(struct bgt *bgt, uint64_t *state, int worker);
} workers[] = {
	{ "containers", change_containers },
	{ "members", change_members },
	{ "members", change_members },
	{ "cgroups", change_cgroups },
	{ "cgroups", change_cgroups },
	{ "tasks", change_tasks },
	{ "looks", look },
	{ "events", listen },
};

static int work(void *data)
{
	int worker = (int)(uintptr_t)data;
	struct bgt *bgt = container_connect();
	uint64_t state = shared->seed + (uint64_t)worker;

	while (!shared->stop)
		workers[worker].function(bgt, &state, worker);
	return 0;
}

TEST_F_TIMEOUT(race, all, 3600)
{
	pid_t pids[ARRAY_SIZE(workers)];
	struct bgt_container *list, *container;
	struct bgt *bgt = container_connect();

	for (unsigned int i = 0; i < NR_CGROUPS; i++)
		mkdir(cgroup_path(cgroups[i], NULL), 0755);
	for (unsigned int i = 0; i < ARRAY_SIZE(workers); i++)
		pids[i] = task_start("", work, (void *)(uintptr_t)i);
	pause_for((soak() ? 900 : 10) * SEC);
	shared->stop = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(workers); i++) {
		EXPECT_EQ(0, task_wait(pids[i]));
		note("%s: %llu done, %llu refused", workers[i].name,
		     (unsigned long long)shared->done[i], (unsigned long long)shared->refused[i]);
		EXPECT_GT(shared->done[i], shared->refused[i]);
	}

	/* Containers that the workers have left are deleted with their members. */
	ASSERT_EQ(0, bgt_container_list(bgt, &list));
	for (container = list; container; container = container->next) {
		if (!strncmp(container->name, "selftest.", 9))
			EXPECT_EQ(0, bgt_container_del(bgt, container->id));
	}
	EXPECT_EQ(0, cgroup_count_frozen());
	cgroup_remove_all();
	container_keep_no_more();
	ASSERT_EQ(0, bgt_container_list(bgt, &list));
	EXPECT_NULL(list);
}

/* Counts in a counter that several workers share. */
static void count_together(unsigned int what)
{
	__atomic_fetch_add(&shared->done[what], 1, __ATOMIC_RELAXED);
}

/* Several processes do the same things to the same container and member. */
static int twins(void *data)
{
	struct bgt *bgt = container_connect();
	uint64_t end = now() + (soak() ? 60 : 3) * SEC;
	int fd = cgroup_open("a");
	uint32_t id, member;

	while (now() < end) {
		if (!bgt_container_new(bgt, "selftest.twins", NULL, &id)) {
			shared->containers[0] = id;
			count_together(0);
		}
		id = shared->containers[0];
		if (!bgt_member_add(bgt, id, BGT_ROLE_APP, fd, true, &member)) {
			shared->members[0] = member;
			count_together(1);
		}
		member = shared->members[0];
		bgt_member_set_held(bgt, member, false);
		if (data && !bgt_member_del(bgt, member))
			count_together(2);
		if (!bgt_container_del(bgt, id))
			count_together(3);
	}
	return 0;
}

TEST_F_TIMEOUT(race, twins, 300)
{
	struct burner burner;
	pid_t pids[3];

	cgroup_make("a");
	burner = burner_start("a", 1);
	for (int i = 0; i < 3; i++)
		pids[i] = task_start("", twins, i ? self : NULL);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, task_wait(pids[i]));
	container_delete_all();
	EXPECT_EQ(0, cgroup_count_frozen());
	EXPECT_TRUE(burner_runs(&burner, 0));
	/* Each container was made once, and deleted once at most; the last one may be left. */
	EXPECT_LE(shared->done[0] - shared->done[3], 1);
	EXPECT_LE(shared->done[2], shared->done[1]);
	EXPECT_GT(shared->done[1], 0);
	burner_end(&burner);
}

/*
 * Each allocation of an operation fails once: the operation fails with ENOMEM, or does without.
 * Only where the kernel can pretend a lack of memory; otherwise this is not in the plan.
 */

/*
 * Fails the first allocation, the second, and so on, until the operation has no more allocations.
 */
#define EXPECT_FAILS_CLEANLY(operation, undo) do {					\
	unsigned int nth_ = 0, refused_ = 0;						\
	int error_, fd_;								\
	bool failed_;									\
											\
	do {										\
		fd_ = failslab_begin("thread-self", ++nth_);				\
		error_ = operation;							\
		failed_ = failslab_end(fd_);						\
		if (error_)								\
			refused_++;							\
		if (error_ && error_ != -ENOMEM && error_ != -ENOBUFS)			\
			note("%s: %s", #operation, bgt_error(bgt));			\
		EXPECT_TRUE(!error_ || error_ == -ENOMEM || error_ == -ENOBUFS);	\
		EXPECT_TRUE(failed_ || !error_);					\
		if (!error_)								\
			undo;								\
	} while (failed_ && nth_ < 1000);						\
	note("%s: refused %u of %u times", #operation, refused_, nth_);			\
	EXPECT_LT(nth_, 1000);								\
} while (0)

/* The module's freezer thread, by its name below /proc. */
static const char *freezer(void)
{
	static char pid[16];
	FILE *pids = popen("pgrep -x bgtask | head -n 1", "r");

	if (!pids || fscanf(pids, "%15s", pid) != 1)
		fail("no thread freezes");
	pclose(pids);
	return pid;
}

TEST_F_TIMEOUT(race, no_memory, 300)
{
	struct bgt_container_policy traffic = BGT_CONTAINER_POLICY_INIT;
	struct bgt *bgt = container_connect();
	struct bgt_container *container;
	struct bgt_member *member;
	uint32_t id, task, other;
	struct burner burner;
	int fd;

	traffic.set = BGT_POLICY_COUNT_TRAFFIC;
	traffic.count_traffic = true;
	cgroup_make("a");
	cgroup_make("a/b");
	cgroup_make("a/b/c");
	cgroup_make("d");
	burner = burner_start("a/b", 1);
	fd = cgroup_open("a");
	id = container_new(bgt, BGT_QUOTA_UNLIMITED, SEC);
	other = container_new(bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(bgt, other, BGT_ROLE_APP, "d");

	EXPECT_FAILS_CLEANLY(bgt_container_new(bgt, "selftest.memory", NULL, &task),
			     container_delete(bgt, task));
	/*
	 * Until nothing is counted any more, or else the counters and hooks would exist already the
	 * next time.
	 */
	EXPECT_FAILS_CLEANLY(bgt_container_new(bgt, "selftest.memory", &traffic, &task),
			     container_delete(bgt, task));
	EXPECT_FAILS_CLEANLY(bgt_container_set(bgt, id, &traffic),
			     (container_delete(bgt, id),
			      id = container_new(bgt, BGT_QUOTA_UNLIMITED, SEC)));
	EXPECT_FAILS_CLEANLY(bgt_member_add(bgt, id, BGT_ROLE_APP, fd, true, &task),
			     member_delete(bgt, task));
	task = member_add(bgt, id, BGT_ROLE_APP, "a");
	EXPECT_FAILS_CLEANLY(bgt_member_set_held(bgt, task, true), member_hold(bgt, task, false));
	EXPECT_FAILS_CLEANLY(bgt_container_get(bgt, id, &container), bgt_container_free(container));
	EXPECT_FAILS_CLEANLY(bgt_container_list(bgt, &container), bgt_container_free(container));
	EXPECT_FAILS_CLEANLY(bgt_member_get(bgt, task, &member), bgt_member_free(member));
	EXPECT_FAILS_CLEANLY(bgt_member_list(bgt, id, &member), bgt_member_free(member));
	EXPECT_FAILS_CLEANLY(bgt_container_kill(bgt, other, BGT_ROLE_ALL), (void)0);
	EXPECT_FAILS_CLEANLY(bgt_member_del(bgt, task),
			     task = member_add(bgt, id, BGT_ROLE_APP, "a"));
	EXPECT_FAILS_CLEANLY(bgt_container_del(bgt, id),
			     id = container_new(bgt, BGT_QUOTA_UNLIMITED, SEC));
	close(fd);

	/* If the freezer lacks memory, a spent container is frozen a little later. */
	member_add(bgt, id, BGT_ROLE_APP, "a");
	fd = failslab_begin(freezer(), 1);
	container_set_period(bgt, id, 3600 * SEC);
	container_set_quota(bgt, id, container_look(bgt, id)->spent + 100 * MSEC);
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(failslab_end(fd));

	container_delete_all();
	EXPECT_EQ(0, cgroup_count_frozen());
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"no_memory", NULL };

	if (argc == 1 && !failslab_is_there())
		return test_harness_run(3, reduced);
	return test_harness_run(argc, argv);
}
