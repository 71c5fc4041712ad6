// SPDX-License-Identifier: GPL-2.0
/*
 * day APP SCRIPT WATCH-LOG: a day in the life of an app with background tasks, which bgtaskd
 * knows as APP. This is what the app's user does and what happens around it; it is done through
 * SCRIPT, called with "app" and arguments of the app, or with "network" and "up" or "down". What
 * comes of it is told line by line, and drawn at the end.
 *
 * Exits with 0 if all that was promised came true.
 */
#include <bgtask.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "demo.h"
#include "lanes.h"
#include "report.h"

/* The longest that anything may take, ns, and how often it is looked. */
#define PATIENCE	UINT64_C(90000000000)
#define LOOK_MSEC	50

/* How long a task has to end when it is told to, ns, and how much later it may be seen to have. */
#define TO_END		UINT64_C(5000000000)
#define EARLY		UINT64_C(100000000)
#define LATE		UINT64_C(1000000000)

#define LEAST_FREEZES	2
#define INTERVAL_MSEC	"3000"

enum lane_number { LANE_BUDGET, LANE_INTERNET, LANE_APP, LANE_SEND, LANE_INDEX, LANE_FETCH,
		   LANE_WATCH, LANES };

/* A task, and what is known of its only run. */
struct run {
	const char *name;
	enum lane_number lane;
	bool there;
	enum bgt_instance_state state;
	bool started;
	uint32_t progress;
	uint64_t fired, start, end;	/* 0 before */
	bool canceled;
	enum bgt_cancel_reason reason;
};

enum { SEND, FETCH, INDEX, WATCH, RUNS };

struct day {
	struct bgt *bgt;
	char *script;
	const char *app, *watch_log;
	uint32_t container;
	uint64_t quota;
	struct report report;
	struct lane lanes[LANES];
	struct run runs[RUNS];
	bool internet;
	uint64_t up;			/* when that was made so */
	uint64_t last_look;
	FILE *lines;			/* what the app says, or NULL if it does not run */
	pid_t pid;
	int app_status;
	unsigned int app_reads;		/* lines of the history that it has read */
	unsigned int freezes;
	/* From when there was internet until all work was done: */
	uint64_t usage_before, usage;
	uint64_t first_generation, generations;
	uint64_t overrun;		/* the largest */
};

static uint64_t clock_now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The helper's records have the time on the wall. */
static uint64_t from_wall(uint64_t time)
{
	return time - clock_now(CLOCK_REALTIME) + boottime();
}

static bool has_ended(const struct run *run)
{
	return run->end;
}

/*
 * What is done
 */

static void heading(struct day *day, const char *text)
{
	report_tell(&day->report);
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

/* Whether the user looks at the app: then its budget does not matter. */
static void show_app(struct day *day, bool visible)
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

	show_app(day, true);
	if (pipe2(pipes, O_CLOEXEC))
		die("pipe", strerror(errno));
	day->pid = start(command, -1, pipes[1]);
	close(pipes[1]);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	day->lines = fdopen(pipes[0], "r");
	if (!day->lines)
		die("pipe", strerror(errno));
	report_add(&day->report, boottime(), "user", "opens the app, whose budget does not matter then");
	lane_set(&day->lanes[LANE_APP], boottime(), LANE_RUNS);
}

static void open_app(struct day *day)
{
	heading(day, "A mail app is begun for the first time.");
	run_app(day, "open", INTERVAL_MSEC, "Dear Ann, ...");
}

/* What is used up to now, and in which generation. */
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
 * What comes of it
 */

static struct run *find_run(struct day *day, const char *name)
{
	for (size_t i = 0; i < RUNS; i++)
		if (!strcmp(day->runs[i].name, name))
			return &day->runs[i];
	die(name, "an unknown task runs");
}

static void note_start(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->started = true;
	run->start = from_wall(instance->started);
	report_add(&day->report, run->start, run->name, "%sruns%s", color_run(), color_off());
	lane_set(&day->lanes[run->lane], run->start, LANE_RUNS);
}

static void note_end(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->end = from_wall(instance->ended);
	lane_set(&day->lanes[run->lane], run->end, LANE_NOTHING);
	report_add(&day->report, run->end, run->name, "%s%s%s",
		   bgt_instance_state_name(instance->state), *instance->message ? ": " : "",
		   instance->message);
}

static void note_canceled(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->canceled = true;
	run->reason = instance->reason;
	if (has_ended(run))
		return;
	report_add(&day->report, boottime(), run->name, "is told to end, %s; it has 5 s",
		   bgt_cancel_reason_name(instance->reason));
	lane_set(&day->lanes[run->lane], boottime(), LANE_TO_END);
}

static void note_instance(struct day *day, const struct bgt_instance *instance)
{
	struct run *run = find_run(day, instance->name);

	if (!run->there) {
		run->there = true;
		run->fired = from_wall(instance->fired);
		report_add(&day->report, run->fired, run->name, "%s fires",
			   bgt_trigger_name(instance->trigger));
		lane_set(&day->lanes[run->lane], run->fired, LANE_WAITS);
		if (instance->state == BGT_INSTANCE_LATCHED)
			report_add(&day->report, run->fired + 1, run->name,
				   "waits for its conditions");
	}
	run->state = instance->state;
	if (instance->started && !run->started)
		note_start(day, run, instance);
	if (instance->canceled && !run->canceled)
		note_canceled(day, run, instance);
	if (instance->ended && !run->end)
		note_end(day, run, instance);
}

static void look_at_instances(struct day *day)
{
	struct bgt_instance *list;

	if (bgt_instance_list(day->bgt, day->app, &list))
		die("cannot list the instances", bgt_error(day->bgt));
	for (const struct bgt_instance *instance = list; instance; instance = instance->next)
		note_instance(day, instance);
	bgt_instance_free(list);
}

static void look_at_internet(struct day *day)
{
	uint32_t holding;
	bool internet;

	if (bgt_condition_get(day->bgt, &holding, NULL, NULL))
		die("cannot read the conditions", bgt_error(day->bgt));
	internet = holding & BGT_CONDITION_INTERNET_AVAILABLE;
	if (internet == day->internet)
		return;
	day->internet = internet;
	/* It was so since the last look at most; what follows from it is told behind it. */
	report_add(&day->report, day->last_look, "bgtaskd", "sees that there is %s",
		   internet ? "internet" : "no internet");
	lane_set(&day->lanes[LANE_INTERNET], day->last_look, internet ? LANE_RUNS : LANE_NOTHING);
}

static void note_stopped(struct day *day, const struct bgt_container *container)
{
	const struct run *index = &day->runs[INDEX];
	uint64_t over = container->stopped > container->quota ?
			container->stopped - container->quota : 0;

	if (over > day->overrun)
		day->overrun = over;
	if (index->started && !index->end)
		day->freezes++;
	report_add(&day->report, boottime(), "budget",
		   "%sfrozen%s: %.3f s of %.3f s are spent; Index is at %" PRIu32 " %%",
		   color_frozen(), color_off(), seconds(container->spent),
		   seconds(container->quota), index->progress);
	lane_set(&day->lanes[LANE_BUDGET], boottime(), LANE_FROZEN);
}

static void note_replenished(struct day *day, const struct bgt_container *container)
{
	report_add(&day->report, container->generation_start, "budget",
		   "%sthawed%s: generation %" PRIu64, color_run(), color_off(),
		   container->generation);
	lane_set(&day->lanes[LANE_BUDGET], container->generation_start, LANE_NOTHING);
}

static void note_event(struct day *day, const struct bgt_event *event)
{
	if (event->container && event->container->id != day->container)
		return;
	switch (event->type) {
	case BGT_EVENT_CONTAINER_STOPPED:
		note_stopped(day, event->container);
		break;
	case BGT_EVENT_CONTAINER_REPLENISHED:
		note_replenished(day, event->container);
		break;
	case BGT_EVENT_INSTANCE_PROGRESS:
		find_run(day, event->instance->name)->progress = event->instance->progress;
		break;
	default:
		break;
	}
}

static void look_at_events(struct day *day)
{
	const struct bgt_event *event;
	int got;

	while ((got = bgt_next_event(day->bgt, &event)) > 0)
		note_event(day, event);
	if (got < 0)
		die("events", bgt_error(day->bgt));
}

static void look_at_app(struct day *day)
{
	bool ended;
	char line[512];
	int status;

	if (!day->lines)
		return;
	/* Asked before what it says is read, which is all then. */
	ended = waitpid(day->pid, &status, WNOHANG) == day->pid;
	while (fgets(line, sizeof(line), day->lines)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "reads: ", strlen("reads: ")))
			day->app_reads++;
		report_add(&day->report, boottime(), "app", "%s", line);
	}
	clearerr(day->lines);
	if (!ended)
		return;
	fclose(day->lines);
	day->lines = NULL;
	day->app_status |= status;
	show_app(day, false);
	report_add(&day->report, boottime(), "user", "closes the app; it is on its budget again");
	lane_set(&day->lanes[LANE_APP], boottime(), LANE_NOTHING);
}

static void look(struct day *day)
{
	uint64_t now = boottime();

	look_at_events(day);
	look_at_app(day);
	/* In this order, or what follows from the internet might be seen before it. */
	look_at_instances(day);
	look_at_internet(day);
	report_tell(&day->report);
	day->last_look = now;
}

static void wait_for_something(const struct day *day)
{
	struct pollfd pollers[] = {
		{ .fd = bgt_fd(day->bgt), .events = POLLIN },
		{ .fd = day->lines ? fileno(day->lines) : -1, .events = POLLIN },
	};

	(void)poll(pollers, 2, LOOK_MSEC);
}

/*
 * The day
 */

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

static const struct step {
	void (*act)(struct day *day);
	bool (*is_over)(const struct day *day);
} steps[] = {
	{ open_app, is_closed },
	{ wait_for_time, is_index_latched },
	{ network_up, is_work_done },
	{ network_down, is_watch_over },
	{ come_back, is_closed },
};

static void live(struct day *day)
{
	uint64_t deadline;

	day->report.begin = boottime();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		deadline = boottime() + PATIENCE;
		steps[i].act(day);
		day->last_look = boottime();
		do {
			if (boottime() > deadline)
				die(day->app, "nothing happens");
			wait_for_something(day);
			look(day);
		} while (!steps[i].is_over(day));
	}
}

/* When the task that does not end was told to, as it says itself; 0 if it was not. */
static uint64_t told_to_end(const struct day *day)
{
	FILE *file = fopen(day->watch_log, "re");
	uint64_t time = 0;
	char reason[64];

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64 " %63s", &time, reason) != 2 ||
	    strcmp(reason, "condition-loss"))
		time = 0;
	fclose(file);
	return time;
}

static bool judge_index(const struct day *day)
{
	const struct run *index = &day->runs[INDEX];
	uint64_t allowed = day->generations * day->quota + day->overrun;
	char text[160];
	bool ok;

	snprintf(text, sizeof(text),
		 "Index, whose time had come without internet, waited %.1f s for that",
		 seconds(index->start - index->fired));
	ok = verdict(index->fired < day->up && index->start >= day->up, text);
	snprintf(text, sizeof(text), "it was frozen %u times, and completed in a later generation",
		 day->freezes);
	ok &= verdict(day->freezes >= LEAST_FREEZES && day->generations > day->freezes &&
		      index->state == BGT_INSTANCE_COMPLETED, text);
	snprintf(text, sizeof(text),
		 "all tasks used %.3f s; %" PRIu64 " generations and one overrun allow %.3f s",
		 seconds(day->usage - day->usage_before), day->generations, seconds(allowed));
	ok &= verdict(day->usage - day->usage_before <= allowed, text);
	return ok;
}

static bool judge_watch(const struct day *day)
{
	const struct run *watch = &day->runs[WATCH];
	uint64_t told = told_to_end(day), took = told ? watch->end - told : 0;
	char text[160];

	snprintf(text, sizeof(text),
		 "Watch was told to end, and why, did not, and was terminated after %.2f s",
		 seconds(took));
	return verdict(watch->canceled && watch->reason == BGT_CANCEL_CONDITION_LOSS &&
		       watch->state == BGT_INSTANCE_TERMINATED && took > TO_END - EARLY &&
		       took < TO_END + LATE, text);
}

static bool judge(const struct day *day)
{
	const struct run *runs = day->runs;
	bool ok;

	ok = verdict(runs[SEND].state == BGT_INSTANCE_COMPLETED && runs[SEND].end < day->up,
		     "Send was fired by the app, and has completed while that ran");
	ok &= verdict(runs[FETCH].state == BGT_INSTANCE_COMPLETED && runs[FETCH].fired >= day->up,
		      "Fetch began when there was internet, and has completed");
	ok &= judge_index(day);
	ok &= judge_watch(day);
	ok &= verdict(!day->app_status && day->app_reads == RUNS,
		      "the app came back, and read what has become of all four");
	return ok;
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
	lanes_draw(day.lanes, LANES, day.report.begin, boottime());
	printf("\n");
	ok = judge(&day);
	for (size_t i = 0; i < LANES; i++)
		lane_free(&day.lanes[i]);
	bgt_close(day.bgt);
	return ok ? 0 : 1;
}
