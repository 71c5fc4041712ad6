// SPDX-License-Identifier: GPL-2.0
/*
 * internet-available, internet-not-available, network-state-change and their conditions, with links
 * and routes of a network namespace.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

#define TRIGGERS	(1u << BGT_TRIGGER_INTERNET_AVAILABLE |			\
			 1u << BGT_TRIGGER_INTERNET_NOT_AVAILABLE |		\
			 1u << BGT_TRIGGER_NETWORK_STATE_CHANGE)
#define UP	"internet-available network-state-change"
#define DOWN	"internet-not-available network-state-change"
#define CHANGE	"network-state-change"

FIXTURE(network) {
	struct bgt *bgt;
};

FIXTURE_SETUP(network)
{
	scene_begin();
	shell("modprobe -a dummy veth");
	if (unshare(CLONE_NEWNET))
		fail("unshare failed");
	shell("ip link set lo up");
	self->bgt = mutex_connect();
	firing_begin(self->bgt, TRIGGERS);
}

FIXTURE_TEARDOWN(network)
{
	helper_end();
}

static bool available(struct bgt *bgt)
{
	uint32_t holding, set;
	enum bgt_work_cost cost;

	if (bgt_condition_get(bgt, &holding, &set, &cost))
		fail("bgt_condition_get: %s", bgt_error(bgt));
	return holding & BGT_CONDITION_INTERNET_AVAILABLE;
}

/* Takes steps until one fires something else than it should. */
static bool take(struct bgt *bgt, const struct firing_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!firing_take(bgt, &steps[i], 1))
			return false;
		if ((!strcmp(steps[i].expected, UP) && !available(bgt)) ||
		    (!strcmp(steps[i].expected, DOWN) && available(bgt))) {
			note("the condition, after: %s", steps[i].what);
			return false;
		}
	}
	return true;
}

#define TAKE(steps)	EXPECT_TRUE(take(self->bgt, steps, ARRAY_SIZE(steps)))

TEST_F_TIMEOUT(network, ipv4, 240)
{
	static const struct firing_step steps[] = {
		{ "ip link add d0 type dummy && ip address add 10.7.0.1/24 dev d0", "", "a link" },
		{ "ip link set d0 up", "", "a link that is up" },
		{ "ip route add 10.9.0.0/16 via 10.7.0.2", "", "a route to some" },
		{ "ip route add default via 10.7.0.2", UP, "a default route" },
		{ "ip link set d0 down", DOWN, "the link down, the route gone with it" },
		{ "ip link set d0 up", "", "the link up" },
		{ "ip route add default dev d0", UP, "a default route without a gateway" },
		{ "ip route replace default via 10.7.0.2", CHANGE, "a gateway" },
		{ "ip route replace default via 10.7.0.3", CHANGE, "another" },
		{ "ip route replace default via 10.7.0.3", "", "the same" },
		{ "ip link add d1 type dummy && ip address add 10.8.0.1/24 dev d1 &&"
		  " ip link set d1 up", "", "another link" },
		{ "ip route add default via 10.8.0.2 metric 9", CHANGE, "a route over it" },
		{ "ip route del default via 10.7.0.3", CHANGE, "the first route gone" },
		{ "ip route replace default via 10.7.0.4 metric 9", CHANGE, "over the first link" },
		{ "ip link del d1", "", "the other link gone, which matters no more" },
		{ "ip route del default", DOWN, "the route gone" },
		{ "ip route add default via 10.7.0.2", UP, "there again" },
		{ "ip address flush dev d0", DOWN, "the address gone, the route gone with it" },
	};

	EXPECT_FALSE(available(self->bgt));
	TAKE(steps);
}

TEST_F_TIMEOUT(network, ipv6, 240)
{
	static const struct firing_step steps[] = {
		{ "ip link add d0 type dummy && ip address add fd00::1/64 dev d0 nodad &&"
		  " ip link set d0 up", "", "a link" },
		{ "ip -6 route add default via fd00::2", UP, "a default route" },
		{ "ip -6 route replace default via fd00::3", CHANGE, "another gateway" },
		{ "ip link set d0 down", DOWN, "the link down" },
		{ "ip link set d0 up && ip -6 route add default dev d0 metric 5", UP, "up again" },
		{ "ip -6 route add unreachable default metric 9", "", "a way that leads nowhere" },
		{ "ip link del d0", DOWN, "the link gone" },
	};

	TAKE(steps);
}

TEST_F_TIMEOUT(network, both, 240)
{
	static const struct firing_step steps[] = {
		{ "ip link add d0 type dummy && ip address add 10.7.0.1/24 dev d0 &&"
		  " ip address add fd00::1/64 dev d0 nodad && ip link set d0 up", "", "a link" },
		{ "ip -6 route add default via fd00::2", UP, "IPv6" },
		{ "ip route add default via 10.7.0.2", CHANGE, "IPv4, too" },
		{ "ip -6 route del default", CHANGE, "no IPv6 any more" },
		{ "ip route replace default via inet6 fd00::2 dev d0", CHANGE,
		  "IPv4 over a gateway of IPv6" },
		{ "ip link del d0", DOWN, "the link gone" },
	};

	TAKE(steps);
}

/* A link that is up can be used only when it has a carrier. */
TEST_F_TIMEOUT(network, carrier, 240)
{
	static const struct firing_step steps[] = {
		{ "ip link add v0 type veth peer name v1 && ip address add 10.7.0.1/24 dev v0 &&"
		  " ip link set v0 up && ip route add default via 10.7.0.2", "",
		  "a default route over a link that is down" },
		{ "ip link set v1 up", UP, "its peer is there" },
		{ "ip link set v1 down", DOWN, "its peer has gone" },
		{ "ip link add d0 type dummy && ip address add 10.8.0.1/24 dev d0 &&"
		  " ip link set d0 up && ip route add default via 10.8.0.2 metric 9", UP,
		  "a worse route that works" },
		{ "ip link set v1 up", CHANGE, "both work" },
		{ "ip link del v1", CHANGE, "the first is gone, and its link" },
		{ "ip link del d0", DOWN, "none" },
	};

	TAKE(steps);
}

/* Routes with several ways, and routes to next-hop objects. */
TEST_F_TIMEOUT(network, ways, 240)
{
	static const struct firing_step steps[] = {
		{ "ip link add v0 type veth peer name v1 && ip link add d0 type dummy &&"
		  " ip address add 10.7.0.1/24 dev v0 && ip address add 10.8.0.1/24 dev d0 &&"
		  " for i in v0 v1 d0; do ip link set $i up || exit; done", "", "links" },
		{ "ip route add default nexthop via 10.7.0.2 nexthop via 10.8.0.2", UP,
		  "two ways" },
		{ "ip link set v1 down", CHANGE, "one of them down" },
		{ "ip link set d0 down", DOWN, "both down" },
		{ "ip route flush exact default && ip link set d0 up && ip link set v1 up", "",
		  "all as at first" },
		{ "ip nexthop add id 7 via 10.8.0.2 dev d0 && ip route add default nhid 7", UP,
		  "a next hop" },
		{ "ip nexthop replace id 7 via 10.7.0.2 dev v0", CHANGE, "another way to it" },
		{ "ip nexthop del id 7", DOWN, "the next hop gone" },
	};

	TAKE(steps);
}

/* The state of the network when the helper starts holds, and fires nothing. */
TEST_F_TIMEOUT(network, restart, 240)
{
	shell("ip link add d0 type dummy && ip address add 10.7.0.1/24 dev d0 &&"
	      " ip link set d0 up && ip route add default via 10.7.0.2");
	EXPECT_TRUE(firing_is(self->bgt, UP));
	helper_restart(self->bgt);
	EXPECT_TRUE(available(self->bgt));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	helper_kill();
	shell("ip route del default");
	helper_restart(self->bgt);
	EXPECT_FALSE(available(self->bgt));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	shell("ip route add default via 10.7.0.2");
	EXPECT_TRUE(firing_is(self->bgt, UP));
}

/*
 * A task that waits for the internet is launched when it is available, and is cancelled when it is
 * lost.
 */
TEST_F_TIMEOUT(network, condition, 240)
{
	static const char app[] = "org.example.Net";
	const uint32_t pair = BGT_CONDITION_INTERNET_AVAILABLE |
			      BGT_CONDITION_INTERNET_NOT_AVAILABLE;
	struct bgt *watcher = mutex_connect();
	const struct bgt_instance *instance;

	ASSERT_EQ(0, bgt_task_associate(watcher, NULL));
	firing_install(self->bgt, app, "/bin/sleep 1000");
	ASSERT_EQ(0, firing_register(self->bgt, app, BGT_TRIGGER_APPLICATION, (struct firing_wish){
			.condition = BGT_CONDITION_INTERNET_AVAILABLE, .cancel = true }));
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, app, "task", BGT_TRIGGER_APPLICATION, NULL));
	shell("ip link add d0 type dummy && ip address add 10.7.0.1/24 dev d0 &&"
	      " ip link set d0 up");
	EXPECT_TRUE(firing_is(self->bgt, ""));
	ASSERT_NE(NULL, instance_look(self->bgt, app, "task"));
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, app, "task")->state);
	shell("ip route add default via 10.7.0.2");
	EXPECT_NE(NULL, instance_wait(self->bgt, app, "task", BGT_INSTANCE_RUNNING));
	EXPECT_TRUE(firing_told(watcher, pair, BGT_CONDITION_INTERNET_AVAILABLE));
	shell("ip link del d0");
	instance = instance_wait(self->bgt, app, "task", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, instance->reason);
	EXPECT_EQ(1, instance_count(self->bgt, app));
	EXPECT_TRUE(firing_told(watcher, pair, BGT_CONDITION_INTERNET_NOT_AVAILABLE));
	bgt_close(watcher);
}

TEST_HARNESS_MAIN
