// SPDX-License-Identifier: GPL-2.0
/* The registry's table of what the extensions of each app have used of a day's energy. */
#include "registry-internal.h"

int registry_energy_prepare(struct registry *registry)
{
	int error;

	error = registry_prepare(registry, STATEMENT_ENERGY_SET,
				 "INSERT INTO energy (app, day, used) VALUES (?1, ?2, ?3) "
				 "ON CONFLICT (app) DO UPDATE "
				 "SET day = excluded.day, used = excluded.used");
	if (!error)
		error = registry_prepare(registry, STATEMENT_ENERGY_GET,
					 "SELECT day, used FROM energy WHERE app = ?1");
	if (!error)
		error = registry_prepare(registry, STATEMENT_ENERGY_REMOVE,
					 "DELETE FROM energy WHERE app = ?1");
	return error;
}

int registry_energy_set(struct registry *registry, const char *app,
			 const struct energy_record *energy)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_ENERGY_SET];
	int code = SQLITE_OK;

	registry_bind_text(statement, 1, app, &code);
	registry_bind_number(statement, 2, energy->day, &code);
	registry_bind_number(statement, 3, energy->used, &code);
	return registry_run(registry, STATEMENT_ENERGY_SET, code);
}

int registry_energy_get(struct registry *registry, const char *app,
			 struct energy_record *energy)
{
	sqlite3_stmt *statement = registry->statements[STATEMENT_ENERGY_GET];
	int code = SQLITE_OK, result, error = 0;
	struct energy_record found = { 0 };

	registry_bind_text(statement, 1, app, &code);
	result = registry_step(registry, STATEMENT_ENERGY_GET, code);
	if (result < 0)
		return result;
	if (result) {
		found.day = (uint32_t)registry_number(statement, 0, UINT32_MAX, &error);
		found.used = registry_number(statement, 1, UINT64_MAX, &error);
		registry_reset(registry, STATEMENT_ENERGY_GET);
	}
	if (error)
		return registry_refuse(registry, error, "what extensions have used is damaged");
	*energy = found;
	return 0;
}
