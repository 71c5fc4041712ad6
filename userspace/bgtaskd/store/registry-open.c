// SPDX-License-Identifier: GPL-2.0
/*
 * Opens the registry's database, or makes a new database. A file that cannot be trusted is not
 * changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"

#include "registry-internal.h"

#define FILE_NAME	"registry.db"
#define APPLICATION_ID	0x62677464	/* "bgtd" */
#define SCHEMA_VERSION	2

#define TO_TEXT_(value)	#value
#define TO_TEXT(value)	TO_TEXT_(value)

/* Offsets in the first page; see "The Database Header" in SQLite's file format. */
#define HEADER_SIZE		100
#define HEADER_MAGIC		"SQLite format 3"
#define HEADER_PAGE_SIZE	16	/* 16 bits; the value 1 means 65536 */
#define HEADER_PAGES		28
#define HEADER_USER_VERSION	60
#define HEADER_APPLICATION_ID	68

/* The tables that version 1 of the schema does not have. */
#define TABLE_ENERGY								\
	"CREATE TABLE energy ("							\
	"  app TEXT PRIMARY KEY NOT NULL,"					\
	"  day INTEGER NOT NULL,"						\
	"  used INTEGER NOT NULL"						\
	") STRICT, WITHOUT ROWID;"
#define TABLE_NETWORK								\
	"CREATE TABLE network ("						\
	"  app TEXT PRIMARY KEY NOT NULL,"					\
	"  day INTEGER NOT NULL,"						\
	"  used INTEGER NOT NULL,"						\
	"  seen INTEGER NOT NULL"						\
	") STRICT, WITHOUT ROWID;"

/*
 * Instances do not refer to tasks by a foreign key, because the history of a task is kept after the
 * task is unregistered.
 */
static const char schema[] =
	"PRAGMA journal_mode = MEMORY;"
	"BEGIN EXCLUSIVE;"
	"PRAGMA application_id = " TO_TEXT(APPLICATION_ID) ";"
	"PRAGMA user_version = " TO_TEXT(SCHEMA_VERSION) ";"
	"CREATE TABLE task ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),"
	"  app TEXT NOT NULL,"
	"  name TEXT NOT NULL,"
	"  entry_point TEXT NOT NULL,"
	"  trigger INTEGER NOT NULL,"
	"  interval INTEGER NOT NULL,"
	"  oneshot INTEGER NOT NULL,"
	"  conditions INTEGER NOT NULL,"
	"  cancel_on_condition_loss INTEGER NOT NULL,"
	"  due INTEGER NOT NULL,"
	"  UNIQUE (app, name)"
	") STRICT;"
	"CREATE TABLE instance ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),"
	"  task INTEGER NOT NULL,"
	"  app TEXT NOT NULL,"
	"  name TEXT NOT NULL,"
	"  trigger INTEGER NOT NULL,"
	"  argument TEXT NOT NULL,"
	"  state INTEGER NOT NULL,"
	"  cancelled INTEGER NOT NULL,"
	"  reason INTEGER NOT NULL,"
	"  progress INTEGER NOT NULL,"
	"  status INTEGER NOT NULL,"
	"  message TEXT NOT NULL,"
	"  fired INTEGER NOT NULL,"
	"  started INTEGER NOT NULL,"
	"  ended INTEGER NOT NULL,"
	"  pid INTEGER NOT NULL,"
	"  start_time INTEGER NOT NULL,"
	"  reported INTEGER NOT NULL,"
	"  has_cgroup INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX task_of_app ON task (app, id);"
	"CREATE INDEX instance_of_app ON instance (app, id);"
	"CREATE INDEX instance_unfinished ON instance (app, id) WHERE state < 4;"
	"CREATE INDEX instance_ended ON instance (app, ended) WHERE state >= 4;"
	"CREATE TABLE access ("
	"  app TEXT PRIMARY KEY NOT NULL,"
	"  access INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	TABLE_NETWORK
	TABLE_ENERGY
	"COMMIT;"
	/* The mode is stored in the file, so it is set only once. */
	"PRAGMA journal_mode = WAL;";

/* The files of a database that is being opened. */
struct files {
	char path[PATH_MAX];
	char log[PATH_MAX];		/* the write-ahead log */
	char fresh[PATH_MAX];		/* a new database, until it is complete */
	const char *directory;
	struct problem *problem;
};

/* Refuses a database. The problem says how to start again. */
static int damaged(const struct files *files, const char *reason)
{
	return problem_set(files->problem, -EUCLEAN, files->path, 0,
			   "%s; it was not changed. To begin anew, move it and " FILE_NAME
			   "-wal away", reason);
}

/* Reads a number from the open database, such as its version. */
static int ask_number(struct registry *registry, const char *text, int *number)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(registry->database, text, -1, &statement, NULL);

	if (!code)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int(statement, 0);
	code = registry_result(registry, code);
	sqlite3_finalize(statement);
	return code;
}

/* Checks the whole database for damage. */
static int check(struct registry *registry)
{
	sqlite3_stmt *statement;
	int code, error;

	code = sqlite3_prepare_v2(registry->database, "PRAGMA quick_check(1)", -1, &statement,
				  NULL);
	if (!code)
		code = sqlite3_step(statement);
	error = registry_result(registry, code);
	if (!error) {
		const char *answer = code == SQLITE_ROW ?
			(const char *)sqlite3_column_text(statement, 0) : NULL;

		if (!answer || strcmp(answer, "ok"))
			error = registry_refuse(registry, -EUCLEAN, answer ? answer : "no answer");
	}
	sqlite3_finalize(statement);
	return error;
}

static uint32_t header_number(const unsigned char *header, size_t offset)
{
	return (uint32_t)header[offset] << 24 | (uint32_t)header[offset + 1] << 16 |
	       (uint32_t)header[offset + 2] << 8 | header[offset + 3];
}

/*
 * Checks that the file is a database of this program. SQLite may write to a file when it opens the
 * file, so this function reads the header itself. Returns -ENOENT if there is no file.
 */
static int check_header(const struct files *files)
{
	unsigned char header[HEADER_SIZE];
	struct stat status, log;
	uint64_t expected;
	ssize_t size;
	int fd = open(files->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return problem_set(files->problem, -errno, files->path, 0, "%s", strerror(errno));
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return damaged(files, "is not a regular file");
	}
	size = read(fd, header, sizeof(header));
	close(fd);
	if (size < 0)
		return problem_set(files->problem, -EIO, files->path, 0, "cannot be read");
	if (size < HEADER_SIZE || memcmp(header, HEADER_MAGIC, sizeof(HEADER_MAGIC)))
		return damaged(files, "is not a database");
	if (header_number(header, HEADER_APPLICATION_ID) != APPLICATION_ID)
		return damaged(files, "is another program's database");
	if (header_number(header, HEADER_USER_VERSION) > SCHEMA_VERSION)
		return damaged(files, "is from a newer version of this program");

	/*
	 * SQLite treats the missing part of the last page as zeroes. If there is a log, it may have
	 * the missing pages.
	 */
	expected = header_number(header, HEADER_PAGE_SIZE) >> 16;
	expected = (expected == 1 ? 65536 : expected) * header_number(header, HEADER_PAGES);
	if ((uint64_t)status.st_size < expected && (stat(files->log, &log) || !log.st_size))
		return damaged(files, "is damaged (its end is missing)");
	return 0;
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		error = -errno;
	close(fd);
	return error;
}

/* Removes the files of an earlier attempt that was interrupted. */
static void remove_fresh(const struct files *files)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char path[PATH_MAX + sizeof("-journal")];

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		snprintf(path, sizeof(path), "%s%s", files->fresh, endings[i]);
		unlink(path);
	}
}

/* Makes an empty database. The file gets its name only when it is complete and on the disk. */
static int create(const struct files *files)
{
	sqlite3 *database = NULL;
	struct stat status;
	char reason[128] = "";
	int code, error;

	if (!stat(files->log, &status) && status.st_size)
		return problem_set(files->problem, -EUCLEAN, files->path, 0,
				   "is missing, but its " FILE_NAME "-wal is there");
	remove_fresh(files);
	code = sqlite3_open_v2(files->fresh, &database, SQLITE_OPEN_READWRITE |
			       SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (!code)
		code = sqlite3_exec(database, schema, NULL, NULL, NULL);
	error = registry_errno(database, code);
	if (error)
		snprintf(reason, sizeof(reason), "%s", sqlite3_errmsg(database));
	sqlite3_close(database);

	if (!error)
		error = sync_path(files->fresh, 0);
	if (!error && rename(files->fresh, files->path))
		error = -errno;
	if (!error)
		error = sync_path(files->directory, O_DIRECTORY);
	if (error) {
		remove_fresh(files);
		problem_set(files->problem, error, files->path, 0, "cannot be made: %s",
			    *reason ? reason : strerror(-error));
	}
	return error;
}

/* Upgrades from an older version to the present version in one transaction. */
static int upgrade(struct registry *registry, int version)
{
	static const char *const steps[SCHEMA_VERSION] = {
		[1] = TABLE_NETWORK TABLE_ENERGY "PRAGMA user_version = 2;",
	};
	sqlite3 *database = registry->database;
	int code = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	for (; !code && version < SCHEMA_VERSION; version++)
		code = sqlite3_exec(database, steps[version], NULL, NULL, NULL);
	if (!code)
		code = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
	code = registry_result(registry, code);
	if (!sqlite3_get_autocommit(database))
		sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/*
 * Checks that the database can be used. Nothing is written to the database, except to upgrade an
 * older version that is not damaged.
 */
static int check_database(struct registry *registry, const struct files *files)
{
	int application = 0, version = 0, error;

	/*
	 * No other process has to use the database. In exclusive mode SQLite needs no shared memory
	 * file, for which a full disk may have no room.
	 */
	error = registry_result(registry, sqlite3_exec(registry->database,
						       "PRAGMA locking_mode = EXCLUSIVE;"
						       "PRAGMA synchronous = FULL;"
						       "PRAGMA trusted_schema = OFF;",
						       NULL, NULL, NULL));
	/* The log may have newer values than the header in the file. */
	if (!error)
		error = ask_number(registry, "PRAGMA application_id", &application);
	if (!error)
		error = ask_number(registry, "PRAGMA user_version", &version);
	if (!error && application != APPLICATION_ID)
		return damaged(files, "is another program's database");
	if (!error && version > SCHEMA_VERSION)
		return damaged(files, "is from a newer version of this program");
	if (!error && version < 1)
		return damaged(files, "is damaged");
	if (!error)
		error = check(registry);
	if (!error && version < SCHEMA_VERSION)
		error = upgrade(registry, version);
	if (!error)
		error = registry_prepare_all(registry);
	if (error == -EUCLEAN) {
		char reason[128];

		snprintf(reason, sizeof(reason), "is damaged (%.100s)", registry->error);
		return damaged(files, reason);
	}
	if (error == -EBUSY)
		return problem_set(files->problem, error, files->path, 0, "is in use");
	if (error)
		problem_set(files->problem, error, files->path, 0, "%s", registry->error);
	return error;
}

/* Opens an existing database. */
static int open_database(struct registry *registry, const struct files *files)
{
	struct stat status;
	bool had_log = !stat(files->log, &status);
	int error, mode = -1;

	error = registry_errno(NULL, sqlite3_open_v2(files->path, &registry->database,
					       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
					       SQLITE_OPEN_EXRESCODE, NULL));
	if (error)
		return problem_set(files->problem, error, files->path, 0, "cannot be opened");

	/* A refused database stays as it is, so closing it must not write its log back. */
	sqlite3_db_config(registry->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(registry->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	error = check_database(registry, files);
	if (error) {
		/* Looking at the database has made an empty log. */
		if (error == -EUCLEAN && !had_log && !stat(files->log, &status) && !status.st_size)
			unlink(files->log);
		return error;
	}
	sqlite3_db_config(registry->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	error = ask_number(registry, "PRAGMA journal_mode = WAL", &mode);
	return error ? problem_set(files->problem, error, files->path, 0, "%s", registry->error) :
	       0;
}

int registry_open(struct registry **registry, const char *directory, struct problem *problem)
{
	struct files files = { .directory = directory, .problem = problem };
	struct registry *new;
	int error;

	if (strlen(directory) + sizeof("/" FILE_NAME "-journal") > sizeof(files.path) - 8)
		return problem_set(problem, -ENAMETOOLONG, directory, 0, "name is too long");
	snprintf(files.path, sizeof(files.path), "%s/" FILE_NAME, directory);
	snprintf(files.log, sizeof(files.log), "%s/" FILE_NAME "-wal", directory);
	snprintf(files.fresh, sizeof(files.fresh), "%s/" FILE_NAME ".new", directory);

	if (mkdir(directory, 0700) && errno != EEXIST)
		return problem_set(problem, -errno, directory, 0, "cannot be made: %s",
				   strerror(errno));
	error = check_header(&files);
	if (error == -ENOENT)
		error = create(&files);
	if (error)
		return error;

	new = calloc(1, sizeof(*new));
	if (!new)
		return problem_set(problem, -ENOMEM, directory, 0, "out of memory");
	error = open_database(new, &files);
	if (error)
		registry_close(new);
	else
		*registry = new;
	return error;
}

void registry_close(struct registry *registry)
{
	if (!registry)
		return;
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(registry->statements[i]);
	sqlite3_close(registry->database);
	free(registry);
}
