// SPDX-License-Identifier: GPL-2.0
/*
 * registrations OTHERS MATCHING ROUNDS: how fast tasks are registered and unregistered, what it
 * costs to fire a trigger that one task has and a trigger that MATCHING tasks have, and how much
 * memory the helper has; everything without and with OTHERS tasks that have another trigger.
 *
 * Each trigger that fires is only latched, since a condition does not hold: so only the helper's
 * own work is measured. "launch" measures what it costs to start a process.
 *
 * Only ROUNDS tasks are registered by calls. The others are written into the database while the
 * helper does not run.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"

#define DIRECTORY	"/tmp/bench-registrations"
#define DATABASE	DIRECTORY "/state/registry.db"
#define ONE		"org.example.One"
#define PER_APP		100
#define CONDITION	BGT_CONDITION_INTERNET_AVAILABLE

/* The triggers of the matching tasks, of the single task, and of the others. */
#define TRIGGER_MANY	BGT_TRIGGER_SERVICING_COMPLETE
#define TRIGGER_ONE	BGT_TRIGGER_SMS_RECEIVED
#define TRIGGER_OTHER	BGT_TRIGGER_APPLICATION

static struct bgt *bgt;
static uint32_t *ids;

static void declare(char **to, const char *format, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		*to += sprintf(*to, format, i);
		*to += sprintf(*to, "EntryPoint=/bin/true\n"
			       "Triggers=application servicing-complete sms-received\n");
	}
}

/*
 * Writes the manifest of the app that makes the calls, and those of the registrations in the
 * database.
 */
static void put_manifests(unsigned int registrations, unsigned int rounds)
{
	unsigned int most = rounds + 1 > PER_APP ? rounds + 1 : PER_APP;
	char *text = malloc(most * 128), *end = text, app[64];

	if (!text)
		die("out of memory");
	declare(&end, "[Task one-%u]\n", 1);
	declare(&end, "[Task round-%u]\n", rounds);
	helper_put_manifest(ONE, text);
	end = text;
	declare(&end, "[Task task-%u]\n", PER_APP);
	for (unsigned int i = 0; i * PER_APP < registrations; i++) {
		snprintf(app, sizeof(app), "org.example.App%u", i);
		helper_put_manifest(app, text);
	}
	free(text);
}

static void execute(sqlite3 *database, const char *text)
{
	char *error;

	if (!sqlite3_exec(database, text, NULL, NULL, &error))
		return;
	errno = 0;
	die("cannot write to the database: %s", error);
}

static void insert(sqlite3 *database, unsigned int first, unsigned int count,
		   enum bgt_trigger trigger)
{
	char text[1024];

	if (!count)
		return;
	snprintf(text, sizeof(text),
		 "WITH RECURSIVE number(i) AS (SELECT %u UNION ALL SELECT i + 1 FROM number "
		 "WHERE i + 1 < %u) INSERT INTO task (app, name, entry_point, trigger, interval, "
		 "oneshot, conditions, cancel_on_condition_loss, due) "
		 "SELECT 'org.example.App' || (i / %u), 'task-' || (i %% %u), '/bin/true', %u, "
		 "0, 0, %u, 0, 0 FROM number", first, first + count, PER_APP, PER_APP, trigger,
		 CONDITION);
	execute(database, text);
}

/*
 * The matching tasks come last, so that a search that goes through all tasks meets the others
 * first.
 */
static void fill(unsigned int others, unsigned int matching)
{
	sqlite3 *database;

	if (sqlite3_open_v2(DATABASE, &database, SQLITE_OPEN_READWRITE, NULL))
		die("cannot open " DATABASE);
	insert(database, 0, others, TRIGGER_OTHER);
	insert(database, others, matching, TRIGGER_MANY);
	if (sqlite3_close(database))
		die("cannot close " DATABASE);
}

static uint32_t add(const char *name, enum bgt_trigger trigger)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id;

	if (!builder)
		die("out of memory");
	bgt_task_builder_set_app(builder, ONE);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, trigger);
	bgt_task_builder_add_condition(builder, CONDITION);
	check(bgt, bgt_task_register(builder, &id), "task-register");
	bgt_task_builder_free(builder);
	return id;
}

static void measure_registering(unsigned int others, unsigned int rounds)
{
	char name[32];
	uint64_t start = now();

	for (unsigned int i = 0; i < rounds; i++) {
		snprintf(name, sizeof(name), "round-%u", i);
		ids[i] = add(name, TRIGGER_OTHER);
	}
	report((double)(now() - start) / rounds, "ns", "registrations.%u.register", others);
	start = now();
	for (unsigned int i = 0; i < rounds; i++)
		check(bgt, bgt_task_unregister(bgt, ids[i], false), "task-unregister");
	report((double)(now() - start) / rounds, "ns", "registrations.%u.unregister", others);
}

static double fire(enum bgt_trigger trigger)
{
	uint64_t start = now();

	check(bgt, bgt_trigger_fire(bgt, NULL, NULL, trigger, NULL), "trigger-fire");
	return (double)(now() - start);
}

/*
 * Drops the app's latched instances, so that their tasks can fire again. Returns how many there
 * were.
 */
static unsigned int drop_latched(const char *app)
{
	struct bgt_instance *list, *instance;
	unsigned int count = 0;

	check(bgt, bgt_instance_list(bgt, app, &list), "instance-get");
	for (instance = list; instance; instance = instance->next) {
		if (instance->state != BGT_INSTANCE_LATCHED)
			continue;
		check(bgt, bgt_instance_cancel(bgt, instance->id, BGT_CANCEL_ABORT), "cancel");
		count++;
	}
	bgt_instance_free(list);
	return count;
}

static void measure_firing(unsigned int others, unsigned int matching, unsigned int rounds)
{
	char app[64];

	add("one-0", TRIGGER_ONE);
	for (unsigned int i = 0; i < rounds; i++) {
		report(fire(TRIGGER_ONE), "ns", "registrations.%u.fire-one", others);
		if (drop_latched(ONE) != 1)
			die("it has not fired once");
	}
	report(fire(TRIGGER_MANY) / matching, "ns", "registrations.%u.fire-many", others);
	snprintf(app, sizeof(app), "org.example.App%u", (others + matching - 1) / PER_APP);
	if (!drop_latched(app))
		die("they have not fired");
}

static double measure(unsigned int others, unsigned int matching, unsigned int rounds)
{
	double memory;

	helper_prepare(DIRECTORY);
	helper_start(bgt);
	helper_end();
	put_manifests(others + matching, rounds);
	fill(others, matching);
	helper_start(bgt);
	memory = helper_memory();
	check(bgt, bgt_condition_set(bgt, CONDITION, 0, false), "condition-set");
	measure_registering(others, rounds);
	measure_firing(others, matching, rounds);
	helper_end();
	return memory;
}

int main(int argc, char **argv)
{
	unsigned int others, matching, rounds;
	double without;

	if (argc != 4)
		die("registrations OTHERS MATCHING ROUNDS");
	others = parse_count(argv[1]);
	matching = parse_count(argv[2]);
	rounds = parse_count(argv[3]);

	ids = calloc(rounds, sizeof(*ids));
	if (!ids)
		die("out of memory");
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	report(matching, "tasks", "registrations.matching");
	without = measure(0, matching, rounds);
	report((measure(others, matching, rounds) - without) / others, "bytes",
	       "registrations.memory");
	bgt_close(bgt);
	free(ids);
	return 0;
}
