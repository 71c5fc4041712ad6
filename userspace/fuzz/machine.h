/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine as the helper sees it: processes, which are only numbers, a clock that the input
 * sets, sources of triggers, and a log that is dropped. The fuzzer is linked with --wrap for the
 * system calls that machine.c replaces.
 */
#ifndef BGTASK_FUZZ_MACHINE_H
#define BGTASK_FUZZ_MACHINE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Ends all processes, and starts time again. @cgroups is the cgroup2 mount. */
void machine_reset(const char *cgroups);

/* Returns the pid of a running process, counted from the oldest; 0 if there are not so many. */
uint32_t machine_process(unsigned int number);

/* Returns how many running processes are tasks. */
unsigned int machine_running(void);

/* Returns the cgroup of a process. */
const char *machine_cgroup(uint32_t pid);

/* Ends a process with an exit status or, if @status is negative, by a signal. */
void machine_exit(uint32_t pid, int status);

/* Kills all processes that have @part in the path of their cgroup. */
void machine_kill(const char *part);

/* Says whether a debugger traces all processes, or none. */
void machine_trace(bool traced);

void machine_pass_time(uint64_t seconds);

/* Replaces clock_gettime() in the files of the helper that use CLOCK_REALTIME. */
int machine_clock_gettime(clockid_t clock, struct timespec *time);

/* Act as sources would: fire a trigger, or report a condition. */
void machine_fire(enum bgtask_trigger trigger);
void machine_condition(uint32_t first, bool holds);
void machine_power(bool ac, int capacity);

#endif
