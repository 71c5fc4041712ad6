/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs about control channels begin with: an app that may have control channels, and a
 * socket.
 */
#ifndef BGTASK_TEST_CHANNEL_H
#define BGTASK_TEST_CHANNEL_H

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "giver.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

/*
 * Reads a line from descriptor 3, and writes it to GOT with the variables that describe the socket.
 */
#define READ	"test $LISTEN_PID = $$ && { read -r line <&3 || line=END; } && "	\
		"echo $LISTEN_FDS $LISTEN_FDNAMES $line >>" GOT
#define TASK(name, command)	"[Task " name "]\nEntryPoint=" command "\n"		\
				"Triggers=control-channel application\n"
#define TASKS	TASK("read", "/bin/sh -c '" READ "'")				\
		TASK("wait", "/bin/sh -c '" READ "; until test -e " GO "; do sleep 0.1; done'") \
		TASK("lazy", "/bin/true")

FIXTURE(channel) {
	struct bgt *bgt;
	/* The socket of the other side, and the app's socket. */
	int peer, fd;
};

FIXTURE_SETUP(channel)
{
	int pair[2];

	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	/* A large budget, since shells take long on an emulated debug kernel. */
	helper_change(self->bgt, "s/^Quota=.*/Quota=100s/; s/^Period=.*/Period=200s/");
	ASSERT_EQ(0, mkdir(HELPER_TOP "/out", 0777));
	ASSERT_EQ(0, chmod(HELPER_TOP "/out", 0777));
	helper_install(self->bgt, APP, TASKS);
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	self->peer = pair[0];
	self->fd = pair[1];

	/* The app's container is made when its first task runs. */
	helper_register_plain(self->bgt, "lazy");
	helper_fire(self->bgt, "lazy");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "lazy", BGT_INSTANCE_COMPLETED));
	ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "lazy", false));
}

FIXTURE_TEARDOWN(channel)
{
	helper_end();
}

#endif
