/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the registry share.
 */
#ifndef BGTASKD_REGISTRY_INTERNAL_H
#define BGTASKD_REGISTRY_INTERNAL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "registry.h"

/* Prepared once, and kept. */
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
	unsigned int depth;		/* of registry_begin() */
	char error[256];
};

/* What SQLite answered, as a negative errno; the latter notes the reason if it is one. */
int registry_errno(sqlite3 *database, int code);
int registry_result(struct registry *registry, int code);

/* Notes a reason that SQLite does not know of, and returns the error. */
int registry_refuse(struct registry *registry, int error, const char *reason);

int registry_prepare(struct registry *registry, enum statement statement, const char *text);
int registry_prepare_all(struct registry *registry);
int registry_network_prepare(struct registry *registry);
int registry_energy_prepare(struct registry *registry);
int registry_task_prepare(struct registry *registry);
int registry_instance_prepare(struct registry *registry);

/*
 * Binds values to a statement; *code keeps the first failure. Strings are to stay until the
 * statement has run.
 */
void registry_bind_number(sqlite3_stmt *statement, int index, uint64_t number, int *code);
void registry_bind_text(sqlite3_stmt *statement, int index, const char *text, int *code);

/* Runs a statement that returns no row, unless binding has failed, and makes it ready again. */
int registry_run(struct registry *registry, enum statement statement, int code);

/*
 * Steps a statement that returns a row or none. Returns 1 for a row, after which
 * registry_reset() is due; 0 for none; or a negative errno.
 */
int registry_step(struct registry *registry, enum statement statement, int code);
void registry_reset(struct registry *registry, enum statement statement);

/*
 * Values of a row; *error becomes -EUCLEAN if one is not as it must be. Of a number, that is
 * greater than @most; a text, that is longer. Texts are valid until the next step.
 */
uint64_t registry_number(sqlite3_stmt *statement, int column, uint64_t most, int *error);
const char *registry_text(sqlite3_stmt *statement, int column, size_t most, int *error);

/* Removes rows by the name of the app, which is parameter 1. */
int registry_run_for_app(struct registry *registry, enum statement statement, const char *app);

#endif
