// SPDX-License-Identifier: GPL-2.0
/*
 * mail MUTEX: an app that owns a mutex of its user for longer than its budget lasts. After a pause
 * it knows that it was frozen: it finishes its work, releases the mutex, and uses up its budget
 * with something else.
 */
#include <bgtask.h>

#include "demo.h"

/* Longer than a busy machine holds up the app, shorter than the pause before the reader asks. */
#define PAUSE	UINT64_C(700000000)

/* How much work is left then, ns. */
#define REST	UINT64_C(10000000)

static void work_until_frozen(void)
{
	uint64_t last, time = boottime();

	do {
		last = time;
		time = boottime();
	} while (time - last < PAUSE);
}

static void work_on(void)
{
	uint64_t end = boottime() + REST;

	while (boottime() < end)
		;
}

int main(int argc, char **argv)
{
	struct bgt_mutex *mutex;
	struct bgt *bgt;
	int error;

	if (argc != 2)
		die("usage", "mail MUTEX");
	error = bgt_open(&bgt);
	if (error)
		die("cannot connect", bgt_strerror(error));
	if (bgt_mutex_open(bgt, argv[1], BGT_SCOPE_USER, &mutex) ||
	    bgt_mutex_acquire(mutex, BGT_TIMEOUT_INFINITE))
		die(argv[1], bgt_error(bgt));
	work_until_frozen();
	work_on();
	if (bgt_mutex_release(mutex))
		die(argv[1], bgt_error(bgt));
	for (;;)
		work_on();
}
