// SPDX-License-Identifier: GPL-2.0
/*
 * overshoot THREADS GENERATIONS: how exactly a container keeps to 300 ms of every second, with as
 * many busy threads. First without anticipation, where freezing begins when the budget is gone;
 * then with anticipation, after the generations in which the module learns how long freezing takes.
 */
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"

#define QUOTA		300000000
#define PERIOD		1000000000
#define LEARNING	3

static void set_anticipate(bool on)
{
	int fd = open("/sys/module/bgtask/parameters/anticipate", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		die("cannot set the parameter anticipate");
	close(fd);
}

/* Waits until all threads have stopped. */
static const struct bgt_container *await_stop(struct bgt *bgt)
{
	const struct bgt_event *event;

	do
		event = await_event(bgt);
	while (event->type != BGT_EVENT_CONTAINER_STOPPED);
	return event->container;
}

/* Reports by how much the usage exceeded the detection's aim, and the quota. */
static void measure_generation(struct bgt *bgt, const char *how, unsigned int threads)
{
	const struct bgt_container *container = await_stop(bgt);
	double quota = (double)container->quota, aim = quota - (double)container->lead;

	report(((double)container->detected - aim) / USEC, "us", "%s.%u.detected", how, threads);
	report(((double)container->stopped - quota) / USEC, "us", "%s.%u.stopped", how, threads);
}

static void measure(struct bgt *bgt, const char *how, unsigned int threads,
		    unsigned int generations, unsigned int skip)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	int dir = cgroup_make("overshoot");
	uint32_t id;

	policy.set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy.quota = QUOTA;
	policy.period = PERIOD;
	check(bgt, bgt_container_new(bgt, "overshoot", &policy, &id), "container-new");
	check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, dir, false, NULL), "member-add");
	load_start(dir, threads);

	for (unsigned int i = 0; i < skip; i++)
		await_stop(bgt);
	for (unsigned int i = 0; i < generations; i++)
		measure_generation(bgt, how, threads);

	check(bgt, bgt_container_del(bgt, id), "container-del");
	cgroup_kill(dir);
	close(dir);
	cgroup_remove("overshoot");
}

int main(int argc, char **argv)
{
	unsigned int threads, generations;
	struct bgt *bgt;

	if (argc != 3)
		die("overshoot THREADS GENERATIONS");
	threads = parse_count(argv[1]);
	generations = parse_count(argv[2]);
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	check(bgt, bgt_subscribe(bgt), "cannot subscribe");

	set_anticipate(false);
	measure(bgt, "plain", threads, generations, 0);
	set_anticipate(true);
	measure(bgt, "anticipated", threads, generations, LEARNING);

	bgt_close(bgt);
	return 0;
}
