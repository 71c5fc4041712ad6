/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starts a process that shares the memory of the helper until it executes a program, as with
 * vfork(2), so that the cost does not depend on how much memory the helper has. Unlike with
 * vfork(2), the helper does not wait until then, since the new process may be frozen for long
 * before it executes the program.
 *
 * So the memory that the process uses must stay until the process has ended. And the process must
 * not use what belongs to the helper's thread, such as errno, which all functions of the C library
 * may set. The process uses spawn_call() instead.
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
/* The process gets a copy of the memory, and shares only mappings that are MAP_SHARED. */
#define SPAWN_SHARES_MEMORY	0
#endif

/*
 * Starts a process that calls @run with @data on this stack. @args may have more flags than those
 * that spawn() adds itself. Returns the pid, or a negative errno.
 */
pid_t spawn(struct clone_args *args, void (*run)(void *data), void *data, void *stack, size_t size);

/* Makes a system call. Returns the kernel's result, which is a negative errno on failure. */
long spawn_call(long number, long first, long second, long third, long fourth);

/*
 * An attribute of all functions that the process executes: sanitizers add no checks to them, which
 * would look at the helper's memory.
 */
#define SPAWN_CODE	__attribute__((no_sanitize("address", "undefined")))

#endif
