// SPDX-License-Identifier: GPL-2.0
/* "bgtask task register": registers a task with its trigger and its conditions. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"

static const char usage[] =
	"Usage: bgtask task register [-j] [OPTION...]\n"
	"\n"
	"Register a task, and print its id.\n"
	"\n"
	"  -a, --app ID                    whose it is; apps need not say it\n"
	"  -n, --name NAME                 unique in the app\n"
	"  -x, --entry-point COMMAND       what is run, if not what the manifest says\n"
	"  -t, --trigger TRIGGER           what makes it run\n"
	"  -i, --interval DURATION         how often; with time and maintenance\n"
	"  -o, --oneshot                   the registration ends with the first run\n"
	"  -c, --condition CONDITION       what must hold; may be repeated\n"
	"  -l, --cancel-on-condition-loss  cancel it when a condition holds no more\n";

static const struct option options[] = {
	COMMON_LONG_OPTIONS,
	{ "app", required_argument, NULL, 'a' },
	{ "cancel-on-condition-loss", no_argument, NULL, 'l' },
	{ "condition", required_argument, NULL, 'c' },
	{ "entry-point", required_argument, NULL, 'x' },
	{ "interval", required_argument, NULL, 'i' },
	{ "name", required_argument, NULL, 'n' },
	{ "oneshot", no_argument, NULL, 'o' },
	{ "trigger", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

/* What the command line asks for. */
struct wanted {
	const char *app;
	const char *name;
	const char *entry_point;
	bool has_trigger;
	enum bgt_trigger trigger;
	uint64_t interval;
	bool oneshot;
	uint32_t conditions;
	bool cancel_on_condition_loss;
};

static bool add_condition(struct wanted *wanted, const char *argument)
{
	enum bgt_condition condition;

	if (!parse_condition(argument, &condition))
		return false;
	wanted->conditions |= condition;
	return true;
}

static bool set(struct wanted *wanted, int option, const char *argument)
{
	switch (option) {
	case 'a':
		wanted->app = argument;
		return true;
	case 'c':
		return add_condition(wanted, argument);
	case 'i':
		return parse_duration(argument, "interval", &wanted->interval);
	case 'l':
		wanted->cancel_on_condition_loss = true;
		return true;
	case 'n':
		wanted->name = argument;
		return true;
	case 'o':
		wanted->oneshot = true;
		return true;
	case 't':
		if (wanted->has_trigger) {
			fail_usage("a task has one trigger");
			return false;
		}
		wanted->has_trigger = true;
		return parse_trigger(argument, &wanted->trigger);
	default:
		wanted->entry_point = argument;
		return true;
	}
}

static void describe(struct bgt_task_builder *builder, const struct wanted *wanted)
{
	if (wanted->app)
		bgt_task_builder_set_app(builder, wanted->app);
	bgt_task_builder_set_name(builder, wanted->name);
	if (wanted->entry_point)
		bgt_task_builder_set_entry_point(builder, wanted->entry_point);
	bgt_task_builder_set_trigger(builder, wanted->trigger);
	bgt_task_builder_set_interval(builder, wanted->interval);
	bgt_task_builder_set_oneshot(builder, wanted->oneshot);
	bgt_task_builder_add_condition(builder, (enum bgt_condition)wanted->conditions);
	bgt_task_builder_set_cancel_on_condition_loss(builder, wanted->cancel_on_condition_loss);
}

static int do_register(struct bgt *bgt, const struct wanted *wanted, bool json)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id;
	int error;

	if (!builder)
		return fail("%s", bgt_error(bgt));
	describe(builder, wanted);
	error = bgt_task_register(builder, &id);
	bgt_task_builder_free(builder);
	if (error)
		return fail("cannot register task \"%s\": %s", wanted->name, bgt_error(bgt));
	if (json)
		return json_print(json_pack("{s:I}", "id", (json_int_t)id));
	printf("%" PRIu32 "\n", id);
	return EXIT_OK;
}

int task_register(int argc, char **argv, bool json)
{
	struct wanted wanted = { .has_trigger = false };
	struct bgt *bgt;
	int option, status;

	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "a:c:i:ln:ot:x:", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'h':
			return help(usage);
		case 'j':
			json = true;
			break;
		case '?':
			return fail_usage(NULL);
		default:
			if (!set(&wanted, option, optarg))
				return EXIT_USAGE;
			break;
		}
	}
	if (optind != argc)
		return fail_usage("register takes options only");
	if (!wanted.name || !wanted.has_trigger)
		return fail_usage("register takes --name and --trigger");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	status = do_register(bgt, &wanted, json);
	bgt_close(bgt);
	return status;
}
