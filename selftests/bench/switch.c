// SPDX-License-Identifier: GPL-2.0
/*
 * switch MODULE ROUNDS SAMPLES: what a context switch costs. Two processes play ping-pong over
 * pipes on one CPU, in a cgroup of always the same depth: without the module, with the module in
 * all states that matter, and under cpu.max. To be run where the clock counts instructions.
 *
 * All cgroups exist from the start, so that only the containers differ.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MANY	1000
#define WARM_UP	5000

static unsigned int rounds, samples;
static struct bgt *bgt;

/* Sends the ball back until the other player has closed its pipe. */
static void bounce(int from, int to)
{
	char ball;

	while (read(from, &ball, 1) == 1)
		if (write(to, &ball, 1) != 1)
			die("the ball is lost");
}

/* Returns ns per switch. */
static double play(int to, int from, unsigned int count)
{
	uint64_t start = now();
	char ball = 0;

	for (unsigned int i = 0; i < count; i++)
		if (write(to, &ball, 1) != 1 || read(from, &ball, 1) != 1)
			die("the ball is lost");
	return (double)(now() - start) / (2.0 * count);
}

/* The same pair plays all samples, so that no process starts or ends between two samples. */
static void match(int dir, double *results)
{
	int there[2], back[2], status;

	if (pipe(there) || pipe(back))
		die("cannot make pipes");
	if (!cgroup_fork(dir)) {
		close(there[1]);
		bounce(there[0], back[1]);
		_exit(0);
	}
	if (!cgroup_fork(dir)) {
		/* While this warms up, the kernel tidies up what the last match left behind. */
		play(there[1], back[0], WARM_UP);
		for (unsigned int i = 0; i < samples; i++)
			results[i] = play(there[1], back[0], rounds);
		_exit(0);
	}
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
	while (wait(&status) > 0)
		if (status)
			die("a player failed");
}

static void measure(int dir, const char *name)
{
	size_t size = samples * sizeof(double);
	double *results;

	results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("out of memory");
	match(dir, results);
	for (unsigned int i = 0; i < samples; i++)
		report(results[i], "instructions", "switch.%s", name);
	munmap(results, size);
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("cannot load %s", path);
	close(fd);
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
}

static void name_other(char name[32], unsigned int i)
{
	snprintf(name, 32, "bench/other-%u", i);
}

/* A container with one cgroup as its member. */
static void contain(const char *name, int dir)
{
	uint32_t id;

	check(bgt, bgt_container_new(bgt, name, NULL, &id), "container-new");
	check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, dir, false, NULL), "member-add");
	close(dir);
}

/* Contains cgroups that no process is in. */
static void contain_others(unsigned int from, unsigned int to)
{
	char name[32];

	for (unsigned int i = from; i < to; i++) {
		name_other(name, i);
		contain(name + sizeof("bench/") - 1, cgroup_open(name));
	}
}

static void contain_players(int dir)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	uint32_t id;

	policy.set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy.period = BGT_PERIOD_DEFAULT;
	policy.quota = policy.period;
	check(bgt, bgt_container_new(bgt, "players", &policy, &id), "container-new");
	check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, dir, false, NULL), "member-add");
}

static void release_players(void)
{
	struct bgt_container *players;

	check(bgt, bgt_container_get_by_name(bgt, "players", &players), "container-get");
	check(bgt, bgt_container_del(bgt, players->id), "container-del");
	bgt_container_free(players);
}

int main(int argc, char **argv)
{
	char name[32];
	int bench, dir;

	if (argc != 4)
		die("switch MODULE ROUNDS SAMPLES");
	rounds = parse_count(argv[2]);
	samples = parse_count(argv[3]);

	bench = cgroup_make("bench");
	cgroup_write(bench, "cgroup.subtree_control", "+cpu");
	dir = cgroup_make("bench/players");
	for (unsigned int i = 0; i < MANY; i++) {
		name_other(name, i);
		close(cgroup_make(name));
	}

	measure(dir, "unloaded");
	cgroup_write(dir, "cpu.max", "100000 100000");
	measure(dir, "cpu-max");
	cgroup_write(dir, "cpu.max", "max 100000");

	load_module(argv[1]);
	measure(dir, "no-container");
	contain_others(0, 1);
	measure(dir, "outside-1");
	contain_players(dir);
	measure(dir, "inside-1");
	release_players();
	contain_others(1, MANY);
	measure(dir, "outside-1000");
	contain_players(dir);
	measure(dir, "inside-1000");

	bgt_close(bgt);
	return 0;
}
