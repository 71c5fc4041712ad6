// SPDX-License-Identifier: GPL-2.0
/* Looks at the container that the helper has made for APP, and at its members. */
#include "helper.h"
#include "scene.h"

const struct bgt_container *helper_container(struct bgt *bgt)
{
	static struct bgt_container *last;

	bgt_container_free(last);
	last = NULL;
	if (bgt_container_get_by_name(bgt, APP, &last))
		fail("bgt_container_get_by_name: %s", bgt_error(bgt));
	return last;
}

bool helper_uncounted(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;

	while (helper_container(bgt)->count_traffic && now() < end)
		look_later(end);
	return !helper_container(bgt)->count_traffic;
}

uint32_t helper_app_member(struct bgt *bgt)
{
	struct bgt_container *container;
	struct bgt_member *list, *member;
	uint32_t id = 0;

	if (bgt_container_get_by_name(bgt, APP, &container) ||
	    bgt_member_list(bgt, container->id, &list))
		fail("bgt_member_list: %s", bgt_error(bgt));
	for (member = list; member; member = member->next)
		if (member->role == BGT_ROLE_APP)
			id = member->id;
	bgt_member_free(list);
	bgt_container_free(container);
	return id;
}

void helper_wait_throttled(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_container *container;
	struct bgt_member *list, *member;
	bool throttled, frozen = false;

	do {
		if (bgt_container_get_by_name(bgt, APP, &container))
			fail("bgt_container_get_by_name: %s", bgt_error(bgt));
		throttled = container->throttled;
		if (bgt_member_list(bgt, container->id, &list))
			fail("bgt_member_list: %s", bgt_error(bgt));
		for (member = list; member; member = member->next)
			if (member->role == BGT_ROLE_TASK)
				frozen = member->frozen;
		bgt_member_free(list);
		bgt_container_free(container);
		if (throttled && frozen)
			return;
		look_later(end);
	} while (now() < end);
	fail("the app is not throttled");
}
