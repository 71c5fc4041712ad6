// SPDX-License-Identifier: GPL-2.0
/*
 * tracker FILE TOLD: an app whose UI thread draws, and whose other thread works. FILE has the
 * number of frames and of steps of work so far, two 64-bit numbers. Adds the events that it gets,
 * and its answers, to TOLD.
 */
#include <bgtask.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "demo.h"

/* In ms: the time of a frame and of a step of work; and how many steps a task takes. */
#define FRAME		16
#define STEP		10
#define TASK_STEPS	200

struct counts {
	_Atomic uint64_t frames;
	_Atomic uint64_t steps;
};

struct app {
	struct bgt *bgt;
	FILE *told;
	struct counts *counts;
	uint32_t ui;
	uint32_t task;		/* the task that runs in the app; or 0 */
	unsigned int left;	/* steps of the task */
};

static void request(struct app *app)
{
	bool allowed;

	if (bgt_extension_request(app->bgt, BGT_EXTENSION_UNSPECIFIED, "records a route",
				  &allowed, NULL))
		die("bgt_extension_request", bgt_error(app->bgt));
	fprintf(app->told, "extension %s\n", allowed ? "allowed" : "denied");
}

static void hear(struct app *app, const struct bgt_event *event)
{
	switch (event->type) {
	case BGT_EVENT_APP_SUSPENDING:
		fprintf(app->told, "suspending\n");
		/* The app is frozen before this call returns, or soon after. */
		if (bgt_app_saved(app->bgt))
			die("bgt_app_saved", bgt_error(app->bgt));
		fprintf(app->told, "its state was saved\n");
		break;
	case BGT_EVENT_APP_RESUMING:
		fprintf(app->told, "resuming\n");
		break;
	case BGT_EVENT_EXTENSION_REVOKED:
		fprintf(app->told, "extension revoked: %s\n",
			bgt_revoked_reason_name(event->revoked));
		break;
	case BGT_EVENT_APP_ACTIVATED:
		fprintf(app->told, "task %s begins\n", event->instance->name);
		app->task = event->instance->id;
		app->left = TASK_STEPS;
		break;
	default:
		break;
	}
}

static void step(struct app *app)
{
	app->counts->steps++;
	if (!app->task || --app->left)
		return;
	fprintf(app->told, "task is done\n");
	(void)bgt_activation_complete(app->bgt, app->task, 0, "while nobody looked");
	app->task = 0;
}

static void *work(void *data)
{
	struct pollfd poll_fd = { .events = POLLIN };
	const struct bgt_event *event;
	struct app *app = data;

	if (bgt_app_set_ui_thread(app->bgt, app->ui))
		die("bgt_app_set_ui_thread", bgt_error(app->bgt));
	request(app);
	poll_fd.fd = bgt_fd(app->bgt);
	for (;; step(app)) {
		if (poll(&poll_fd, 1, STEP) < 0)
			die("poll", "failed");
		while (bgt_next_event(app->bgt, &event) > 0)
			hear(app, event);
	}
}

int main(int argc, char **argv)
{
	const struct timespec frame = { .tv_nsec = FRAME * 1000000 };
	struct app app = { .ui = (uint32_t)gettid() };
	pthread_t worker;
	int fd;

	if (argc != 3)
		die("tracker", "FILE TOLD");
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	app.counts = mmap(NULL, sizeof(*app.counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	app.told = fopen(argv[2], "ae");
	if (fd < 0 || app.counts == MAP_FAILED || !app.told)
		die(argv[1], "cannot be used");
	setlinebuf(app.told);
	if (bgt_open(&app.bgt))
		die("bgt_open", "is the module loaded?");
	if (pthread_create(&worker, NULL, work, &app))
		die("pthread_create", "failed");
	for (;; app.counts->frames++)
		nanosleep(&frame, NULL);
}
