// SPDX-License-Identifier: GPL-2.0
/*
 * latency ROUNDS: how soon an app notices that it is frozen and thawed: by a hold of the module, by
 * the helper when the app goes to the background and to the foreground (also for its UI thread,
 * which has a cgroup of its own), and by a plain write to cgroup.freeze. The app reads the clock as
 * fast as it can: the last time before the gap and the first one after it tell when it stopped and
 * when it ran again.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"

#define DIRECTORY	"/tmp/bench-latency"
#define APP		"org.example.Bench"

struct page {
	_Atomic uint64_t last;		/* when the app last ran */
	_Atomic uint64_t first;		/* when it first ran in this round */
	_Atomic uint32_t round;		/* set by us while the app stands still */
	_Atomic uint32_t seen;		/* set by the app; a futex */
};

/* A way to freeze and thaw the app; the ways are compared. */
struct way {
	const char *name;
	void (*freeze)(bool frozen);
};

static struct page *page;
static struct bgt *bgt;
static uint32_t member;
static int dir, freeze;

/*
 * Reads the round before the time, so that a new round never has a time from before its beginning.
 */
static _Noreturn void run_app(void)
{
	for (;;) {
		uint32_t round = page->round;
		uint64_t time = now();

		if (round != page->seen) {
			page->first = time;
			page->seen = round;
			syscall(SYS_futex, &page->seen, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
		}
		page->last = time;
	}
}

/*
 * The app's only thread is its UI thread, so nobody is left whom the helper could ask to save its
 * state.
 */
static _Noreturn void run_ui(void)
{
	struct bgt *own;

	if (bgt_open(&own) || bgt_app_set_ui_thread(own, (uint32_t)gettid()))
		die("cannot name the UI thread");
	bgt_close(own);
	run_app();
}

static void await_round(uint32_t round)
{
	uint32_t seen;

	while ((seen = page->seen) != round)
		syscall(SYS_futex, &page->seen, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void hold(bool held)
{
	check(bgt, bgt_member_set_held(bgt, member, held), "member-set");
}

static void write_freeze(bool frozen)
{
	if (pwrite(freeze, frozen ? "1" : "0", 1, 0) != 1)
		die("cannot write cgroup.freeze");
}

static void show(bool hidden)
{
	check(bgt, hidden ? bgt_app_background(bgt, APP) : bgt_app_foreground(bgt, APP),
	      "app-move");
}

/* Finds the app's cgroup and member, which the helper has made. */
static void find_member(void)
{
	struct bgt_container *container;
	struct bgt_member *list, *known;

	check(bgt, bgt_container_get_by_name(bgt, APP, &container), "container-get");
	check(bgt, bgt_member_list(bgt, container->id, &list), "member-get");
	for (known = list; known; known = known->next)
		if (known->role == BGT_ROLE_APP)
			member = known->id;
	bgt_member_free(list);
	bgt_container_free(container);
	dir = cgroup_open(HELPER_CGROUP "/" APP "/app");
	freeze = openat(dir, "cgroup.freeze", O_WRONLY | O_CLOEXEC);
	if (freeze < 0)
		die("cannot open cgroup.freeze");
}

/* Reports 0 if the app happened not to run. */
static void report_latency(uint64_t from, uint64_t to, const char *way, const char *what)
{
	report(to > from ? (double)(to - from) / USEC : 0, "us", "latency.%s.%s", way, what);
}

static void measure(const struct way *way, uint32_t round)
{
	/*
	 * The kernel notifies of cgroup.events at most once in 10 ms; and the app needs time to
	 * run.
	 */
	static const struct timespec run_time = { .tv_nsec = 15 * 1000000 };
	uint64_t start;

	nanosleep(&run_time, NULL);
	start = now();
	way->freeze(true);
	cgroup_await(dir, "frozen", 1);
	report_latency(start, page->last, way->name, "freeze");

	nanosleep(&run_time, NULL);
	page->round = round;
	start = now();
	way->freeze(false);
	await_round(round);
	report_latency(start, page->first, way->name, "thaw");
}

/* The app runs on the last CPU, and who freezes it on the first, if there are two. */
static void compare(void (*run)(void), const struct way *ways, unsigned int nr_ways,
		    unsigned int rounds)
{
	static uint32_t round;

	page->seen = round;
	page->round = ++round;
	if (!cgroup_fork(dir)) {
		stay_on((int)sysconf(_SC_NPROCESSORS_ONLN) - 1);
		run();
	}
	stay_on(0);
	await_round(round);
	/* The helper did not launch this process: it finds the process when it moves the app. */
	show(false);
	for (unsigned int i = 0; i < nr_ways * rounds; i++)
		measure(&ways[i % nr_ways], ++round);
	cgroup_kill(dir);
}

int main(int argc, char **argv)
{
	static const struct way ways[] = {
		{ .name = "module", .freeze = hold },
		{ .name = "plain", .freeze = write_freeze },
		{ .name = "helper", .freeze = show },
	};
	static const struct way ui[] = { { .name = "ui", .freeze = show } };
	unsigned int rounds;

	if (argc != 2)
		die("latency ROUNDS");
	rounds = parse_count(argv[1]);

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		die("out of memory");
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	helper_prepare(DIRECTORY);
	helper_put_manifest(APP, "");
	helper_start(bgt);
	find_member();

	compare(run_app, ways, sizeof(ways) / sizeof(ways[0]), rounds);
	compare(run_ui, ui, 1, rounds);
	helper_end();
	bgt_close(bgt);
	return 0;
}
