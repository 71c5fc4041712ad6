/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the registry share. */
#ifndef BGTASKD_REGISTRY_INTERNAL_H
#define BGTASKD_REGISTRY_INTERNAL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "registry.h"

/* The statements, which are prepared once and kept. */
enum statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_ACCESS_SET,
	STATEMENT_ACCESS_GET,
	STATEMENT_ACCESS_REMOVE,
	STATEMENT_NETWORK_SET,
	STATEMENT_NETWORK_GET,
	STATEMENT_NETWORK_REMOVE,
	STATEMENT_ENERGY_SET,
	STATEMENT_ENERGY_GET,
	STATEMENT_ENERGY_REMOVE,
	STATEMENT_TASK_ADD,
	STATEMENT_TASK_REMOVE,
	STATEMENT_TASK_SET_DUE,
	STATEMENT_TASK_ALL,
	STATEMENT_TASK_OF_APP,
	STATEMENT_TASK_APPS,
	STATEMENT_TASK_REMOVE_APP,
	STATEMENT_INSTANCE_ADD,
	STATEMENT_INSTANCE_SET,
	STATEMENT_INSTANCE_PRUNE,
	STATEMENT_INSTANCE_ALL,
	STATEMENT_INSTANCE_OF_APP,
	STATEMENT_INSTANCE_UNFINISHED,
	STATEMENT_INSTANCE_REMOVE_APP,
	STATEMENT_COUNT
};

struct registry {
	sqlite3 *database;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	unsigned int depth;		/* how many calls of registry_begin() have not been ended */
	char error[256];
};

/* Convert a result code of SQLite to a negative errno. registry_result() also stores the reason. */
int registry_errno(sqlite3 *database, int code);
int registry_result(struct registry *registry, int code);

/* Stores a reason that SQLite does not know, and returns @error. */
int registry_refuse(struct registry *registry, int error, const char *reason);

int registry_prepare(struct registry *registry, enum statement statement, const char *text);
int registry_prepare_all(struct registry *registry);
int registry_network_prepare(struct registry *registry);
int registry_energy_prepare(struct registry *registry);
int registry_task_prepare(struct registry *registry);
int registry_instance_prepare(struct registry *registry);

/*
 * Bind a value to a parameter of a statement, unless *code has an error already; *code gets the
 * error of a failure. A string must stay valid until the statement has run.
 */
void registry_bind_number(sqlite3_stmt *statement, int index, uint64_t number, int *code);
void registry_bind_text(sqlite3_stmt *statement, int index, const char *text, int *code);

/*
 * Runs a statement that returns no row, and resets the statement. If @code, the result of binding
 * values, is an error, returns the error instead.
 */
int registry_run(struct registry *registry, enum statement statement, int code);

/*
 * Steps a statement. Returns 1 for a row, which the caller has to follow with registry_reset(); 0
 * if there is no row; or a negative errno.
 */
int registry_step(struct registry *registry, enum statement statement, int code);
void registry_reset(struct registry *registry, enum statement statement);

/*
 * Return a value of a row. *error becomes -EUCLEAN if the value has the wrong type, a number is
 * greater than @most, or a text is longer. A text is valid until the next step.
 */
uint64_t registry_number(sqlite3_stmt *statement, int column, uint64_t most, int *error);
const char *registry_text(sqlite3_stmt *statement, int column, size_t most, int *error);

/* Runs a statement that removes the rows of an app, whose id is parameter 1. */
int registry_run_for_app(struct registry *registry, enum statement statement, const char *app);

#endif
