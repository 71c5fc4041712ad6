// SPDX-License-Identifier: GPL-2.0
/*
 * The registry's table of registered tasks: adding, changing, removing and showing tasks. Values
 * that are read are checked, since the file may be damaged.
 */
#include <errno.h>

#include "common/array.h"

#include "registry-internal.h"

#define COLUMNS	"app, name, entry_point, trigger, interval, oneshot, conditions, " \
		"cancel_on_condition_loss, due"

int registry_task_prepare(struct registry *registry)
{
	static const struct {
		enum statement statement;
		const char *text;
	} texts[] = {
		{ STATEMENT_TASK_ADD, "INSERT INTO task (" COLUMNS ") "
		  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)" },
		{ STATEMENT_TASK_REMOVE, "DELETE FROM task WHERE id = ?1" },
		{ STATEMENT_TASK_SET_DUE, "UPDATE task SET due = ?2 WHERE id = ?1" },
		{ STATEMENT_TASK_ALL, "SELECT id, " COLUMNS " FROM task WHERE id > ?1 "
		  "ORDER BY id" },
		{ STATEMENT_TASK_OF_APP, "SELECT id, " COLUMNS " FROM task "
		  "WHERE id > ?1 AND app = ?2 ORDER BY id" },
		{ STATEMENT_TASK_APPS, "SELECT DISTINCT app FROM task" },
		{ STATEMENT_TASK_REMOVE_APP, "DELETE FROM task WHERE app = ?1" },
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && !error; i++)
		error = registry_prepare(registry, texts[i].statement, texts[i].text);
	return error;
}

int registry_task_add(struct registry *registry, struct task_record *task)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_TASK_ADD];
	int code = SQLITE_OK, error;

	registry_bind_text(statement, 1, task->app, &code);
	registry_bind_text(statement, 2, task->name, &code);
	registry_bind_text(statement, 3, task->entry_point, &code);
	registry_bind_number(statement, 4, task->trigger, &code);
	registry_bind_number(statement, 5, task->interval, &code);
	registry_bind_number(statement, 6, task->oneshot, &code);
	registry_bind_number(statement, 7, task->conditions, &code);
	registry_bind_number(statement, 8, task->cancel_on_condition_loss, &code);
	registry_bind_number(statement, 9, task->due, &code);
	error = registry_run(registry, STATEMENT_TASK_ADD, code);
	if (!error)
		task->id = (uint32_t)sqlite3_last_insert_rowid(registry->database);
	return error;
}

/* Runs a statement that changes one row. Returns -ENOENT if there is no such row. */
static int run_for_task(struct registry *registry, enum statement statement, int code)
{
	int error = registry_run(registry, statement, code);

	if (!error && !sqlite3_changes(registry->database))
		return registry_refuse(registry, -ENOENT, "there is no such task");
	return error;
}

int registry_task_remove(struct registry *registry, uint32_t id)
{
	int code = SQLITE_OK;

	registry_bind_number(registry->statements[STATEMENT_TASK_REMOVE], 1, id, &code);
	return run_for_task(registry, STATEMENT_TASK_REMOVE, code);
}

int registry_task_remove_all(struct registry *registry, const char *app)
{
	return registry_run_for_app(registry, STATEMENT_TASK_REMOVE_APP, app);
}

int registry_task_set_due(struct registry *registry, uint32_t id, uint64_t due)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_TASK_SET_DUE];
	int code = SQLITE_OK;

	registry_bind_number(statement, 1, id, &code);
	registry_bind_number(statement, 2, due, &code);
	return run_for_task(registry, STATEMENT_TASK_SET_DUE, code);
}

static int read_task(struct registry *registry, sqlite3_stmt *statement, struct task_record *task)
{
	int error = 0;

	task->id = (uint32_t)registry_number(statement, 0, UINT32_MAX, &error);
	task->app = registry_text(statement, 1, APP_ID_MAX, &error);
	task->name = registry_text(statement, 2, BGTASK_NAME_MAX, &error);
	task->entry_point = registry_text(statement, 3, TEXT_MAX, &error);
	task->trigger = (enum bgtask_trigger)registry_number(statement, 4, TRIGGER_COUNT - 1,
							     &error);
	task->interval = registry_number(statement, 5, UINT64_MAX, &error);
	task->oneshot = registry_number(statement, 6, 1, &error);
	task->conditions = (uint32_t)registry_number(statement, 7, UINT32_MAX, &error);
	task->cancel_on_condition_loss = registry_number(statement, 8, 1, &error);
	task->due = registry_number(statement, 9, UINT64_MAX, &error);
	return error ? registry_refuse(registry, error, "a task is damaged") : 0;
}

int registry_task_each(struct registry *registry, const char *app, uint32_t after, task_fn each,
		       void *data)
{
	enum statement which = app ? STATEMENT_TASK_OF_APP : STATEMENT_TASK_ALL;
	sqlite3_stmt *statement = registry->statements[which];
	struct task_record task;
	int code = SQLITE_OK, result;

	registry_bind_number(statement, 1, after, &code);
	if (app)
		registry_bind_text(statement, 2, app, &code);
	while ((result = registry_step(registry, which, code)) > 0) {
		result = read_task(registry, statement, &task);
		if (!result)
			result = each(data, &task);
		if (result) {
			registry_reset(registry, which);
			return result;
		}
	}
	return result;
}

int registry_app_each(struct registry *registry, int (*each)(void *data, const char *app),
		      void *data)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_TASK_APPS];
	int result, error = 0;
	const char *app;

	while ((result = registry_step(registry, STATEMENT_TASK_APPS, SQLITE_OK)) > 0) {
		app = registry_text(statement, 0, APP_ID_MAX, &error);
		if (error)
			result = registry_refuse(registry, error, "a task is damaged");
		else
			result = each(data, app);
		if (result) {
			registry_reset(registry, STATEMENT_TASK_APPS);
			return result;
		}
	}
	return result;
}
