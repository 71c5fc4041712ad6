/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that are started right into a cgroup. */
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
 * The kernel's name for where a thread waits; NULL unless it has left its CPU, and all run queues.
 * Valid until the next call.
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

/* The first thread is the process's own. All run when this returns, unless the cgroup is frozen. */
struct burner burner_start(const char *cgroup, unsigned int nr_threads);

/* Starts a burner without waiting for it to run. */
struct burner burner_launch(const char *cgroup, unsigned int nr_threads);
void burner_wait_ready(const struct burner *burner);

/* Threads stop counting and sleep, or go on. */
void burner_sleep(const struct burner *burner, bool sleep);

/* Kills it and frees it. */
void burner_end(struct burner *burner);

/* Waits until a thread has counted on; false if the deadline passes. */
bool burner_runs(const struct burner *burner, unsigned int thread);

/* Whether a thread does not count in a while. */
bool burner_stands(const struct burner *burner, unsigned int thread);

/*
 * Waits until all threads have left their CPUs, and are charged nothing any more: a frozen one that
 * is held up by what is below the guest does so a little after it counts as frozen.
 */
void burner_wait_off(const struct burner *burner);

/* Uses CPU time of its own: at least so many ns. */
void burn(uint64_t time);

/*
 * Starts a process in the tests' own cgroup, which may have 4 MiB from then on, and uses more. The
 * process waits for memory most of the time. task_kill() ends it.
 */
pid_t task_waste_memory(void);

/*
 * From now on only the caller runs, and what it starts and waits for: nothing that is left to the
 * kernel's workers is done. Until the second is called, which must be soon.
 */
void workers_stop(void);
void workers_go_on(void);

/* Waits a while, in which something could happen that should not. */
void pause_for(uint64_t time);
/* Waits likewise until a moment, or not at all if that has passed already on a busy machine. */
void pause_until(uint64_t time);

#endif
