// SPDX-License-Identifier: GPL-2.0
/*
 * A process in the app's cgroup that gives sockets away when the test tells it to by a pipe, since
 * the helper takes sockets only from their app; and the lines that tasks have read from these
 * sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "giver.h"
#include "scene.h"
#include "task.h"

static int do_register(struct bgt *bgt, const struct ask *ask)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	bgt_task_builder_set_name(builder, ask->task);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_CONTROL_CHANNEL);
	bgt_task_builder_set_socket(builder, ask->fd);
	for (uint32_t bit = 1; bit <= ask->conditions; bit <<= 1)
		if (ask->conditions & bit)
			bgt_task_builder_add_condition(builder, (enum bgt_condition)bit);
	error = bgt_task_register(builder, NULL);
	bgt_task_builder_free(builder);
	return error;
}

static int be_app(int asks, int answers)
{
	const struct passwd *user = getpwnam("nobody");
	struct answer answer;
	struct bgt *bgt;
	struct ask ask;

	if (!user || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) || bgt_open(&bgt))
		return 1;
	while (read(asks, &ask, sizeof(ask)) == sizeof(ask)) {
		memset(&answer, 0, sizeof(answer));
		answer.error = ask.registers ? do_register(bgt, &ask) :
					       bgt_channel_set(bgt, NULL, ask.task, ask.fd);
		if (answer.error)
			strncpy(answer.text, bgt_error(bgt), sizeof(answer.text) - 1);
		if (write(answers, &answer, sizeof(answer)) != sizeof(answer))
			return 1;
	}
	return 0;
}

pid_t start_in_app(int (*function)(int asks, int answers), int asks, int answers)
{
	int directory = open(CGROUP_ROOT "/bgtask-selftest-apps/" APP "/app",
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)directory,
	};
	pid_t pid;

	if (directory < 0)
		fail("the app has no cgroup: %s", strerror(errno));
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		fail("clone3: %s", strerror(errno));
	if (!pid)
		_exit(function(asks, answers));
	close(directory);
	return pid;
}

struct app app_start(void)
{
	int asks[2], answers[2];
	struct app app;

	if (pipe2(asks, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		fail("pipe2: %s", strerror(errno));
	app.pid = start_in_app(be_app, asks[0], answers[1]);
	app.asks = asks[1];
	app.answers = answers[0];
	close(asks[0]);
	close(answers[1]);
	return app;
}

void app_end(struct app *app)
{
	task_kill(app->pid);
	close(app->asks);
	close(app->answers);
}

const struct answer *app_ask(const struct app *app, struct ask ask)
{
	static struct answer answer;

	if (write(app->asks, &ask, sizeof(ask)) != sizeof(ask) ||
	    read(app->answers, &answer, sizeof(answer)) != sizeof(answer))
		fail("the app does not answer");
	return &answer;
}

int app_set(const struct app *app, const char *task, int fd)
{
	struct ask ask = { .fd = fd };

	strcpy(ask.task, task);
	return app_ask(app, ask)->error;
}

int app_register_with(const struct app *app, const char *task, int fd, uint32_t conditions)
{
	struct ask ask = { .registers = true, .conditions = conditions, .fd = fd };
	const struct answer *answer;

	strcpy(ask.task, task);
	answer = app_ask(app, ask);
	if (answer->error)
		note("registering %s: %s", task, answer->text);
	return answer->error;
}

int app_register(const struct app *app, const char *task, int fd)
{
	return app_register_with(app, task, fd, 0);
}

unsigned int count(struct bgt *bgt, const char *task)
{
	struct bgt_instance *list, *instance;
	unsigned int found = 0;

	if (bgt_instance_list(bgt, APP, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next)
		found += instance->trigger == BGT_TRIGGER_CONTROL_CHANNEL &&
			 !strcmp(instance->name, task);
	bgt_instance_free(list);
	return found;
}

const struct bgt_instance *wait_instance(struct bgt *bgt, const char *task, unsigned int number,
					 enum bgt_instance_state state)
{
	uint64_t end = now() + DEADLINE;

	while (count(bgt, task) < number) {
		if (now() > end)
			return NULL;
		look_later(end);
	}
	return instance_wait(bgt, APP, task, state);
}

const char *got(void)
{
	static char text[1024];
	int fd = open(GOT, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

void put(int peer, const char *text)
{
	if (send(peer, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		fail("send: %s", strerror(errno));
}

bool is_dropped(int peer)
{
	struct pollfd polled = { .fd = peer, .events = 0 };

	return poll(&polled, 1, (int)(DEADLINE / MSEC)) == 1 && polled.revents & POLLHUP;
}
