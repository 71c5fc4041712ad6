// SPDX-License-Identifier: GPL-2.0
/*
 * Starts processes in a cgroup; threads that count as long as they run, which shows whether they
 * stand still; and keeps the kernel's workers off all CPUs for a while.
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "scene.h"
#include "task.h"

pid_t task_start(const char *cgroup, int (*function)(void *data), void *data)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup_open(cgroup),
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		fail("clone3 into %s: %s", cgroup, strerror(errno));
	if (!pid)
		_exit(function(data));
	close((int)args.cgroup);
	return pid;
}

int task_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			fail("waitpid: %s", strerror(errno));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void task_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	task_wait(pid);
}

struct thread {
	const struct burner *burner;
	unsigned int number;
};

static void *burner_thread(void *data)
{
	struct thread thread = *(struct thread *)data;
	volatile struct burner_state *state = thread.burner->state;

	if (thread.number)
		free(data);
	state->tids[thread.number] = (pid_t)syscall(SYS_gettid);
	for (;;) {
		state->counts[thread.number]++;
		while (state->sleep)
			usleep(10000);
	}
	return NULL;
}

static int burner_process(void *data)
{
	struct thread first = { data, 0 };
	pthread_t pthread;

	for (unsigned int i = 1; i < first.burner->nr_threads; i++) {
		struct thread *thread = malloc(sizeof(*thread));

		if (!thread)
			return 1;
		*thread = (struct thread){ data, i };
		if (pthread_create(&pthread, NULL, burner_thread, thread))
			return 1;
	}
	burner_thread(&first);
	return 0;
}

struct burner burner_launch(const char *cgroup, unsigned int nr_threads)
{
	struct burner burner = { .nr_threads = nr_threads };

	burner.state = mmap(NULL, sizeof(*burner.state), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (burner.state == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	burner.pid = task_start(cgroup, burner_process, &burner);
	return burner;
}

void burner_wait_ready(const struct burner *burner)
{
	for (unsigned int i = 0; i < burner->nr_threads; i++) {
		if (!burner_runs(burner, i))
			fail("thread %u of a burner does not start", i);
	}
}

struct burner burner_start(const char *cgroup, unsigned int nr_threads)
{
	struct burner burner = burner_launch(cgroup, nr_threads);

	burner_wait_ready(&burner);
	return burner;
}

void burner_sleep(const struct burner *burner, bool sleep)
{
	burner->state->sleep = sleep;
}

void burner_end(struct burner *burner)
{
	task_kill(burner->pid);
	munmap((void *)burner->state, sizeof(*burner->state));
}

bool burner_runs(const struct burner *burner, unsigned int thread)
{
	uint64_t before = burner->state->counts[thread], end = now() + DEADLINE;

	while (burner->state->counts[thread] == before && now() < end)
		look_later(end);
	return burner->state->counts[thread] != before;
}

bool burner_stands(const struct burner *burner, unsigned int thread)
{
	uint64_t before = burner->state->counts[thread];

	pause_for(200 * MSEC);
	return burner->state->counts[thread] == before;
}

const char *task_waits_in(pid_t tid)
{
	static char channel[64];
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/wchan", tid);
	file = fopen(path, "re");
	if (!file)
		fail("%s: %s", path, strerror(errno));
	if (!fgets(channel, sizeof(channel), file))
		fail("%s cannot be read", path);
	fclose(file);
	return strcmp(channel, "0") ? channel : NULL;
}

void burner_wait_off(const struct burner *burner)
{
	uint64_t end = now() + DEADLINE;

	for (unsigned int i = 0; i < burner->nr_threads; i++) {
		while (!task_waits_in(burner->state->tids[i])) {
			if (now() > end)
				fail("thread %u does not leave its CPU", i);
			look_later(end);
		}
	}
}

void burn(uint64_t time)
{
	struct timespec used;
	uint64_t end = 0, usage;

	do {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
		usage = (uint64_t)used.tv_sec * SEC + (uint64_t)used.tv_nsec;
		if (!end)
			end = usage + time;
	} while (usage < end);
}

static int waste_memory(void *data)
{
	const size_t size = 256 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	for (size_t i = 0;; i = (i + 4096) % size)
		memory[i]++;
}

pid_t task_waste_memory(void)
{
	if (cgroup_write("", "memory.high", "4M"))
		fail("cannot set memory.high");
	return task_start("", waste_memory, NULL);
}

void pause_for(uint64_t time)
{
	struct timespec left = { (time_t)(time / SEC), (long)(time % SEC) };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

void pause_until(uint64_t time)
{
	uint64_t at = now();

	if (at < time)
		pause_for(time - at);
}

/* Processes that occupy all CPUs but the first, which is the caller's. */
static pid_t occupants[TASK_THREADS_MAX];
static cpu_set_t own_cpus;

static void take_cpu(int cpu)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setscheduler(0, SCHED_FIFO, &param))
		fail("cannot have a CPU alone: %s", strerror(errno));
}

void workers_stop(void)
{
	int nr_cpus = (int)sysconf(_SC_NPROCESSORS_ONLN), ready[2];
	char byte = 0;

	if (sched_getaffinity(0, sizeof(own_cpus), &own_cpus) || pipe(ready))
		fail("cannot stop the workers: %s", strerror(errno));
	for (int cpu = 1; cpu < nr_cpus && cpu < TASK_THREADS_MAX; cpu++) {
		occupants[cpu] = fork();
		if (!occupants[cpu]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			take_cpu(cpu);
			if (write(ready[1], &byte, 1) == 1)
				for (;;)
					;
			_exit(1);
		}
		if (occupants[cpu] < 0 || read(ready[0], &byte, 1) != 1)
			fail("cannot occupy CPU %d: %s", cpu, strerror(errno));
	}
	close(ready[0]);
	close(ready[1]);
	take_cpu(0);
}

void workers_go_on(void)
{
	struct sched_param param = { .sched_priority = 0 };

	for (unsigned int cpu = 1; cpu < TASK_THREADS_MAX; cpu++) {
		if (occupants[cpu])
			task_kill(occupants[cpu]);
		occupants[cpu] = 0;
	}
	if (sched_setscheduler(0, SCHED_OTHER, &param) ||
	    sched_setaffinity(0, sizeof(own_cpus), &own_cpus))
		fail("cannot let the workers go on: %s", strerror(errno));
}
