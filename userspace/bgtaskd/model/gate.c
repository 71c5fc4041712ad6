// SPDX-License-Identifier: GPL-2.0
/*
 * Asks all gates whether a task may be launched now, and has the gates that need to know nothing
 * but the model.
 */
#include "gate.h"

#include "app.h"
#include "condition.h"

bool gate_is_open(const struct task *task)
{
	for (const gate_fn *gate = task->app->daemon->gates; *gate; gate++)
		if (!(*gate)(task))
			return false;
	return true;
}

bool gate_conditions(const struct task *task)
{
	return !(task->record.conditions & ~conditions_hold(&task->app->daemon->conditions));
}

bool gate_access(const struct task *task)
{
	return app_may_run(task->app, task->record.trigger);
}

bool gate_power(const struct task *task)
{
	return task->app->daemon->ac || task->record.trigger != BGTASK_TRIGGER_MAINTENANCE;
}
