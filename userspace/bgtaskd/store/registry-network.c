// SPDX-License-Identifier: GPL-2.0
/* The registry's table of what each app has used of a day's network budget. */
#include "registry-internal.h"

int registry_network_prepare(struct registry *registry)
{
	int error;

	error = registry_prepare(registry, STATEMENT_NETWORK_SET,
				 "INSERT INTO network (app, day, used, seen) "
				 "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (app) DO UPDATE "
				 "SET day = excluded.day, used = excluded.used, "
				 "seen = excluded.seen");
	if (!error)
		error = registry_prepare(registry, STATEMENT_NETWORK_GET,
					 "SELECT day, used, seen FROM network WHERE app = ?1");
	if (!error)
		error = registry_prepare(registry, STATEMENT_NETWORK_REMOVE,
					 "DELETE FROM network WHERE app = ?1");
	return error;
}

int registry_network_set(struct registry *registry, const char *app,
			 const struct network_record *network)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_NETWORK_SET];
	int code = SQLITE_OK;

	registry_bind_text(statement, 1, app, &code);
	registry_bind_number(statement, 2, network->day, &code);
	registry_bind_number(statement, 3, network->used, &code);
	registry_bind_number(statement, 4, network->seen, &code);
	return registry_run(registry, STATEMENT_NETWORK_SET, code);
}

int registry_network_get(struct registry *registry, const char *app,
			 struct network_record *network)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_NETWORK_GET];
	int code = SQLITE_OK, result, error = 0;
	struct network_record found = { 0 };

	registry_bind_text(statement, 1, app, &code);
	result = registry_step(registry, STATEMENT_NETWORK_GET, code);
	if (result < 0)
		return result;
	if (result) {
		found.day = (uint32_t)registry_number(statement, 0, UINT32_MAX, &error);
		found.used = registry_number(statement, 1, UINT64_MAX, &error);
		found.seen = registry_number(statement, 2, UINT64_MAX, &error);
		registry_reset(registry, STATEMENT_NETWORK_GET);
	}
	if (error)
		return registry_refuse(registry, error, "what an app has used is damaged");
	*network = found;
	return 0;
}
