/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes and their cgroups, as /proc and cgroup2 show them.
 */
#ifndef BGTASKD_PROCESS_H
#define BGTASKD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* Field 22 of /proc/PID/stat: no other process of this number has the same. 0 if there is none. */
uint64_t process_start_time(uint32_t pid);

/*
 * Whether a debugger has one of the processes in a cgroup; who traces itself, from somewhere below
 * @own, is not debugged.
 */
bool process_is_traced(const char *cgroup, const char *own);

/* Directory of a process's cgroup, below the cgroup2 mount. Returns 0 or a negative errno. */
int process_cgroup(uint32_t pid, char *path, size_t size);

/* Whether a process is in a cgroup, or below. */
bool process_is_below(uint32_t pid, const char *cgroup);

/* Mount point of cgroup2. Returns 0 or a negative errno. */
int process_cgroup_mount(char *path, size_t size);

/* The process of a cgroup that has been there for longest, or 0. */
uint32_t process_oldest(const char *cgroup);

/* Logs what hangs in a cgroup: its usage, each thread with its stack and what it waits for. */
void process_report(const char *cgroup, const char *app, const char *task);

/* Waits from the event loop for a child that nothing else waits for. The descriptor is closed. */
void process_reap(sd_event *event, int pidfd);

/* Kills all processes in a cgroup, and below. */
void process_kill_cgroup(const char *path);

/* Kills all processes in a cgroup, and removes it as soon as it is empty. */
void process_remove_cgroup(sd_event *event, const char *path);

#endif
