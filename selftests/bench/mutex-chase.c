// SPDX-License-Identifier: GPL-2.0
/*
 * mutex-chase BATCHES ROUNDS: what it costs to hand a lock over to another process that waits for
 * it, for a mutex and its peers.
 *
 * If two processes just took one lock in turns, one of them would take flock(2) or a pthread mutex
 * again and again before the other is awake, which is no hand-over. So one process chases the other
 * around a ring of three locks: each acquires the next lock before it releases the one that it has,
 * so it can only take a lock that the other has owned before.
 *
 * Both processes run on one CPU, so that the time in which another CPU wakes up is not measured.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "lock.h"

/* Starts as the owner of the first lock, and ends as the owner of none. */
static void run(const struct lock_kind *kind, unsigned int first, unsigned int rounds)
{
	for (unsigned int i = first; i < first + rounds; i++) {
		kind->acquire((i + 1) % LOCKS);
		kind->release(i % LOCKS);
	}
	kind->release((first + rounds) % LOCKS);
}

static void run_ahead(const struct lock_kind *kind, int ready, unsigned int rounds)
{
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	kind->open();
	kind->acquire(1);
	if (write(ready, &byte, 1) != 1)
		die("cannot write to a pipe");
	run(kind, 1, rounds);
}

static void measure(const struct lock_kind *kind, unsigned int rounds)
{
	int ready[2], status;
	uint64_t start;
	char byte;

	if (pipe(ready))
		die("cannot make a pipe");
	kind->acquire(0);
	switch (fork()) {
	case -1:
		die("cannot fork");
	case 0:
		run_ahead(kind, ready[1], rounds);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("cannot read from a pipe");
	close(ready[0]);
	close(ready[1]);

	start = now();
	run(kind, 0, rounds);
	report((double)(now() - start) / (2.0 * rounds), "ns", "mutex.chase.%s", kind->name);
	if (wait(&status) < 0 || status)
		die("the other process failed");
}

int main(int argc, char **argv)
{
	static const struct lock_kind *const kinds[] = { &lock_bgtask, &lock_flock, &lock_robust };
	static const size_t count = sizeof(kinds) / sizeof(kinds[0]);
	unsigned int batches, rounds;

	if (argc != 3)
		die("mutex-chase BATCHES ROUNDS");
	batches = parse_count(argv[1]);
	rounds = parse_count(argv[2]);

	stay_on(0);
	for (size_t i = 0; i < count; i++) {
		kinds[i]->make();
		kinds[i]->open();
	}
	for (unsigned int i = 0; i < batches; i++)
		for (size_t j = 0; j < count; j++)
			measure(kinds[j], rounds);
	return 0;
}
