// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the app: does what the test tells it, and writes down the results and the events that it
 * gets.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "scene.h"

struct actor {
	const char *app;
	struct bgt *bgt;
	int said;
	uint32_t instance;	/* the task that runs in it */
	bool deaf;		/* reads no events before it has carried out the next command */
	uint32_t ui;		/* the UI thread */
	pthread_mutex_t lock;	/* locked by the UI thread, for ever */
};

/* Writes one line, in a single write. */
__attribute__((format(printf, 2, 3)))
static void say(const struct actor *actor, const char *format, ...)
{
	char line[ACTOR_LINE_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	line[length++] = '\n';
	if (write(actor->said, line, (size_t)length) != length)
		_exit(2);
}

static void request(const struct actor *actor, const char *name)
{
	enum bgt_extension_reason reason;
	uint64_t limit = 0;
	bool allowed;
	int error;

	if (bgt_extension_reason_from_name(name, &reason))
		_exit(3);
	error = bgt_extension_request(actor->bgt, reason, "a test", &allowed, &limit);
	if (error)
		say(actor, "request %d", error);
	else if (allowed && limit == BGT_QUOTA_UNLIMITED)
		say(actor, "allowed");
	else if (allowed)
		say(actor, "allowed %llu", (unsigned long long)(limit / MSEC));
	else
		say(actor, "denied");
}

static void hear(struct actor *actor)
{
	const struct bgt_event *event;
	int result;

	while ((result = bgt_next_event(actor->bgt, &event)) > 0 || result == -ENOBUFS) {
		if (result < 0)
			continue;
		switch (event->type) {
		case BGT_EVENT_APP_SUSPENDING:
			say(actor, "suspending");
			break;
		case BGT_EVENT_APP_RESUMING:
			say(actor, "resuming %d", event->app->foreground);
			break;
		case BGT_EVENT_EXTENSION_REVOKED:
			/*
			 * In the foreground there is no deadline; else the deadline is when the app
			 * will be suspended.
			 */
			say(actor, "revoked %s%s", bgt_revoked_reason_name(event->revoked),
			    !event->deadline == (event->revoked == BGT_REVOKED_RESUMED) ? "" :
			    " with a wrong deadline");
			break;
		case BGT_EVENT_APP_ACTIVATED:
			actor->instance = event->instance->id;
			say(actor, "activated %s %s", event->instance->name,
			    event->instance->argument);
			break;
		default:
			say(actor, "%s", bgt_event_name(event->type));
		}
	}
	if (result < 0)
		_exit(5);
}

/* Says the text after all events that the app has got so far. */
static void mark(struct actor *actor, const char *text)
{
	enum bgt_work_cost cost;
	uint32_t holding, set;
	int error;

	/*
	 * All events that the helper sent before its answer are there then; a new helper, too,
	 * answers last.
	 */
	do
		error = bgt_condition_get(actor->bgt, &holding, &set, &cost);
	while (error == -ENOBUFS);
	if (error)
		_exit(15);
	hear(actor);
	say(actor, "%s", text);
}

static uint64_t own_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * SEC + (uint64_t)time.tv_nsec;
}

static void burn(struct actor *actor, uint64_t duration)
{
	uint64_t end = own_time() + duration;

	while (own_time() < end)
		;
	say(actor, "burnt");
}

/* Closes the connection: the app runs on, but the helper cannot send it events any more. */
static void leave(struct actor *actor)
{
	bgt_close(actor->bgt);
	actor->bgt = NULL;
	say(actor, "left");
}

static void act(struct actor *actor, char *command)
{
	command[strcspn(command, "\n")] = '\0';
	actor->deaf = !strcmp(command, "deaf");
	if (!strncmp(command, "request ", 8))
		request(actor, command + 8);
	else if (actor->deaf)
		say(actor, "deaf");
	else if (!strncmp(command, "mark ", 5))
		mark(actor, command);
	else if (!strcmp(command, "saved"))
		say(actor, "saved %d", bgt_app_saved(actor->bgt));
	else if (!strcmp(command, "close"))
		say(actor, "close %d", bgt_extension_close(actor->bgt));
	else if (!strcmp(command, "share"))
		say(actor, "share %d", bgt_extension_share(actor->bgt));
	else if (!strcmp(command, "finish"))
		say(actor, "finish %d", bgt_extension_finish(actor->bgt));
	else if (!strncmp(command, "complete ", 9))
		say(actor, "complete %d", bgt_activation_complete(actor->bgt, actor->instance,
								  atoi(command + 9), "inside"));
	else if (!strncmp(command, "progress ", 9))
		say(actor, "progress %d", bgt_activation_progress(actor->bgt, actor->instance,
								  (uint32_t)atoi(command + 9)));
	else if (!strncmp(command, "burn ", 5))
		burn(actor, (uint64_t)atoi(command + 5) * MSEC);
	else if (!strcmp(command, "foreground"))
		say(actor, "foreground %d", bgt_app_foreground(actor->bgt, actor->app));
	else if (!strcmp(command, "lock"))
		pthread_mutex_lock(&actor->lock);
	else if (!strcmp(command, "leave"))
		leave(actor);
	else if (!strcmp(command, "exit"))
		_exit(0);
	else
		_exit(4);
}

static int live(struct actor *actor)
{
	char command[ACTOR_LINE_SIZE];
	/* Opened for writing, too, so that reading never finds the end of the file. */
	int fd = open(actor_path(actor->app, "commands"), O_RDWR | O_CLOEXEC);
	struct pollfd polls[] = {
		{ .fd = fd, .events = POLLIN }, { .events = POLLIN },
	};
	ssize_t length;

	if (fd < 0)
		return 6;
	say(actor, "listening");
	for (;;) {
		polls[1].fd = actor->bgt && !actor->deaf ? bgt_fd(actor->bgt) : -1;
		if (poll(polls, 2, -1) < 0)
			return 7;
		if (polls[1].revents)
			hear(actor);
		if (!polls[0].revents)
			continue;
		length = read(fd, command, sizeof(command) - 1);
		if (length <= 0)
			return 8;
		command[length] = '\0';
		act(actor, command);
	}
}

static void *work(void *data)
{
	struct actor *actor = data;

	if (bgt_app_set_ui_thread(actor->bgt, actor->ui)) {
		say(actor, "set_ui_thread: %s", bgt_error(actor->bgt));
		_exit(12);
	}
	_exit(live(actor));
}

/* The first thread is the UI thread; a second thread does everything else. */
static int be_inside(struct actor *actor)
{
	int fd = open(actor_path(actor->app, "beats"), O_RDWR | O_CLOEXEC);
	volatile uint64_t *beats = mmap(NULL, sizeof(*beats), PROT_READ | PROT_WRITE, MAP_SHARED,
					fd, 0);
	pthread_t worker;

	if (fd < 0 || beats == MAP_FAILED)
		return 13;
	actor->ui = (uint32_t)gettid();
	pthread_mutex_init(&actor->lock, NULL);
	pthread_mutex_lock(&actor->lock);
	if (pthread_create(&worker, NULL, work, actor))
		return 14;
	for (;; ++*beats)
		usleep(5000);
}

static int be_app(const char *app, const char *kind)
{
	static struct actor actor;

	actor.app = app;

	actor.said = open(actor_path(app, "said"), O_WRONLY | O_APPEND | O_CLOEXEC);
	if (actor.said < 0)
		return 9;
	if (bgt_open(&actor.bgt))
		return 10;
	if (!strcmp(kind, "attached") && bgt_app_attach(actor.bgt)) {
		say(&actor, "attach: %s", bgt_error(actor.bgt));
		return 11;
	}
	if (!strcmp(kind, "inside"))
		return be_inside(&actor);
	return live(&actor);
}

static void __attribute__((constructor)) become_app(int argc, char **argv)
{
	const char *app = getenv("BGTASK_APP");

	if (app && argc == 2)
		_exit(be_app(app, argv[1]));
}
