// SPDX-License-Identifier: GPL-2.0
/*
 * mail-task: the tasks of a mail app. bgtaskd runs each in a process of its own.
 *
 *   send OUTBOX           append what came with the trigger to a file
 *   index MAILBOX INDEX   count the words of all mail; works without bgtaskd, too
 *   watch LOG             wait for new mail and, wrongly, do not end when it is told to
 */
#include <bgtask.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "words.h"

#define PIECE	16384

struct task {
	struct bgt *bgt;			/* NULL without bgtaskd */
	struct bgt_instance *instance;
};

/* Whether the task was told to end since the last call. */
static bool is_canceled(struct task *task, enum bgt_cancel_reason *reason)
{
	const struct bgt_event *event;

	while (task->bgt && bgt_next_event(task->bgt, &event) > 0) {
		if (event->type != BGT_EVENT_INSTANCE_CANCELED)
			continue;
		*reason = event->instance->reason;
		return true;
	}
	return false;
}

static void say_progress(struct task *task, uint32_t percent)
{
	if (task->bgt && bgt_instance_progress(task->bgt, percent))
		die("progress", bgt_error(task->bgt));
}

__attribute__((format(printf, 3, 4)))
static int end(struct task *task, int32_t status, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (task->bgt && bgt_instance_complete(task->bgt, status, text))
		die("complete", bgt_error(task->bgt));
	return status;
}

static int run_send(struct task *task, const char *outbox)
{
	const char *letter = task->instance->argument;
	FILE *file = fopen(outbox, "ae");

	if (!file)
		return end(task, 1, "%s: %s", outbox, strerror(errno));
	say_progress(task, 50);
	fprintf(file, "%s\n", letter);
	if (fclose(file))
		return end(task, 1, "%s: %s", outbox, strerror(errno));
	say_progress(task, 100);
	return end(task, 0, "sent \"%s\"", letter);
}

static int write_index(struct task *task, struct words *words, const char *index)
{
	FILE *file = fopen(index, "we");
	int error = file ? words_write(words, file) : 0;

	if (!file || error || fclose(file))
		return end(task, 1, "%s: %s", index, strerror(errno));
	return end(task, 0, "%zu words, %zu different", words_total(words),
		   words_different(words));
}

static int run_index(struct task *task, const char *mailbox, const char *index)
{
	enum bgt_cancel_reason reason;
	FILE *file = fopen(mailbox, "re");
	uint32_t percent, said = 0;
	struct words *words;
	char piece[PIECE];
	long size;
	size_t got;
	int status;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) <= 0)
		return end(task, 1, "%s: %s", mailbox, strerror(errno));
	rewind(file);
	words = words_new();
	while ((got = fread(piece, 1, sizeof(piece), file))) {
		words_count(words, piece, got);
		if (is_canceled(task, &reason)) {
			fclose(file);
			words_free(words);
			return end(task, 1, "broken off: %s", bgt_cancel_reason_name(reason));
		}
		percent = (uint32_t)(100 * ftell(file) / size);
		if (percent > said) {
			said = percent;
			say_progress(task, percent);
		}
	}
	fclose(file);
	status = write_index(task, words, index);
	words_free(words);
	return status;
}

/* Records that it was told to end, so that the demo can show it, and does not end. */
static int run_watch(struct task *task, const char *log)
{
	struct pollfd poller = { .fd = bgt_fd(task->bgt), .events = POLLIN };
	enum bgt_cancel_reason reason;
	FILE *file;

	for (;;) {
		if (poll(&poller, 1, -1) < 0)
			die("poll", strerror(errno));
		if (!is_canceled(task, &reason))
			continue;
		file = fopen(log, "we");
		if (!file)
			die(log, strerror(errno));
		fprintf(file, "%" PRIu64 " %s\n", boottime(), bgt_cancel_reason_name(reason));
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	struct task task = { NULL, NULL };
	bool alone;
	int status;

	if (argc < 3)
		die("usage", "mail-task send OUTBOX | index MAILBOX INDEX | watch LOG");
	alone = !getenv("BGTASK_INSTANCE");
	if (!alone) {
		status = bgt_open(&task.bgt);
		if (status)
			die("cannot connect", bgt_strerror(status));
		if (bgt_instance_attach(task.bgt, &task.instance))
			die("cannot attach", bgt_error(task.bgt));
	}
	if (!strcmp(argv[1], "index") && argc == 4)
		status = run_index(&task, argv[2], argv[3]);
	else if (!strcmp(argv[1], "send") && !alone)
		status = run_send(&task, argv[2]);
	else if (!strcmp(argv[1], "watch") && !alone)
		status = run_watch(&task, argv[2]);
	else
		die(argv[1], "no such task");
	bgt_instance_free(task.instance);
	bgt_close(task.bgt);
	return status;
}
