/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that are started in a cgroup. */
#ifndef BGTASK_TEST_TASK_H
#define BGTASK_TEST_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define TASK_THREADS_MAX	64

/* Starts a process that runs a function and exits with its result. */
pid_t task_start(const char *cgroup, int (*function)(void *data), void *data);

/* Waits for a process to end. Returns its exit code, or 128 plus the number of a signal. */
int task_wait(pid_t pid);

/* Kills a process, frozen or not, and waits for it. */
void task_kill(pid_t pid);

/*
 * The kernel's name for where a thread waits; NULL if it does not wait, or is still on a CPU or a
 * run queue. Valid until the next call.
 */
const char *task_waits_in(pid_t tid);

/* A process whose threads count as fast as they can. */
struct burner {
	pid_t pid;
	unsigned int nr_threads;
	volatile struct burner_state {
		pid_t tids[TASK_THREADS_MAX];
		uint64_t counts[TASK_THREADS_MAX];
		bool sleep;
	} *state;
};

/*
 * The first thread is the process's main thread. Waits until all run, unless the cgroup is frozen.
 */
struct burner burner_start(const char *cgroup, unsigned int nr_threads);

/* Starts a burner without waiting for it to run. */
struct burner burner_launch(const char *cgroup, unsigned int nr_threads);
void burner_wait_ready(const struct burner *burner);

/* Lets all threads stop counting and sleep, or go on. */
void burner_sleep(const struct burner *burner, bool sleep);

/* Kills the burner's process, and frees its memory. */
void burner_end(struct burner *burner);

/* Waits until a thread has counted further; false if the deadline passes. */
bool burner_runs(const struct burner *burner, unsigned int thread);

/* Whether a thread does not count for a while. */
bool burner_stands(const struct burner *burner, unsigned int thread);

/*
 * Waits until all threads have left their CPUs, and are charged nothing more: if the host holds up
 * a frozen thread, this is a little after the thread counts as frozen.
 */
void burner_wait_off(const struct burner *burner);

/* Uses at least so much CPU time of the calling thread, ns. */
void burn(uint64_t time);

/*
 * Starts a process in the tests' own cgroup, which may have 4 MiB from then on, and uses more. The
 * process waits for memory most of the time. task_kill() ends it.
 */
pid_t task_waste_memory(void);

/*
 * Until workers_go_on(), only the caller runs, and what it starts and waits for: the kernel's
 * workers do nothing. Must be ended soon.
 */
void workers_stop(void);
void workers_go_on(void);

/* Waits for a while, in which something might happen that must not. */
void pause_for(uint64_t time);
/* The same until a moment; returns at once if a busy machine is past it already. */
void pause_until(uint64_t time);

#endif
