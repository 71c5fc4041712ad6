/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that shares the memory of the one that starts it until it executes a program, as with
 * vfork(2): so that starting one costs the same however much there is. But whoever starts it does
 * not wait for that, since it may be frozen before it gets there, and for long.
 *
 * So what it uses must stay until it has ended. And it must not use what is its starter's thread's,
 * such as errno, which all functions of the C library may set: it has spawn_call() instead.
 */
#ifndef BGTASKD_SPAWN_H
#define BGTASKD_SPAWN_H

#include <linux/sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>

#ifdef __x86_64__
#define SPAWN_SHARES_MEMORY	1
#else
/* Elsewhere it gets a copy, and only what is mapped as shared is shared. */
#define SPAWN_SHARES_MEMORY	0
#endif

/*
 * Starts a process that does @run with @data on a stack of its own; @args has flags beyond those
 * that are needed for it. Returns the pid, or a negative errno.
 */
pid_t spawn(struct clone_args *args, void (*run)(void *data), void *data, void *stack, size_t size);

/* A system call. Returns what the kernel does: a negative errno if it fails. */
long spawn_call(long number, long first, long second, long third, long fourth);

/* What runs in it, or is called there: nothing is added to it that looks at the memory. */
#define SPAWN_CODE	__attribute__((no_sanitize("address", "undefined")))

#endif
