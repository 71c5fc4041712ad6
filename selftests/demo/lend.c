// SPDX-License-Identifier: GPL-2.0
/*
 * lend CONTAINER MUTEX COMMAND...: runs a command that makes a container of this name, acquires a
 * mutex of the user in it, and spends the budget. Then waits for the mutex outside of the
 * container, and reports what happens, by the kernel's events.
 *
 * Exits with 0 if the container was lent time to release the mutex, and was charged for it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <bgtask.h>

#include "demo.h"

/* How long a loan lasts, and how much later the end of the wait may be noticed, ns. */
#define GRACE		UINT64_C(50000000)
#define LATE		UINT64_C(50000000)

/* How long nothing may happen, ms; longer than a generation. */
#define PATIENCE	20000

struct story {
	struct bgt *bgt;
	struct bgt_mutex *mutex;
	const char *name, *mutex_name;
	uint32_t id;
	uint64_t begin;			/* CLOCK_BOOTTIME in ns, as all times */
	uint64_t quota;
	uint64_t next;			/* when generation 1 is due */
	uint64_t asked, lent, got;	/* 0 until it happens */
	uint64_t spent;			/* in generation 0, when it stopped */
	uint64_t spent_at_last;		/* and when it stopped again */
	uint64_t overrun;		/* charged to generation 1 */
	uint64_t times_lent;
	bool over;
};

/* Begins a line: the time since the beginning, and who acts. */
static void print_who(const struct story *story, uint64_t time, const char *who)
{
	printf("  %5.1f s  %-8s  ", in_steps(time - story->begin + TENTH_AHEAD, TENTH), who);
}

static void tell_new(struct story *story, const struct bgt_container *container)
{
	story->id = container->id;
	story->quota = container->quota;
	story->next = container->generation_end;
	story->begin = container->generation_start;
	printf("  wall clock\n");
	print_who(story, story->begin, story->name);
	printf("%sruns%s    generation 0, %.1f s to spend\n", color_run(), color_off(),
	       seconds(container->quota));
}

static bool is_owned_inside(const struct story *story)
{
	struct bgt_mutex_state *list;
	bool found = false;

	if (bgt_mutex_list(story->bgt, &list))
		die("cannot list the mutexes", bgt_error(story->bgt));
	for (struct bgt_mutex_state *mutex = list; mutex; mutex = mutex->next)
		found |= !strcmp(mutex->name, story->mutex_name) &&
			 mutex->owner_container == story->id;
	bgt_mutex_state_free(list);
	return found;
}

/* The reader asks for the mutex after a pause, by which the command notices that it was frozen. */
static void ask(struct story *story)
{
	const struct timespec pause = { .tv_sec = 1 };

	nanosleep(&pause, NULL);
	story->asked = boottime();
	print_who(story, story->asked, "reader");
	printf("wants %s; generation 1 is due in %.1f s\n", story->mutex_name,
	       in_steps(story->next - story->asked, TENTH));
	if (bgt_mutex_acquire_start(story->mutex, BGT_TIMEOUT_INFINITE))
		die("cannot acquire the mutex", bgt_error(story->bgt));
}

static void tell_stopped(struct story *story, const struct bgt_container *container, uint64_t time)
{
	if (story->asked)
		return;
	story->spent = container->spent;
	print_who(story, time, story->name);
	printf("%sfrozen%s  spent %.1f s, and owns %s\n", color_frozen(), color_off(),
	       in_steps(story->spent + TENTH_AHEAD, TENTH), story->mutex_name);
	if (!is_owned_inside(story))
		die(story->mutex_name, "not owned in the container when that was frozen");
	ask(story);
}

/* Looks after a while, since the event at the end of a short loan may be left out. */
static void tell_standing(struct story *story)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000000 };
	struct bgt_container *container;
	struct bgt_member *member;

	nanosleep(&pause, NULL);
	if (bgt_container_get(story->bgt, story->id, &container) ||
	    bgt_member_list(story->bgt, story->id, &member))
		die("cannot read the container", bgt_error(story->bgt));
	if (!member || !member->frozen)
		die(story->name, "still runs, after the time it was lent");
	story->spent_at_last = container->spent;
	story->times_lent = container->times_lent;
	bgt_container_free(container);
	bgt_member_free(member);
	print_who(story, boottime(), story->name);
	printf("%sfrozen%s  again, spent %s than %.1f s\n", color_frozen(), color_off(),
	       story->spent_at_last > story->quota ? "more" : "not more", seconds(story->quota));
}

static bool was_in_time(const struct story *story)
{
	return story->got - story->asked <= GRACE + LATE;
}

/* The events of the loan and of the mutex come in any order; prints them once both have come. */
static void tell_loan(struct story *story)
{
	if (!story->lent || !story->got)
		return;
	print_who(story, story->lent, story->name);
	printf("%sthawed%s  is lent time, as somebody waits for what it owns\n", color_run(),
	       color_off());
	print_who(story, story->got, "reader");
	printf("owns %s, %s\n", story->mutex_name,
	       was_in_time(story) ? "after some ms" : "but late");
	tell_standing(story);
}

static void note_lent(struct story *story, uint64_t time)
{
	story->lent = time;
	tell_loan(story);
}

static void note_mutex(struct story *story, int result, uint64_t time)
{
	if (result)
		die("cannot acquire the mutex", bgt_error(story->bgt));
	story->got = time;
	tell_loan(story);
}

static void tell_replenished(struct story *story, const struct bgt_container *container)
{
	if (!story->got)
		die(story->mutex_name, "not released before the next generation");
	story->overrun = container->overrun;
	story->over = true;
	print_who(story, container->generation_start, story->name);
	printf("%sthawed%s  generation %llu, of which %s is spent already\n", color_run(),
	       color_off(), (unsigned long long)container->generation,
	       story->overrun ? "the excess" : "nothing");
}

static void tell(struct story *story, const struct bgt_event *event)
{
	const struct bgt_container *container = event->container;
	uint64_t time = boottime();

	if (container && strcmp(container->name, story->name))
		return;
	switch (event->type) {
	case BGT_EVENT_CONTAINER_NEW:
		tell_new(story, container);
		break;
	case BGT_EVENT_CONTAINER_STOPPED:
		tell_stopped(story, container, time);
		break;
	case BGT_EVENT_CONTAINER_LENT:
		note_lent(story, time);
		break;
	case BGT_EVENT_MUTEX:
		note_mutex(story, event->result, time);
		break;
	case BGT_EVENT_CONTAINER_REPLENISHED:
		tell_replenished(story, container);
		break;
	case BGT_EVENT_CONTAINER_DEL:
		die(story->name, "ended too early");
	default:
		break;
	}
	fflush(stdout);
}

static void follow(struct story *story)
{
	struct pollfd poller = { .fd = bgt_fd(story->bgt), .events = POLLIN };
	const struct bgt_event *event;
	int got;

	while (!story->over) {
		if (poll(&poller, 1, PATIENCE) <= 0)
			die(story->name, "nothing happens");
		while (!story->over && (got = bgt_next_event(story->bgt, &event)) != 0) {
			if (got < 0)
				die("events", bgt_error(story->bgt));
			tell(story, event);
		}
	}
}

/* Judges the promises of the demo. */
static bool judge(const struct story *story)
{
	char text[160];
	bool ok;

	ok = verdict(story->got && was_in_time(story),
		     "whoever waited got the mutex in the time that was lent, 50 ms at most");
	ok &= verdict(story->times_lent == 1,
		      "that was once, and then the container stood still again");
	snprintf(text, sizeof(text),
		 "what it spent then is charged, and what is beyond %.1f s deducted",
		 seconds(story->quota));
	ok &= verdict(story->spent_at_last > story->spent &&
		      story->overrun == story->spent_at_last - story->quota, text);
	return ok;
}

int main(int argc, char **argv)
{
	struct story story = { 0 };
	int error;
	pid_t pid;
	bool ok;

	if (argc < 4)
		die("usage", "lend CONTAINER MUTEX COMMAND...");
	story.name = argv[1];
	story.mutex_name = argv[2];

	error = bgt_open(&story.bgt);
	if (error)
		die("cannot connect", bgt_strerror(error));
	if (bgt_subscribe(story.bgt))
		die("cannot subscribe", bgt_error(story.bgt));
	if (bgt_mutex_open(story.bgt, story.mutex_name, BGT_SCOPE_USER, &story.mutex))
		die(story.mutex_name, bgt_error(story.bgt));
	pid = start(argv + 3, -1, -1);
	follow(&story);

	/* The command runs for ever. */
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	bgt_mutex_close(story.mutex);
	bgt_close(story.bgt);
	printf("\n");
	ok = judge(&story);
	return ok ? 0 : 1;
}
