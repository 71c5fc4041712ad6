// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes libbgtask with messages that the kernel could send. An input is a text. Each line is one
 * of
 *
 *   a to z, A to N     a function of the library, see below; for a function that takes a policy,
 *                      followed by a number that says which values the policy sets
 *   < FORM ...         a message that answers the function before; with '&' instead of '<' the
 *                      message is in the same datagram as the message before
 *   > FORM ...         an event for administrators
 *   O                  opens the connection again; the lines that follow answer this
 *
 * FORM is c for a message of the family, with the number of its operation and attributes (see
 * script.h); n for the same that answers no request; f for a message of the controller; e for a
 * refusal, with an error and attributes; d for the end of a dump; x for any bytes.
 */
#include <bgtask.h>
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "script.h"
#include "socket.h"

#define FAMILY		30
#define DATAGRAM_SIZE	16384

static struct {
	struct script script;
	struct mnl_socket *watcher;
	struct bgt *bgt;
	struct bgt_mutex *mutex;
	bool opening;
	_Alignas(struct nlmsghdr) char datagram[DATAGRAM_SIZE];
} world;

/* Messages from the kernel */

static size_t put_message(struct script *line, uint32_t sequence, char *to, size_t room)
{
	struct nlmsghdr *message = (struct nlmsghdr *)to;
	struct genlmsghdr generic = { .version = 1 };
	char form = script_character(line);
	struct nlmsgerr refusal = { 0 };
	size_t size = MNL_NLMSG_HDRLEN;

	if (form == 'x') {
		memset(message, 0, sizeof(*message));
		size = (size_t)(line->end - line->at);
		size = size < room ? size : room;
		memcpy(to, line->at, size);
		/*
		 * libmnl takes lengths as signed integers, and the kernel sends no message so long.
		 */
		message->nlmsg_len &= INT32_MAX;
		return MNL_ALIGN(size) < room ? MNL_ALIGN(size) : size;
	}
	*message = (struct nlmsghdr){ .nlmsg_seq = form == 'n' ? 0 : sequence };
	switch (form) {
	case 'e':
	case 'd':
		refusal.error = (int)script_number(line);
		refusal.msg.nlmsg_len = MNL_NLMSG_HDRLEN;
		message->nlmsg_type = form == 'e' ? NLMSG_ERROR : NLMSG_DONE;
		message->nlmsg_flags = NLM_F_ACK_TLVS | NLM_F_CAPPED;
		size += form == 'e' ? sizeof(refusal) : sizeof(refusal.error);
		memcpy(to + MNL_NLMSG_HDRLEN, &refusal, size - MNL_NLMSG_HDRLEN);
		break;
	default:
		generic.cmd = (uint8_t)script_number(line);
		message->nlmsg_type = form == 'f' ? GENL_ID_CTRL : FAMILY;
		memcpy(to + size, &generic, sizeof(generic));
		size += sizeof(generic);
	}
	size += script_attributes(line, to + size, room - size);
	message->nlmsg_len = (uint32_t)size;
	return MNL_ALIGN(size);
}

/* Delivers the answers among the lines that follow, each in a datagram. */
static void answer(struct mnl_socket *socket, uint32_t sequence)
{
	struct script next = world.script, line;
	size_t size = 0;

	while (script_line(&next, &line) && line.at < line.end &&
	       (*line.at == '<' || *line.at == '&')) {
		if (*line.at == '<' && size) {
			socket_deliver(socket, world.datagram, size);
			size = 0;
		}
		script_character(&line);
		if (size + 64 < sizeof(world.datagram))
			size += put_message(&line, sequence, world.datagram + size,
					    sizeof(world.datagram) - size);
		world.script = next;
	}
	if (size)
		socket_deliver(socket, world.datagram, size);
}

static void tell_family(struct mnl_socket *socket, uint32_t sequence)
{
	static const char first[] = "f1", last[] = "e0";
	struct script family = { first, first + 2 }, end = { last, last + 2 };
	struct nlmsghdr *message = (struct nlmsghdr *)world.datagram;

	put_message(&family, sequence, world.datagram, sizeof(world.datagram));
	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, FAMILY);
	socket_deliver(socket, world.datagram, message->nlmsg_len);
	socket_deliver(socket, world.datagram,
		       put_message(&end, sequence, world.datagram, sizeof(world.datagram)));
}

void kernel_receive(struct mnl_socket *socket, const struct nlmsghdr *message)
{
	if (message->nlmsg_type == GENL_ID_CTRL && !world.opening)
		tell_family(socket, message->nlmsg_seq);
	else
		answer(socket, message->nlmsg_seq);
}

void kernel_joined(struct mnl_socket *socket)
{
	world.watcher = socket;
}

void kernel_closed(struct mnl_socket *socket)
{
	if (world.watcher == socket)
		world.watcher = NULL;
}

static void tell_watcher(struct script *line)
{
	size_t size = put_message(line, 0, world.datagram, sizeof(world.datagram));

	if (world.watcher && size)
		socket_deliver(world.watcher, world.datagram, size);
}

/* Functions that read everything in the library's structures, so that sanitizers check it. */

static void read_text(const char *text)
{
	fuzz_assert(strlen(text) < DATAGRAM_SIZE);
}

static void take_containers(struct bgt_container *list)
{
	for (struct bgt_container *each = list; each; each = each->next)
		read_text(each->name);
	bgt_container_free(list);
}

static void take_members(struct bgt_member *list)
{
	for (struct bgt_member *each = list; each; each = each->next)
		read_text(each->path);
	bgt_member_free(list);
}

static void take_instances(struct bgt_instance *list)
{
	for (struct bgt_instance *each = list; each; each = each->next) {
		read_text(each->app);
		read_text(each->name);
		read_text(each->argument);
		read_text(each->message);
	}
	bgt_instance_free(list);
}

static void take_tasks(struct bgt_task *list)
{
	for (struct bgt_task *each = list; each; each = each->next) {
		read_text(each->app);
		read_text(each->name);
		read_text(each->entry_point);
	}
	bgt_task_free(list);
}

static void take_apps(struct bgt_app *list)
{
	for (struct bgt_app *each = list; each; each = each->next) {
		read_text(each->id);
		read_text(each->manifest);
		read_text(each->quota_class);
	}
	bgt_app_free(list);
}

static void take_events(struct bgt *bgt)
{
	const struct bgt_event *event;

	while (bgt_next_event(bgt, &event) > 0) {
		read_text(bgt_event_name(event->type));
		if (event->container)
			read_text(event->container->name);
		if (event->member)
			read_text(event->member->path);
		if (event->instance)
			read_text(event->instance->message);
		if (event->task)
			read_text(event->task->entry_point);
		if (event->app)
			read_text(event->app->description);
	}
}

/* Functions of the library */

static int call_kernel(struct bgt *bgt, char function, struct script *line)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt_container *containers = NULL;
	struct bgt_mutex_state *states = NULL;
	struct bgt_member *members = NULL;
	uint32_t id;
	int error;

	policy.set = (uint32_t)script_number(line);
	switch (function) {
	case 'a':
		return bgt_container_new(bgt, "name", &policy, &id);
	case 'b':
		error = bgt_container_get(bgt, 1, &containers);
		break;
	case 'c':
		error = bgt_container_list(bgt, &containers);
		break;
	case 'd':
		error = bgt_self_get(bgt, &containers);
		break;
	case 'e':
		return bgt_container_set(bgt, 1, &policy);
	case 'f':
		return bgt_member_add(bgt, 1, BGT_ROLE_TASK, 0, false, &id);
	case 'g':
		error = bgt_member_get(bgt, 1, &members);
		break;
	case 'h':
		error = bgt_member_list(bgt, 1, &members);
		break;
	case 'i':
		error = bgt_mutex_list(bgt, &states);
		break;
	case 'j':
		return bgt_mutex_acquire(world.mutex, 0);
	case 'k':
		return bgt_mutex_acquire_start(world.mutex, 1);
	case 'l':
		return bgt_mutex_release(world.mutex);
	default:
		return 0;
	}
	take_containers(containers);
	take_members(members);
	bgt_mutex_state_free(states);
	return error;
}

static int register_task(struct bgt *bgt)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id;
	int error;

	fuzz_assert(builder);
	bgt_task_builder_set_name(builder, "task");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	error = bgt_task_register(builder, &id);
	bgt_task_builder_free(builder);
	return error;
}

static int call_helper(struct bgt *bgt, char function)
{
	struct bgt_instance *instances = NULL;
	struct bgt_task *tasks = NULL;
	struct bgt_app *apps = NULL;
	char id[BGT_NAME_MAX + 1];
	enum bgt_work_cost cost;
	uint32_t holding, set;
	int error;

	switch (function) {
	case 'm':
		return register_task(bgt);
	case 'n':
		error = bgt_task_list(bgt, "app", &tasks);
		break;
	case 'o':
		return bgt_task_associate(bgt, "app");
	case 'p':
		error = bgt_instance_attach(bgt, &instances);
		break;
	case 'q':
		error = bgt_instance_list(bgt, NULL, &instances);
		break;
	case 'r':
		return bgt_instance_complete(bgt, 0, "message");
	case 's':
		return bgt_app_install(bgt, "/m.bgtask", id);
	case 't':
		error = bgt_app_list(bgt, &apps);
		break;
	case 'u':
		return bgt_condition_get(bgt, &holding, &set, &cost);
	case 'v':
		return bgt_subscribe(bgt);
	case 'w':
		bgt_instance_defer(bgt);
		return 0;
	case 'x':
		return bgt_instance_undefer(bgt);
	case 'y':
		take_events(bgt);
		return 0;
	default:
		return 0;
	}
	take_instances(instances);
	take_tasks(tasks);
	take_apps(apps);
	return error;
}

/* Calls a function for an app's own process, or for a user of the app. */
static int call_app(struct bgt *bgt, char function)
{
	uint64_t limit;
	bool allowed;
	uint32_t pid;

	switch (function) {
	case 'A':
		return bgt_app_attach(bgt);
	case 'B':
		return bgt_extension_request(bgt, BGT_EXTENSION_UNSPECIFIED, "why", &allowed,
					     &limit);
	case 'C':
		return bgt_extension_share(bgt);
	case 'D':
		return bgt_extension_finish(bgt);
	case 'E':
		return bgt_extension_close(bgt);
	case 'F':
		return bgt_app_foreground(bgt, "app");
	case 'G':
		return bgt_app_launch(bgt, "app", &pid);
	case 'H':
		return bgt_app_saved(bgt);
	case 'I':
		return bgt_activation_progress(bgt, 1, 50);
	case 'J':
		return bgt_activation_complete(bgt, 1, 0, "message");
	case 'K':
		return bgt_app_set_ui_thread(bgt, 1);
	case 'L':
		return bgt_trigger_fire(bgt, "app", "task", BGT_TRIGGER_APPLICATION, "argument");
	case 'M':
		return bgt_condition_set(bgt, 1, 1, false);
	case 'N':
		return bgt_app_set_access(bgt, "app", BGT_ACCESS_LOCK_SCREEN);
	default:
		return 0;
	}
}

static void open_connection(void)
{
	if (bgt_open(&world.bgt))
		world.bgt = NULL;
	world.mutex = NULL;
	if (world.bgt)
		fuzz_assert(!bgt_mutex_open(world.bgt, "mutex", BGT_SCOPE_GLOBAL, &world.mutex));
}

static void close_connection(void)
{
	bgt_mutex_close(world.mutex);
	bgt_close(world.bgt);
}

static void do_line(struct script *line)
{
	char first = script_character(line);

	if (first == 'O') {
		close_connection();
		world.opening = true;
		open_connection();
		world.opening = false;
	} else if (first == '>') {
		tell_watcher(line);
	} else if (world.bgt) {
		if (call_kernel(world.bgt, first, line) < 0 ||
		    call_helper(world.bgt, first) < 0 || call_app(world.bgt, first) < 0)
			read_text(bgt_error(world.bgt));
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script line;

	world.script = (struct script){ (const char *)data, (const char *)data + size };
	open_connection();
	fuzz_assert(world.bgt);
	while (script_line(&world.script, &line))
		do_line(&line);
	if (world.bgt)
		take_events(world.bgt);
	close_connection();
	return 0;
}
