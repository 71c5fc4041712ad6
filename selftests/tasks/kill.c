// SPDX-License-Identifier: GPL-2.0
/*
 * The helper is killed at random moments, while tasks are registered, fired, run and cancelled and
 * conditions change. Nothing that was acknowledged is lost or undone, nothing runs twice, and
 * running tasks go on and are known to the next helper.
 *
 * This program is also the tasks: the helper runs a copy of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

/* An app that is throttled all the time; and one that is not, which is terminated now and then. */
#define POOR		"org.example.Poor"
#define RICH		"org.example.Rich"
#define PROGRAM		HELPER_TOP "/kill"
#define RUNS		HELPER_TOP "/runs"
#define REGISTRARS	2
#define TASKS		8

/*
 * The tasks
 */

/* Each run appends a line, in a single write. */
static void write_run(void)
{
	char line[128];
	int fd = open(RUNS, O_WRONLY | O_APPEND);
	int length = snprintf(line, sizeof(line), "%s %s\n", getenv("BGTASK_INSTANCE"),
			      getenv("BGTASK_ARGUMENT"));

	if (fd < 0 || write(fd, line, (size_t)length) != length)
		_exit(125);
	close(fd);
}

/* Runs until a file with the task's name exists. */
static int run_until_stopped(const char *name, bool say)
{
	const char *stop = helper_path(name);
	struct bgt_instance *instance;
	struct bgt *bgt;

	if (say && bgt_open(&bgt))
		return 124;
	/*
	 * The helper may be dead. Once it has attached, the library attaches to each new helper by
	 * itself.
	 */
	while (say && bgt_instance_attach(bgt, &instance))
		usleep(10000);
	while (access(stop, F_OK))
		usleep(100000);
	return say && bgt_instance_complete(bgt, 0, "to the end") ? 123 : 0;
}

static int be_task(const char *name)
{
	write_run();
	if (!strcmp(name, "slow"))
		usleep((useconds_t)getpid() % 7 * 100000);
	if (!strcmp(name, "deaf"))
		signal(SIGTERM, SIG_IGN);
	if (!strcmp(name, "deaf") || !strcmp(name, "idle"))
		pause();
	if (!strcmp(name, "says"))
		return run_until_stopped(name, true);
	if (!strcmp(name, "silent"))
		return run_until_stopped(name, false);
	return 0;
}

static void __attribute__((constructor)) become_task(void)
{
	const char *name = getenv("BGTASK_TASK");

	if (name)
		_exit(be_task(name));
}

/*
 * The load
 */

/* What the test knows of a registration. */
enum known { ABSENT, PRESENT, DOUBTFUL };

/* Memory that all processes share. */
struct field {
	volatile bool stop;
	volatile enum known known[REGISTRARS][TASKS];
	volatile uint32_t ids[REGISTRARS][TASKS];
	/* Counted atomically. */
	uint64_t registered, unregistered, interrupted, fired, cancelled;
};

struct worker {
	struct field *field;
	unsigned int number;
	uint64_t seed;
};

FIXTURE(kill) {
	struct bgt *bgt;
	struct field *field;
};

static void add(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void install(struct bgt *bgt, const char *app, const char *class)
{
	static const char *const names[] = { "run", "slow", "idle", "deaf", "waits", "says",
					     "silent" };
	char text[4096];
	int length = snprintf(text, sizeof(text), "Class=%s\n", class);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "[Task %s]\nEntryPoint=" PROGRAM "\nTriggers=application\n",
				   names[i]);
	for (int i = 0; i < REGISTRARS * TASKS; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "[Task %d-%d]\nEntryPoint=" PROGRAM "\nTriggers=application\n",
				   i / TASKS, i % TASKS);
	helper_install(bgt, app, text);
}

static int task_register(struct bgt *bgt, const char *app, const char *name, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, app);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	if (!strcmp(name, "waits") || !strcmp(name, "idle"))
		bgt_task_builder_add_condition(builder, BGT_CONDITION_INTERNET_AVAILABLE);
	if (!strcmp(name, "idle"))
		bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

/*
 * Whether the helper was killed: it was not there, or it is unknown whether it has carried out the
 * call.
 */
static bool is_interrupted(struct field *field, int error)
{
	if (error != -ENOTCONN && error != -ECONNRESET)
		return false;
	add(&field->interrupted);
	usleep(2000);
	return true;
}

static void toggle(struct field *field, struct bgt *bgt, unsigned int row, unsigned int column)
{
	volatile enum known *known = &field->known[row][column];
	uint32_t id = field->ids[row][column];
	enum known before = *known;
	char name[16];
	int error;

	snprintf(name, sizeof(name), "%u-%u", row, column);
	*known = DOUBTFUL;
	if (before == PRESENT) {
		error = bgt_task_unregister(bgt, id, false);
		if (!error) {
			*known = ABSENT;
			add(&field->unregistered);
		}
	} else {
		error = task_register(bgt, POOR, name, &id);
		if (!error) {
			field->ids[row][column] = id;
			*known = PRESENT;
			add(&field->registered);
		} else if (error == -EEXIST && before == DOUBTFUL) {
			error = bgt_task_unregister_by_name(bgt, POOR, name, false);
			if (!error)
				*known = ABSENT;
		}
	}
	if (error == -ENOTCONN && before != DOUBTFUL)
		*known = before;
	if (error && !is_interrupted(field, error))
		fail("%s, which was %s, cannot be changed: %s", name,
		     before == PRESENT ? "registered" : before == ABSENT ? "not registered" :
		     "one or the other", bgt_error(bgt));
}

/*
 * Closes the descriptors that were inherited, among them the test's socket and its hold on the
 * helper.
 */
static struct bgt *connect_alone(void)
{
	close_range(3, UINT_MAX, 0);
	return mutex_connect();
}

static int work_registrar(void *data)
{
	struct worker worker = *(struct worker *)data;
	struct bgt *bgt = connect_alone();

	while (!worker.field->stop)
		toggle(worker.field, bgt, worker.number,
		       (unsigned int)(random_next(&worker.seed) % TASKS));
	return 0;
}

static int work_firer(void *data)
{
	static const char *const names[] = {
		"run", "run", "slow", "slow", "waits", "idle", "deaf"
	};
	struct worker worker = *(struct worker *)data;
	struct bgt *bgt = connect_alone();
	char argument[32];
	int error;

	for (unsigned int i = 0; !worker.field->stop; i++) {
		const char *name = names[random_next(&worker.seed) % ARRAY_SIZE(names)];
		bool poor = strcmp(name, "deaf") && random_next(&worker.seed) % 2;

		snprintf(argument, sizeof(argument), "%u.%u", worker.number, i);
		error = bgt_trigger_fire(bgt, poor ? POOR : RICH, name, BGT_TRIGGER_APPLICATION,
					 argument);
		if (error && !is_interrupted(worker.field, error))
			fail("%s cannot be fired: %s", name, bgt_error(bgt));
		if (!error)
			add(&worker.field->fired);
		usleep((useconds_t)(random_next(&worker.seed) % 20000));
	}
	return 0;
}

static int set_internet(struct bgt *bgt, bool available)
{
	return bgt_condition_set(bgt, BGT_CONDITION_INTERNET_AVAILABLE |
				 BGT_CONDITION_INTERNET_NOT_AVAILABLE,
				 available ? BGT_CONDITION_INTERNET_AVAILABLE :
				 BGT_CONDITION_INTERNET_NOT_AVAILABLE, false);
}

/* Changes conditions and cancels instances, except those that have to last. */
static int work_disturber(void *data)
{
	struct worker worker = *(struct worker *)data;
	struct bgt *bgt = connect_alone();
	struct bgt_instance *list, *instance;
	int error;

	while (!worker.field->stop) {
		error = set_internet(bgt, random_next(&worker.seed) % 2);
		if (!error)
			error = bgt_instance_list(bgt, random_next(&worker.seed) % 2 ? POOR : RICH,
						  &list);
		if (error) {
			if (!is_interrupted(worker.field, error))
				fail("conditions or instances: %s", bgt_error(bgt));
			continue;
		}
		for (instance = list; instance; instance = instance->next) {
			if (instance->state > BGT_INSTANCE_RUNNING || *instance->name == 's' ||
			    random_next(&worker.seed) % 3)
				continue;
			error = bgt_instance_cancel(bgt, instance->id, BGT_CANCEL_ENERGY_SAVER);
			if (!error)
				add(&worker.field->cancelled);
			else if (error != -ENOENT && !is_interrupted(worker.field, error))
				fail("an instance cannot be cancelled: %s", bgt_error(bgt));
		}
		bgt_instance_free(list);
		usleep((useconds_t)(random_next(&worker.seed) % 100000));
	}
	return 0;
}

/* Checks */

FIXTURE_SETUP(kill)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	/* Copies this program to where the tasks' user can execute it. */
	if (system("cp /proc/$PPID/exe " PROGRAM " && touch " RUNS " && chmod 666 " RUNS))
		fail("cannot copy this program");
	install(self->bgt, POOR, "standard");
	install(self->bgt, RICH, "free");
	self->field = mmap(NULL, sizeof(*self->field), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->field);
}

FIXTURE_TEARDOWN_PARENT(kill)
{
	helper_end();
	scene_end();
}

static void start_long(struct bgt *bgt, const char *name)
{
	uint32_t id;

	if (task_register(bgt, POOR, name, &id) ||
	    bgt_trigger_fire(bgt, POOR, name, BGT_TRIGGER_APPLICATION, name))
		fail("cannot start %s: %s", name, bgt_error(bgt));
}

static void register_all(struct bgt *bgt)
{
	static const char *const names[] = { "run", "slow", "waits", "idle", "deaf" };
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (task_register(bgt, POOR, names[i], &id) ||
		    task_register(bgt, RICH, names[i], &id))
			fail("cannot register %s: %s", names[i], bgt_error(bgt));
}

/* Whether the app's registrations are those that the test knows of. */
static bool registrations_are_right(struct bgt *bgt, struct field *field)
{
	uint32_t ids[REGISTRARS][TASKS] = { { 0 } };
	unsigned int row, column;
	struct bgt_task *list, *task;
	bool right = true;

	if (bgt_task_list(bgt, POOR, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	for (task = list; task; task = task->next)
		if (sscanf(task->name, "%u-%u", &row, &column) == 2)
			ids[row][column] = task->id;
	bgt_task_free(list);
	for (row = 0; row < REGISTRARS; row++) {
		for (column = 0; column < TASKS; column++) {
			enum known known = field->known[row][column];

			if (known == DOUBTFUL ||
			    ids[row][column] == (known == PRESENT ? field->ids[row][column] : 0))
				continue;
			note("%u-%u has id %u and not %u", row, column, ids[row][column],
			     known == PRESENT ? field->ids[row][column] : 0);
			right = false;
		}
	}
	return right;
}

static unsigned int count_unfinished(struct bgt *bgt, const char *app, bool tell)
{
	struct bgt_instance *list, *instance;
	unsigned int count = 0;

	if (bgt_instance_list(bgt, app, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next) {
		if (instance->state >= BGT_INSTANCE_COMPLETED ||
		    !strcmp(instance->name, "says") || !strcmp(instance->name, "silent"))
			continue;
		count++;
		if (tell)
			note("instance %u of %s is %s", instance->id, instance->name,
			     bgt_instance_state_name(instance->state));
		/* These tasks do not end by themselves. */
		if (instance->state == BGT_INSTANCE_RUNNING &&
		    (!strcmp(instance->name, "idle") || !strcmp(instance->name, "deaf")))
			bgt_instance_cancel(bgt, instance->id, BGT_CANCEL_ABORT);
	}
	bgt_instance_free(list);
	return count;
}

/* Waits until all instances have ended, except those that last. */
static bool all_end(struct bgt *bgt, const char *app)
{
	uint64_t end = now() + 3 * DEADLINE;

	while (count_unfinished(bgt, app, false)) {
		if (now() > end)
			return !count_unfinished(bgt, app, true);
		usleep(50000);
	}
	return true;
}

static unsigned int count_cgroups(const char *app)
{
	char command[256];
	unsigned int count;
	FILE *output;

	snprintf(command, sizeof(command), "find %s -mindepth 1 -type d | wc -l",
		 helper_cgroup(app, "task"));
	output = popen(command, "r");
	if (!output || fscanf(output, "%u", &count) != 1)
		fail("cannot count cgroups");
	pclose(output);
	return count;
}

/* Waits until the app has so many cgroups of instances. */
static bool cgroups_become(const char *app, unsigned int count)
{
	uint64_t end = now() + DEADLINE;

	while (count_cgroups(app) != count && now() < end)
		usleep(50000);
	if (count_cgroups(app) != count)
		note("%s has %u cgroups, not %u", app, count_cgroups(app), count);
	return count_cgroups(app) == count;
}

/* How many instances, or firings, have more than one line in the file of runs. */
static unsigned int count_repeated(void)
{
	unsigned int count;
	FILE *output = popen("{ cut -d' ' -f1 " RUNS " | sort | uniq -d;"
			     " cut -d' ' -f2 " RUNS " | sort | uniq -d; } | wc -l", "r");

	if (!output || fscanf(output, "%u", &count) != 1)
		fail("cannot read the runs");
	pclose(output);
	return count;
}

static unsigned int count_runs(void)
{
	unsigned int count;
	FILE *output = popen("wc -l <" RUNS, "r");

	if (!output || fscanf(output, "%u", &count) != 1)
		fail("cannot read the runs");
	pclose(output);
	return count;
}

/* Whether the app is on its budget, and nothing else holds or freezes it. */
static bool container_is_right(struct bgt *bgt, const char *app, uint64_t quota)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_container *container;
	struct bgt_member *members, *member;
	bool right, stands;

	do {
		if (bgt_container_get_by_name(bgt, app, &container))
			fail("bgt_container_get_by_name: %s", bgt_error(bgt));
		right = !container->exempt && container->quota == quota;
		if (bgt_member_list(bgt, container->id, &members))
			fail("bgt_member_list: %s", bgt_error(bgt));
		stands = false;
		for (member = members; member; member = member->next)
			stands |= member->held || member->frozen;
		bgt_member_free(members);
		bgt_container_free(container);
		usleep(20000);
		/* The app may be frozen for a moment because its budget is spent. */
	} while (right && stands && now() < end);
	return right && !stands;
}

/* Waits until the load makes progress, which takes a while on a slow machine. */
static void wait_for_load(const struct field *field)
{
	uint64_t registered = __atomic_load_n(&field->registered, __ATOMIC_RELAXED);
	uint64_t end = now() + DEADLINE;

	while (__atomic_load_n(&field->registered, __ATOMIC_RELAXED) < registered + 2) {
		if (now() > end)
			fail("nothing is registered");
		usleep(1000);
	}
}

/* Kills the helper soon after its start, or while it works. */
static void kill_once(struct bgt *bgt, const struct field *field, uint64_t *seed)
{
	if (random_next(seed) % 4 == 0) {
		helper_begin();
		pause_for(random_next(seed) % (500 * MSEC));
	} else {
		helper_launch(bgt);
		wait_for_load(field);
		pause_for(random_next(seed) % (400 * MSEC));
	}
	helper_kill();
}

TEST_F_TIMEOUT(kill, rounds, 7200)
{
	static int (*const kinds[])(void *) = {
		work_registrar, work_registrar, work_firer, work_firer, work_disturber,
	};
	struct worker worker = { .field = self->field };
	uint64_t seed = random_seed();
	unsigned int rounds = soak() ? 200 : 8;
	pid_t pids[ARRAY_SIZE(kinds)], says, silent;
	const struct bgt_instance *instance;

	register_all(self->bgt);
	start_long(self->bgt, "says");
	start_long(self->bgt, "silent");
	instance = instance_wait(self->bgt, POOR, "says", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	says = (pid_t)instance->pid;
	instance = instance_wait(self->bgt, POOR, "silent", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	silent = (pid_t)instance->pid;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		worker.number = (unsigned int)i % 2;
		worker.seed = random_next(&seed);
		pids[i] = task_start("", kinds[i], &worker);
	}
	helper_kill();
	for (unsigned int i = 0; i < rounds; i++) {
		kill_once(self->bgt, self->field, &seed);
		for (size_t j = 0; j < ARRAY_SIZE(kinds); j++)
			ASSERT_EQ(0, waitpid(pids[j], NULL, WNOHANG));
	}
	helper_launch(self->bgt);
	self->field->stop = true;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		EXPECT_EQ(0, task_wait(pids[i]));

	ASSERT_EQ(0, set_internet(self->bgt, true));
	EXPECT_TRUE(registrations_are_right(self->bgt, self->field));
	EXPECT_TRUE(all_end(self->bgt, POOR));
	EXPECT_TRUE(all_end(self->bgt, RICH));
	note("%llu registered, %llu unregistered, %llu fired, %u run, %llu cancelled, "
	     "%llu calls interrupted", (unsigned long long)self->field->registered,
	     (unsigned long long)self->field->unregistered, (unsigned long long)self->field->fired,
	     count_runs(), (unsigned long long)self->field->cancelled,
	     (unsigned long long)self->field->interrupted);
	EXPECT_EQ(0, count_repeated());
	EXPECT_GT(self->field->registered, rounds);
	EXPECT_GT(self->field->fired, rounds);
	EXPECT_GT(count_runs(), rounds / 2);

	/* The instances that last are the same, and end as they say. */
	instance = instance_look(self->bgt, POOR, "says");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	EXPECT_EQ(says, (pid_t)instance->pid);
	instance = instance_look(self->bgt, POOR, "silent");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	EXPECT_EQ(silent, (pid_t)instance->pid);
	EXPECT_TRUE(cgroups_become(POOR, 2));
	EXPECT_TRUE(cgroups_become(RICH, 0));
	helper_write("says", "");
	instance = instance_wait(self->bgt, POOR, "says", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("to the end", instance->message);
	/* The helper was not the parent of this process any more, so its exit status is unknown. */
	helper_write("silent", "");
	instance = instance_wait(self->bgt, POOR, "silent", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("how it ended is not known, as the helper was started anew meanwhile",
		     instance->message);

	EXPECT_TRUE(cgroups_become(POOR, 0));
	EXPECT_TRUE(container_is_right(self->bgt, POOR, 300 * MSEC));
	EXPECT_TRUE(container_is_right(self->bgt, RICH, BGT_QUOTA_UNLIMITED));
	EXPECT_EQ(0, bgt_app_remove(self->bgt, POOR));
	EXPECT_EQ(0, bgt_app_remove(self->bgt, RICH));
	EXPECT_NE(0, access(helper_cgroup(POOR, ""), F_OK));
	EXPECT_NE(0, access(helper_cgroup(RICH, ""), F_OK));
}

TEST_HARNESS_MAIN
