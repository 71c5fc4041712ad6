// SPDX-License-Identifier: GPL-2.0
/*
 * mutex-many FEW MANY BATCHES ROUNDS: what it costs to acquire and release a mutex while the
 * process owns few others and while it owns many, and how much kernel memory each of these takes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

static struct bgt *bgt;
static struct bgt_mutex **mutexes;	/* the first ones are owned */
static unsigned int owned;

static void make_mutexes(unsigned int count)
{
	char name[32];

	mutexes = calloc(count, sizeof(struct bgt_mutex *));
	if (!mutexes)
		die("out of memory");
	for (unsigned int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		check(bgt, bgt_mutex_open(bgt, name, BGT_SCOPE_USER, &mutexes[i]), "mutex-open");
	}
}

static void own(unsigned int count)
{
	for (; owned < count; owned++)
		check(bgt, bgt_mutex_acquire(mutexes[owned], 0), "mutex-acquire");
	for (; owned > count; owned--)
		check(bgt, bgt_mutex_release(mutexes[owned - 1]), "mutex-release");
}

static void measure(struct bgt_mutex *mutex, unsigned int rounds)
{
	uint64_t start = now();

	for (unsigned int i = 0; i < rounds; i++) {
		check(bgt, bgt_mutex_acquire(mutex, 0), "mutex-acquire");
		check(bgt, bgt_mutex_release(mutex), "mutex-release");
	}
	report((double)(now() - start) / rounds, "ns", "mutex.many.%u", owned);
}

int main(int argc, char **argv)
{
	unsigned int few, many, batches, rounds;
	struct bgt_mutex *mutex;
	double before;

	if (argc != 5)
		die("mutex-many FEW MANY BATCHES ROUNDS");
	few = parse_count(argv[1]);
	many = parse_count(argv[2]);
	batches = parse_count(argv[3]);
	rounds = parse_count(argv[4]);
	if (few >= many)
		die("%u is not less than %u", few, many);

	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	check(bgt, bgt_mutex_open(bgt, "one more", BGT_SCOPE_USER, &mutex), "mutex-open");
	make_mutexes(many);

	own(few);
	before = kernel_memory();
	own(many);
	report((kernel_memory() - before) / (many - few), "bytes", "mutex.memory.mutex");
	for (unsigned int i = 0; i < batches; i++) {
		own(few);
		measure(mutex, rounds);
		own(many);
		measure(mutex, rounds);
	}

	bgt_close(bgt);
	return 0;
}
