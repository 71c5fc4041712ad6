// SPDX-License-Identifier: GPL-2.0
/*
 * Everybody but administrators of the machine is refused everything. An administrator has a right
 * in the initial user namespace; rights in another namespace do not count.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract.h"
#include "task.h"

/* A process that has given up its rights, and makes all requests. */
struct intruder {
	uint32_t id, member;
	void (*become)(void);
	/* In a network namespace of its own, the process may join groups. */
	bool may_join;
};

static int join(struct genl *genl)
{
	return setsockopt(genl->socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &genl->group,
			  sizeof(genl->group)) ? -errno : 0;
}

static int intrude(void *data)
{
	struct intruder *intruder = data;
	struct genl genl;
	int errors = 0, error;

	intruder->become();
	if (genl_open(&genl))
		return 100;
	for (uint8_t command = BGTASK_CMD_CONTAINER_NEW; command <= BGTASK_CMD_MEMBER_GET;
	     command++) {
		stage_put(&genl, command, intruder->id, intruder->member);
		errors += !stage_is_eperm(command, &genl, genl_do(&genl));
		/* Neither is the process told which ids exist. */
		stage_put(&genl, command, 0x7ffffff0, 0x7ffffff0);
		errors += !stage_is_eperm(command, &genl, genl_do(&genl));
	}
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	errors += !stage_is_eperm(1000, &genl, genl_dump(&genl));
	genl_begin(&genl, BGTASK_CMD_MEMBER_GET);
	errors += !stage_is_eperm(1001, &genl, genl_dump(&genl));
	/* The process may not listen, either. */
	error = join(&genl);
	if (error != (intruder->may_join ? 0 : -EPERM)) {
		note("joining the group: %s", strerror(-error));
		errors++;
	}
	return errors;
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* Becomes root in a new user namespace. */
static void become_root_of_a_namespace(void)
{
	stage_become_nobody();
	/* A process that can be traced owns its files in /proc. */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER))
		fail("no user namespace: %s", strerror(errno));
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", "0 65534 1");
	write_text("/proc/self/gid_map", "0 65534 1");
	if (getuid())
		fail("not root there");
}

/* The same, with a new network namespace, in which the process is an administrator. */
static void become_root_of_a_network(void)
{
	become_root_of_a_namespace();
	if (unshare(CLONE_NEWNET))
		fail("no network namespace: %s", strerror(errno));
}

/* Stays user 0, with all rights except the one that matters. */
static void become_root_without_sys_admin(void)
{
	stage_drop(CAP_SYS_ADMIN);
}

/* Outside of the container, since a process inside may read it. */
#define EXPECT_INTRUDER_FAILS(...) do {							\
	struct intruder intruder_ = { self->id, self->member, __VA_ARGS__ };		\
											\
	cgroup_make("outside");								\
	EXPECT_UNCHANGED(EXPECT_EQ(0, task_wait(task_start("outside", intrude,		\
							   &intruder_))));		\
} while (0)

TEST_F(contract, nobody)
{
	EXPECT_INTRUDER_FAILS(stage_become_nobody, false);
}

TEST_F(contract, root_of_a_user_namespace)
{
	EXPECT_INTRUDER_FAILS(become_root_of_a_namespace, false);
}

TEST_F(contract, root_of_a_network_namespace)
{
	EXPECT_INTRUDER_FAILS(become_root_of_a_network, true);
}

TEST_F(contract, root_without_sys_admin)
{
	EXPECT_INTRUDER_FAILS(become_root_without_sys_admin, false);
}

/* A listener in another network namespace, which is told when there was something to hear. */
struct listener {
	int ready[2], sent[2];
};

static int eavesdrop(void *data)
{
	struct listener *listener = data;
	struct genl genl;
	char byte = 0;

	become_root_of_a_network();
	if (genl_open(&genl) || join(&genl))
		return 100;
	if (write(listener->ready[1], &byte, 1) != 1 || read(listener->sent[0], &byte, 1) != 1)
		return 101;
	if (recv(genl.socket, &byte, 1, MSG_DONTWAIT) >= 0)
		return 1;
	return errno == EAGAIN ? 0 : 2;
}

TEST_F(contract, another_network_namespace)
{
	struct listener listener;
	uint32_t id;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, pipe(listener.ready));
	ASSERT_EQ(0, pipe(listener.sent));
	cgroup_make("outside");
	pid = task_start("outside", eavesdrop, &listener);
	close(listener.ready[1]);
	ASSERT_EQ(1, read(listener.ready[0], &byte, 1));
	id = container_new(self->bgt, STAGE_QUOTA, STAGE_PERIOD);
	EXPECT_NE(NULL, event_wait(self->bgt, BGT_EVENT_CONTAINER_NEW, id));
	ASSERT_EQ(1, write(listener.sent[1], &byte, 1));
	EXPECT_EQ(0, task_wait(pid));
}

TEST_HARNESS_MAIN
