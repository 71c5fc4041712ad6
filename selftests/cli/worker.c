// SPDX-License-Identifier: GPL-2.0
/*
 * worker FILE: a task that is half done until FILE exists, or until it is cancelled, and says so.
 */
#include <bgtask.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* How often the task looks for the file, ms. */
#define LOOK	10

static int end(struct bgt *bgt, int status, const char *message)
{
	return bgt_instance_complete(bgt, status, message) ? 3 : status;
}

static int work(struct bgt *bgt, const char *file, const char *argument)
{
	struct pollfd poll_fd = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;

	if (bgt_instance_progress(bgt, 50))
		return 3;
	while (access(file, F_OK)) {
		if (poll(&poll_fd, 1, LOOK) < 0)
			return 3;
		while (bgt_next_event(bgt, &event) > 0)
			if (event->type == BGT_EVENT_INSTANCE_CANCELED)
				return end(bgt, 1,
					   bgt_cancel_reason_name(event->instance->reason));
	}
	return end(bgt, 0, argument);
}

int main(int argc, char **argv)
{
	struct bgt_instance *instance;
	struct bgt *bgt;
	int status;

	if (argc != 2)
		return 2;
	if (bgt_open(&bgt))
		return 3;
	if (bgt_instance_attach(bgt, &instance)) {
		fprintf(stderr, "worker: %s\n", bgt_error(bgt));
		bgt_close(bgt);
		return 3;
	}
	status = work(bgt, argv[1], instance->argument);
	bgt_instance_free(instance);
	bgt_close(bgt);
	return status;
}
