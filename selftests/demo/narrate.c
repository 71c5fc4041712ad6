// SPDX-License-Identifier: GPL-2.0
/*
 * narrate INPUT OUTPUT CONTAINER COMMAND...: runs a command that makes a container of this name,
 * and reports what happens to it, by the kernel's events. Draws the generations at the end.
 *
 * Exits with 0 if the command succeeded, was frozen at least three times, and kept to its budget.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bgtask.h>

#include "demo.h"
#include "timeline.h"

#define LEAST_FREEZES	3


struct story {
	const char *name;
	int input;		/* shared with the command: its offset is how far that is */
	off_t input_size;
	uint32_t id;
	uint64_t quota, period;
	uint64_t begin;		/* CLOCK_BOOTTIME in ns, as all times */
	uint64_t usage;		/* usage at the last stop, or at the end */
	uint64_t overrun;	/* the largest */
	struct timeline timeline;
	bool ended;
};

/* Begins a line: the time since the beginning, and the CPU time used. */
static void print_times(const struct story *story, uint64_t time)
{
	printf("  %7.1f s  %8.1f s  ", in_steps(time - story->begin + TENTH_AHEAD, TENTH),
	       in_steps(story->usage + TENTH_AHEAD, TENTH));
}

/* How much of the input was read, rounded to ten percent. */
static int percent_read(const struct story *story)
{
	off_t offset = lseek(story->input, 0, SEEK_CUR);
	int percent = story->input_size ? (int)(100 * offset / story->input_size) : 100;

	exactly("%d %% is shown as %d %%", percent, (percent + 5) / 10 * 10);
	return (percent + 5) / 10 * 10;
}

static void tell_new(struct story *story, const struct bgt_container *container)
{
	story->id = container->id;
	story->quota = container->quota;
	story->period = container->period;
	story->begin = container->generation_start;
	printf("  wall clock    CPU time\n");
	print_times(story, story->begin);
	printf("%sruns%s    generation 0, %.1f s to spend\n", color_run(), color_off(),
	       seconds(container->quota));
	timeline_begin(&story->timeline, story->begin);
}

/* All threads stand still, so the usage so far is certain. */
static void tell_stopped(struct story *story, const struct bgt_container *container, uint64_t time)
{
	uint64_t charged = container->usage - story->usage;
	uint64_t overrun = container->stopped > container->quota ?
			   container->stopped - container->quota : 0;

	story->usage = container->usage;
	if (overrun > story->overrun)
		story->overrun = overrun;
	timeline_freeze(&story->timeline, time, charged);
	print_times(story, time);
	printf("%sfrozen%s  spent %.1f s; about %d %% of the input read\n", color_frozen(),
	       color_off(), in_steps(charged + TENTH_AHEAD, TENTH), percent_read(story));
}

static void tell_replenished(struct story *story, const struct bgt_container *container)
{
	timeline_begin(&story->timeline, container->generation_start);
	print_times(story, container->generation_start);
	printf("%sthawed%s  generation %llu\n", color_run(), color_off(),
	       (unsigned long long)container->generation);
}

static void tell_end(struct story *story, const struct bgt_container *container, uint64_t time)
{
	timeline_end(&story->timeline, time, container->usage - story->usage);
	story->usage = container->usage;
	story->ended = true;
	/* The end depends on the command as well as on its budget, so it is rounded more. */
	printf("  %7.0f s  %8.0f s  done\n", in_steps(time - story->begin, WHOLE),
	       in_steps(story->usage, WHOLE));
}

static void tell(struct story *story, const struct bgt_event *event)
{
	const struct bgt_container *container = event->container;
	uint64_t time = boottime();

	if (!container || strcmp(container->name, story->name))
		return;
	switch (event->type) {
	case BGT_EVENT_CONTAINER_NEW:
		tell_new(story, container);
		break;
	case BGT_EVENT_CONTAINER_STOPPED:
		tell_stopped(story, container, time);
		break;
	case BGT_EVENT_CONTAINER_REPLENISHED:
		tell_replenished(story, container);
		break;
	case BGT_EVENT_CONTAINER_DEL:
		tell_end(story, container, time);
		break;
	default:
		break;
	}
	fflush(stdout);
}

static void tell_all(struct story *story, struct bgt *bgt)
{
	const struct bgt_event *event;
	int got;

	while ((got = bgt_next_event(bgt, &event)) > 0)
		tell(story, event);
	if (got < 0)
		die("events", bgt_error(bgt));
}

/* Follows the events. Returns the command's exit status. */
static int follow(struct story *story, struct bgt *bgt, pid_t pid)
{
	struct pollfd pollers[] = {
		{ .fd = bgt_fd(bgt), .events = POLLIN },
		{ .fd = pidfd_open(pid, 0), .events = POLLIN },
	};
	int status;

	while (!pollers[1].revents) {
		if (poll(pollers, 2, -1) < 0)
			die("poll", strerror(errno));
		tell_all(story, bgt);
	}
	close(pollers[1].fd);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Judges the promises of the demo. */
static bool judge(const struct story *story, int status)
{
	uint64_t generations = story->timeline.count;
	uint64_t allowed = generations * story->quota + story->overrun;
	char text[160];
	bool ok;

	ok = verdict(!status && story->ended, "the command ran to its end");
	snprintf(text, sizeof(text), "it was frozen %u times", story->timeline.freezes);
	ok &= verdict(story->timeline.freezes >= LEAST_FREEZES, text);
	snprintf(text, sizeof(text),
		 "it used no more than %llu generations of %.1f s and one overrun allow",
		 (unsigned long long)generations, seconds(story->quota));
	ok &= verdict(story->usage <= allowed, text);
	return ok;
}

int main(int argc, char **argv)
{
	struct story story = { 0 };
	struct stat stat;
	struct bgt *bgt;
	int error, output, status;
	bool ok;

	if (argc < 5)
		die("usage", "narrate INPUT OUTPUT CONTAINER COMMAND...");
	story.input = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (story.input < 0 || fstat(story.input, &stat))
		die(argv[1], strerror(errno));
	story.input_size = stat.st_size;
	output = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (output < 0)
		die(argv[2], strerror(errno));
	story.name = argv[3];

	error = bgt_open(&bgt);
	if (error)
		die("cannot connect", bgt_strerror(error));
	if (bgt_subscribe(bgt))
		die("cannot subscribe", bgt_error(bgt));
	status = follow(&story, bgt, start(argv + 4, story.input, output));
	bgt_close(bgt);

	printf("\n");
	timeline_draw(&story.timeline, story.period);
	printf("\n");
	ok = judge(&story, status);
	timeline_free(&story.timeline);
	return ok ? 0 : 1;
}
