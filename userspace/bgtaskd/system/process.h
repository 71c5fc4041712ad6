/* SPDX-License-Identifier: GPL-2.0 */
/* Processes and their cgroups, as shown by /proc and cgroup2. */
#ifndef BGTASKD_PROCESS_H
#define BGTASKD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/*
 * Returns field 22 of /proc/PID/stat, or 0 if there is no such process. A later process with the
 * same id has another value.
 */
uint64_t process_start_time(uint32_t pid);

/*
 * Whether a debugger traces one of the processes in a cgroup. A tracer in @own, or below, belongs
 * to the app itself and is not a debugger.
 */
bool process_is_traced(const char *cgroup, const char *own);

/*
 * Finds the directory of a process's cgroup, below the cgroup2 mount. Returns 0 or a negative
 * errno.
 */
int process_cgroup(uint32_t pid, char *path, size_t size);

/* Whether a process is in a cgroup, or in a cgroup below. */
bool process_is_below(uint32_t pid, const char *cgroup);

/* Finds the mount point of cgroup2. Returns 0 or a negative errno. */
int process_cgroup_mount(char *path, size_t size);

/* Returns the process in a cgroup that was started first, or 0. */
uint32_t process_oldest(const char *cgroup);

/*
 * Logs what a hanging task does: the CPU time of its cgroup, and for each thread the stack and what
 * the thread waits for.
 */
void process_report(const char *cgroup, const char *app, const char *task);

/* Reaps a child from the event loop once the child ends. Closes the descriptor. */
void process_reap(sd_event *event, int pidfd);

/* Kills all processes in a cgroup, and in the cgroups below it. */
void process_kill_cgroup(const char *path);

/* Kills all processes in a cgroup, and removes the cgroup as soon as it is empty. */
void process_remove_cgroup(sd_event *event, const char *path);

#endif
