// SPDX-License-Identifier: GPL-2.0
/*
 * What all tables of the registry share: prepared statements, nested transactions, the conversion
 * of SQLite's errors to those of the kernel, and checks of values that are read. The small table of
 * what the user lets apps do is here, too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

#include "registry-internal.h"

int registry_refuse(struct registry *registry, int error, const char *reason)
{
	snprintf(registry->error, sizeof(registry->error), "%s", reason);
	return error;
}

/*
 * Whether a write failed because of a full disk. SQLite reports only ENOSPC as a full disk. The
 * file that could not be written has the errno: the log or, while the log is written back, the
 * database.
 */
static bool is_full(sqlite3 *database)
{
	static const int files[] = { SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		sqlite3_file *file = NULL;
		int number = 0;

		if (sqlite3_file_control(database, "main", files[i], &file) || !file ||
		    !file->pMethods ||
		    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number))
			continue;
		if (number == ENOSPC || number == EDQUOT || number == EFBIG)
			return true;
	}
	return false;
}

int registry_errno(sqlite3 *database, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EROFS;
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_CONSTRAINT:
		return code == SQLITE_CONSTRAINT_UNIQUE ? -EEXIST : -ERANGE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR:
		return -EUCLEAN;
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_WRITE && database && is_full(database))
			return -ENOSPC;
		return code == SQLITE_IOERR_NOMEM ? -ENOMEM : -EIO;
	}
	return -EIO;
}

int registry_result(struct registry *registry, int code)
{
	int error = registry_errno(registry->database, code);

	if (error)
		registry_refuse(registry, error, sqlite3_errmsg(registry->database));
	return error;
}

int registry_prepare(struct registry *registry, enum statement statement, const char *text)
{
	return registry_result(registry, sqlite3_prepare_v3(registry->database, text, -1,
							    SQLITE_PREPARE_PERSISTENT,
							    &registry->statements[statement],
							    NULL));
}

void registry_bind_number(sqlite3_stmt *statement, int index, uint64_t number, int *code)
{
	if (!*code)
		*code = sqlite3_bind_int64(statement, index, (sqlite3_int64)number);
}

void registry_bind_text(sqlite3_stmt *statement, int index, const char *text, int *code)
{
	if (!*code)
		*code = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void registry_reset(struct registry *registry, enum statement statement)
{
	/* sqlite3_reset() repeats the error of the last step, which the caller has already. */
	sqlite3_reset(registry->statements[statement]);
	sqlite3_clear_bindings(registry->statements[statement]);
}

int registry_step(struct registry *registry, enum statement statement, int code)
{
	int error;

	if (!code)
		code = sqlite3_step(registry->statements[statement]);
	if (code == SQLITE_ROW)
		return 1;
	error = registry_result(registry, code);
	registry_reset(registry, statement);
	return error;
}

int registry_run(struct registry *registry, enum statement statement, int code)
{
	int result = registry_step(registry, statement, code);

	if (result > 0) {
		registry_reset(registry, statement);
		return 0;
	}
	return result;
}

int registry_run_for_app(struct registry *registry, enum statement statement, const char *app)
{
	int code = SQLITE_OK;

	registry_bind_text(registry->statements[statement], 1, app, &code);
	return registry_run(registry, statement, code);
}

uint64_t registry_number(sqlite3_stmt *statement, int column, uint64_t most, int *error)
{
	uint64_t number = (uint64_t)sqlite3_column_int64(statement, column);

	if (number > most)
		*error = -EUCLEAN;
	return number;
}

const char *registry_text(sqlite3_stmt *statement, int column, size_t most, int *error)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);

	if (text && length <= most && strlen(text) == length)
		return text;
	*error = -EUCLEAN;
	return "";
}

int registry_begin(struct registry *registry)
{
	int error = 0;

	if (!registry->depth)
		error = registry_run(registry, STATEMENT_BEGIN, SQLITE_OK);
	if (!error)
		registry->depth++;
	return error;
}

/* A nested transaction is committed or rolled back with the outermost one. */
int registry_end(struct registry *registry, int error)
{
	char reason[sizeof(registry->error)];

	if (--registry->depth)
		return error;
	if (!error && sqlite3_get_autocommit(registry->database))
		error = registry_refuse(registry, -EIO, "the database has taken it back");
	if (!error)
		error = registry_run(registry, STATEMENT_COMMIT, SQLITE_OK);
	/* SQLite may have rolled the transaction back by itself. */
	if (error && !sqlite3_get_autocommit(registry->database)) {
		memcpy(reason, registry->error, sizeof(reason));
		registry_run(registry, STATEMENT_ROLLBACK, SQLITE_OK);
		memcpy(registry->error, reason, sizeof(reason));
	}
	return error;
}

const char *registry_error(const struct registry *registry)
{
	return registry->error;
}

int registry_access_set(struct registry *registry, const char *app, enum bgtask_access access)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_ACCESS_SET];
	int code = SQLITE_OK;

	registry_bind_text(statement, 1, app, &code);
	registry_bind_number(statement, 2, access, &code);
	return registry_run(registry, STATEMENT_ACCESS_SET, code);
}

int registry_access_get(struct registry *registry, const char *app, enum bgtask_access *access)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_ACCESS_GET];
	int code = SQLITE_OK, result, error = 0;
	uint64_t number = BGTASK_ACCESS_UNSPECIFIED;

	registry_bind_text(statement, 1, app, &code);
	result = registry_step(registry, STATEMENT_ACCESS_GET, code);
	if (result < 0)
		return result;
	if (result) {
		number = registry_number(statement, 0, BGTASK_ACCESS_DENIED_BY_POLICY, &error);
		registry_reset(registry, STATEMENT_ACCESS_GET);
	}
	if (error)
		return registry_refuse(registry, error, "the access of an app is damaged");
	*access = (enum bgtask_access)number;
	return 0;
}

int registry_app_remove(struct registry *registry, const char *app)
{
	int error = registry_begin(registry);

	if (error)
		return error;
	error = registry_task_remove_all(registry, app);
	if (!error)
		error = registry_run_for_app(registry, STATEMENT_INSTANCE_REMOVE_APP, app);
	if (!error)
		error = registry_run_for_app(registry, STATEMENT_ACCESS_REMOVE, app);
	if (!error)
		error = registry_run_for_app(registry, STATEMENT_NETWORK_REMOVE, app);
	if (!error)
		error = registry_run_for_app(registry, STATEMENT_ENERGY_REMOVE, app);
	return registry_end(registry, error);
}

int registry_prepare_all(struct registry *registry)
{
	static const struct {
		enum statement statement;
		const char *text;
	} texts[] = {
		{ STATEMENT_BEGIN, "BEGIN IMMEDIATE" },
		{ STATEMENT_COMMIT, "COMMIT" },
		{ STATEMENT_ROLLBACK, "ROLLBACK" },
		{ STATEMENT_ACCESS_SET, "INSERT INTO access (app, access) VALUES (?1, ?2) "
		  "ON CONFLICT (app) DO UPDATE SET access = excluded.access" },
		{ STATEMENT_ACCESS_GET, "SELECT access FROM access WHERE app = ?1" },
		{ STATEMENT_ACCESS_REMOVE, "DELETE FROM access WHERE app = ?1" },
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && !error; i++)
		error = registry_prepare(registry, texts[i].statement, texts[i].text);
	if (!error)
		error = registry_network_prepare(registry);
	if (!error)
		error = registry_energy_prepare(registry);
	if (!error)
		error = registry_task_prepare(registry);
	if (!error)
		error = registry_instance_prepare(registry);
	return error;
}
