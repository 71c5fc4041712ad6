// SPDX-License-Identifier: GPL-2.0
/*
 * The library's calls for containers and members, which end the test if they fail; waiting for
 * events; and comparing the usage of a container with that of a cgroup, both of which may change
 * meanwhile.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "scene.h"

#define PREFIX	"selftest."
#define KEEPER	"selftest-keeper"

struct bgt *container_connect(void)
{
	struct bgt *bgt;
	int error = bgt_open(&bgt);

	if (error)
		fail("bgt_open: %s", bgt_strerror(error));
	if (bgt_subscribe(bgt))
		fail("bgt_subscribe: %s", bgt_error(bgt));
	return bgt;
}

uint32_t container_new(struct bgt *bgt, uint64_t quota, uint64_t period)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	static unsigned int count;
	char name[64];
	uint32_t id;

	policy.set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy.quota = quota;
	policy.period = period;
	snprintf(name, sizeof(name), PREFIX "%d.%u", (int)getpid(), ++count);
	if (bgt_container_new(bgt, name, &policy, &id))
		fail("bgt_container_new: %s", bgt_error(bgt));
	return id;
}

void container_delete(struct bgt *bgt, uint32_t id)
{
	if (bgt_container_del(bgt, id))
		fail("bgt_container_del: %s", bgt_error(bgt));
}

static void set(struct bgt *bgt, uint32_t id, const struct bgt_container_policy *policy)
{
	if (bgt_container_set(bgt, id, policy))
		fail("bgt_container_set: %s", bgt_error(bgt));
}

void container_set_quota(struct bgt *bgt, uint32_t id, uint64_t quota)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_QUOTA;
	policy.quota = quota;
	set(bgt, id, &policy);
}

void container_set_period(struct bgt *bgt, uint32_t id, uint64_t period)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_PERIOD;
	policy.period = period;
	set(bgt, id, &policy);
}

void container_set_budget(struct bgt *bgt, uint32_t id, uint64_t quota, uint64_t period)
{
	container_set_period(bgt, id, period);
	container_set_quota(bgt, id, quota);
}

void container_set_exempt(struct bgt *bgt, uint32_t id, bool exempt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = exempt;
	set(bgt, id, &policy);
}

const struct bgt_container *container_look(struct bgt *bgt, uint32_t id)
{
	static struct bgt_container *last;

	bgt_container_free(last);
	last = NULL;
	if (bgt_container_get(bgt, id, &last))
		fail("bgt_container_get: %s", bgt_error(bgt));
	return last;
}

const struct bgt_member *member_look(struct bgt *bgt, uint32_t id)
{
	static struct bgt_member *last;

	bgt_member_free(last);
	last = NULL;
	if (bgt_member_get(bgt, id, &last))
		fail("bgt_member_get: %s", bgt_error(bgt));
	return last;
}

uint32_t member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, const char *cgroup)
{
	int fd = cgroup_open(cgroup);
	uint32_t id;

	if (bgt_member_add(bgt, container, role, fd, false, &id))
		fail("bgt_member_add %s: %s", cgroup, bgt_error(bgt));
	close(fd);
	return id;
}

void member_delete(struct bgt *bgt, uint32_t id)
{
	if (bgt_member_del(bgt, id))
		fail("bgt_member_del: %s", bgt_error(bgt));
}

void member_hold(struct bgt *bgt, uint32_t id, bool held)
{
	if (bgt_member_set_held(bgt, id, held))
		fail("bgt_member_set_held: %s", bgt_error(bgt));
}

const struct bgt_event *event_wait_until(struct bgt *bgt, enum bgt_event_type type, uint32_t id,
					 uint64_t end)
{
	struct pollfd poller = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	int result;

	for (;;) {
		while ((result = bgt_next_event(bgt, &event)) > 0) {
			if (event->type == type &&
			    (event->container ? event->container->id : event->member->id) == id)
				return event;
		}
		if (result < 0)
			fail("bgt_next_event: %s", bgt_error(bgt));
		if (now() >= end)
			return NULL;
		poll(&poller, 1, (int)((end - now()) / MSEC) + 1);
	}
}

const struct bgt_event *event_wait(struct bgt *bgt, enum bgt_event_type type, uint32_t id)
{
	const struct bgt_event *event = event_wait_until(bgt, type, id, now() + DEADLINE);

	if (!event)
		fail("no event %s of %u", bgt_event_name(type), id);
	return event;
}

void event_drain(struct bgt *bgt)
{
	const struct bgt_event *event;

	while (bgt_next_event(bgt, &event))
		;
}

void container_throttle(struct bgt *bgt, uint32_t id, const char *cgroup)
{
	container_set_quota(bgt, id, container_look(bgt, id)->spent + 20 * MSEC);
	while (!container_look(bgt, id)->throttled)
		event_wait(bgt, BGT_EVENT_CONTAINER_THROTTLED, id);
	cgroup_wait_frozen(cgroup, true);
}

static struct usage look_at_usage(struct bgt *bgt, uint32_t one, uint32_t other,
				  const char *cgroup)
{
	struct usage usage = { .cgroup = cgroup_usage(cgroup) };

	usage.container = container_look(bgt, one)->usage;
	if (other)
		usage.container += container_look(bgt, other)->usage;
	return usage;
}

struct usage usage_read_both(struct bgt *bgt, uint32_t one, uint32_t other, const char *cgroup)
{
	struct usage before, after = look_at_usage(bgt, one, other, cgroup);
	uint64_t end = now() + DEADLINE;

	do {
		before = after;
		after = look_at_usage(bgt, one, other, cgroup);
		if (now() > end)
			fail("the usage of %s does not come to rest", cgroup);
	} while (before.cgroup != after.cgroup || before.container != after.container);
	return after;
}

struct usage usage_read(struct bgt *bgt, uint32_t id, const char *cgroup)
{
	return usage_read_both(bgt, id, 0, cgroup);
}

struct usage usage_settled(struct bgt *bgt, uint32_t id, const char *cgroup)
{
	uint64_t end = now() + DEADLINE;
	struct usage usage;

	while (usage = usage_read(bgt, id, cgroup), usage.cgroup != usage.container / USEC) {
		if (now() > end)
			break;
		look_later(end);
	}
	return usage;
}

bool container_is_charged(struct bgt *bgt, uint32_t id, uint64_t least)
{
	uint64_t end = now() + DEADLINE;

	while (container_look(bgt, id)->usage <= least && now() < end)
		look_later(end);
	return container_look(bgt, id)->usage > least;
}

void container_keep(void)
{
	struct bgt *bgt;
	int error;

	if (bgt_open(&bgt))
		fail("there is no module");
	error = bgt_container_new(bgt, KEEPER, NULL, NULL);
	if (error && error != -EEXIST)
		fail("bgt_container_new: %s", bgt_error(bgt));
	bgt_close(bgt);
}

void container_keep_no_more(void)
{
	struct bgt_container *keeper;
	struct bgt *bgt;

	if (bgt_open(&bgt))
		return;
	if (!bgt_container_get_by_name(bgt, KEEPER, &keeper)) {
		bgt_container_del(bgt, keeper->id);
		bgt_container_free(keeper);
	}
	bgt_close(bgt);
}

void container_delete_all(void)
{
	struct bgt_container *list, *container;
	struct bgt *bgt;

	if (bgt_open(&bgt))
		return;
	if (bgt_container_list(bgt, &list))
		fail("bgt_container_list: %s", bgt_error(bgt));
	for (container = list; container; container = container->next) {
		if (!strncmp(container->name, PREFIX, strlen(PREFIX)))
			bgt_container_del(bgt, container->id);
	}
	bgt_container_free(list);
	bgt_close(bgt);
}
