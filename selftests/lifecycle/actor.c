// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "scene.h"

#define PROGRAM		HELPER_TOP "/actor"
#define LINE_SIZE	128

static const char *path_of(const char *app, const char *what)
{
	static char path[256];

	snprintf(path, sizeof(path), HELPER_SAID "/%s.%s", app, what);
	return path;
}

/*
 * The app
 */

struct actor {
	const char *app;
	struct bgt *bgt;
	int said;
	uint32_t instance;	/* that runs in it */
	uint32_t ui;		/* the thread */
	pthread_mutex_t lock;	/* which that has */
};

/* A line at once. */
__attribute__((format(printf, 2, 3)))
static void say(const struct actor *actor, const char *format, ...)
{
	char line[LINE_SIZE];
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

	while ((result = bgt_next_event(actor->bgt, &event)) > 0) {
		switch (event->type) {
		case BGT_EVENT_APP_SUSPENDING:
			say(actor, "suspending");
			break;
		case BGT_EVENT_APP_RESUMING:
			say(actor, "resuming %d", event->app->foreground);
			break;
		case BGT_EVENT_EXTENSION_REVOKED:
			say(actor, "revoked %s", bgt_revoked_reason_name(event->revoked));
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

/* Once it has been told all that there was to tell. */
static void mark(struct actor *actor, const char *text)
{
	enum bgt_work_cost cost;
	uint32_t holding, set;

	/* The first finds out that there is a new helper, who answers the second one last. */
	for (unsigned int i = 0; i < 2; i++) {
		if (bgt_condition_get(actor->bgt, &holding, &set, &cost))
			_exit(15);
	}
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

static void act(struct actor *actor, char *command)
{
	command[strcspn(command, "\n")] = '\0';
	if (!strncmp(command, "request ", 8))
		request(actor, command + 8);
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
	else if (!strcmp(command, "exit"))
		_exit(0);
	else
		_exit(4);
}

static int live(struct actor *actor)
{
	char command[LINE_SIZE];
	/* Open for writing, too, so that it never ends. */
	int fd = open(path_of(actor->app, "commands"), O_RDWR | O_CLOEXEC);
	struct pollfd polls[] = {
		{ .fd = fd, .events = POLLIN }, { .fd = bgt_fd(actor->bgt), .events = POLLIN },
	};
	ssize_t length;

	if (fd < 0)
		return 6;
	say(actor, "listening");
	for (;;) {
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

/* The first thread is the UI's, and all else is done by another one. */
static int be_inside(struct actor *actor)
{
	int fd = open(path_of(actor->app, "beats"), O_RDWR | O_CLOEXEC);
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

	actor.said = open(path_of(app, "said"), O_WRONLY | O_APPEND | O_CLOEXEC);
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

/*
 * The test
 */

/* How much of what an app says has been read. */
struct ear {
	char app[64];
	off_t position;
};

static struct ear *ear_of(const char *app)
{
	static struct ear ears[8];
	struct ear *ear = ears;

	while (*ear->app && strcmp(ear->app, app))
		ear++;
	snprintf(ear->app, sizeof(ear->app), "%s", app);
	return ear;
}

static void make_file(const char *path, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0 || fchmod(fd, 0666) || ftruncate(fd, (off_t)size))
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

const char *actor_manifest(const char *kind, const char *more)
{
	static char text[1024];

	snprintf(text, sizeof(text), "Exec=" PROGRAM " %s\nClass=standard\n"
		 "[Task task]\nEntryPoint=/bin/true\nTriggers=application\n"
		 "[Task inside]\nEntryPoint=inside\nHost=app\nTriggers=application\n%s", kind,
		 more);
	return text;
}

void actor_install_as(struct bgt *bgt, const char *app, const char *kind)
{
	if (access(PROGRAM, F_OK) && system("cp /proc/$PPID/exe " PROGRAM))
		fail("cannot copy this program");
	make_file(path_of(app, "said"), 0);
	make_file(path_of(app, "beats"), sizeof(uint64_t));
	if (mkfifo(path_of(app, "commands"), 0666) || chmod(path_of(app, "commands"), 0666))
		fail("%s: %s", path_of(app, "commands"), strerror(errno));
	ear_of(app)->position = 0;
	helper_install(bgt, app, actor_manifest(kind, ""));
}

void actor_install(struct bgt *bgt, const char *kind)
{
	actor_install_as(bgt, APP, kind);
}

/* The next line, "" if there is none yet. */
static void read_line(const char *app, char *line)
{
	struct ear *ear = ear_of(app);
	FILE *file = fopen(path_of(app, "said"), "re");

	*line = '\0';
	if (!file || fseeko(file, ear->position, SEEK_SET))
		fail("%s: %s", path_of(app, "said"), strerror(errno));
	/* It may be half written. */
	if (fgets(line, LINE_SIZE, file) && strchr(line, '\n')) {
		line[strcspn(line, "\n")] = '\0';
		ear->position = ftello(file);
	} else {
		*line = '\0';
	}
	fclose(file);
}

bool actor_comes_to_say(const char *app, const char *text)
{
	uint64_t end = now() + DEADLINE;
	char line[LINE_SIZE];

	do {
		read_line(app, line);
		if (!*line)
			look_later(end);
	} while (strcmp(line, text) && now() < end);
	return !strcmp(line, text);
}

uint32_t actor_launch(struct bgt *bgt, const char *app)
{
	uint32_t pid = 0;

	if (bgt_app_launch(bgt, app, &pid))
		fail("cannot launch %s: %s", app, bgt_error(bgt));
	/* Behind what the one before has said to its end. */
	if (!actor_comes_to_say(app, "listening"))
		fail("%s does not come up", app);
	return pid;
}

void actor_do(const char *app, const char *command)
{
	int fd = open(path_of(app, "commands"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%s\n", command) < 0)
		fail("%s: %s", path_of(app, "commands"), strerror(errno));
	close(fd);
}

const char *actor_next(const char *app)
{
	static char line[LINE_SIZE];
	uint64_t end = now() + DEADLINE;

	do {
		read_line(app, line);
		if (!*line)
			look_later(end);
	} while (!*line && now() < end);
	return line;
}

bool actor_says(const char *app, const char *text)
{
	uint64_t end = now() + DEADLINE;
	char line[LINE_SIZE];

	do {
		read_line(app, line);
		if (*line) {
			if (strcmp(line, text))
				note("%s says \"%s\", not \"%s\"", app, line, text);
			return !strcmp(line, text);
		}
		usleep(2000);
	} while (now() < end);
	note("%s does not say \"%s\"", app, text);
	return false;
}

bool actor_does(const char *app, const char *command, const char *text)
{
	actor_do(app, command);
	return actor_says(app, text);
}

uint64_t actor_beats(const char *app)
{
	uint64_t beats;
	int fd = open(path_of(app, "beats"), O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &beats, sizeof(beats)) != sizeof(beats))
		fail("%s: %s", path_of(app, "beats"), strerror(errno));
	close(fd);
	return beats;
}

bool actor_is_silent(const char *app)
{
	char line[LINE_SIZE];

	read_line(app, line);
	if (*line)
		note("%s says \"%s\"", app, line);
	return !*line;
}

const struct bgt_app *app_look(struct bgt *bgt, const char *id)
{
	static struct bgt_app *list;
	const struct bgt_app *app;

	bgt_app_free(list);
	list = NULL;
	if (bgt_app_list(bgt, &list))
		fail("bgt_app_list: %s", bgt_error(bgt));
	for (app = list; app && strcmp(app->id, id); app = app->next)
		;
	if (!app)
		fail("there is no %s", id);
	return app;
}

bool app_becomes(struct bgt *bgt, const char *app, enum bgt_app_state state)
{
	uint64_t end = now() + DEADLINE;

	while (app_look(bgt, app)->state != state && now() < end)
		look_later(end);
	if (app_look(bgt, app)->state == state)
		return true;
	note("%s is %s", app, bgt_app_state_name(app_look(bgt, app)->state));
	return false;
}

static bool is_frozen(struct bgt *bgt, uint32_t container, enum bgt_role role)
{
	struct bgt_member *list, *member;
	bool frozen = false;

	if (bgt_member_list(bgt, container, &list))
		fail("bgt_member_list: %s", bgt_error(bgt));
	for (member = list; member; member = member->next)
		frozen |= member->role == role && member->frozen;
	bgt_member_free(list);
	return frozen;
}

static bool comes_to_stand(struct bgt *bgt, const char *app, enum bgt_role role, bool still)
{
	uint32_t container = app_look(bgt, app)->container;
	uint64_t end = now() + DEADLINE;

	while (is_frozen(bgt, container, role) != still && now() < end)
		look_later(end);
	return is_frozen(bgt, container, role) == still;
}

bool app_stands(struct bgt *bgt, const char *app, bool still)
{
	return comes_to_stand(bgt, app, BGT_ROLE_APP, still);
}

bool ui_stands(struct bgt *bgt, const char *app, bool still)
{
	return comes_to_stand(bgt, app, BGT_ROLE_UI, still);
}

void actor_suspend(struct bgt *bgt, const char *app)
{
	if (bgt_app_background(bgt, app) || !actor_says(app, "suspending"))
		fail("cannot begin to suspend %s: %s", app, bgt_error(bgt));
	actor_do(app, "saved");
	if (!app_becomes(bgt, app, BGT_APP_SUSPENDED) || !app_stands(bgt, app, true))
		fail("%s is not suspended", app);
}
