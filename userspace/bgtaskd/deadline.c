// SPDX-License-Identifier: GPL-2.0
#include "deadline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "hold.h"

/* How many times it is looked at; but not more often than this. */
#define LOOKS		50
#define LOOK_USEC_MIN	1000

struct deadline {
	sd_event_source *timer;
	uint64_t step;
	uint64_t left;			/* us */
	uint64_t looked;		/* when that was so, CLOCK_BOOTTIME us */
	void (*expired)(void *data);
	void *data;
	const struct app *app;
	char below[];
};

/* Takes what has passed since it was looked at. */
static void pass(struct deadline *deadline)
{
	uint64_t now, passed;

	if (sd_event_now(deadline->app->daemon->event, CLOCK_BOOTTIME, &now) < 0)
		now = deadline->looked;
	passed = now - deadline->looked;
	deadline->looked = now;
	if (app_is_traced(deadline->app, deadline->below))
		hold_reprieve_again(deadline->app);
	else
		deadline->left -= passed < deadline->left ? passed : deadline->left;
}

static int look(sd_event_source *source, uint64_t usec, void *data)
{
	struct deadline *deadline = data;

	(void)usec;
	pass(deadline);
	if (!deadline->left) {
		deadline->expired(deadline->data);
		return 0;
	}
	(void)sd_event_source_set_time_relative(source, deadline->step < deadline->left ?
						deadline->step : deadline->left);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

int deadline_begin(struct deadline **result, const struct app *app, const char *below,
		   uint64_t time, void (*expired)(void *data), void *data)
{
	struct deadline *deadline = malloc(sizeof(*deadline) + strlen(below) + 1);
	sd_event *event = app->daemon->event;
	int error;

	if (!deadline)
		return -ENOMEM;
	strcpy(deadline->below, below);
	deadline->app = app;
	deadline->left = time / 1000;
	deadline->step = deadline->left / LOOKS > LOOK_USEC_MIN ? deadline->left / LOOKS :
								  LOOK_USEC_MIN;
	deadline->expired = expired;
	deadline->data = data;
	error = sd_event_now(event, CLOCK_BOOTTIME, &deadline->looked);
	if (error >= 0)
		error = sd_event_add_time_relative(event, &deadline->timer, CLOCK_BOOTTIME, 0,
						   LOOK_USEC_MIN, look, deadline);
	if (error < 0) {
		free(deadline);
		return error;
	}
	*result = deadline;
	return 0;
}

uint64_t deadline_left(struct deadline *deadline)
{
	if (!deadline)
		return 0;
	pass(deadline);
	return deadline->left * 1000;
}

void deadline_end(struct deadline **deadline)
{
	if (!*deadline)
		return;
	sd_event_source_disable_unref((*deadline)->timer);
	free(*deadline);
	*deadline = NULL;
}
