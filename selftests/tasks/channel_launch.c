// SPDX-License-Identifier: GPL-2.0
/* Control channels: sockets of an app that launch a task while the app is away. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "giver.h"
#include "helper.h"
#include "scene.h"
#include "task.h"

/*
 * Data that comes while the app runs is for the app; when the app does not run, it launches the
 * task.
 */
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

	/* The helper watches the socket again after the task; and stops when the app is back. */
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
	/*
	 * The app runs again, as it answers. The helper was told of that before it got the app's
	 * call.
	 */
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

/* Data that comes while the task runs is for the running task, or launches the next one. */
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

/* The end of the connection launches the task once. */
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
	/* Another socket takes the place of the first one. */
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

/* A task that does not read the data is launched less and less often. */
TEST_F_TIMEOUT(channel, not_read, 120)
{
	struct bgt_instance *list, *instance;
	struct app app = app_start();
	uint64_t started = 0, rest = 50 * MSEC;
	unsigned int number = 0;

	ASSERT_EQ(0, app_register(&app, "lazy", self->fd));
	app_end(&app);
	put(self->peer, "one\n");
	/* There may be more instances by then. */
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

/* The data of an app that may not run in the background stays until the app may. */
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
	/* While the app runs, the data is not for the task. */
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

/*
 * Data waits for the task's conditions, and launches the task when all of them hold at the same
 * time.
 */
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
	/* The conditions hold already when this data comes. */
	put(self->peer, "two\n");
	ASSERT_NE(NULL, wait_instance(self->bgt, "read", 2, BGT_INSTANCE_COMPLETED));
	EXPECT_STREQ("1 control-channel one\n1 control-channel two\n", got());
}

TEST_HARNESS_MAIN
