// SPDX-License-Identifier: GPL-2.0
/*
 * A walk through the life of an app by random steps: moves between states, the app's own calls,
 * tasks in its process, AC power that comes and goes, the death of the app, and the death of the
 * helper, also in the middle of a call. After each step the app must be in the state of a small
 * model, and must have been told of each change exactly once.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

/*
 * No app is suspended by a timeout; but extensions on battery end soon after the app has gone to
 * the background, and extensions on AC power end soon after AC power goes.
 */
#define SETTINGS	"SuspendTimeout=10min\nSavingTimeout=10min\n" \
			"ExtensionLimit=20ms\nExtensionBudget=7d\n"

enum extension { NONE, UNSPECIFIED, LOCATION, SAVING };

static const char *const extensions[] = {
	[UNSPECIFIED] = "unspecified", [LOCATION] = "location-tracking", [SAVING] = "saving-data",
};

struct walk {
	struct bgt *bgt;
	uint64_t seed;
	uint32_t pid;
	bool unsure;		/* the helper died, so events may be missing */
	unsigned int marks, moves, cuts;
	/* The model. */
	enum bgt_app_state state;
	bool foreground;
	enum extension extension;
	bool saving_over;	/* there is no time left to save data */
	bool activated;		/* a task runs in it */
	bool ac;
	/* The lines that the app has to say. */
	char expected[8][64];
	unsigned int count;
};

FIXTURE(walk) {
	struct walk walk;
};

FIXTURE_SETUP(walk)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->walk = (struct walk) { .bgt = mutex_connect(), .ac = true };
	power_begin(true);
	with.more = SETTINGS;
	/* So that the budget does not throttle the app. */
	with.quota = 3600 * SEC;
	with.period = 3600 * SEC;
	helper_start_with(self->walk.bgt, &with);
	actor_install(self->walk.bgt, "inside");
}

FIXTURE_TEARDOWN_PARENT(walk)
{
	power_set("ac_online", "on");
	helper_end();
	scene_end();
}

/*
 * The model
 */

__attribute__((format(printf, 2, 3)))
static void expect(struct walk *walk, const char *format, ...)
{
	va_list arguments;

	if (walk->count == ARRAY_SIZE(walk->expected))
		fail("the app is to say too much at once");
	va_start(arguments, format);
	vsnprintf(walk->expected[walk->count++], sizeof(walk->expected[0]), format, arguments);
	va_end(arguments);
}

static void model_revoked(struct walk *walk, const char *why)
{
	if (walk->extension)
		expect(walk, "revoked %s", why);
	walk->saving_over |= walk->extension == SAVING;
	walk->extension = NONE;
}

static void model_suspend(struct walk *walk)
{
	expect(walk, "suspending");
	walk->state = BGT_APP_SUSPENDING;
}

/* The time of limited extensions is over as soon as the app is in the background. */
static void model_time(struct walk *walk)
{
	bool limited = walk->extension == SAVING || (walk->extension == UNSPECIFIED && !walk->ac);

	if (walk->foreground || !limited)
		return;
	model_revoked(walk, "system-policy");
	if (walk->state == BGT_APP_RUNNING)
		model_suspend(walk);
}

static void model_end(struct walk *walk)
{
	walk->state = BGT_APP_NOT_RUNNING;
	walk->foreground = false;
	walk->extension = NONE;
	walk->saving_over = false;
	walk->activated = false;
	walk->count = 0;
}

static void model_run(struct walk *walk, bool foreground)
{
	bool comes = foreground && !walk->foreground;

	if (walk->state != BGT_APP_RUNNING || comes)
		model_revoked(walk, "resumed");
	walk->foreground |= foreground;
	walk->saving_over = false;
	if (walk->state != BGT_APP_RUNNING)
		expect(walk, "resuming %d", walk->foreground);
	walk->state = BGT_APP_RUNNING;
}

static void model_background(struct walk *walk)
{
	walk->foreground = false;
	if (walk->state == BGT_APP_RUNNING && !walk->extension)
		model_suspend(walk);
	model_time(walk);
}

static void model_force(struct walk *walk)
{
	walk->foreground = false;
	model_revoked(walk, "system-policy");
	if (walk->state == BGT_APP_RUNNING)
		model_suspend(walk);
}

static bool model_may_have(const struct walk *walk, enum extension extension)
{
	if (extension == SAVING && walk->saving_over)
		return false;
	if (walk->state != BGT_APP_RUNNING)
		return walk->state == BGT_APP_SUSPENDING && extension == SAVING;
	return extension != LOCATION || walk->foreground;
}

/*
 * Steps. A step that cannot be done in the current state is refused, or left out.
 */

static bool is_exempt(const struct walk *walk)
{
	return walk->state == BGT_APP_RUNNING || walk->state == BGT_APP_SUSPENDING;
}

static bool can_act(const struct walk *walk)
{
	return is_exempt(walk) || walk->activated;
}

static void step_launch(struct walk *walk)
{
	if (walk->state != BGT_APP_NOT_RUNNING) {
		if (bgt_app_launch(walk->bgt, APP, NULL) != -EALREADY)
			fail("it is launched twice: %s", bgt_error(walk->bgt));
		return;
	}
	walk->pid = actor_launch(walk->bgt, APP);
	walk->state = BGT_APP_RUNNING;
	walk->foreground = true;
	walk->unsure = false;
}

/*
 * At every eighth move, a child kills the helper: before the call, in the middle of it, or after
 * it.
 */
static pid_t begin_cut(struct walk *walk)
{
	uint64_t delay = random_next(&walk->seed) % 5000;
	pid_t pid = helper_pid(), child;

	if (++walk->moves % 8)
		return 0;
	child = fork();
	if (!child) {
		usleep((useconds_t)delay);
		kill(pid, SIGKILL);
		_exit(0);
	}
	return child;
}

static void end_cut(struct walk *walk, pid_t child)
{
	waitpid(child, NULL, 0);
	helper_restart(walk->bgt);
	walk->unsure = true;
	walk->cuts++;
}

static void move(struct walk *walk, int (*call)(struct bgt *bgt, const char *app),
		 void (*model)(struct walk *walk))
{
	int expected = walk->state == BGT_APP_NOT_RUNNING ? -ESRCH : 0, error;
	pid_t cut = begin_cut(walk);

	error = call(walk->bgt, APP);
	if (cut) {
		end_cut(walk, cut);
		/* The helper may have carried out the call before it died; the call is repeated. */
		error = call(walk->bgt, APP);
		if (model == model_end)
			expected = error;
	}
	if (error != expected)
		fail("%d, not %d: %s", error, expected, bgt_error(walk->bgt));
	if (!expected || model == model_end)
		model(walk);
}

static void model_foreground(struct walk *walk)
{
	model_run(walk, true);
}

static void model_resume(struct walk *walk)
{
	model_run(walk, false);
}

static void step_foreground(struct walk *walk)
{
	move(walk, bgt_app_foreground, model_foreground);
}

static void step_background(struct walk *walk)
{
	move(walk, bgt_app_background, model_background);
}

static void step_suspend(struct walk *walk)
{
	move(walk, bgt_app_suspend, model_force);
}

static void step_resume(struct walk *walk)
{
	move(walk, bgt_app_resume, model_resume);
}

static void step_terminate(struct walk *walk)
{
	move(walk, bgt_app_terminate, model_end);
}

static void step_kill(struct walk *walk)
{
	if (walk->state == BGT_APP_NOT_RUNNING)
		return;
	if (kill((pid_t)walk->pid, SIGKILL))
		fail("the app has gone: %s", strerror(errno));
	model_end(walk);
}

static void step_helper(struct walk *walk)
{
	helper_restart(walk->bgt);
}

static void step_power(struct walk *walk)
{
	walk->ac = !walk->ac;
	power_set("ac_online", walk->ac ? "on" : "off");
	if (can_act(walk))
		model_time(walk);
}

static void step_request(struct walk *walk)
{
	enum extension extension = 1 + random_next(&walk->seed) % 3;
	char command[32];

	if (!can_act(walk))
		return;
	snprintf(command, sizeof(command), "request %s", extensions[extension]);
	actor_do(APP, command);
	if (walk->extension) {
		expect(walk, "request %d", -EBUSY);
	} else if (!model_may_have(walk, extension)) {
		expect(walk, "denied");
	} else {
		walk->extension = extension;
		if (extension == SAVING || (extension == UNSPECIFIED && !walk->ac))
			expect(walk, "allowed 20");
		else
			expect(walk, "allowed");
		model_time(walk);
	}
}

static void step_close(struct walk *walk)
{
	if (!can_act(walk))
		return;
	actor_do(APP, "close");
	expect(walk, "close %d", walk->extension ? 0 : -ENOENT);
	if (walk->extension && !walk->foreground)
		model_suspend(walk);
	walk->extension = NONE;
}

static void step_saved(struct walk *walk)
{
	if (!can_act(walk))
		return;
	actor_do(APP, "saved");
	expect(walk, "saved %d", walk->state == BGT_APP_SUSPENDING ? 0 : -EINVAL);
	if (walk->state == BGT_APP_SUSPENDING)
		walk->state = BGT_APP_SUSPENDED;
}

/*
 * Runs a task in the app: all but the UI thread runs, whether the app was suspended or did not run.
 */
static void step_activate(struct walk *walk)
{
	if (walk->activated)
		return;
	helper_fire(walk->bgt, "inside");
	if (walk->state == BGT_APP_NOT_RUNNING) {
		if (!actor_comes_to_say(APP, "listening"))
			fail("it is not started for its task");
		walk->pid = app_look(walk->bgt, APP)->pid;
		walk->state = BGT_APP_SUSPENDED;
		walk->unsure = false;
	}
	expect(walk, "activated inside an argument");
	walk->activated = true;
}

static void step_complete(struct walk *walk)
{
	if (!walk->activated)
		return;
	actor_do(APP, "complete 0");
	expect(walk, "complete 0");
	walk->activated = false;
}

/* A task in a process of its own runs in every state of the app. */
static void step_task(struct walk *walk)
{
	const struct bgt_instance *instance;

	helper_fire(walk->bgt, "task");
	instance = instance_wait(walk->bgt, APP, "task", BGT_INSTANCE_COMPLETED);
	if (!instance)
		fail("the task does not run");
}

static const struct step {
	const char *name;
	void (*take)(struct walk *walk);
	unsigned int weight;
} steps[] = {
	{ "launch", step_launch, 4 },
	{ "foreground", step_foreground, 4 },
	{ "background", step_background, 6 },
	{ "suspend", step_suspend, 2 },
	{ "resume", step_resume, 3 },
	{ "terminate", step_terminate, 1 },
	{ "kill", step_kill, 1 },
	{ "helper", step_helper, 1 },
	{ "power", step_power, 3 },
	{ "request", step_request, 6 },
	{ "close", step_close, 2 },
	{ "saved", step_saved, 5 },
	{ "activate", step_activate, 3 },
	{ "complete", step_complete, 2 },
	{ "task", step_task, 1 },
};

static const struct step *choose(struct walk *walk)
{
	unsigned int sum = 0, number;
	const struct step *step;

	for (step = steps; step < steps + ARRAY_SIZE(steps); step++)
		sum += step->weight;
	number = random_next(&walk->seed) % sum;
	for (step = steps; number >= step->weight; step++)
		number -= step->weight;
	return step;
}

/* Reads all that the app has to say. */
static bool listen(struct walk *walk)
{
	char mark[32];

	if (walk->unsure) {
		snprintf(mark, sizeof(mark), "mark %u", ++walk->marks);
		actor_do(APP, mark);
		walk->unsure = false;
		walk->count = 0;
		return actor_comes_to_say(APP, mark);
	}
	for (unsigned int i = 0; i < walk->count; i++) {
		if (!actor_says(APP, walk->expected[i]))
			return false;
	}
	walk->count = 0;
	return true;
}

/*
 * A new helper may find out only later that the time of the extension is over. Only then does the
 * app have everything to say.
 */
static bool extension_settles(struct walk *walk)
{
	uint64_t end = now() + DEADLINE;

	while (app_look(walk->bgt, APP)->extended != !!walk->extension) {
		if (now() >= end)
			return false;
		look_later(end);
	}
	return true;
}

static bool is_right(struct walk *walk)
{
	const struct bgt_app *app;

	/*
	 * If all is told, the last event comes when the app is in its new state. If events may be
	 * missing, looks at the state first, and reads what the app has said after that.
	 */
	if (can_act(walk) && !walk->unsure && !listen(walk))
		return false;
	if (!app_becomes(walk->bgt, APP, walk->state))
		return false;
	if (walk->unsure && can_act(walk) && !(extension_settles(walk) && listen(walk)))
		return false;
	app = app_look(walk->bgt, APP);
	if (app->foreground != walk->foreground || app->extended != !!walk->extension) {
		note("foreground %d, extended %d", app->foreground, app->extended);
		return false;
	}
	if (helper_container(walk->bgt)->exempt != is_exempt(walk)) {
		note("it is %s", is_exempt(walk) ? "on its budget" : "exempt");
		return false;
	}
	if (ui_stands(walk->bgt, APP, walk->state == BGT_APP_SUSPENDED) &&
	    app_stands(walk->bgt, APP, walk->state == BGT_APP_SUSPENDED && !walk->activated))
		return true;
	note("it does not stand still, or does");
	return false;
}

/* The task in the app runs, or has ended, as the model says. */
static bool task_is_right(struct walk *walk)
{
	const struct bgt_instance *instance;
	uint64_t end = now() + DEADLINE;
	bool runs;

	do {
		instance = instance_look(walk->bgt, APP, "inside");
		runs = instance && instance->state == BGT_INSTANCE_RUNNING;
		if (runs == walk->activated)
			return true;
		look_later(end);
	} while (now() < end);
	note("its task is %s", instance ? bgt_instance_state_name(instance->state) : "not");
	return false;
}

TEST_F_TIMEOUT(walk, random, 7200)
{
	struct walk *walk = &self->walk;
	unsigned int count = soak() ? 1000 : 100;
	const struct step *step;

	walk->seed = random_seed();
	helper_register_plain(walk->bgt, "task");
	helper_register_plain(walk->bgt, "inside");
	for (unsigned int i = 0; i < count; i++) {
		step = choose(walk);
		step->take(walk);
		if (!is_right(walk) || !task_is_right(walk))
			fail("step %u, %s: is to be %s%s, extension %s, on %s%s", i, step->name,
			     bgt_app_state_name(walk->state),
			     walk->foreground ? " in the foreground" : "",
			     walk->extension ? extensions[walk->extension] : "none",
			     walk->ac ? "AC power" : "battery",
			     walk->activated ? ", with a task in it" : "");
	}
	note("%u steps, the helper killed in %u calls", count, walk->cuts);
	EXPECT_GT(walk->cuts, 0);
}

TEST_HARNESS_MAIN
