// SPDX-License-Identifier: GPL-2.0
/* A process in a cgroup, of several threads, that does nothing but use CPU time. */
#include "bench.h"

#include <pthread.h>
#include <unistd.h>

/*
 * One iteration has many instructions, since an emulator that counts them runs a long block faster.
 */
static void *burn(void *unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile(".rept 256\n\tnop\n\t.endr");
	return NULL;
}

void load_start(int dir, unsigned int threads)
{
	int ready[2];
	char byte = 0;

	if (pipe(ready))
		die("cannot make a pipe");
	if (!cgroup_fork(dir)) {
		pthread_t thread;

		for (unsigned int i = 1; i < threads; i++)
			if (pthread_create(&thread, NULL, burn, NULL))
				die("cannot start a thread");
		if (write(ready[1], &byte, 1) != 1)
			die("cannot write to a pipe");
		burn(NULL);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("cannot read from a pipe");
	close(ready[0]);
	close(ready[1]);
}
