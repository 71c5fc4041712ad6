// SPDX-License-Identifier: GPL-2.0
/*
 * day APP SCRIPT WATCH-LOG: plays a day in the life of an app with background tasks, which bgtaskd
 * knows as APP: what the user does, and what happens around the app. SCRIPT does these things; it
 * is called with "app" and arguments of the app, or with "network" and "up" or "down". Prints what
 * comes of it line by line, and draws it at the end.
 *
 * Exits with 0 if all promises were kept.
 */
#include <bgtask.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "day.h"
#include "demo.h"

#define NSEC_PER_MSEC	UINT64_C(1000000)
#define NSEC_PER_SEC	UINT64_C(1000000000)

/* The longest that anything may take, ns, and how often the program looks. */
#define PATIENCE	UINT64_C(90000000000)
#define LOOK		(50 * NSEC_PER_MSEC)

/* How long before a generation of the budget the story begins, ns. */
#define BEFORE_GENERATION	(100 * NSEC_PER_MSEC)

#define INTERVAL_MSEC	"3000"

static bool has_ended(const struct run *run)
{
	return run->end;
}

/*
 * Acts
 */

static void heading(struct day *day, const char *text)
{
	report_tell(&day->report, UINT64_MAX);
	printf("\n%s\n\n", text);
	fflush(stdout);
}

static void set_network(struct day *day, const char *how)
{
	char *command[] = { day->script, (char []){ "network" }, (char *)how, NULL };
	int status;

	if (waitpid(start(command, -1, -1), &status, 0) < 0 || status)
		die("network", "failed");
}

/* The app is exempt from its budget while the user looks at it. */
void day_show_app(struct day *day, bool visible)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = visible;
	if (bgt_container_set(day->bgt, day->container, &policy))
		die(day->app, bgt_error(day->bgt));
}

static void run_app(struct day *day, const char *how, const char *interval, const char *letter)
{
	char *command[] = { day->script, (char []){ "app" }, (char *)how, (char *)interval,
			    (char *)letter, NULL };
	int pipes[2];

	day_show_app(day, true);
	if (pipe2(pipes, O_CLOEXEC))
		die("pipe", strerror(errno));
	day->pid = start(command, -1, pipes[1]);
	close(pipes[1]);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	day->lines = fdopen(pipes[0], "r");
	if (!day->lines)
		die("pipe", strerror(errno));
	report_add(&day->report, boottime(), RANK_OPENS, "user",
		   "opens the app, whose budget does not matter then");
	lane_set(&day->lanes[LANE_APP], boottime(), LANE_RUNS);
}

static void open_app(struct day *day)
{
	heading(day, "A mail app is begun for the first time.");
	run_app(day, "open", INTERVAL_MSEC, "Dear Ann, ...");
}

/* Reads the usage so far, and the number of the generation. */
static void read_budget(struct day *day, uint64_t *usage, uint64_t *generation)
{
	struct bgt_container *container;

	if (bgt_container_get(day->bgt, day->container, &container))
		die(day->app, bgt_error(day->bgt));
	*usage = container->usage;
	*generation = container->generation;
	bgt_container_free(container);
}

static void wait_for_time(struct day *day)
{
	heading(day, "The app does not run. The time of Index comes, but there is no internet.");
}

static void network_up(struct day *day)
{
	heading(day, "The network comes up.");
	read_budget(day, &day->usage_before, &day->first_generation);
	day->up = boottime();
	set_network(day, "up");
}

static void network_down(struct day *day)
{
	uint64_t generation;

	read_budget(day, &day->usage, &generation);
	day->generations = generation - day->first_generation + 1;
	heading(day, "There is no internet any more. Watch, which needs it, does not care.");
	set_network(day, "down");
}

static void come_back(struct day *day)
{
	heading(day, "The user comes back.");
	run_app(day, "read", NULL, NULL);
}

/*
 * The day
 */

static void wait_for_something(const struct day *day)
{
	struct pollfd pollers[] = {
		{ .fd = bgt_fd(day->bgt), .events = POLLIN },
		{ .fd = day->lines ? fileno(day->lines) : -1, .events = POLLIN },
	};
	uint64_t now = boottime(), left = LOOK;
	struct timespec timeout = { 0 };

	if (day->next > now && day->next - now < left)
		left = day->next - now;
	timeout.tv_nsec = (long)left;
	(void)ppoll(pollers, 2, &timeout, NULL);
}

static bool is_closed(const struct day *day)
{
	return !day->lines;
}

static bool is_index_latched(const struct day *day)
{
	return day->runs[INDEX].there && day->runs[INDEX].state == BGT_INSTANCE_LATCHED;
}

static bool is_work_done(const struct day *day)
{
	return has_ended(&day->runs[FETCH]) && has_ended(&day->runs[INDEX]) &&
	       day->runs[WATCH].state == BGT_INSTANCE_RUNNING;
}

static bool is_watch_over(const struct day *day)
{
	return has_ended(&day->runs[WATCH]);
}

/*
 * The times (ms) at which acts begin. They are chosen such that the consequences, and the moments
 * when a budget is spent or renewed, fall well within a half second of the story.
 */
static const struct step {
	uint64_t begin;
	void (*act)(struct day *day);
	bool (*is_over)(const struct day *day);
} steps[] = {
	{ 0, open_app, is_closed },
	{ 1500, wait_for_time, is_index_latched },
	{ 4000, network_up, is_work_done },
	{ 9000, network_down, is_watch_over },
	{ 14700, come_back, is_closed },
};

/* The story begins a little before a generation of the budget. */
static void await_begin(struct day *day)
{
	struct bgt_container *container;
	struct timespec time;
	uint64_t begin;

	if (bgt_container_get(day->bgt, day->container, &container))
		die(day->app, bgt_error(day->bgt));
	begin = container->generation_end - BEFORE_GENERATION;
	while (begin < boottime())
		begin += container->period;
	bgt_container_free(container);
	time.tv_sec = (time_t)(begin / NSEC_PER_SEC);
	time.tv_nsec = (long)(begin % NSEC_PER_SEC);
	clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, NULL);
	day->report.begin = begin;
}

static void live(struct day *day)
{
	const struct step *end = steps + sizeof(steps) / sizeof(steps[0]);
	uint64_t deadline;

	await_begin(day);
	for (const struct step *step = steps; step < end; step++) {
		deadline = boottime() + PATIENCE;
		day->next = 0;
		if (step + 1 < end)
			day->next = day->report.begin + step[1].begin * NSEC_PER_MSEC;
		step->act(day);
		day->last_look = boottime();
		do {
			if (boottime() > deadline)
				die(day->app, "nothing happens");
			wait_for_something(day);
			day_look(day);
		} while (!step->is_over(day) || boottime() < day->next);
	}
	day->end = boottime();
	report_free(&day->report);
}

int main(int argc, char **argv)
{
	static const char *const names[LANES] = { "budget", "internet", "app", "Send", "Index",
						  "Fetch", "Watch" };
	struct day day = {
		.runs = {
			[SEND] = { .name = "Send", .lane = LANE_SEND },
			[FETCH] = { .name = "Fetch", .lane = LANE_FETCH },
			[INDEX] = { .name = "Index", .lane = LANE_INDEX },
			[WATCH] = { .name = "Watch", .lane = LANE_WATCH },
		},
	};
	struct bgt_container *container;
	int error;
	bool ok;

	if (argc != 4)
		die("usage", "day APP SCRIPT WATCH-LOG");
	day.app = argv[1];
	day.script = argv[2];
	day.watch_log = argv[3];
	for (size_t i = 0; i < LANES; i++)
		day.lanes[i] = (struct lane){ .name = names[i], .contained = i >= LANE_SEND };

	error = bgt_open(&day.bgt);
	if (error)
		die("cannot connect", bgt_strerror(error));
	if (bgt_subscribe(day.bgt) || bgt_task_associate(day.bgt, day.app) ||
	    bgt_container_get_by_name(day.bgt, day.app, &container))
		die(day.app, bgt_error(day.bgt));
	day.container = container->id;
	day.quota = container->quota;
	bgt_container_free(container);
	live(&day);
	printf("\n");
	lanes_draw(day.lanes, LANES, day.report.begin, day.end);
	printf("\n");
	ok = day_judge(&day);
	for (size_t i = 0; i < LANES; i++)
		lane_free(&day.lanes[i]);
	bgt_close(day.bgt);
	return ok ? 0 : 1;
}
