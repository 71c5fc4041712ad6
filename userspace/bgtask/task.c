// SPDX-License-Identifier: GPL-2.0
/* "bgtask task": runs the subcommand about tasks that the first argument names. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask task [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  register           register a task\n"
	"  unregister TASK    end a registration\n"
	"  list               list the registered tasks\n"
	"  show TASK          show a task\n"
	"  history            list the runs of tasks, present and past\n"
	"  cancel INSTANCE    cancel a run\n"
	"\n"
	"TASK is a task's name or id. Administrators say which app they mean, with --app.\n";

static const struct command commands[] = {
	{ "cancel", task_cancel },
	{ "history", task_history },
	{ "list", task_list },
	{ "register", task_register },
	{ "show", task_show },
	{ "unregister", task_unregister },
	{ NULL, NULL },
};

int command_task(int argc, char **argv, bool json)
{
	return run_group(commands, usage, argc, argv, json);
}
