// SPDX-License-Identifier: GPL-2.0
/* Notices what happens during a day, with bgtaskd, the kernel and the app, and reports it. */
#include <bgtask.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "day.h"
#include "demo.h"

/* After this time, ns, everything that happened was noticed. */
#define SETTLED		(2 * TENTH)

static uint64_t clock_now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Converts a time of the helper's records, which have CLOCK_REALTIME. */
static uint64_t from_wall(uint64_t time)
{
	return time - clock_now(CLOCK_REALTIME) + boottime();
}

static struct run *find_run(struct day *day, const char *name)
{
	for (size_t i = 0; i < RUNS; i++)
		if (!strcmp(day->runs[i].name, name))
			return &day->runs[i];
	die(name, "an unknown task runs");
}

/* Tasks that begin in the same half second are always reported in the same order. */
static unsigned int rank_of_begin(const struct day *day, const struct run *run)
{
	return RANK_BEGINS + (unsigned int)(run - day->runs);
}

static void note_start(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->started = true;
	run->start = from_wall(instance->started);
	report_add(&day->report, run->start, rank_of_begin(day, run), run->name, "%sruns%s",
		   color_run(), color_off());
	lane_set(&day->lanes[run->lane], run->start, LANE_RUNS);
}

static void note_end(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->end = from_wall(instance->ended);
	lane_set(&day->lanes[run->lane], run->end, LANE_ENDS);
	report_add(&day->report, run->end, RANK_ENDS, run->name, "%s%s%s",
		   bgt_instance_state_name(instance->state), *instance->message ? ": " : "",
		   instance->message);
}

static void note_canceled(struct day *day, struct run *run, const struct bgt_instance *instance)
{
	run->canceled = true;
	run->reason = instance->reason;
	if (run->end)
		return;
	report_add(&day->report, boottime(), RANK_CANCELED, run->name,
		   "is told to end, %s; it has 5 s",
		   bgt_cancel_reason_name(instance->reason));
	lane_set(&day->lanes[run->lane], boottime(), LANE_TO_END);
}

static void note_instance(struct day *day, const struct bgt_instance *instance)
{
	struct run *run = find_run(day, instance->name);

	if (!run->there) {
		run->there = true;
		run->fired = from_wall(instance->fired);
		report_add(&day->report, run->fired, rank_of_begin(day, run), run->name,
			   "%s fires", bgt_trigger_name(instance->trigger));
		lane_set(&day->lanes[run->lane], run->fired, LANE_WAITS);
		if (instance->state == BGT_INSTANCE_LATCHED)
			report_add(&day->report, run->fired, rank_of_begin(day, run), run->name,
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
	/* It happened after the last look; what follows from it comes later in the report. */
	report_add(&day->report, day->last_look, RANK_NETWORK, "bgtaskd",
		   "sees that there is %s", internet ? "internet" : "no internet");
	lane_set(&day->lanes[LANE_INTERNET], day->last_look, internet ? LANE_RUNS : LANE_NOTHING);
}

/* In quarters, since the exact progress differs in each run. */
static const char *share(uint32_t percent)
{
	static const char *const shares[] = { "next to nothing", "about a quarter", "about half",
					      "about three quarters", "nearly all" };

	exactly("%" PRIu32 " %% is shown as %s", percent, shares[(percent * 4 + 50) / 100]);
	return shares[(percent * 4 + 50) / 100];
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
	report_add(&day->report, boottime(), RANK_FROZEN, "budget",
		   "%sfrozen%s: %.1f s are spent; Index has done %s of its work", color_frozen(),
		   color_off(), seconds(container->quota), share(index->progress));
	lane_set(&day->lanes[LANE_BUDGET], boottime(), LANE_FROZEN);
}

static void note_replenished(struct day *day, const struct bgt_container *container)
{
	report_add(&day->report, container->generation_start, RANK_THAWED, "budget",
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

static unsigned int rank_of_line(const char *line)
{
	if (!strncmp(line, "is told that ", strlen("is told that ")))
		return RANK_PROGRESS;
	if (!strncmp(line, "is told: ", strlen("is told: ")))
		return RANK_TOLD;
	return RANK_DOES;
}

static void look_at_app(struct day *day)
{
	bool ended;
	char line[512];
	int status;

	if (!day->lines)
		return;
	/* Asked before the output is read, so that all output of an ended app is read. */
	ended = waitpid(day->pid, &status, WNOHANG) == day->pid;
	while (fgets(line, sizeof(line), day->lines)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "reads: ", strlen("reads: ")))
			day->app_reads++;
		report_add(&day->report, boottime(), rank_of_line(line), "app", "%s", line);
	}
	clearerr(day->lines);
	if (!ended)
		return;
	fclose(day->lines);
	day->lines = NULL;
	day->app_status |= status;
	day_show_app(day, false);
	report_add(&day->report, boottime(), RANK_CLOSES, "user",
		   "closes the app; it is on its budget again");
	lane_set(&day->lanes[LANE_APP], boottime(), LANE_ENDS);
}

void day_look(struct day *day)
{
	uint64_t now = boottime();

	look_at_events(day);
	look_at_app(day);
	/*
	 * In this order, so that consequences of the internet are not reported before the internet
	 * itself.
	 */
	look_at_instances(day);
	look_at_internet(day);
	report_tell(&day->report, now - SETTLED);
	day->last_look = now;
}
