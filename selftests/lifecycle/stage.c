// SPDX-License-Identifier: GPL-2.0
/*
 * The test's side of the actor: gives commands, reads what the actor says, and looks at its state.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "scene.h"

#define PROGRAM		HELPER_TOP "/actor"

const char *actor_path(const char *app, const char *what)
{
	static char path[256];

	snprintf(path, sizeof(path), HELPER_SAID "/%s.%s", app, what);
	return path;
}

/* Up to where the file with an app's lines has been read. */
struct ear {
	char app[64];
	off_t position;
};

static struct ear *ear_of(const char *app)
{
	static struct ear ears[16];
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
	make_file(actor_path(app, "said"), 0);
	make_file(actor_path(app, "beats"), sizeof(uint64_t));
	if (mkfifo(actor_path(app, "commands"), 0666) || chmod(actor_path(app, "commands"), 0666))
		fail("%s: %s", actor_path(app, "commands"), strerror(errno));
	ear_of(app)->position = 0;
	helper_install(bgt, app, actor_manifest(kind, ""));
}

void actor_install(struct bgt *bgt, const char *kind)
{
	actor_install_as(bgt, APP, kind);
}

/* Reads the next line; "" if there is none yet. */
static void read_line(const char *app, char *line)
{
	struct ear *ear = ear_of(app);
	FILE *file = fopen(actor_path(app, "said"), "re");

	*line = '\0';
	if (!file || fseeko(file, ear->position, SEEK_SET))
		fail("%s: %s", actor_path(app, "said"), strerror(errno));
	/* The last line may be written only in part. */
	if (fgets(line, ACTOR_LINE_SIZE, file) && strchr(line, '\n')) {
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
	char line[ACTOR_LINE_SIZE];

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
	/* Skips what an actor before has said. */
	if (!actor_comes_to_say(app, "listening"))
		fail("%s does not come up", app);
	return pid;
}

void actor_do(const char *app, const char *command)
{
	int fd = open(actor_path(app, "commands"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%s\n", command) < 0)
		fail("%s: %s", actor_path(app, "commands"), strerror(errno));
	close(fd);
}

const char *actor_next(const char *app)
{
	static char line[ACTOR_LINE_SIZE];
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
	char line[ACTOR_LINE_SIZE];

	do {
		read_line(app, line);
		if (*line) {
			if (strcmp(line, text))
				note("%s says \"%s\", not \"%s\"", app, line, text);
			return !strcmp(line, text);
		}
		look_later(end);
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
	int fd = open(actor_path(app, "beats"), O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &beats, sizeof(beats)) != sizeof(beats))
		fail("%s: %s", actor_path(app, "beats"), strerror(errno));
	close(fd);
	return beats;
}

bool actor_is_silent(const char *app)
{
	char line[ACTOR_LINE_SIZE];

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
	enum bgt_app_state known;

	/* The app may be in the state for a moment only, so the first look comes at once. */
	while ((known = app_look(bgt, app)->state) != state && now() < end)
		look_later(end);
	if (known != state)
		note("%s is %s", app, bgt_app_state_name(known));
	return known == state;
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
	bool frozen;

	/*
	 * The answer may change again, when the budget is spent: the loop ends with the first
	 * match.
	 */
	while ((frozen = is_frozen(bgt, container, role)) != still && now() < end)
		look_later(end);
	return frozen == still;
}

bool app_stands(struct bgt *bgt, const char *app, bool still)
{
	return comes_to_stand(bgt, app, BGT_ROLE_APP, still);
}

bool ui_stands(struct bgt *bgt, const char *app, bool still)
{
	return comes_to_stand(bgt, app, BGT_ROLE_UI, still);
}

uint32_t actor_begin(struct bgt *bgt, const char *settings)
{
	struct helper_settings with = HELPER_SETTINGS;

	with.more = settings;
	helper_start_with(bgt, &with);
	actor_install(bgt, "attached");
	return actor_launch(bgt, APP);
}

bool app_goes_on(struct bgt *bgt, const char *app)
{
	const struct bgt_app *known = app_look(bgt, app);

	return known->state == BGT_APP_RUNNING && !known->foreground && known->extended &&
	       app_stands(bgt, app, false);
}

bool app_is_suspended(struct bgt *bgt, const char *app)
{
	return app_becomes(bgt, app, BGT_APP_SUSPENDED) && app_stands(bgt, app, true) &&
	       !app_look(bgt, app)->extended;
}

void actor_suspend(struct bgt *bgt, const char *app)
{
	if (bgt_app_background(bgt, app) || !actor_says(app, "suspending"))
		fail("cannot begin to suspend %s: %s", app, bgt_error(bgt));
	actor_do(app, "saved");
	if (!app_becomes(bgt, app, BGT_APP_SUSPENDED) || !app_stands(bgt, app, true))
		fail("%s is not suspended", app);
}
