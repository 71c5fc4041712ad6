// SPDX-License-Identifier: GPL-2.0
/*
 * The registry's table of instances, running and ended: adding, changing and showing instances, and
 * dropping the oldest. Values that are read are checked, since the file may be damaged.
 */
#include <errno.h>

#include "common/array.h"

#include "registry-internal.h"

/* The statements and the schema's indexes have this number. */
_Static_assert(BGTASK_INSTANCE_STATE_COMPLETED == 4, "the first state of those that have ended");

#define COLUMNS	"task, app, name, trigger, argument, state, cancelled, reason, progress, status, " \
		"message, fired, started, ended, pid, start_time, reported, has_cgroup"

int registry_instance_prepare(struct registry *registry)
{
	static const struct {
		enum statement statement;
		const char *text;
	} texts[] = {
		{ STATEMENT_INSTANCE_ADD, "INSERT INTO instance (" COLUMNS ") VALUES "
		  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
		  "?17, ?18)" },
		{ STATEMENT_INSTANCE_SET, "UPDATE instance SET trigger = ?4, argument = ?5, "
		  "state = ?6, cancelled = ?7, reason = ?8, progress = ?9, status = ?10, "
		  "message = ?11, fired = ?12, started = ?13, ended = ?14, pid = ?15, "
		  "start_time = ?16, reported = ?17, has_cgroup = ?18 "
		  "WHERE id = ?19 AND task = ?1 AND app = ?2 AND name = ?3" },
		/*
		 * Deletes the ended instances of app ?1, except for instance ?2 and the ?3 others
		 * that ended last.
		 */
		{ STATEMENT_INSTANCE_PRUNE, "DELETE FROM instance WHERE id IN (SELECT id "
		  "FROM instance INDEXED BY instance_ended WHERE app = ?1 AND state >= 4 "
		  "AND id <> ?2 ORDER BY ended DESC, id DESC LIMIT -1 OFFSET ?3)" },
		{ STATEMENT_INSTANCE_ALL, "SELECT id, " COLUMNS " FROM instance WHERE id > ?1 "
		  "ORDER BY id" },
		{ STATEMENT_INSTANCE_OF_APP, "SELECT id, " COLUMNS " FROM instance "
		  "WHERE id > ?1 AND app = ?2 ORDER BY id" },
		{ STATEMENT_INSTANCE_UNFINISHED, "SELECT id, " COLUMNS " FROM instance "
		  "INDEXED BY instance_unfinished "
		  "WHERE id > ?1 AND app = ?2 AND state < 4 ORDER BY id" },
		{ STATEMENT_INSTANCE_REMOVE_APP, "DELETE FROM instance WHERE app = ?1" },
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && !error; i++)
		error = registry_prepare(registry, texts[i].statement, texts[i].text);
	return error;
}

static int bind_instance(sqlite3_stmt *statement, const struct instance_record *instance)
{
	int code = SQLITE_OK;

	registry_bind_number(statement, 1, instance->task, &code);
	registry_bind_text(statement, 2, instance->app, &code);
	registry_bind_text(statement, 3, instance->name, &code);
	registry_bind_number(statement, 4, instance->trigger, &code);
	registry_bind_text(statement, 5, instance->argument, &code);
	registry_bind_number(statement, 6, instance->state, &code);
	registry_bind_number(statement, 7, instance->cancelled, &code);
	registry_bind_number(statement, 8, instance->reason, &code);
	registry_bind_number(statement, 9, instance->progress, &code);
	registry_bind_number(statement, 10, (uint32_t)instance->status, &code);
	registry_bind_text(statement, 11, instance->message, &code);
	registry_bind_number(statement, 12, instance->fired, &code);
	registry_bind_number(statement, 13, instance->started, &code);
	registry_bind_number(statement, 14, instance->ended, &code);
	registry_bind_number(statement, 15, instance->pid, &code);
	registry_bind_number(statement, 16, instance->start_time, &code);
	registry_bind_number(statement, 17, instance->reported, &code);
	registry_bind_number(statement, 18, instance->has_cgroup, &code);
	return code;
}

int registry_instance_add(struct registry *registry, struct instance_record *instance)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_INSTANCE_ADD];
	int error = registry_run(registry, STATEMENT_INSTANCE_ADD,
				 bind_instance(statement, instance));

	if (!error)
		instance->id = (uint32_t)sqlite3_last_insert_rowid(registry->database);
	return error;
}

static int prune(struct registry *registry, const struct instance_record *instance,
		 uint32_t history)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_INSTANCE_PRUNE];
	int code = SQLITE_OK;

	if (instance->state < BGTASK_INSTANCE_STATE_COMPLETED)
		return 0;
	/* The instance that has just ended counts as the newest, whenever it was fired. */
	registry_bind_text(statement, 1, instance->app, &code);
	registry_bind_number(statement, 2, history ? instance->id : 0, &code);
	registry_bind_number(statement, 3, history ? history - 1 : 0, &code);
	return registry_run(registry, STATEMENT_INSTANCE_PRUNE, code);
}

int registry_instance_set(struct registry *registry, const struct instance_record *instance,
			  uint32_t history)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_INSTANCE_SET];
	int error = registry_begin(registry), code;

	if (error)
		return error;
	code = bind_instance(statement, instance);
	registry_bind_number(statement, 19, instance->id, &code);
	error = registry_run(registry, STATEMENT_INSTANCE_SET, code);
	if (!error && !sqlite3_changes(registry->database))
		error = registry_refuse(registry, -ENOENT, "there is no such instance");
	if (!error)
		error = prune(registry, instance, history);
	return registry_end(registry, error);
}

static int read_instance(struct registry *registry, sqlite3_stmt *statement,
			 struct instance_record *instance)
{
	int error = 0;

	instance->id = (uint32_t)registry_number(statement, 0, UINT32_MAX, &error);
	instance->task = (uint32_t)registry_number(statement, 1, UINT32_MAX, &error);
	instance->app = registry_text(statement, 2, APP_ID_MAX, &error);
	instance->name = registry_text(statement, 3, BGTASK_NAME_MAX, &error);
	instance->trigger = (enum bgtask_trigger)registry_number(statement, 4, TRIGGER_COUNT - 1,
								 &error);
	instance->argument = registry_text(statement, 5, TEXT_MAX, &error);
	instance->state = (enum bgtask_instance_state)
		registry_number(statement, 6, BGTASK_INSTANCE_STATE_TERMINATED, &error);
	instance->cancelled = registry_number(statement, 7, 1, &error);
	instance->reason = (enum bgtask_cancel_reason)
		registry_number(statement, 8, BGTASK_CANCEL_REASON_ENERGY_SAVER, &error);
	instance->progress = (uint32_t)registry_number(statement, 9, UINT32_MAX, &error);
	instance->status = (int32_t)(uint32_t)registry_number(statement, 10, UINT32_MAX, &error);
	instance->message = registry_text(statement, 11, TEXT_MAX, &error);
	instance->fired = registry_number(statement, 12, UINT64_MAX, &error);
	instance->started = registry_number(statement, 13, UINT64_MAX, &error);
	instance->ended = registry_number(statement, 14, UINT64_MAX, &error);
	instance->pid = (uint32_t)registry_number(statement, 15, UINT32_MAX, &error);
	instance->start_time = registry_number(statement, 16, UINT64_MAX, &error);
	instance->reported = registry_number(statement, 17, 1, &error);
	instance->has_cgroup = registry_number(statement, 18, 1, &error);
	return error ? registry_refuse(registry, error, "an instance is damaged") : 0;
}

static int show(struct registry *registry, enum statement which, const char *app, uint32_t after,
		instance_fn each, void *data)
{
	sqlite3_stmt *statement = registry->statements[which];
	struct instance_record instance;
	int code = SQLITE_OK, result;

	registry_bind_number(statement, 1, after, &code);
	if (app)
		registry_bind_text(statement, 2, app, &code);
	while ((result = registry_step(registry, which, code)) > 0) {
		result = read_instance(registry, statement, &instance);
		if (!result)
			result = each(data, &instance);
		if (result) {
			registry_reset(registry, which);
			return result;
		}
	}
	return result;
}

int registry_instance_each(struct registry *registry, const char *app, uint32_t after,
			   instance_fn each, void *data)
{
	return show(registry, app ? STATEMENT_INSTANCE_OF_APP : STATEMENT_INSTANCE_ALL, app, after,
		    each, data);
}

int registry_instance_each_unfinished(struct registry *registry, const char *app, instance_fn each,
				      void *data)
{
	return show(registry, STATEMENT_INSTANCE_UNFINISHED, app, 0, each, data);
}
