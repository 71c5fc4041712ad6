// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that the kernel has not sent: a process with CAP_NET_ADMIN can send to any netlink
 * socket.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "genl.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

#define APP	"org.example.App"

FIXTURE(forged) {
	struct bgt *bgt;
	struct genl forger;
};

FIXTURE_SETUP(forged)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, "[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n");
	ASSERT_EQ(0, genl_open(&self->forger));
}

FIXTURE_TEARDOWN(forged)
{
	genl_close(&self->forger);
	helper_end();
}

/* Sends the request to all sockets of generic netlink, except the kernel's. Returns to how many. */
static unsigned int send_to_all(struct genl *forger)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct nlmsghdr *message = (struct nlmsghdr *)forger->request;
	unsigned int family, port, count = 0;
	char line[256];
	FILE *sockets;

	message->nlmsg_flags = 0;
	sockets = fopen("/proc/net/netlink", "re");
	while (sockets && fgets(line, sizeof(line), sockets)) {
		if (sscanf(line, "%*s %u %u", &family, &port) != 2 ||
		    family != NETLINK_GENERIC || !port)
			continue;
		to.nl_pid = port;
		count += sendto(forger->socket, message, message->nlmsg_len, 0,
				(struct sockaddr *)&to, sizeof(to)) == (ssize_t)message->nlmsg_len;
	}
	if (sockets)
		fclose(sockets);
	return count;
}

static size_t put_u32(uint8_t *payload, uint16_t type, uint32_t value)
{
	const struct nlattr attr = { .nla_len = NLA_HDRLEN + sizeof(value), .nla_type = type };

	memcpy(payload, &attr, sizeof(attr));
	memcpy(payload + NLA_HDRLEN, &value, sizeof(value));
	return attr.nla_len;
}

/* A forged call of an administrator, in the form in which the kernel relays calls. */
TEST_F_TIMEOUT(forged, call, 60)
{
	uint32_t holding, before, after;
	enum bgt_work_cost cost;
	uint8_t payload[64];
	size_t size;

	ASSERT_EQ(0, bgt_condition_get(self->bgt, &holding, &before, &cost));
	size = put_u32(payload, BGTASK_A_CONDITION_CONDITIONS, BGTASK_CONDITION_USER_NOT_PRESENT);
	size += put_u32(payload + size, BGTASK_A_CONDITION_WHICH,
			BGTASK_CONDITION_USER_NOT_PRESENT);
	genl_begin(&self->forger, BGTASK_CMD_CALL_NTF);
	genl_put_u32(&self->forger, BGTASK_A_CALL_PEER, 1);
	genl_put_u32(&self->forger, BGTASK_A_CALL_ID, 1);
	genl_put_u32(&self->forger, BGTASK_A_CALL_COMMAND, BGTASK_CMD_CONDITION_SET);
	genl_put_u32(&self->forger, BGTASK_A_CALL_PID, 1);
	genl_put_u32(&self->forger, BGTASK_A_CALL_UID, 0);
	genl_put_u8(&self->forger, BGTASK_A_CALL_ADMIN, 1);
	genl_put(&self->forger, BGTASK_A_CALL_PAYLOAD, payload, size);
	/* The helper has two sockets, and the library one. */
	EXPECT_LE(3, send_to_all(&self->forger));

	/*
	 * The helper handles calls in order, so it has handled the forged one when it answers this
	 * one.
	 */
	ASSERT_EQ(0, bgt_condition_get(self->bgt, &holding, &after, &cost));
	EXPECT_EQ(before, after);
	EXPECT_FALSE(holding & BGTASK_CONDITION_USER_NOT_PRESENT);
}

/*
 * A forged event for the app, in the form in which the kernel passes events on; and then a true
 * event.
 */
TEST_F_TIMEOUT(forged, event, 60)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(self->bgt);
	struct pollfd readable = { .events = POLLIN };
	const struct bgt_event *event = NULL;

	ASSERT_EQ(0, bgt_task_associate(self->bgt, APP));
	readable.fd = bgt_fd(self->bgt);
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, "ok");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	ASSERT_EQ(0, bgt_task_register(builder, NULL));
	bgt_task_builder_free(builder);

	genl_begin(&self->forger, BGTASK_CMD_INSTANCE_ENDED_NTF);
	genl_put_u32(&self->forger, BGTASK_A_INSTANCE_ID, 4000000000);
	genl_put_u32(&self->forger, BGTASK_A_INSTANCE_STATE, BGTASK_INSTANCE_STATE_FAILED);
	EXPECT_LE(3, send_to_all(&self->forger));
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "ok", BGT_TRIGGER_APPLICATION, NULL));

	while (!event) {
		ASSERT_LE(0, poll(&readable, 1, -1));
		ASSERT_LE(0, bgt_next_event(self->bgt, &event));
	}
	ASSERT_EQ(BGT_EVENT_INSTANCE_ENDED, event->type);
	EXPECT_NE(4000000000, event->instance->id);
	EXPECT_EQ(BGT_INSTANCE_COMPLETED, event->instance->state);
}

TEST_HARNESS_MAIN
