// SPDX-License-Identifier: GPL-2.0
/* Control channels: sockets of an app that launch a task while the app is away. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgroup.h"
#include "genl.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "manager.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define APP	"org.example.App"
#define GOT	HELPER_TOP "/out/got"
#define GO	HELPER_TOP "/out/go"
/* As many as an app may have, and one more. */
#define MANY	9

/* Reads one line from descriptor 3, and writes it down with what it was told about that. */
#define READ	"test $LISTEN_PID = $$ && { read -r line <&3 || line=END; } && "	\
		"echo $LISTEN_FDS $LISTEN_FDNAMES $line >>" GOT
#define TASK(name, command)	"[Task " name "]\nEntryPoint=" command "\n"		\
				"Triggers=control-channel application\n"
#define TASKS	TASK("read", "/bin/sh -c '" READ "'")				\
		TASK("wait", "/bin/sh -c '" READ "; until test -e " GO "; do sleep 0.1; done'") \
		TASK("lazy", "/bin/true")

FIXTURE(channel) {
	struct bgt *bgt;
	/* The other side of what the app has. */
	int peer, fd;
};

/* The app itself: it does what it is asked to, and nothing else. */
struct app {
	pid_t pid;
	int asks, answers;
};

struct ask {
	char task[16];
	bool registers;
	uint32_t conditions;
	int fd;
};

struct answer {
	int error;
	char text[128];
};

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

/* Starts a process where an app's own are. */
static pid_t start_in_app(int (*function)(int asks, int answers), int asks, int answers)
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

static struct app app_start(void)
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

static void app_end(struct app *app)
{
	task_kill(app->pid);
	close(app->asks);
	close(app->answers);
}

/* What it was answered; valid until the next call. */
static const struct answer *app_ask(const struct app *app, struct ask ask)
{
	static struct answer answer;

	if (write(app->asks, &ask, sizeof(ask)) != sizeof(ask) ||
	    read(app->answers, &answer, sizeof(answer)) != sizeof(answer))
		fail("the app does not answer");
	return &answer;
}

static int app_set(const struct app *app, const char *task, int fd)
{
	struct ask ask = { .fd = fd };

	strcpy(ask.task, task);
	return app_ask(app, ask)->error;
}

static int app_register_with(const struct app *app, const char *task, int fd, uint32_t conditions)
{
	struct ask ask = { .registers = true, .conditions = conditions, .fd = fd };
	const struct answer *answer;

	strcpy(ask.task, task);
	answer = app_ask(app, ask);
	if (answer->error)
		note("registering %s: %s", task, answer->text);
	return answer->error;
}

static int app_register(const struct app *app, const char *task, int fd)
{
	return app_register_with(app, task, fd, 0);
}

FIXTURE_SETUP(channel)
{
	struct bgt_task_builder *builder;
	int pair[2];

	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	/* Shells take their time on an emulated debug kernel. */
	helper_change(self->bgt, "s/^Quota=.*/Quota=100s/; s/^Period=.*/Period=200s/");
	ASSERT_EQ(0, mkdir(HELPER_TOP "/out", 0777));
	ASSERT_EQ(0, chmod(HELPER_TOP "/out", 0777));
	helper_install(self->bgt, APP, TASKS);
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	self->peer = pair[0];
	self->fd = pair[1];

	/* Its container is made when the first task runs. */
	builder = bgt_task_builder_new(self->bgt);
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, "lazy");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	ASSERT_EQ(0, bgt_task_register(builder, NULL));
	bgt_task_builder_free(builder);
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "lazy", BGT_TRIGGER_APPLICATION, NULL));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "lazy", BGT_INSTANCE_COMPLETED));
	ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "lazy", false));
}

FIXTURE_TEARDOWN(channel)
{
	helper_end();
}

static unsigned int count(struct bgt *bgt, const char *task)
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

/* The last of so many instances once it is in a state; NULL if the deadline passes. */
static const struct bgt_instance *wait_instance(struct bgt *bgt, const char *task,
						unsigned int number, enum bgt_instance_state state)
{
	uint64_t end = now() + DEADLINE;

	while (count(bgt, task) < number) {
		if (now() > end)
			return NULL;
		look_later(end);
	}
	return instance_wait(bgt, APP, task, state);
}

/* All that tasks have read. Valid until the next call. */
static const char *got(void)
{
	static char text[1024];
	int fd = open(GOT, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void put(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		fail("send: %s", strerror(errno));
}

/* What comes while the app runs is the app's; what is left when it does not, the task's. */
TEST_F_TIMEOUT(channel, not_running, 120)
{
	struct app app = app_start(), again;

	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	put(self->peer, "one\n");
	pause_for(500 * MSEC);
	EXPECT_EQ(0, count(self->bgt, "read"));
	app_end(&app);
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n", got());

	/* It is watched again; and not any more when the app is back. */
	put(self->peer, "two\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 2, BGT_INSTANCE_COMPLETED));
	again = app_start();
	EXPECT_EQ(-ENOENT, app_set(&again, "lazy", -1));
	put(self->peer, "three\n");
	pause_for(500 * MSEC);
	EXPECT_EQ(2, count(self->bgt, "read"));
	app_end(&again);
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 3, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n1 control-channel two\n1 control-channel three\n",
		     got());
}

TEST_F_TIMEOUT(channel, held, 120)
{
	struct app app = app_start();
	uint32_t member = helper_app_member(self->bgt);

	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	put(self->peer, "one\n");
	pause_for(500 * MSEC);
	EXPECT_EQ(0, count(self->bgt, "read"));
	ASSERT_EQ(0, bgt_member_set_held(self->bgt, member, true));
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n", got());
	ASSERT_EQ(0, bgt_member_set_held(self->bgt, member, false));
	/* By its answer it runs again, and the helper was told so before it was asked. */
	EXPECT_EQ(-ENOENT, app_set(&app, "lazy", -1));
	pause_for(200 * MSEC);
	put(self->peer, "two\n");
	pause_for(500 * MSEC);
	EXPECT_EQ(1, count(self->bgt, "read"));
	app_end(&app);
	EXPECT_NE(NULL, wait_instance(self->bgt, "read", 2, BGT_INSTANCE_COMPLETED));
}

TEST_F_TIMEOUT(channel, tcp, 120)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener, peer, fd, error;
	socklen_t size = sizeof(address);
	struct app app;

	ASSERT_EQ(0, system("ip link set lo up"));
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, getsockname(listener, (struct sockaddr *)&address, &size));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, peer);

	app = app_start();
	error = app_register(&app, "read", fd);
	ASSERT_EQ(0, error);
	app_end(&app);
	put(peer, "by tcp\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel by tcp\n", got());
}

/* What comes while the task runs is its own, or the next one's. */
TEST_F_TIMEOUT(channel, task_runs, 120)
{
	struct app app = app_start();

	ASSERT_EQ(0, app_register(&app, "wait", self->fd));
	app_end(&app);
	put(self->peer, "one\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "wait", 1, BGT_INSTANCE_RUNNING));
	put(self->peer, "two\n");
	pause_for(500 * MSEC);
	EXPECT_EQ(1, count(self->bgt, "wait"));
	ASSERT_LE(0, creat(GO, 0644));
	EXPECT_NE(NULL, wait_instance(self->bgt, "wait", 2, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n1 control-channel two\n", got());
}

/* True once nobody has the app's side of it any more. */
static bool is_dropped(int peer)
{
	struct pollfd polled = { .fd = peer, .events = 0 };

	return poll(&polled, 1, (int)(DEADLINE / MSEC)) == 1 && polled.revents & POLLHUP;
}

/* That the other side has no more to say is told once. */
TEST_F_TIMEOUT(channel, closed, 120)
{
	struct app app = app_start();

	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	close(self->fd);
	app_end(&app);
	ASSERT_EQ(0, shutdown(self->peer, SHUT_WR));
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel END\n", got());
	EXPECT_TRUE(is_dropped(self->peer));
	pause_for(500 * MSEC);
	EXPECT_EQ(1, count(self->bgt, "read"));
}

TEST_F_TIMEOUT(channel, dropped, 120)
{
	struct app app = app_start();
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	app_end(&app);
	app = app_start();
	/* Another one in its place. */
	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	ASSERT_EQ(0, app_set(&app, "read", pair[0]));
	app_end(&app);
	close(self->fd);
	close(pair[0]);
	EXPECT_TRUE(is_dropped(self->peer));
	put(pair[1], "one\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "read", false));
	EXPECT_TRUE(is_dropped(pair[1]));
}

/* A task that reads nothing is not launched all the time. */
TEST_F_TIMEOUT(channel, not_read, 120)
{
	struct bgt_instance *list, *instance;
	struct app app = app_start();
	uint64_t started = 0, rest = 50 * MSEC;
	unsigned int number = 0;

	ASSERT_EQ(0, app_register(&app, "lazy", self->fd));
	app_end(&app);
	put(self->peer, "one\n");
	/* There may be more by then. */
	ASSERT_NE(NULL, wait_instance(self->bgt, "lazy", 5, BGT_INSTANCE_COMPLETED));
	ASSERT_EQ(0, bgt_instance_list(self->bgt, APP, &list));
	for (instance = list; instance && number < 5; instance = instance->next) {
		if (instance->trigger != BGT_TRIGGER_CONTROL_CHANNEL)
			continue;
		if (number++) {
			EXPECT_GE(instance->started - started, rest);
		}
		started = instance->started;
		rest *= 2;
	}
	bgt_instance_free(list);
	EXPECT_EQ(5, number);
}

/* Who may not run in the background is not disturbed; who may later, later. */
TEST_F_TIMEOUT(channel, access, 120)
{
	struct app app = app_start();

	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	app_end(&app);
	put(self->peer, "one\n");
	pause_for(300 * MSEC);
	EXPECT_EQ(0, count(self->bgt, "read"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_LATCHED));
	/* It is not the task's as long as the app is there. */
	app = app_start();
	EXPECT_EQ(-ENOENT, app_set(&app, "lazy", -1));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN));
	pause_for(300 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "read")->state);
	app_end(&app);
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n", got());
}

static void set_conditions(struct bgt *bgt, bool internet, bool present)
{
	uint32_t value = (internet ? BGT_CONDITION_INTERNET_AVAILABLE :
				     BGT_CONDITION_INTERNET_NOT_AVAILABLE) |
			 (present ? BGT_CONDITION_USER_PRESENT : BGT_CONDITION_USER_NOT_PRESENT);

	if (bgt_condition_set(bgt, BGT_CONDITION_INTERNET_AVAILABLE |
				   BGT_CONDITION_INTERNET_NOT_AVAILABLE |
				   BGT_CONDITION_USER_PRESENT | BGT_CONDITION_USER_NOT_PRESENT,
			      value, false))
		fail("bgt_condition_set: %s", bgt_error(bgt));
}

/* What has come waits for them, and is the task's when they hold, together. */
TEST_F_TIMEOUT(channel, conditions, 120)
{
	struct app app = app_start();

	set_conditions(self->bgt, false, false);
	ASSERT_EQ(0, app_register_with(&app, "read", self->fd, BGT_CONDITION_INTERNET_AVAILABLE |
							       BGT_CONDITION_USER_PRESENT));
	app_end(&app);
	put(self->peer, "one\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_LATCHED));
	for (int i = 0; i < 3; i++) {
		set_conditions(self->bgt, true, false);
		EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "read")->state);
		set_conditions(self->bgt, false, true);
		EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "read")->state);
	}
	EXPECT_STREQ("", got());
	set_conditions(self->bgt, true, true);
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n", got());
	/* They held before it came. */
	put(self->peer, "two\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 2, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n1 control-channel two\n", got());
}

static void expect(struct __test_metadata *_metadata, const struct app *app, int fd, int error,
		   const char *text)
{
	const struct answer *answer = app_ask(app, (struct ask){ .task = "read", .fd = fd });

	EXPECT_EQ(error, answer->error);
	EXPECT_STREQ(text, answer->text);
}

TEST_F_TIMEOUT(channel, refused, 120)
{
	const char *unconnected = "the socket is not connected";
	int file, unix_socket, udp, listener, netlink;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct app app;

	file = open("/dev/null", O_RDWR | O_CLOEXEC);
	unix_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)));
	ASSERT_EQ(0, listen(listener, 1));
	app = app_start();
	ASSERT_EQ(0, app_register(&app, "read", -1));
	expect(_metadata, &app, file, -ENOTSOCK, "that is no socket");
	expect(_metadata, &app, unix_socket, -EINVAL, unconnected);
	expect(_metadata, &app, udp, -EINVAL, unconnected);
	expect(_metadata, &app, listener, -EINVAL, unconnected);
	expect(_metadata, &app, netlink, -EAFNOSUPPORT,
	       "that is no socket of a local or an internet connection");
	expect(_metadata, &app, 12345, -EBADF, "there is no such descriptor");
	expect(_metadata, &app, INT32_MAX, -EBADF, "there is no such descriptor");
	EXPECT_EQ(-ENOENT, app_set(&app, "wait", self->fd));

	/* Whoever is not in the app has nothing to give, an administrator, too. */
	EXPECT_EQ(-EPERM, bgt_channel_set(self->bgt, APP, "read", self->fd));
	EXPECT_STREQ("only the app itself can give its sockets away", bgt_error(self->bgt));
	expect(_metadata, &app, self->fd, 0, "");
	app_end(&app);
	put(self->peer, "one\n");
	EXPECT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
}

/* It asks, and is gone: whoever has its number then is not meant. */
static int ask_and_go(int fd, int unused)
{
	struct genl genl;

	(void)unused;
	if (genl_open(&genl))
		return 1;
	genl_begin(&genl, BGTASK_CMD_CHANNEL_SET);
	genl_put_string(&genl, BGTASK_A_TASK_NAME, "read");
	genl_put_u32(&genl, BGTASK_A_TASK_FD, (uint32_t)fd);
	return genl_send(&genl, 0) ? 1 : 0;
}

TEST_F_TIMEOUT(channel, gone, 120)
{
	struct app app = app_start();

	ASSERT_EQ(0, app_register(&app, "read", -1));
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(0, task_wait(start_in_app(ask_and_go, self->fd, -1)));
	EXPECT_EQ(0, app_set(&app, "read", self->fd));
	app_end(&app);
	put(self->peer, "one\n");
	EXPECT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
}

TEST_F_TIMEOUT(channel, too_many, 120)
{
	char tasks[1024] = "", name[16];
	const struct answer *answer;
	struct app app;

	for (int i = 0; i < MANY; i++)
		snprintf(tasks + strlen(tasks), sizeof(tasks) - strlen(tasks),
			 "[Task n%d]\nEntryPoint=/bin/true\nTriggers=control-channel\n", i);
	helper_install(self->bgt, APP, tasks);
	app = app_start();
	for (int i = 0; i < MANY - 1; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		ASSERT_EQ(0, app_register(&app, name, self->fd));
	}
	answer = app_ask(&app, (struct ask){ .task = "n8", .registers = true, .fd = self->fd });
	EXPECT_EQ(-ENOSPC, answer->error);
	EXPECT_STREQ("the app has 8 sockets watched already", answer->text);
	/* Nothing is left of what was refused. */
	EXPECT_EQ(0, app_register(&app, "n8", -1));
	EXPECT_EQ(-ENOSPC, app_set(&app, "n8", self->fd));
	/* In the place of another it is not one more. */
	EXPECT_EQ(0, app_set(&app, "n0", self->fd));
	EXPECT_EQ(0, app_set(&app, "n0", -1));
	EXPECT_EQ(0, app_set(&app, "n8", self->fd));
	app_end(&app);
}

static struct notice hear(int manager)
{
	struct notice notice;

	if (!manager_hear(manager, &notice, DEADLINE))
		fail("nothing is told to the service manager");
	return notice;
}

/* Without a service manager it has to be given anew, with one it need not. */
TEST_F_TIMEOUT(channel, helper_killed, 120)
{
	struct notice notice;
	struct app app;
	char name[64];
	int manager;

	app = app_start();
	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	/* Whoever the app is, the next one finds out. */
	helper_restart(self->bgt);
	ASSERT_EQ(0, app_set(&app, "read", self->fd));

	manager = manager_begin(0);
	helper_restart(self->bgt);
	notice = hear(manager);
	EXPECT_EQ(-1, notice.fd);
	EXPECT_STREQ("READY=1", notice.text);
	ASSERT_EQ(0, app_set(&app, "read", self->fd));
	notice = hear(manager);
	ASSERT_LE(0, notice.fd);
	ASSERT_EQ(1, sscanf(notice.text, "FDSTORE=1\nFDPOLL=0\nFDNAME=%63s", name));
	app_end(&app);
	close(self->fd);

	helper_give(notice.fd, name);
	helper_restart(self->bgt);
	close(notice.fd);
	put(self->peer, "kept\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel kept\n", got());

	/* When it is of no use any more, the service manager is told. */
	EXPECT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "read", false));
	do {
		notice = hear(manager);
		close(notice.fd);
	} while (strncmp(notice.text, "FDSTOREREMOVE=1\nFDNAME=", 23));
	EXPECT_STREQ(name, notice.text + 23);
	EXPECT_TRUE(is_dropped(self->peer));
	manager_end(manager);
}

TEST_HARNESS_MAIN
