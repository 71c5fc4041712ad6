/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the measuring programs have in common. They print "NAME VALUE UNIT" lines, and end at the
 * first error, since a measurement that follows would be worth nothing.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bgtask.h>

#define USEC	1000.0
#define SEC	1000000000.0

/* Ends the program with a message, and with errno's text if errno is set. */
_Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...);

/* Ends the program unless a call of the library succeeded. */
void check(const struct bgt *bgt, int error, const char *what);

/* The argument as a number, at least 1. */
unsigned int parse_count(const char *argument);

/* CLOCK_MONOTONIC in ns. */
uint64_t now(void);

/* Prints one measurement. The format makes its name, which several measurements may have. */
__attribute__((format(printf, 3, 4)))
void report(double value, const char *unit, const char *format, ...);

/* Bytes of kernel objects: the slab caches and what is allocated for each CPU. */
double kernel_memory(void);

/* Preempts all ordinary threads, as the module's own freezing does. */
void become_realtime(void);

/* Keeps this process, and every process that it forks from now on, on one CPU. */
void stay_on(int cpu);

/* Waits for the next event, which is valid until the next call. */
const struct bgt_event *await_event(struct bgt *bgt);

/* cgroup.c: names are relative to the root of the cgroup2 hierarchy. */
int cgroup_make(const char *name);			/* a descriptor of the directory */
int cgroup_open(const char *name);
void cgroup_remove(const char *name);
void cgroup_write(int dir, const char *file, const char *value);
uint64_t cgroup_read(int dir, const char *file, const char *key);
void cgroup_await(int dir, const char *event, uint64_t value);
pid_t cgroup_fork(int dir);				/* a child that ends with us */
void cgroup_kill(int dir);				/* and wait until it is empty */

/* load.c: a process whose threads burn CPU time until it is killed. */
void load_start(int dir, unsigned int threads);

#endif /* BENCH_H */
