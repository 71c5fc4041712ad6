// SPDX-License-Identifier: GPL-2.0
/*
 * Requests with impossible names, values or ids, and malformed requests.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdio.h>

#include "contract.h"

/* Names */

TEST_F(contract, name)
{
	static const struct {
		const char *name;
		int error;
		const char *words;
	} bad[] = {
		{ "", -EINVAL, "empty" },
		{ "a/b", -EINVAL, "slash" }, { "/", -EINVAL, "slash" }, { "a/", -EINVAL, "slash" },
		{ ".", -EINVAL, "directory entry" }, { "..", -EINVAL, "directory entry" },
		{ "a\nb", -EINVAL, "control character" }, { "\t", -EINVAL, "control character" },
		{ "\x1b[0m", -EINVAL, "control character" },
		{ "\x7f", -EINVAL, "control character" },
		{ "\xc2\x85", -EINVAL, "control character" },
		{ "\xc2\x9b", -EINVAL, "control character" },
		{ "\xff", -EINVAL, "not UTF-8" }, { "a\x80", -EINVAL, "not UTF-8" },
		{ "\xc3", -EINVAL, "not UTF-8" }, { "\xc0\xaf", -EINVAL, "not UTF-8" },
		{ "\xe0\x80\xaf", -EINVAL, "not UTF-8" }, { "\xed\xa0\x80", -EINVAL, "not UTF-8" },
		{ "\xf4\x90\x80\x80", -EINVAL, "not UTF-8" },
		{ "\xf8\x88\x80\x80\x80", -EINVAL, "not UTF-8" },
		{ "0123456789012345678901234567890123456789012345678901234567890123",
		  -ENAMETOOLONG, "longer than 63 bytes" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		stage_begin_new(&self->genl, bad[i].name);
		EXPECT_REFUSED(bad[i].error, bad[i].words);
	}
}

TEST_F(contract, name_is_taken)
{
	stage_begin_new(&self->genl, container_look(self->bgt, self->id)->name);
	EXPECT_REFUSED(-EEXIST, "is taken");
}

TEST_F(contract, name_is_missing)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, SEC);
	EXPECT_REFUSED(-EINVAL, "name of the container is missing");
	EXPECT_EQ(BGTASK_A_CONTAINER_NAME, self->genl.missing);
}

TEST_F(contract, name_without_end)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put(&self->genl, BGTASK_A_CONTAINER_NAME, "abc", 3);
	EXPECT_REFUSED(-EINVAL, "");
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put(&self->genl, BGTASK_A_CONTAINER_NAME, "", 0);
	EXPECT_REFUSED(-EINVAL, "");
}

TEST_F(contract, good_names)
{
	static const char *const good[] = {
		"selftest.a", "selftest. ", "selftest.\xc3\xa9", "selftest.\xe2\x82\xac",
		"selftest.\xf0\x9f\x98\x80", "selftest...", "selftest.\"'`$(x)\\",
		"selftest.012345678901234567890123456789012345678901234567890123",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct bgt_container *container;

		stage_begin_new(&self->genl, good[i]);
		EXPECT_EQ(0, genl_do(&self->genl));
		ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, good[i], &container));
		EXPECT_EQ(container->id, genl_get_u32(&self->genl, BGTASK_A_CONTAINER_ID));
		EXPECT_STREQ(good[i], container->name);
		EXPECT_EQ(BGT_QUOTA_DEFAULT, container->quota);
		EXPECT_EQ(BGT_PERIOD_DEFAULT, container->period);
		bgt_container_free(container);
	}
}

/* Values out of range */

TEST_F(contract, period_out_of_range)
{
	static const uint64_t bad[] = {
		0, 1, BGTASK_PERIOD_MIN - 1, BGTASK_PERIOD_MAX + 1, INT64_MAX, UINT64_MAX,
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		stage_begin_new(&self->genl, "selftest.period");
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, bad[i]);
		EXPECT_REFUSED(-ERANGE, "between 1 ms and 7 days");
		genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
		genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, bad[i]);
		/* The other changes of a refused request are not made, either. */
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, 0);
		genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 1);
		EXPECT_REFUSED(-ERANGE, "between 1 ms and 7 days");
	}
}

TEST_F(contract, quota_out_of_range)
{
	static const uint64_t bad[] = { BGTASK_QUOTA_UNLIMITED + UINT64_C(1), UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		stage_begin_new(&self->genl, "selftest.quota");
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, bad[i]);
		EXPECT_REFUSED(-ERANGE, "quota is out of range");
		genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
		genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, bad[i]);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, SEC);
		EXPECT_REFUSED(-ERANGE, "quota is out of range");
	}
}

TEST_F(contract, reprieve_out_of_range)
{
	static const uint64_t bad[] = { BGTASK_REPRIEVE_MAX + UINT64_C(1), UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		stage_put(&self->genl, BGTASK_CMD_CONTAINER_SET, self->id, 0);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_REPRIEVE, bad[i]);
		EXPECT_REFUSED(-ERANGE, "reprieve must be at most 1 h");
	}
	/* A new container cannot have a reprieve. */
	stage_begin_new(&self->genl, "selftest.reprieve");
	genl_put_u64(&self->genl, BGTASK_A_CONTAINER_REPRIEVE, SEC);
	EXPECT_REFUSED(-EINVAL, "Unknown attribute");
}

TEST_F(contract, flags_out_of_range)
{
	stage_begin_new(&self->genl, "selftest.flag");
	genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 2);
	EXPECT_REFUSED(-ERANGE, "integer out of range");
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
	genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 255);
	EXPECT_REFUSED(-ERANGE, "integer out of range");
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_SET);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ID, self->member);
	genl_put_u8(&self->genl, BGTASK_A_MEMBER_HELD, 2);
	EXPECT_REFUSED(-ERANGE, "integer out of range");
	cgroup_make("b");
	stage_begin_add(&self->genl, self->id, cgroup_open("b"));
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ROLE, 3);
	EXPECT_REFUSED(-ERANGE, "integer out of range");
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_KILL);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ROLE, 3);
	EXPECT_REFUSED(-ERANGE, "integer out of range");
}

/* Requests that need an id, and the attribute that has it. */
static const struct by_id {
	uint8_t command;
	uint16_t attribute;
} by_id[] = {
	{ BGTASK_CMD_CONTAINER_SET, BGTASK_A_CONTAINER_ID },
	{ BGTASK_CMD_CONTAINER_DEL, BGTASK_A_CONTAINER_ID },
	{ BGTASK_CMD_CONTAINER_GET, BGTASK_A_CONTAINER_ID },
	{ BGTASK_CMD_CONTAINER_KILL, BGTASK_A_MEMBER_CONTAINER },
	{ BGTASK_CMD_MEMBER_ADD, BGTASK_A_MEMBER_CONTAINER },
	{ BGTASK_CMD_MEMBER_SET, BGTASK_A_MEMBER_ID },
	{ BGTASK_CMD_MEMBER_DEL, BGTASK_A_MEMBER_ID },
	{ BGTASK_CMD_MEMBER_GET, BGTASK_A_MEMBER_ID },
};

TEST_F_TIMEOUT(contract, id_is_unknown, 120)
{
	static const uint32_t unknown[] = { 0, 0x7fffffff, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(unknown); j++) {
			genl_begin(&self->genl, by_id[i].command);
			genl_put_u32(&self->genl, by_id[i].attribute, unknown[j]);
			stage_put_rest(&self->genl, by_id[i].command);
			EXPECT_REFUSED(-ENOENT, "there is no such");
		}
	}
}

TEST_F(contract, name_is_unknown)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_string(&self->genl, BGTASK_A_CONTAINER_NAME, "selftest.unknown");
	EXPECT_REFUSED(-ENOENT, "there is no such container");
}

/* The id of a deleted container is unknown, and is not given to the next one. */
TEST_F(contract, id_is_not_used_again)
{
	uint32_t old = container_new(self->bgt, SEC, 10 * SEC), next;

	container_delete(self->bgt, old);
	next = container_new(self->bgt, SEC, 10 * SEC);
	EXPECT_NE(old, next);
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_DEL);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, old);
	EXPECT_REFUSED(-ENOENT, "no such container");
}

TEST_F(contract, id_is_missing)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		genl_begin(&self->genl, by_id[i].command);
		stage_put_rest(&self->genl, by_id[i].command);
		if (by_id[i].command == BGTASK_CMD_CONTAINER_GET) {
			EXPECT_REFUSED(-EINVAL, "id or its name is needed");
			continue;
		}
		EXPECT_REFUSED(-EINVAL, "is missing");
		EXPECT_EQ(by_id[i].attribute, self->genl.missing);
	}
}

TEST_F(contract, other_attributes_are_missing)
{
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_ADD);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
	EXPECT_REFUSED(-EINVAL, "descriptor of the cgroup is missing");
	EXPECT_EQ(BGTASK_A_MEMBER_FD, self->genl.missing);
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_SET);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ID, self->member);
	EXPECT_REFUSED(-EINVAL, "held is missing");
	EXPECT_EQ(BGTASK_A_MEMBER_HELD, self->genl.missing);
}

TEST_F(contract, id_and_name)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
	genl_put_string(&self->genl, BGTASK_A_CONTAINER_NAME,
			container_look(self->bgt, self->id)->name);
	EXPECT_REFUSED(-EINVAL, "either the container's id or its name");
}

/*
 * Sizes must be exact, and attributes that the specification does not list for an operation are
 * refused.
 */
TEST_F_TIMEOUT(contract, malformed, 120)
{
	static const uint8_t bytes[16];

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		for (size_t size = 0; size <= 8; size++) {
			if (size == 4)
				continue;
			genl_begin(&self->genl, by_id[i].command);
			genl_put(&self->genl, by_id[i].attribute, bytes, size);
			stage_put_rest(&self->genl, by_id[i].command);
			EXPECT_REFUSED(-EINVAL, "invalid attribute length");
		}
	}
	for (size_t size = 0; size <= 16; size++) {
		if (size == 8)
			continue;
		stage_begin_new(&self->genl, "selftest.malformed");
		genl_put(&self->genl, BGTASK_A_CONTAINER_QUOTA, bytes, size);
		EXPECT_REFUSED(-EINVAL, "invalid attribute length");
		stage_begin_new(&self->genl, "selftest.malformed");
		genl_put(&self->genl, BGTASK_A_CONTAINER_PERIOD, bytes, size);
		EXPECT_REFUSED(-EINVAL, "invalid attribute length");
		stage_put(&self->genl, BGTASK_CMD_CONTAINER_SET, self->id, 0);
		genl_put(&self->genl, BGTASK_A_CONTAINER_REPRIEVE, bytes, size);
		EXPECT_REFUSED(-EINVAL, "invalid attribute length");
	}
}

TEST_F_TIMEOUT(contract, unknown_attributes, 120)
{
	for (uint8_t command = BGTASK_CMD_CONTAINER_NEW; command <= BGTASK_CMD_SELF_GET;
	     command++) {
		for (uint16_t type = 2; type < 30; type += 9) {
			genl_begin(&self->genl, command);
			genl_put_u32(&self->genl, (uint16_t)(type + 100), 0);
			EXPECT_REFUSED(-EINVAL, "Unknown attribute");
		}
		/* An attribute that exists, but only in answers. */
		genl_begin(&self->genl, command);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_USAGE, 0);
		EXPECT_REFUSED(-EINVAL, "attribute");
	}
}

TEST_F(contract, junk)
{
	/* Bytes after the attributes. */
	stage_begin_new(&self->genl, "selftest.junk");
	((struct nlmsghdr *)self->genl.request)->nlmsg_len += 2;
	EXPECT_REFUSED(-EINVAL, "leftover");
	/* An attribute that is longer than the message. */
	stage_begin_new(&self->genl, "selftest.junk");
	((struct nlattr *)(self->genl.request + NLMSG_HDRLEN + GENL_HDRLEN))->nla_len += 64;
	EXPECT_REFUSED(-EINVAL, "");
	/* The flag of nested attributes on an attribute that has none. */
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_DEL);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID | NLA_F_NESTED, self->id);
	EXPECT_REFUSED(-EINVAL, "NLA_F_NESTED");
}

/* Attributes that restrict a dump. */
TEST_F(contract, dump_filter)
{
	static const uint8_t bytes[16];
	static const uint8_t commands[] = { BGTASK_CMD_CONTAINER_GET, BGTASK_CMD_MEMBER_GET };

	genl_begin(&self->genl, BGTASK_CMD_MEMBER_GET);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, 0x7fffffff);
	EXPECT_DUMP_REFUSED(-ENOENT, "no such container");
	for (size_t size = 0; size <= 8; size++) {
		if (size == 4)
			continue;
		genl_begin(&self->genl, BGTASK_CMD_MEMBER_GET);
		genl_put(&self->genl, BGTASK_A_MEMBER_CONTAINER, bytes, size);
		EXPECT_DUMP_REFUSED(-EINVAL, "invalid attribute length");
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		genl_begin(&self->genl, commands[i]);
		genl_put_u32(&self->genl, 100, 0);
		EXPECT_DUMP_REFUSED(-EINVAL, "Unknown attribute");
	}
}

TEST_F(contract, unknown_command)
{
	genl_begin(&self->genl, 200);
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->genl));
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_THROTTLED_NTF);
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->genl));
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_DEL);
	EXPECT_EQ(-EOPNOTSUPP, genl_dump(&self->genl));
}

TEST_HARNESS_MAIN
