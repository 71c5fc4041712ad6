// SPDX-License-Identifier: GPL-2.0
/*
 * launch bgtask ROUNDS: how long it takes from the moment when an app fires its trigger to the
 * first instruction of its task; next to a bare clone3 into a cgroup, and exec, of the same
 * program. The two take turns.
 *
 * launch systemd ROUNDS: the same for "systemd-run --wait", where systemd runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

#define DIRECTORY	"/tmp/bench-launch"
/* The task runs as nobody, who can reach both of these. */
#define PROGRAM		DIRECTORY "/first"
#define MOMENT		DIRECTORY "/moment"
#define APP		"org.example.Bench"

static struct bgt *bgt;
static int moment;	/* the file that the program writes to */
static int plain;	/* a cgroup that exists already */

/*
 * How long after @start the program's first instruction ran, by the time that the program has
 * written.
 */
static double latency(uint64_t start)
{
	uint64_t first;

	if (pread(moment, &first, sizeof(first), 0) != sizeof(first) || first < start)
		die("the program has not run");
	return (double)(first - start);
}

static void fire(const char *app)
{
	uint64_t start = now();

	check(bgt, bgt_trigger_fire(bgt, app, "first", BGT_TRIGGER_APPLICATION, NULL), "fire");
	while (await_event(bgt)->type != BGT_EVENT_INSTANCE_ENDED)
		;
	/* With @app, the firing is only a preparation and is not measured. */
	if (!app)
		report(latency(start), "ns", "launch.bgtask");
}

static void clone_and_exec(void)
{
	static char program[] = PROGRAM, file[] = MOMENT;
	char *const arguments[] = { program, file, NULL };
	char *const variables[] = { NULL };
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)plain,
	};
	int pidfd, status;
	uint64_t start;
	pid_t child;

	args.pidfd = (uint64_t)(uintptr_t)&pidfd;
	start = now();
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!child) {
		execve(PROGRAM, arguments, variables);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("cannot run " PROGRAM);
	close(pidfd);
	report(latency(start), "ns", "launch.clone");
}

static void run_by_systemd(void)
{
	uint64_t start = now();
	int status;
	pid_t child = fork();

	if (!child) {
		execlp("systemd-run", "systemd-run", "--wait", "--quiet", PROGRAM, MOMENT, NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("systemd-run has failed");
	report(latency(start), "ns", "launch.systemd");
}

/* Copies the program to a local file system; the directory of this program may be the host's. */
static void copy_program(const char *self)
{
	char command[1024];

	snprintf(command, sizeof(command), "install -m 755 \"$(dirname '%s')/first\" " PROGRAM,
		 self);
	if (system(command))
		die("cannot copy the program");
	moment = open(MOMENT, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (moment < 0 || fchmod(moment, 0666))
		die("cannot make " MOMENT);
}

static void register_task(void)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);

	if (!builder)
		die("out of memory");
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, "first");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	check(bgt, bgt_task_register(builder, NULL), "task-register");
	bgt_task_builder_free(builder);
	check(bgt, bgt_task_associate(bgt, APP), "task-associate");
}

/* Enters the app's cgroup: the module takes whoever runs there for the app. */
static void become_app(void)
{
	int dir = cgroup_open(HELPER_CGROUP "/" APP "/app");

	cgroup_write(dir, "cgroup.procs", "0");
	close(dir);
}

static void measure_bgtask(unsigned int rounds)
{
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	helper_put_manifest(APP, "[Task first]\nEntryPoint=" PROGRAM " " MOMENT
			    "\nTriggers=application\n");
	helper_start(bgt);
	plain = cgroup_make("launch");
	register_task();
	fire(APP);
	become_app();
	for (unsigned int i = 0; i < rounds; i++) {
		fire(NULL);
		clone_and_exec();
	}
	helper_end();
}

int main(int argc, char **argv)
{
	bool systemd = argc == 3 && !strcmp(argv[1], "systemd");
	unsigned int rounds;

	if (argc != 3 || (!systemd && strcmp(argv[1], "bgtask")))
		die("launch bgtask|systemd ROUNDS");
	rounds = parse_count(argv[2]);

	helper_prepare(DIRECTORY);
	copy_program(argv[0]);
	if (!systemd)
		measure_bgtask(rounds);
	for (unsigned int i = 0; systemd && i < rounds; i++)
		run_by_systemd();
	return 0;
}
