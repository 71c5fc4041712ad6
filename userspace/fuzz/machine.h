/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the helper knows of the machine: processes that are but numbers, a clock that is set,
 * sources of triggers, and a log that nobody reads. It is linked with --wrap for the system calls
 * that it stands in for.
 */
#ifndef BGTASK_FUZZ_MACHINE_H
#define BGTASK_FUZZ_MACHINE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* All processes end, and time begins again. @cgroups is the cgroup2 mount. */
void machine_reset(const char *cgroups);

/* The pid of a process, counted from the oldest that runs; 0 if there are not so many. */
uint32_t machine_process(unsigned int number);

/* How many run that are tasks. */
unsigned int machine_running(void);

/* The cgroup of a process. */
const char *machine_cgroup(uint32_t pid);

/* Lets a process exit with a status or, if that is negative, be killed by a signal. */
void machine_exit(uint32_t pid, int status);

/* Kills all processes whose cgroup's path has @part in it. */
void machine_kill(const char *part);

/* A debugger has all processes, or none. */
void machine_trace(bool traced);

void machine_pass_time(uint64_t seconds);

/* The wall's clock. */
int machine_clock_gettime(clockid_t clock, struct timespec *time);

/* What sources see. */
void machine_fire(enum bgtask_trigger trigger);
void machine_condition(uint32_t first, bool holds);
void machine_power(bool ac, int capacity);

#endif
