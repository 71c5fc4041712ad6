// SPDX-License-Identifier: GPL-2.0
/*
 * mutex-queue BATCHES WAITERS...: what it costs to hand a mutex over while so many connections wait
 * for it, and how much kernel memory each waiter takes (with the last number of them).
 *
 * All connections are in this process, in a ring: the connection that releases the mutex asks for
 * it again at once, so that the number of waiters stays the same. In a batch each connection of the
 * longest ring has its turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench.h"

/* The descriptors of one connection: for requests, for events, and to poll both. */
#define FILES	3

struct place {
	struct bgt *bgt;
	struct bgt_mutex *mutex;
};

struct ring {
	unsigned int waiters;
	unsigned int owner;		/* index of the owner's place */
	struct place *places;		/* one more than there are waiters, for the owner */
};

static void ask(struct place *place)
{
	check(place->bgt, bgt_mutex_acquire_start(place->mutex, BGT_TIMEOUT_INFINITE),
	      "mutex-acquire");
}

static void take(struct place *place)
{
	const struct bgt_event *event = await_event(place->bgt);

	check(place->bgt, event->result, "mutex-acquire");
}

static void release(struct place *place)
{
	check(place->bgt, bgt_mutex_release(place->mutex), "mutex-release");
}

static void make_ring(struct ring *ring, unsigned int waiters)
{
	char name[32];

	ring->waiters = waiters;
	ring->places = calloc(waiters + 1, sizeof(*ring->places));
	if (!ring->places)
		die("out of memory");
	snprintf(name, sizeof(name), "ring-%u", waiters);
	for (unsigned int i = 0; i <= waiters; i++) {
		struct place *place = &ring->places[i];

		check(NULL, bgt_open(&place->bgt), "cannot connect to the module");
		check(place->bgt, bgt_mutex_open(place->bgt, name, BGT_SCOPE_USER, &place->mutex),
		      "mutex-open");
		/*
		 * The first acquisition allocates memory that must not be taken for a waiter's
		 * memory.
		 */
		ask(place);
		take(place);
		release(place);
	}
}

static void fill_ring(struct ring *ring)
{
	ask(&ring->places[0]);
	take(&ring->places[0]);
	for (unsigned int i = 1; i <= ring->waiters; i++)
		ask(&ring->places[i]);
}

static void hand_over(struct ring *ring)
{
	struct place *before = &ring->places[ring->owner];

	release(before);
	ring->owner = (ring->owner + 1) % (ring->waiters + 1);
	take(&ring->places[ring->owner]);
	ask(before);
}

static void measure(struct ring *ring, unsigned int rounds)
{
	uint64_t start = now();

	for (unsigned int i = 0; i < rounds; i++)
		hand_over(ring);
	report((double)(now() - start) / rounds, "ns", "mutex.queue.%u", ring->waiters);
}

static void allow_files(unsigned int connections)
{
	struct rlimit limit = { .rlim_cur = FILES * connections + 64 };

	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("cannot open %u files", FILES * connections);
}

/* Fills the ring. Returns how many bytes each waiter takes. */
static double fill_and_weigh(struct ring *ring)
{
	double before = kernel_memory();

	fill_ring(ring);
	return (kernel_memory() - before) / ring->waiters;
}

int main(int argc, char **argv)
{
	unsigned int batches, count = (unsigned int)argc - 2, connections = 0, longest = 0;
	double memory = 0;
	struct ring *rings;

	if (argc < 3)
		die("mutex-queue BATCHES WAITERS...");
	batches = parse_count(argv[1]);
	rings = calloc(count, sizeof(*rings));
	if (!rings)
		die("out of memory");
	for (unsigned int i = 0; i < count; i++)
		connections += parse_count(argv[i + 2]) + 1;
	allow_files(connections);

	for (unsigned int i = 0; i < count; i++) {
		make_ring(&rings[i], parse_count(argv[i + 2]));
		memory = fill_and_weigh(&rings[i]);
		if (rings[i].waiters > longest)
			longest = rings[i].waiters;
	}
	report(memory, "bytes", "mutex.memory.waiter");
	for (unsigned int i = 0; i < batches; i++)
		for (unsigned int j = 0; j < count; j++)
			measure(&rings[j], longest + 1);
	return 0;
}
