// SPDX-License-Identifier: GPL-2.0
/*
 * Who may read what of the netlink family: administrators everything, and a process in a container
 * what concerns itself.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "contract.h"
#include "task.h"

/* What anybody may read */

struct reader {
	uint32_t own, other;
	char name[BGT_NAME_MAX + 1];
};

static int read_inside(void *data)
{
	struct reader *reader = data;
	struct genl genl;

	stage_become_nobody();
	if (genl_open(&genl))
		return 100;
	genl_begin(&genl, BGTASK_CMD_SELF_GET);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 1;
	if (genl_get_u64(&genl, BGTASK_A_CONTAINER_LEFT) > STAGE_QUOTA ||
	    genl_get_u64(&genl, BGTASK_A_CONTAINER_GENERATION_END) < now())
		return 2;
	stage_put(&genl, BGTASK_CMD_CONTAINER_GET, reader->own, 0);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 3;
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_string(&genl, BGTASK_A_CONTAINER_NAME, reader->name);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 4;
	stage_put(&genl, BGTASK_CMD_CONTAINER_GET, reader->other, 0);
	if (!stage_is_eperm(5, &genl, genl_do(&genl)))
		return 5;
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	if (!stage_is_eperm(6, &genl, genl_dump(&genl)))
		return 6;
	/* A process in the container may read it, but not change it. */
	stage_put(&genl, BGTASK_CMD_CONTAINER_SET, reader->own, 0);
	if (!stage_is_eperm(7, &genl, genl_do(&genl)))
		return 7;
	return 0;
}

TEST_F(contract, read_inside)
{
	struct reader reader = { .own = self->id };

	snprintf(reader.name, sizeof(reader.name), "%s", container_look(self->bgt, self->id)->name);
	reader.other = container_new(self->bgt, SEC, 10 * SEC);
	EXPECT_EQ(0, task_wait(task_start("a", read_inside, &reader)));
	/*
	 * The same in a cgroup below the member, even if the module has not seen that cgroup yet.
	 */
	cgroup_make("a/below");
	EXPECT_EQ(0, task_wait(task_start("a/below", read_inside, &reader)));
}

static int read_outside(void *data)
{
	struct genl genl;

	stage_become_nobody();
	if (genl_open(&genl))
		return 100;
	genl_begin(&genl, BGTASK_CMD_SELF_GET);
	return genl_do(&genl) == -ENOENT && strstr(genl.text, "no container") ? 0 : 1;
}

TEST_F(contract, read_outside)
{
	cgroup_make("outside");
	EXPECT_EQ(0, task_wait(task_start("outside", read_outside, NULL)));
	genl_begin(&self->genl, BGTASK_CMD_SELF_GET);
	EXPECT_REFUSED(-ENOENT, "in no container");
}

/* The answer has all attributes, with the right types. */
TEST_F(contract, attributes)
{
	static const uint16_t words[] = { BGTASK_A_CONTAINER_ID, BGTASK_A_CONTAINER_MEMBERS };
	static const uint16_t bytes[] = {
		BGTASK_A_CONTAINER_EXEMPT, BGTASK_A_CONTAINER_THROTTLED,
		BGTASK_A_CONTAINER_COUNT_TRAFFIC,
	};
	static const uint16_t last[] = {
		BGTASK_A_CONTAINER_TIMES_LENT, BGTASK_A_CONTAINER_RECEIVED, BGTASK_A_CONTAINER_SENT,
		BGTASK_A_CONTAINER_LOCAL, BGTASK_A_CONTAINER_REPRIEVE,
		BGTASK_A_CONTAINER_FOREIGN_THAWS,
	};

	stage_put(&self->genl, BGTASK_CMD_CONTAINER_GET, self->id, 0);
	ASSERT_EQ(0, genl_do(&self->genl));
	EXPECT_EQ(1, self->genl.answers);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		genl_get_u32(&self->genl, words[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		ASSERT_NE(NULL, genl_find(&self->genl, bytes[i]));
		EXPECT_EQ(NLA_HDRLEN + 1, genl_find(&self->genl, bytes[i])->nla_len);
	}
	for (uint16_t type = BGTASK_A_CONTAINER_USAGE; type < BGTASK_A_CONTAINER_MEMBERS; type++)
		genl_get_u64(&self->genl, type);
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		genl_get_u64(&self->genl, last[i]);
	EXPECT_EQ(STAGE_QUOTA, genl_get_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA));
	EXPECT_EQ(STAGE_PERIOD, genl_get_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD));
	EXPECT_EQ(1, genl_get_u32(&self->genl, BGTASK_A_CONTAINER_MEMBERS));

	stage_put(&self->genl, BGTASK_CMD_MEMBER_GET, 0, self->member);
	ASSERT_EQ(0, genl_do(&self->genl));
	EXPECT_EQ(self->member, genl_get_u32(&self->genl, BGTASK_A_MEMBER_ID));
	EXPECT_EQ(self->id, genl_get_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER));
	EXPECT_EQ(BGTASK_ROLE_APP, genl_get_u32(&self->genl, BGTASK_A_MEMBER_ROLE));
}

TEST_F(contract, member)
{
	const struct bgt_member *member = member_look(self->bgt, self->member);
	struct stat stat_;

	ASSERT_EQ(0, stat(cgroup_path("a", NULL), &stat_));
	EXPECT_EQ(stat_.st_ino, member->cgroup_id);
	EXPECT_STREQ(CGROUP_TOP "/a" + strlen(CGROUP_ROOT), member->path);
}

/* Dumps */

#define NR_MEMBERS 150

/* More members than one message can hold: each is listed once, with its attributes. */
TEST_F_TIMEOUT(contract, dump_many_members, 120)
{
	uint32_t id = container_new(self->bgt, SEC, 10 * SEC), ids[NR_MEMBERS];
	struct bgt_member *list, *member;
	unsigned int number;
	char name[16];

	for (number = 0; number < NR_MEMBERS; number++) {
		snprintf(name, sizeof(name), "m%u", number);
		cgroup_make(name);
		ids[number] = member_add(self->bgt, id, BGT_ROLE_TASK, name);
	}
	ASSERT_EQ(0, bgt_member_list(self->bgt, id, &list));
	for (number = 0, member = list; member; number++, member = member->next) {
		ASSERT_LT(number, NR_MEMBERS);
		EXPECT_EQ(ids[number], member->id);
		EXPECT_EQ(id, member->container);
		EXPECT_EQ(BGT_ROLE_TASK, member->role);
		EXPECT_FALSE(member->held);
	}
	EXPECT_EQ(NR_MEMBERS, number);
	bgt_member_free(list);
}

TEST_F(contract, dump_members_of_one)
{
	uint32_t other = container_new(self->bgt, SEC, 10 * SEC);
	struct bgt_member *list;

	cgroup_make("b");
	member_add(self->bgt, other, BGT_ROLE_TASK, "b");
	ASSERT_EQ(0, bgt_member_list(self->bgt, other, &list));
	ASSERT_NE(NULL, list);
	EXPECT_EQ(other, list->container);
	EXPECT_EQ(BGT_ROLE_TASK, list->role);
	EXPECT_NULL(list->next);
	bgt_member_free(list);
}

#define NR_CONTAINERS 1000

/* Makes and deletes containers whose ids lie between and after those that stay. */
static int stir(void *data)
{
	struct bgt *bgt = container_connect();

	for (;;) {
		uint32_t id = container_new(bgt, SEC, 10 * SEC);

		event_drain(bgt);
		container_delete(bgt, id);
	}
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* All containers that exist all the time are listed once, whatever others do meanwhile. */
TEST_F_TIMEOUT(contract, dump, 300)
{
	static uint32_t ids[NR_CONTAINERS], seen[2 * NR_CONTAINERS];
	pid_t pid = task_start("", stir, NULL);

	for (int i = 0; i < NR_CONTAINERS; i++) {
		ids[i] = container_new(self->bgt, SEC, 10 * SEC);
		event_drain(self->bgt);
	}
	qsort(ids, NR_CONTAINERS, sizeof(ids[0]), compare_ids);
	for (int round = 0; round < 5; round++) {
		struct bgt_container *list, *container;
		unsigned int count = 0;

		ASSERT_EQ(0, bgt_container_list(self->bgt, &list));
		for (container = list; container; container = container->next) {
			ASSERT_LT(count, ARRAY_SIZE(seen));
			seen[count++] = container->id;
		}
		bgt_container_free(list);
		qsort(seen, count, sizeof(seen[0]), compare_ids);
		for (unsigned int i = 1; i < count; i++)
			EXPECT_LT(seen[i - 1], seen[i]);
		for (unsigned int i = 0; i < NR_CONTAINERS; i++)
			ASSERT_NE(NULL, bsearch(&ids[i], seen, count, sizeof(seen[0]),
						compare_ids));
	}
	task_kill(pid);
}

TEST_HARNESS_MAIN
