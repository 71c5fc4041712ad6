// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces processes, clocks, the log and sources in the fuzzer of the helper. No process is
 * started, and time passes only as the input says, so that an input has the same result in each
 * run.
 */
#include "machine.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/duration.h"

#include "run/cost.h"
#include "model/daemon.h"
#include "sense/source.h"
#include "system/process.h"
#include "system/spawn.h"
#include "fuzz.h"

#define FIRST_PID	1000
#define PROCESSES	64

struct process {
	bool runs;
	bool ended;		/* but its parent was not told yet */
	int raised;		/* an eventfd that is readable when the process has ended */
	int pidfd;		/* the number of the descriptor that the helper has */
	int status;
	char cgroup[256];
};

static struct {
	const char *cgroups;
	struct process processes[PROCESSES];
	unsigned int count;
	bool traced;
	uint64_t time;		/* CLOCK_BOOTTIME; CLOCK_REALTIME is a constant more */
	struct source_sink sink;
} machine;

void machine_reset(const char *cgroups)
{
	for (unsigned int i = 0; i < machine.count; i++)
		close(machine.processes[i].raised);
	machine.count = 0;
	machine.cgroups = cgroups;
	machine.traced = false;
	machine.time = 1000 * NSEC_PER_SEC;
}

/* Processes */

static struct process *find(uint32_t pid)
{
	if (pid < FIRST_PID || pid >= FIRST_PID + machine.count ||
	    !machine.processes[pid - FIRST_PID].runs)
		return NULL;
	return &machine.processes[pid - FIRST_PID];
}

uint32_t machine_process(unsigned int number)
{
	for (unsigned int i = 0; i < machine.count; i++)
		if (machine.processes[i].runs && !number--)
			return FIRST_PID + i;
	return 0;
}

unsigned int machine_running(void)
{
	unsigned int running = 0;

	for (unsigned int i = 0; i < machine.count; i++)
		running += machine.processes[i].runs &&
			   strstr(machine.processes[i].cgroup, "/task/");
	return running;
}

const char *machine_cgroup(uint32_t pid)
{
	return find(pid) ? find(pid)->cgroup : "";
}

static void end(struct process *process, int status)
{
	process->runs = false;
	process->ended = true;
	process->status = status;
	fuzz_assert(!eventfd_write(process->raised, 1));
}

void machine_exit(uint32_t pid, int status)
{
	if (find(pid))
		end(find(pid), status);
}

void machine_kill(const char *part)
{
	for (unsigned int i = 0; i < machine.count; i++)
		if (machine.processes[i].runs && strstr(machine.processes[i].cgroup, part))
			end(&machine.processes[i], -SIGKILL);
}

void machine_trace(bool traced)
{
	machine.traced = traced;
}

static struct process *find_by_pidfd(int fd)
{
	/*
	 * The number of a closed descriptor may be reused, so the newest process with the number is
	 * meant.
	 */
	for (unsigned int i = machine.count; i--;)
		if (machine.processes[i].pidfd == fd)
			return &machine.processes[i];
	return NULL;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int __wrap_pidfd_open(pid_t pid, unsigned int flags);
int __wrap_pidfd_send_signal(int fd, int number, siginfo_t *info, unsigned int flags);
void __wrap_cost_read_pressure(struct cost_facts *facts, const char *directory);

/* system/spawn.h: the function for the new process is never called. */

long spawn_call(long number, long first, long second, long third, long fourth)
{
	(void)first;
	(void)second;
	(void)third;
	(void)fourth;
	(void)number;
	fuzz_fail("no process is started", __FILE__, __LINE__);
}

pid_t spawn(struct clone_args *args, void (*run)(void *data), void *data, void *stack, size_t size)
{
	struct process *process = &machine.processes[machine.count];
	ssize_t length;
	char link[32];
	int fd;

	(void)run;
	(void)data;
	(void)stack;
	(void)size;
	if (machine.count == PROCESSES)
		return -EAGAIN;
	*process = (struct process){ .runs = true };
	snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)args->cgroup);
	length = readlink(link, process->cgroup, sizeof(process->cgroup) - 1);
	fuzz_assert(length > 0);
	process->cgroup[length] = '\0';
	process->raised = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	process->pidfd = dup(process->raised);
	fuzz_assert(process->raised >= 0 && process->pidfd >= 0);
	fd = process->pidfd;
	memcpy((void *)(uintptr_t)args->pidfd, &fd, sizeof(fd));
	return (pid_t)(FIRST_PID + machine.count++);
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	struct process *process = find_by_pidfd((int)id);

	fuzz_assert(type == (idtype_t)P_PIDFD && options & WNOHANG && process);
	if (!process->ended) {
		info->si_pid = 0;
		if (process->runs)
			return 0;
		errno = ECHILD;
		return -1;
	}
	process->ended = false;
	info->si_pid = (pid_t)(FIRST_PID + (process - machine.processes));
	info->si_code = process->status < 0 ? CLD_KILLED : CLD_EXITED;
	info->si_status = abs(process->status);
	return 0;
}

int __wrap_pidfd_open(pid_t pid, unsigned int flags)
{
	struct process *process = find((uint32_t)pid);

	(void)flags;
	if (!process) {
		errno = ESRCH;
		return -1;
	}
	process->pidfd = dup(process->raised);
	return process->pidfd;
}

int __wrap_pidfd_send_signal(int fd, int number, siginfo_t *info, unsigned int flags)
{
	(void)info;
	(void)flags;
	fuzz_assert(find_by_pidfd(fd));
	if (number == SIGKILL && find_by_pidfd(fd)->runs)
		end(find_by_pidfd(fd), -SIGKILL);
	return 0;
}

/* system/process.h */

uint64_t process_start_time(uint32_t pid)
{
	return find(pid) ? pid : 0;
}

bool process_is_traced(const char *cgroup, const char *own)
{
	(void)own;
	return machine.traced && process_oldest(cgroup);
}

bool process_is_below(uint32_t pid, const char *cgroup)
{
	size_t length = strlen(cgroup);
	const char *path = find(pid) ? find(pid)->cgroup : "";

	return !strncmp(path, cgroup, length) && (!path[length] || path[length] == '/');
}

int process_cgroup(uint32_t pid, char *path, size_t size)
{
	if (!find(pid))
		return -ENOENT;
	return snprintf(path, size, "%s", find(pid)->cgroup) < (int)size ? 0 : -ENAMETOOLONG;
}

int process_cgroup_mount(char *path, size_t size)
{
	return snprintf(path, size, "%s", machine.cgroups) < (int)size ? 0 : -ENAMETOOLONG;
}

void process_report(const char *cgroup, const char *app, const char *task)
{
	log_line(LOG_WARNING, "%s %s %s", cgroup, app, task);
}

uint32_t process_oldest(const char *cgroup)
{
	for (unsigned int i = 0; i < machine.count; i++)
		if (machine.processes[i].runs && !strcmp(machine.processes[i].cgroup, cgroup))
			return FIRST_PID + i;
	return 0;
}

void process_reap(sd_event *event, int pidfd)
{
	(void)event;
	close(pidfd);
}

void process_kill_cgroup(const char *path)
{
	fuzz_assert(!strncmp(path, machine.cgroups, strlen(machine.cgroups)));
	machine_kill(path);
}

void process_remove_cgroup(sd_event *event, const char *path)
{
	(void)event;
	process_kill_cgroup(path);
	rmdir(path);
}

/* The pressure of the real machine would change from run to run. */
void __wrap_cost_read_pressure(struct cost_facts *facts, const char *directory)
{
	(void)directory;
	facts->cpu = 50;
}

/* Time, and the log */

void machine_pass_time(uint64_t seconds)
{
	/* A century at most, so that sums of times do not overflow 64 bits. */
	machine.time += seconds % (100 * 365 * UINT64_C(86400)) * NSEC_PER_SEC;
	if (machine.time > INT64_MAX / 2)
		machine.time = INT64_MAX / 2;
}

/*
 * Also replaces the clock of the event loop, which is in libsystemd. CLOCK_REALTIME and the other
 * clocks stay real, for libFuzzer.
 */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_BOOTTIME && clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, time);
	time->tv_sec = (time_t)(machine.time / NSEC_PER_SEC);
	time->tv_nsec = (long)(machine.time % NSEC_PER_SEC);
	return 0;
}

/* timer.c and clock.c are compiled to call this function for clock_gettime(). */
int machine_clock_gettime(clockid_t clock, struct timespec *time)
{
	fuzz_assert((clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME) &&
		    !clock_gettime(CLOCK_BOOTTIME, time));
	if (clock == CLOCK_REALTIME)
		time->tv_sec += 1700000000;
	/*
	 * Time must pass: a caller that waits for less than the event loop's accuracy would never
	 * stop.
	 */
	machine.time += NSEC_PER_USEC;
	return 0;
}

static void check_line(const char *format, va_list args)
{
	char line[8192];

	fuzz_assert(vsnprintf(line, sizeof(line), format, args) > 0);
}

bool log_may(struct log_limit *limit, const char *whose)
{
	(void)limit;
	fuzz_assert(*whose);
	return true;
}

void log_line(int priority, const char *format, ...)
{
	va_list args;

	(void)priority;
	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

void log_fields(int priority, const struct log_field *fields, const char *format, ...)
{
	va_list args;

	(void)priority;
	for (; fields->name; fields++)
		fuzz_assert(*fields->name && strlen(fields->value) < 8192);
	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

/* Sources */

static int start(struct source **source, sd_event *event, const struct source_sink *sink)
{
	(void)event;
	*source = NULL;
	machine.sink = *sink;
	return 0;
}

static void stop(struct source *source)
{
	(void)source;
}

const struct source_type source_network = { "network", start, stop };
const struct source_type source_zone = { "zone", start, stop };
const struct source_type source_power = { "power", start, stop };
const struct source_type source_session = { "session", start, stop };

void machine_fire(enum bgtask_trigger trigger)
{
	machine.sink.fire(machine.sink.data, trigger, "seen");
}

void machine_condition(uint32_t first, bool holds)
{
	machine.sink.condition(machine.sink.data, first, holds);
}

void machine_power(bool ac, int capacity)
{
	machine.sink.power(machine.sink.data, ac, capacity);
}
