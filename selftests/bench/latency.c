// SPDX-License-Identifier: GPL-2.0
/*
 * latency ROUNDS: how soon an app notices that it is held and released through the module, and how
 * soon when cgroup.freeze is just written. The app reads the clock as fast as it can: the last time
 * before the gap and the first one after it tell when it stopped and when it ran again.
 */
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

struct page {
	_Atomic uint64_t last;		/* when the app last ran */
	_Atomic uint64_t first;		/* when it first ran in this round */
	_Atomic uint32_t round;		/* set by us while the app stands still */
	_Atomic uint32_t seen;		/* by the app; a futex */
};

/* What is compared: two ways to do the same. */
struct way {
	const char *name;
	void (*freeze)(bool frozen);
};

static struct page *page;
static struct bgt *bgt;
static uint32_t member;
static int dir;

/* In this order a round is never seen with a time from before it. */
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
	cgroup_write(dir, "cgroup.freeze", frozen ? "1" : "0");
}

/* 0 if the app happened not to run. */
static void report_latency(uint64_t from, uint64_t to, const char *way, const char *what)
{
	report(to > from ? (double)(to - from) / USEC : 0, "us", "latency.%s.%s", way, what);
}

static void measure(const struct way *way, uint32_t round)
{
	/* The kernel notifies of cgroup.events once in 10 ms; and the app shall get going. */
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

int main(int argc, char **argv)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	static const struct way ways[] = {
		{ .name = "module", .freeze = hold },
		{ .name = "plain", .freeze = write_freeze },
	};
	unsigned int rounds;
	uint32_t id;

	if (argc != 2)
		die("latency ROUNDS");
	rounds = parse_count(argv[1]);

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		die("out of memory");
	dir = cgroup_make("latency");
	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = true;
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	check(bgt, bgt_container_new(bgt, "latency", &policy, &id), "container-new");
	check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, dir, false, &member), "member-add");

	/* One CPU for the app, and one for whoever freezes it, if there are two. */
	if (!cgroup_fork(dir)) {
		stay_on((int)sysconf(_SC_NPROCESSORS_ONLN) - 1);
		run_app();
	}
	stay_on(0);
	for (unsigned int i = 0; i < 2 * rounds; i++)
		measure(&ways[i % 2], i + 1);

	check(bgt, bgt_container_del(bgt, id), "container-del");
	bgt_close(bgt);
	cgroup_kill(dir);
	close(dir);
	cgroup_remove("latency");
	return 0;
}
