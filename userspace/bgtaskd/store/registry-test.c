// SPDX-License-Identifier: GPL-2.0
/* Tests of what the registry stores, and of how long it keeps ended instances. */
#include <errno.h>
#include <sys/stat.h>

#include "registry-test.h"

struct tasks {
	const struct task_record *expected;
	unsigned int count;
	bool same;		/* whether the last task was the expected task */
};

struct instances {
	const struct instance_record *expected;
	unsigned int count;
	uint32_t first, last;
	bool same;
};

static int same_task(const struct task_record *a, const struct task_record *b)
{
	return a->id == b->id && !strcmp(a->app, b->app) && !strcmp(a->name, b->name) &&
	       !strcmp(a->entry_point, b->entry_point) && a->trigger == b->trigger &&
	       a->interval == b->interval && a->oneshot == b->oneshot &&
	       a->conditions == b->conditions && a->due == b->due &&
	       a->cancel_on_condition_loss == b->cancel_on_condition_loss;
}

static int same_instance(const struct instance_record *a, const struct instance_record *b)
{
	return a->id == b->id && a->task == b->task && !strcmp(a->app, b->app) &&
	       !strcmp(a->name, b->name) && a->trigger == b->trigger &&
	       !strcmp(a->argument, b->argument) && a->state == b->state &&
	       a->cancelled == b->cancelled && a->reason == b->reason &&
	       a->progress == b->progress && a->status == b->status &&
	       !strcmp(a->message, b->message) && a->fired == b->fired &&
	       a->started == b->started && a->ended == b->ended && a->pid == b->pid &&
	       a->start_time == b->start_time && a->reported == b->reported &&
	       a->has_cgroup == b->has_cgroup;
}

static int see_task(void *data, const struct task_record *task)
{
	struct tasks *tasks = data;

	tasks->count++;
	tasks->same = same_task(tasks->expected, task);
	return 0;
}

static int see_instance(void *data, const struct instance_record *instance)
{
	struct instances *instances = data;

	if (!instances->count++)
		instances->first = instance->id;
	instances->last = instance->id;
	instances->same = instances->expected && same_instance(instances->expected, instance);
	return 0;
}

static void test_keeping(struct test *test)
{
	struct task_record task = make_task("a", 1), other = make_task("a", 2), copy;
	struct instance_record instance = make_instance("a");
	enum bgtask_access access = BGTASK_ACCESS_DENIED_BY_USER;
	struct instances instances = { .expected = &instance };
	struct tasks tasks = { .expected = &copy };
	struct registry *second;
	struct stat status;
	uint32_t last;

	begin(test, "keeping");
	ok(test, !reopen(test) && !stat(test->directory, &status) &&
	   (status.st_mode & 0777) == 0700, "begins a new one");
	ok(test, registry_open(&second, test->directory, &test->problem) == -EBUSY, "one owner");
	ok(test, !registry_task_add(test->registry, &task) && task.id &&
	   !registry_task_add(test->registry, &other) && other.id != task.id, "adds tasks");
	copy = task;
	ok(test, registry_task_add(test->registry, &copy) == -EEXIST &&
	   *registry_error(test->registry), "duplicate name");
	copy.app = "b";
	ok(test, !registry_task_add(test->registry, &copy), "same name in another app");
	ok(test, !registry_instance_add(test->registry, &instance) && instance.id, "adds instance");
	instance.progress = 100;
	ok(test, !registry_instance_set(test->registry, &instance, 10), "changes an instance");
	ok(test, !registry_access_get(test->registry, "a", &access) && !access, "no access yet");
	ok(test, !registry_access_set(test->registry, "a", BGTASK_ACCESS_LOCK_SCREEN) &&
	   !registry_access_set(test->registry, "a", BGTASK_ACCESS_ALWAYS_ALLOWED), "sets access");
	ok(test, !registry_task_set_due(test->registry, copy.id, UINT64_MAX), "sets due");
	copy.due = UINT64_MAX;

	ok(test, !reopen(test), "opens again");
	ok(test, !registry_task_each(test->registry, NULL, 0, see_task, &tasks) &&
	   tasks.count == 3 && tasks.same, "tasks are kept");
	ok(test, !registry_instance_each(test->registry, NULL, 0, see_instance, &instances) &&
	   instances.count == 1 && instances.same, "instance kept");
	ok(test, !registry_access_get(test->registry, "a", &access) &&
	   access == BGTASK_ACCESS_ALWAYS_ALLOWED, "access is kept");
	ok(test, registry_task_remove(test->registry, 999) == -ENOENT &&
	   registry_task_set_due(test->registry, 999, 0) == -ENOENT, "no such task");
	instance.id += 100;
	ok(test, registry_instance_set(test->registry, &instance, 1) == -ENOENT, "none such");

	last = copy.id;
	ok(test, count_tasks(test, "a") == 2 && count_tasks(test, "b") == 1 &&
	   !registry_task_each(test->registry, NULL, other.id, see_task, &tasks) &&
	   tasks.count == 4, "tasks of an app, and behind an id");
	ok(test, !registry_task_remove(test->registry, task.id) &&
	   !registry_task_remove_all(test->registry, "a") &&
	   !registry_task_remove(test->registry, copy.id) && !count_tasks(test, NULL) &&
	   !reopen(test) && !registry_task_add(test->registry, &task) && task.id > last,
	   "ids are not used again");
	last = instance.id - 100;
	copy.id = 0;
	ok(test, !registry_app_remove(test->registry, "a") && !reopen(test), "removes an app");
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, see_instance, &instances);
	registry_access_get(test->registry, "a", &access);
	ok(test, !count_tasks(test, NULL) && !instances.count && !access, "nothing of it is left");
	ok(test, !registry_instance_add(test->registry, &instance) && instance.id > last,
	   "ids of instances are not used again");
	sqlite3_exec(test->registry->database, "UPDATE sqlite_sequence SET seq = 4294967294", NULL,
		     NULL, NULL);
	ok(test, !registry_task_add(test->registry, &copy) && copy.id == UINT32_MAX, "greatest id");
	copy.name = "another";
	ok(test, registry_task_add(test->registry, &copy) < 0, "none behind it");
	end(test);
}

static void test_history(struct test *test)
{
	struct instance_record instance, old = make_instance("a"), other = make_instance("b");
	struct instances instances = { 0 };
	int good = 1;

	begin(test, "history");
	ok(test, !reopen(test), "history: opens");
	good &= !registry_instance_add(test->registry, &old);
	other.state = BGTASK_INSTANCE_STATE_FAILED;
	good &= !registry_instance_add(test->registry, &other);
	for (int i = 0; i < 10; i++) {
		instance = make_instance("a");
		good &= !registry_instance_add(test->registry, &instance);
		instance.state = BGTASK_INSTANCE_STATE_COMPLETED;
		instance.ended = (uint64_t)i + 1;
		good &= !registry_instance_set(test->registry, &instance, 3);
	}
	registry_instance_each(test->registry, "a", 0, see_instance, &instances);
	ok(test, good && instances.count == 4 && instances.first == old.id &&
	   instances.last == instance.id, "history: what runs and the last ones");
	memset(&instances, 0, sizeof(instances));
	registry_instance_each_unfinished(test->registry, "a", see_instance, &instances);
	ok(test, instances.count == 1 && instances.first == old.id, "history: what runs");
	old.state = BGTASK_INSTANCE_STATE_TERMINATED;
	old.ended = 100;
	good = !registry_instance_set(test->registry, &old, 3);
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, see_instance, &instances);
	ok(test, good && instances.count == 3 && instances.first == old.id,
	   "history: what has just ended stays");
	instance = make_instance("a");
	good &= !registry_instance_add(test->registry, &instance);
	instance.state = BGTASK_INSTANCE_STATE_COMPLETED;
	instance.ended = 101;
	good &= !registry_instance_set(test->registry, &instance, 3);
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, see_instance, &instances);
	ok(test, good && instances.count == 3 && instances.first == old.id,
	   "history: and is not older than what began later and ended before");
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, NULL, old.id, see_instance, &instances);
	ok(test, instances.count == 3 && instances.first == other.id,
	   "history: other apps', and those behind an id");
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", old.id, see_instance, &instances);
	ok(test, instances.count == 2 && instances.first > old.id,
	   "history: of an app, and those behind an id");
	registry_instance_set(test->registry, &old, 0);
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, see_instance, &instances);
	ok(test, !instances.count, "history: none");
	end(test);
}

static int same_network(struct test *test, const char *app, struct network_record expected)
{
	struct network_record found = { 1, 1, 1 };

	return !registry_network_get(test->registry, app, &found) && found.day == expected.day &&
	       found.used == expected.used && found.seen == expected.seen;
}

static void test_network(struct test *test)
{
	const struct network_record none = { 0 }, some = { 20991231, UINT64_MAX, 3 },
				    other = { 1, 2, UINT64_MAX };

	begin(test, "network");
	ok(test, !reopen(test) && same_network(test, "a", none), "network: nothing used yet");
	ok(test, !registry_network_set(test->registry, "a", &other) &&
	   !registry_network_set(test->registry, "a", &some) &&
	   !registry_network_set(test->registry, "b", &other) && !reopen(test) &&
	   same_network(test, "a", some) && same_network(test, "b", other), "network: kept");
	ok(test, !registry_app_remove(test->registry, "a") && same_network(test, "a", none) &&
	   same_network(test, "b", other), "network: nothing of an app is left");
	end(test);
}

static int same_energy(struct test *test, const char *app, struct energy_record expected)
{
	struct energy_record found = { 1, 1 };

	return !registry_energy_get(test->registry, app, &found) && found.day == expected.day &&
	       found.used == expected.used;
}

static void test_energy(struct test *test)
{
	const struct energy_record none = { 0 }, some = { 20991231, UINT64_MAX }, other = { 1, 2 };

	begin(test, "energy");
	ok(test, !reopen(test) && same_energy(test, "a", none), "energy: nothing used yet");
	ok(test, !registry_energy_set(test->registry, "a", &other) &&
	   !registry_energy_set(test->registry, "a", &some) &&
	   !registry_energy_set(test->registry, "b", &other) && !reopen(test) &&
	   same_energy(test, "a", some) && same_energy(test, "b", other), "energy: kept");
	ok(test, !registry_app_remove(test->registry, "a") && same_energy(test, "a", none) &&
	   same_energy(test, "b", other), "energy: nothing of an app is left");
	end(test);
}

/* Makes a database as the first version of this program made it. */
static void make_old(struct test *test)
{
	sqlite3_exec(test->registry->database,
		     "DROP TABLE network; DROP TABLE energy; PRAGMA user_version = 1",
		     NULL, NULL, NULL);
}

static void test_upgrade(struct test *test)
{
	struct task_record task = make_task("a", 1);
	const struct network_record some = { 1, 2, 3 };
	struct tasks tasks = { .expected = &task };
	char *reason = NULL;

	begin(test, "upgrade");
	ok(test, !reopen(test) && !registry_task_add(test->registry, &task), "upgrade: begins");
	make_old(test);
	ok(test, !reopen(test) &&
	   !registry_task_each(test->registry, NULL, 0, see_task, &tasks) && tasks.count == 1 &&
	   tasks.same, "upgrade: what was there is kept");
	ok(test, !registry_network_set(test->registry, "a", &some) && !reopen(test) &&
	   same_network(test, "a", some), "upgrade: has what is new, and is done once");

	/* An upgrade that fails leaves the database as it is. */
	make_old(test);
	sqlite3_exec(test->registry->database, "CREATE TABLE network (x)", NULL, NULL, &reason);
	ok(test, !reason && reopen(test) == -EUCLEAN, "upgrade: fails");
	end(test);
	sqlite3_free(reason);
}

static void test_transactions(struct test *test)
{
	struct task_record one = make_task("a", 1), two = make_task("a", 2);
	struct instance_record instance = make_instance("a");
	struct registry *registry;

	begin(test, "transactions");
	ok(test, !reopen(test), "transactions: opens");
	registry = test->registry;
	ok(test, !registry_begin(registry) && !registry_task_add(registry, &one) &&
	   !registry_task_add(registry, &two) && registry_end(registry, -EEXIST) == -EEXIST &&
	   !count_tasks(test, NULL), "transactions: taken back");
	ok(test, !registry_begin(registry) && !registry_task_add(registry, &one) &&
	   !registry_instance_add(registry, &instance) &&
	   /* This function has a transaction of its own. */
	   !registry_instance_set(registry, &instance, 1) && !registry_end(registry, 0) &&
	   !reopen(test) && count_tasks(test, NULL) == 1, "transactions: committed");
	registry = test->registry;
	instance.id += 100;
	ok(test, !registry_begin(registry) && !registry_task_add(registry, &two) &&
	   registry_instance_set(registry, &instance, 1) == -ENOENT &&
	   registry_end(registry, -ENOENT) == -ENOENT && count_tasks(test, NULL) == 1,
	   "transactions: taken back with what failed within");
	end(test);
}

int main(void)
{
	struct test test = { .base = "/var/tmp/bgtaskd-test-XXXXXX" };

	if (!mkdtemp(test.base))
		return 1;
	test_keeping(&test);
	test_history(&test);
	test_network(&test);
	test_energy(&test);
	test_upgrade(&test);
	test_transactions(&test);
	return conclude(&test);
}
