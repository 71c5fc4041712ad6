// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask top": shows the budgets of all containers, refreshed on the whole terminal or, with
 * --batch, as one table after the other.
 */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/duration.h"
#include "json.h"
#include "sample.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask top [-bj] [-d DURATION] [-n COUNT]\n"
	"\n"
	"Watch the budgets. q quits; c sorts by CPU, l by what is left, n by name.\n"
	"\n"
	"  -b, --batch           print one table after the other\n"
	"  -d, --delay DURATION  time between two looks (default 1s)\n"
	"  -n, --count COUNT     end after so many looks\n"
	"  -j, --json            print a line for each look: a JSON array of the containers\n";

#define BAR_WIDTH	20

/* Room for a line: the longest name takes 63 bytes, and the other columns have fixed widths. */
#define LINE_SIZE	256

struct view {
	struct bgt *bgt;
	uint64_t delay;
	unsigned long count; /* samples left to show */
	bool json;
	sample_order order;
};

static void format_head(char *line, int width)
{
	snprintf(line, LINE_SIZE, "%-*s %-9s %6s %-*s %9s %9s %9s %5s %4s", width, "NAME", "STATE",
		 "CPU%", BAR_WIDTH + 2, "SPENT", "QUOTA", "LEFT", "ENDS IN", "THROT", "MEMB");
}

/* Draws a bar that is full when the quota is spent, and empty if the quota is unlimited. */
static void format_bar(char *bar, const struct bgt_container *container)
{
	int filled = 0;

	if (container->spent >= container->quota)
		filled = BAR_WIDTH;
	else if (container->quota != BGT_QUOTA_UNLIMITED)
		filled = (int)((double)container->spent / (double)container->quota * BAR_WIDTH);

	bar[0] = '[';
	memset(bar + 1, '#', (size_t)filled);
	memset(bar + 1 + filled, ' ', (size_t)(BAR_WIDTH - filled));
	bar[BAR_WIDTH + 1] = ']';
	bar[BAR_WIDTH + 2] = '\0';
}

/* Formats a duration in at most nine columns, except for durations of more than a week. */
static const char *format_short(char *buffer, uint64_t nanoseconds)
{
	uint64_t accuracy = NSEC_PER_MSEC;

	if (nanoseconds >= 24 * 3600 * NSEC_PER_SEC)
		accuracy = 3600 * NSEC_PER_SEC;
	else if (nanoseconds >= 3600 * NSEC_PER_SEC)
		accuracy = 60 * NSEC_PER_SEC;
	else if (nanoseconds >= 60 * NSEC_PER_SEC)
		accuracy = NSEC_PER_SEC;
	return duration_format(buffer, nanoseconds, accuracy);
}

static const char *format_limit(char *buffer, const struct bgt_container *container, uint64_t limit)
{
	return container->quota == BGT_QUOTA_UNLIMITED ? "unlimited" : format_short(buffer, limit);
}

static void format_row(char *line, int width, const struct sample_row *row)
{
	const struct bgt_container *container = row->container;
	char bar[BAR_WIDTH + 3], quota[DURATION_MAX], left[DURATION_MAX], end[DURATION_MAX];

	format_bar(bar, container);
	snprintf(line, LINE_SIZE, "%s%*s %-9s %6.1f %s %9s %9s %9s %5llu %4u", container->name,
		 width - text_width(container->name), "", text_state(container), row->cpu * 100,
		 bar, format_limit(quota, container, container->quota),
		 format_limit(left, container, container->left),
		 format_short(end, time_until(container->generation_end)),
		 (unsigned long long)container->times_throttled, container->members);
}

static int name_width(const struct sample *sample)
{
	int width = 4;

	for (size_t i = 0; i < sample->count; i++)
		text_widen(&width, sample->rows[i].container->name);
	return width;
}

static int print_json(const struct sample *sample)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sample->count; i++) {
		json_t *object = json_container(sample->rows[i].container);

		if (json_object_set_new(object, "cpu", json_real(sample->rows[i].cpu)) ||
		    json_array_append_new(array, json_incref(object))) {
			json_decref(array);
			array = NULL;
		}
		json_decref(object);
		if (!array)
			break;
	}
	return json_print_line(array);
}

static void print_table(const struct sample *sample)
{
	int width = name_width(sample);
	char line[LINE_SIZE];

	format_head(line, width);
	puts(line);
	for (size_t i = 0; i < sample->count; i++) {
		format_row(line, width, &sample->rows[i]);
		puts(line);
	}
}

static void wait_delay(uint64_t delay)
{
	struct timespec rest = {
		.tv_sec = (time_t)(delay / NSEC_PER_SEC),
		.tv_nsec = (long)(delay % NSEC_PER_SEC),
	};

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

static int fail_sample(const struct view *view, int error)
{
	/* The connection knows only errors of its own, not that this file has run out of memory. */
	return fail("cannot list the containers: %s",
		    error == -ENOMEM ? bgt_strerror(error) : bgt_error(view->bgt));
}

static int run_batch(struct view *view)
{
	struct sample before = { .list = NULL }, sample;
	int error, status = EXIT_OK;

	while (view->count--) {
		error = sample_take(view->bgt, &sample, before.rows ? &before : NULL);
		if (error) {
			status = fail_sample(view, error);
			break;
		}
		sample_sort(&sample, view->order);
		if (view->json)
			status = print_json(&sample);
		else
			print_table(&sample);
		sample_sort(&sample, sample_by_id);
		sample_free(&before);
		before = sample;
		if (status == EXIT_OK && fflush(stdout))
			status = fail("cannot write the output: %s", strerror(errno));
		if (status != EXIT_OK || !view->count)
			break;
		wait_delay(view->delay);
		if (!view->json)
			putchar('\n');
	}
	sample_free(&before);
	return status;
}

static void draw(const struct sample *sample)
{
	int width = name_width(sample);
	char line[LINE_SIZE];

	erase();
	attron(A_REVERSE);
	format_head(line, width);
	mvaddnstr(0, 0, line, COLS);
	for (int column = getcurx(stdscr); column && column < COLS; column++)
		addch(' ');
	attroff(A_REVERSE);

	for (size_t i = 0; i < sample->count && (int)i + 1 < LINES; i++) {
		bool throttled = sample->rows[i].container->throttled;

		format_row(line, width, &sample->rows[i]);
		if (throttled)
			attron(A_BOLD);
		mvaddnstr((int)i + 1, 0, line, COLS);
		if (throttled)
			attroff(A_BOLD);
	}
	refresh();
}

/* Waits until the next sample is due, and handles keys meanwhile. Returns false to quit. */
static bool handle_keys(struct view *view, struct sample *sample)
{
	uint64_t end = sample->time + view->delay;

	for (;;) {
		uint64_t left = time_until(end) / NSEC_PER_MSEC;

		timeout(left < INT_MAX ? (int)left : INT_MAX);
		switch (getch()) {
		case ERR:
			if (!left)
				return true;
			continue;
		case 'q':
			return false;
		case 'c':
			view->order = sample_by_cpu;
			break;
		case 'l':
			view->order = sample_by_left;
			break;
		case 'n':
			view->order = sample_by_name;
			break;
		}
		sample_sort(sample, view->order);
		draw(sample);
	}
}

/* Draws until q. An error can be printed only after the terminal is back in its usual mode. */
static int run_screen(struct view *view)
{
	struct sample before = { .list = NULL }, sample;
	SCREEN *screen;
	bool go_on = true;
	int error = 0;

	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return fail("the terminal cannot show this, --batch can");
	cbreak();
	noecho();
	curs_set(0);
	while (go_on && view->count--) {
		error = sample_take(view->bgt, &sample, before.rows ? &before : NULL);
		if (error)
			break;
		sample_sort(&sample, view->order);
		draw(&sample);
		go_on = handle_keys(view, &sample);
		sample_sort(&sample, sample_by_id);
		sample_free(&before);
		before = sample;
	}
	sample_free(&before);
	endwin();
	delscreen(screen);
	return error ? fail_sample(view, error) : EXIT_OK;
}

static bool parse_count(const char *argument, unsigned long *count)
{
	char *end;

	errno = 0;
	*count = strtoul(argument, &end, 10);
	if (*argument >= '0' && *argument <= '9' && !*end && !errno && *count)
		return true;
	fail("count \"%s\" is not a number above 0", argument);
	return false;
}

static bool parse_delay(const char *argument, uint64_t *delay)
{
	/* The limit of a day is long enough, and keeps all sums of times from overflowing. */
	if (!duration_parse(argument, delay) && *delay && *delay <= 86400 * NSEC_PER_SEC)
		return true;
	fail("delay \"%s\" is not a duration above 0 and up to 1d", argument);
	return false;
}

int command_top(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "batch", no_argument, NULL, 'b' },
		{ "count", required_argument, NULL, 'n' },
		{ "delay", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	struct view view = { .delay = NSEC_PER_SEC, .count = ULONG_MAX, .order = sample_by_cpu };
	bool batch = false;
	int option, status;

	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "bd:n:", options, NULL)) >= 0) {
		switch (option) {
		case 'b':
			batch = true;
			break;
		case 'd':
			if (!parse_delay(optarg, &view.delay))
				return EXIT_USAGE;
			break;
		case 'h':
			return help(usage);
		case 'j':
			json = true;
			break;
		case 'n':
			if (!parse_count(optarg, &view.count))
				return EXIT_USAGE;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (optind != argc)
		return fail_usage("top takes no arguments");
	view.json = json;
	batch |= json;
	if (!batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return fail("this is no terminal: use --batch");

	view.bgt = connect_module();
	if (!view.bgt)
		return EXIT_FAILED;
	status = batch ? run_batch(&view) : run_screen(&view);
	bgt_close(view.bgt);
	return status;
}
