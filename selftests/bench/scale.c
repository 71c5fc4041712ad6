// SPDX-License-Identifier: GPL-2.0
/*
 * scale FEW MANY ROUNDS: how fast containers are made, filled and deleted while there are few and
 * many of them, each with one member, and how much kernel memory they take.
 *
 * The time to make a cgroup is not part of it; it is reported separately, for comparison.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

#define SPARE	64

static struct bgt *bgt;
static int spare[SPARE];	/* cgroups that are members only for a moment */
static uint32_t *ids;

static double per_second(unsigned int count, uint64_t ns)
{
	return count * SEC / (double)ns;
}

/* Times each operation alone, and undoes it, so that the population stays the same. */
static void measure_speed(unsigned int population, unsigned int rounds)
{
	uint64_t times[6], making = 0, adding = 0, taking = 0, deleting = 0;
	uint32_t id, member;

	for (unsigned int i = 0; i < rounds; i++) {
		times[0] = now();
		check(bgt, bgt_container_new(bgt, "spare", NULL, &id), "container-new");
		times[1] = now();
		check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, spare[i % SPARE], false, &member),
		      "member-add");
		times[2] = now();
		check(bgt, bgt_member_del(bgt, member), "member-del");
		times[3] = now();
		/* Deletes a container that has a member. */
		check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, spare[i % SPARE], false, NULL),
		      "member-add");
		times[4] = now();
		check(bgt, bgt_container_del(bgt, id), "container-del");
		times[5] = now();
		making += times[1] - times[0];
		adding += times[2] - times[1] + times[4] - times[3];
		taking += times[3] - times[2];
		deleting += times[5] - times[4];
	}
	report(per_second(rounds, making), "/s", "scale.%u.container-new", population);
	report(per_second(2 * rounds, adding), "/s", "scale.%u.member-add", population);
	report(per_second(rounds, taking), "/s", "scale.%u.member-del", population);
	report(per_second(rounds, deleting), "/s", "scale.%u.container-del", population);
}

static void make_cgroups(unsigned int population)
{
	uint64_t start = now();
	char name[32];

	for (unsigned int i = 0; i < population; i++) {
		snprintf(name, sizeof(name), "scale/%u", i);
		close(cgroup_make(name));
	}
	report(per_second(population, now() - start), "/s", "scale.mkdir");
	for (unsigned int i = 0; i < SPARE; i++) {
		snprintf(name, sizeof(name), "scale/spare-%u", i);
		spare[i] = cgroup_make(name);
	}
}

static void make_containers(unsigned int from, unsigned int to)
{
	char name[32];

	for (unsigned int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "scale-%u", i);
		check(bgt, bgt_container_new(bgt, name, NULL, &ids[i]), "container-new");
	}
}

static void add_members(unsigned int from, unsigned int to)
{
	char name[32];
	int dir;

	for (unsigned int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "scale/%u", i);
		dir = cgroup_open(name);
		check(bgt, bgt_member_add(bgt, ids[i], BGT_ROLE_APP, dir, false, NULL),
		      "member-add");
		close(dir);
	}
}

int main(int argc, char **argv)
{
	unsigned int few, many, rounds;
	double before, between, after;

	if (argc != 4)
		die("scale FEW MANY ROUNDS");
	few = parse_count(argv[1]);
	many = parse_count(argv[2]);
	rounds = parse_count(argv[3]);
	if (few >= many)
		die("%u is not less than %u", few, many);

	ids = calloc(many, sizeof(*ids));
	if (!ids)
		die("out of memory");
	close(cgroup_make("scale"));
	make_cgroups(many);
	check(NULL, bgt_open(&bgt), "cannot connect to the module");

	make_containers(0, few);
	add_members(0, few);
	measure_speed(few, rounds);

	before = kernel_memory();
	make_containers(few, many);
	between = kernel_memory();
	add_members(few, many);
	after = kernel_memory();
	report((between - before) / (many - few), "bytes", "scale.memory.container");
	report((after - between) / (many - few), "bytes", "scale.memory.member");
	measure_speed(many, rounds);

	/* The containers and cgroups remain; the machine ends after this program. */
	bgt_close(bgt);
	free(ids);
	return 0;
}
