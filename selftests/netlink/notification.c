// SPDX-License-Identifier: GPL-2.0
/*
 * Events for listeners, and tracepoints: each change is told once, with the state at that moment.
 */
#include <linux/bgtask.h>
#include <stdio.h>

#include "contract.h"
#include "trace.h"

static void expect_new(struct __test_metadata *_metadata, const struct bgt_event *event,
		       const struct bgt_container *now_)
{
	EXPECT_EQ(now_->id, event->container->id);
	EXPECT_STREQ(now_->name, event->container->name);
	EXPECT_EQ(now_->quota, event->container->quota);
	EXPECT_EQ(now_->period, event->container->period);
	EXPECT_EQ(now_->exempt, event->container->exempt);
	EXPECT_EQ(now_->generation_start, event->container->generation_start);
	EXPECT_EQ(now_->generation_end, event->container->generation_end);
}

/* How many trace records are about this container or member. */
static unsigned int traced(const char *event, uint32_t id)
{
	char text[64];

	snprintf(text, sizeof(text), " %s: id=%u ", event, id);
	return trace_count(text);
}

static bool traced_in_time(const char *event, uint32_t id, unsigned int count)
{
	uint64_t end = now() + DEADLINE;

	while (traced(event, id) < count) {
		if (now() >= end)
			return false;
		look_later(end);
	}
	return true;
}

TEST_F(contract, events)
{
	const struct bgt_event *event;
	uint32_t id, member;

	event_drain(self->bgt);
	trace_clear();
	trace_begin("bgtask", NULL);
	id = container_new(self->bgt, SEC, STAGE_PERIOD);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_NEW, id);
	ASSERT_NE(NULL, event);
	expect_new(_metadata, event, container_look(self->bgt, id));
	EXPECT_NULL(event->member);
	EXPECT_EQ(1, traced("container_new", id));

	container_set_quota(self->bgt, id, 2 * SEC);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_SET, id);
	ASSERT_NE(NULL, event);
	expect_new(_metadata, event, container_look(self->bgt, id));
	EXPECT_EQ(2 * SEC, event->container->quota);
	EXPECT_EQ(1, traced("container_set", id));

	cgroup_make("b");
	member = member_add(self->bgt, id, BGT_ROLE_TASK, "b");
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_ADD, member);
	ASSERT_NE(NULL, event);
	EXPECT_NULL(event->container);
	EXPECT_EQ(id, event->member->container);
	EXPECT_EQ(BGT_ROLE_TASK, event->member->role);
	EXPECT_STREQ(CGROUP_TOP "/b" + strlen(CGROUP_ROOT), event->member->path);
	EXPECT_EQ(1, traced("member_added", member));

	member_hold(self->bgt, member, true);
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_FROZEN, member);
	ASSERT_NE(NULL, event);
	EXPECT_TRUE(event->member->frozen);
	EXPECT_EQ(1, traced("member_write", member));
	EXPECT_EQ(1, traced("member_frozen", member));
	EXPECT_EQ(0, traced("member_thawed", member));
	member_hold(self->bgt, member, false);
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_THAWED, member);
	ASSERT_NE(NULL, event);
	EXPECT_FALSE(event->member->frozen);
	EXPECT_EQ(2, traced("member_write", member));
	EXPECT_EQ(1, traced("member_thawed", member));
	EXPECT_EQ(0, traced("container_throttled", id));

	container_set_quota(self->bgt, id, 0);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, id);
	ASSERT_NE(NULL, event);
	EXPECT_TRUE(event->container->throttled);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, id);
	ASSERT_NE(NULL, event);
	EXPECT_TRUE(event->container->throttled);
	EXPECT_EQ(2, traced("container_set", id));
	EXPECT_EQ(1, traced("container_throttled", id));
	EXPECT_EQ(1, traced("container_stopped", id));
	EXPECT_EQ(3, traced("member_write", member));
	EXPECT_EQ(2, traced("member_frozen", member));
	EXPECT_EQ(0, traced("container_replenished", id));

	container_set_quota(self->bgt, id, SEC);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, id);
	ASSERT_NE(NULL, event);
	EXPECT_FALSE(event->container->throttled);
	EXPECT_EQ(1, traced("container_replenished", id));
	/* This may be recorded a little after the container's event. */
	EXPECT_TRUE(traced_in_time("member_thawed", member, 2));

	member_delete(self->bgt, member);
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, member);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(id, event->member->container);
	EXPECT_EQ(1, traced("member_gone", member));
	container_delete(self->bgt, id);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_DEL, id);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(SEC, event->container->quota);
	EXPECT_EQ(0, event->container->members);
	trace_end("bgtask");

	/* The totals: nothing was recorded more often than it happened. */
	EXPECT_EQ(1, traced("container_new", id));
	EXPECT_EQ(3, traced("container_set", id));
	EXPECT_EQ(1, traced("container_throttled", id));
	EXPECT_EQ(1, traced("container_stopped", id));
	EXPECT_EQ(1, traced("container_replenished", id));
	EXPECT_EQ(1, traced("container_del", id));
	EXPECT_EQ(1, traced("member_added", member));
	EXPECT_EQ(4, traced("member_write", member));
	EXPECT_EQ(2, traced("member_frozen", member));
	EXPECT_EQ(2, traced("member_thawed", member));
	EXPECT_EQ(1, traced("member_gone", member));
}

TEST_HARNESS_MAIN
