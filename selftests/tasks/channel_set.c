// SPDX-License-Identifier: GPL-2.0
/*
 * Which sockets the helper takes as control channels, from whom, and how many; and what becomes of
 * them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "genl.h"
#include "giver.h"
#include "helper.h"
#include "manager.h"
#include "scene.h"
#include "task.h"

/* One more than an app may have. */
#define MANY	9

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

	/* Only a process of the app can give a socket; an administrator cannot. */
	EXPECT_EQ(-EPERM, bgt_channel_set(self->bgt, APP, "read", self->fd));
	EXPECT_STREQ("only the app itself can give its sockets away", bgt_error(self->bgt));
	expect(_metadata, &app, self->fd, 0, "");
	app_end(&app);
	put(self->peer, "one\n");
	EXPECT_NE(NULL, wait_instance(self->bgt, "read", 1, BGT_INSTANCE_COMPLETED));
}

/*
 * Makes the call and exits: the helper must not take a socket of another process that gets its
 * process id.
 */
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
	/* A registration that was refused leaves nothing behind. */
	EXPECT_EQ(0, app_register(&app, "n8", -1));
	EXPECT_EQ(-ENOSPC, app_set(&app, "n8", self->fd));
	/* A socket that replaces another one does not count as one more. */
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

/* After a restart the app must give its socket again, unless a service manager has kept it. */
TEST_F_TIMEOUT(channel, helper_killed, 120)
{
	struct notice notice;
	struct app app;
	char name[64];
	int manager;

	app = app_start();
	ASSERT_EQ(0, app_register(&app, "read", self->fd));
	/* There is no service manager, so the next helper does not have the socket. */
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

	/* When the socket is not needed any more, the helper tells the service manager. */
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
