// SPDX-License-Identifier: GPL-2.0
/*
 * The locks that are compared: mutexes of the library, flock(2) and robust mutexes of pthread, each
 * by the same four functions.
 */
#include "lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "bench.h"

static void do_nothing(void)
{
}

/* bgtask: a mutex is owned by a connection, so each process opens one of its own after the fork. */

static struct bgt *bgt;
static struct bgt_mutex *mutexes[LOCKS];

static void open_bgtask(void)
{
	char name[16];

	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	for (unsigned int i = 0; i < LOCKS; i++) {
		snprintf(name, sizeof(name), "bench-%u", i);
		check(bgt, bgt_mutex_open(bgt, name, BGT_SCOPE_USER, &mutexes[i]), "mutex-open");
	}
}

static void acquire_bgtask(unsigned int lock)
{
	check(bgt, bgt_mutex_acquire(mutexes[lock], BGT_TIMEOUT_INFINITE), "mutex-acquire");
}

static void release_bgtask(unsigned int lock)
{
	check(bgt, bgt_mutex_release(mutexes[lock]), "mutex-release");
}

const struct lock_kind lock_bgtask = {
	.name = "bgtask",
	.make = do_nothing,
	.open = open_bgtask,
	.acquire = acquire_bgtask,
	.release = release_bgtask,
};

/* flock: an open file is the owner, so each process opens the files for itself. */

static int files[LOCKS], opened[LOCKS];

static void make_flock(void)
{
	for (unsigned int i = 0; i < LOCKS; i++) {
		files[i] = memfd_create("bench", MFD_CLOEXEC);
		if (files[i] < 0)
			die("cannot make a file");
	}
}

static void open_flock(void)
{
	char path[32];

	for (unsigned int i = 0; i < LOCKS; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", files[i]);
		opened[i] = open(path, O_RDWR | O_CLOEXEC);
		if (opened[i] < 0)
			die("cannot open %s", path);
	}
}

static void acquire_flock(unsigned int lock)
{
	if (flock(opened[lock], LOCK_EX))
		die("cannot lock a file");
}

static void release_flock(unsigned int lock)
{
	if (flock(opened[lock], LOCK_UN))
		die("cannot unlock a file");
}

const struct lock_kind lock_flock = {
	.name = "flock",
	.make = make_flock,
	.open = open_flock,
	.acquire = acquire_flock,
	.release = release_flock,
};

/* robust: the only pthread mutexes that tell, as bgtask's do, that their owner died. */

static pthread_mutex_t *robust;

static void make_robust(void)
{
	pthread_mutexattr_t attributes;

	robust = mmap(NULL, LOCKS * sizeof(*robust), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (robust == MAP_FAILED)
		die("out of memory");
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (unsigned int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&robust[i], &attributes);
}

static void acquire_robust(unsigned int lock)
{
	if (pthread_mutex_lock(&robust[lock]))
		die("cannot lock a mutex");
}

static void release_robust(unsigned int lock)
{
	if (pthread_mutex_unlock(&robust[lock]))
		die("cannot unlock a mutex");
}

const struct lock_kind lock_robust = {
	.name = "robust",
	.make = make_robust,
	.open = do_nothing,
	.acquire = acquire_robust,
	.release = release_robust,
};
