// SPDX-License-Identifier: GPL-2.0
/*
 * What the netlink family refuses, and how: each refusal has its errno and a text, and changes
 * nothing. And what it says to whom.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

#define NOBODY	65534

FIXTURE(contract) {
	struct bgt *bgt;
	struct genl genl;
	uint32_t id, member;
};

FIXTURE_SETUP(contract)
{
	scene_begin();
	self->bgt = container_connect();
	ASSERT_EQ(0, genl_open(&self->genl));
	cgroup_make("a");
	self->id = container_new(self->bgt, 100 * SEC, 1000 * SEC);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(contract)
{
	scene_end();
}

/* All that can be seen, without what time alone changes. */
static void snapshot(struct bgt *bgt, char *text, size_t size)
{
	struct bgt_container *containers, *c;
	struct bgt_member *members, *m;
	size_t used = 0;

	if (bgt_container_list(bgt, &containers) || bgt_member_list(bgt, 0, &members))
		fail("cannot list: %s", bgt_error(bgt));
	for (c = containers; c && used < size; c = c->next)
		used += (size_t)snprintf(text + used, size - used, "%u %s %llu %llu %d %d %u\n",
					 c->id, c->name, (unsigned long long)c->quota,
					 (unsigned long long)c->period, c->exempt, c->throttled,
					 c->members);
	for (m = members; m && used < size; m = m->next)
		used += (size_t)snprintf(text + used, size - used, "%u %u %d %d %d %s\n", m->id,
					 m->container, m->role, m->held, m->frozen, m->path);
	if (used >= size)
		fail("too much to compare");
	bgt_container_free(containers);
	bgt_member_free(members);
}

/* Sends what has been put together. It is to be refused, with a text, and to change nothing. */
#define EXPECT_REFUSED(error, send) do {						\
	static char before_[16384], after_[16384];					\
											\
	snapshot(self->bgt, before_, sizeof(before_));					\
	EXPECT_EQ(error, send(&self->genl));						\
	EXPECT_STRNE("", self->genl.text);						\
	snapshot(self->bgt, after_, sizeof(after_));					\
	EXPECT_STREQ(before_, after_);							\
} while (0)

static void begin_new(struct genl *genl, const char *name)
{
	genl_begin(genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put_string(genl, BGTASK_A_CONTAINER_NAME, name);
}

static void begin_add(struct genl *genl, uint32_t container, int fd)
{
	genl_begin(genl, BGTASK_CMD_MEMBER_ADD);
	genl_put_u32(genl, BGTASK_A_MEMBER_CONTAINER, container);
	genl_put_u32(genl, BGTASK_A_MEMBER_FD, (uint32_t)fd);
}

/* Descriptors that are no cgroup's */

TEST_F(contract, fd_not_open)
{
	begin_add(&self->genl, self->id, 999);
	EXPECT_REFUSED(-EBADF, genl_do);
	begin_add(&self->genl, self->id, -1);
	EXPECT_REFUSED(-EBADF, genl_do);
	begin_add(&self->genl, self->id, INT32_MIN);
	EXPECT_REFUSED(-EBADF, genl_do);
}

TEST_F(contract, fd_of_a_file)
{
	begin_add(&self->genl, self->id, open("/proc/self/exe", O_RDONLY));
	EXPECT_REFUSED(-ENOTDIR, genl_do);
	/* A file in a cgroup's directory is none, either. */
	begin_add(&self->genl, self->id, open(cgroup_path("a", "cgroup.procs"), O_RDONLY));
	EXPECT_REFUSED(-ENOTDIR, genl_do);
}

TEST_F(contract, fd_of_a_socket)
{
	begin_add(&self->genl, self->id, self->genl.socket);
	EXPECT_REFUSED(-ENOTDIR, genl_do);
}

TEST_F(contract, fd_of_another_directory)
{
	static const char *const directories[] = { "/", "/proc/self", "/sys", "/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		int fd = open(directories[i], O_RDONLY | O_DIRECTORY);

		ASSERT_GE(fd, 0);
		begin_add(&self->genl, self->id, fd);
		EXPECT_REFUSED(-EBADF, genl_do);
		close(fd);
	}
}

TEST_F(contract, fd_of_a_version_1_cgroup)
{
	char directory[] = "/tmp/selftest.XXXXXX", below[64];
	int fds[2];

	ASSERT_NE(NULL, mkdtemp(directory));
	ASSERT_EQ(0, mount("none", directory, "cgroup", 0, "none,name=bgtask-selftest"));
	snprintf(below, sizeof(below), "%s/below", directory);
	ASSERT_EQ(0, mkdir(below, 0755));
	fds[0] = open(directory, O_RDONLY | O_DIRECTORY);
	fds[1] = open(below, O_RDONLY | O_DIRECTORY);
	EXPECT_EQ(0, rmdir(below));
	EXPECT_EQ(0, umount2(directory, MNT_DETACH));
	rmdir(directory);
	for (int i = 0; i < 2; i++) {
		begin_add(&self->genl, self->id, fds[i]);
		EXPECT_REFUSED(-EOPNOTSUPP, genl_do);
		close(fds[i]);
	}
}

TEST_F(contract, root_cgroup)
{
	begin_add(&self->genl, self->id, open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY));
	EXPECT_REFUSED(-EINVAL, genl_do);
}

TEST_F(contract, cgroup_is_gone)
{
	int fd;

	cgroup_make("b");
	fd = cgroup_open("b");
	ASSERT_TRUE(cgroup_remove("b"));
	begin_add(&self->genl, self->id, fd);
	EXPECT_REFUSED(-ENOENT, genl_do);
}

TEST_F(contract, cgroup_is_taken)
{
	uint32_t other = container_new(self->bgt, SEC, 10 * SEC);
	int fd = cgroup_open("a");

	begin_add(&self->genl, other, fd);
	EXPECT_REFUSED(-EEXIST, genl_do);
	begin_add(&self->genl, self->id, fd);
	EXPECT_REFUSED(-EEXIST, genl_do);
	/* Below it is another matter. */
	cgroup_make("a/b");
	begin_add(&self->genl, other, cgroup_open("a/b"));
	EXPECT_EQ(0, genl_do(&self->genl));
}

/* Names */

TEST_F(contract, name)
{
	static const struct {
		const char *name;
		int error;
	} bad[] = {
		{ "", -EINVAL },
		{ "a/b", -EINVAL }, { "/", -EINVAL }, { "a/", -EINVAL },
		{ ".", -EINVAL }, { "..", -EINVAL },
		{ "a\nb", -EINVAL }, { "\t", -EINVAL }, { "\x1b[0m", -EINVAL }, { "\x7f", -EINVAL },
		{ "\xc2\x85", -EINVAL }, { "\xc2\x9b", -EINVAL },
		{ "\xff", -EINVAL }, { "a\x80", -EINVAL },
		{ "\xc3", -EINVAL }, { "\xc0\xaf", -EINVAL },
		{ "\xe0\x80\xaf", -EINVAL }, { "\xed\xa0\x80", -EINVAL },
		{ "\xf4\x90\x80\x80", -EINVAL }, { "\xf8\x88\x80\x80\x80", -EINVAL },
		{ "0123456789012345678901234567890123456789012345678901234567890123",
		  -ENAMETOOLONG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin_new(&self->genl, bad[i].name);
		EXPECT_REFUSED(bad[i].error, genl_do);
	}
}

TEST_F(contract, name_is_taken)
{
	begin_new(&self->genl, container_look(self->bgt, self->id)->name);
	EXPECT_REFUSED(-EEXIST, genl_do);
}

TEST_F(contract, name_is_missing)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, SEC);
	EXPECT_REFUSED(-EINVAL, genl_do);
	EXPECT_EQ(BGTASK_A_CONTAINER_NAME, self->genl.missing);
}

TEST_F(contract, name_without_end)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put(&self->genl, BGTASK_A_CONTAINER_NAME, "abc", 3);
	EXPECT_REFUSED(-EINVAL, genl_do);
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put(&self->genl, BGTASK_A_CONTAINER_NAME, "", 0);
	EXPECT_REFUSED(-EINVAL, genl_do);
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

		begin_new(&self->genl, good[i]);
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
		begin_new(&self->genl, "selftest.period");
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, bad[i]);
		EXPECT_REFUSED(-ERANGE, genl_do);
		genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
		genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, bad[i]);
		/* What comes with it is not done, either. */
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, 0);
		genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 1);
		EXPECT_REFUSED(-ERANGE, genl_do);
	}
}

TEST_F(contract, quota_out_of_range)
{
	static const uint64_t bad[] = { BGTASK_QUOTA_UNLIMITED + UINT64_C(1), UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin_new(&self->genl, "selftest.quota");
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, bad[i]);
		EXPECT_REFUSED(-ERANGE, genl_do);
		genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
		genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA, bad[i]);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD, SEC);
		EXPECT_REFUSED(-ERANGE, genl_do);
	}
}

TEST_F(contract, flags_out_of_range)
{
	begin_new(&self->genl, "selftest.flag");
	genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 2);
	EXPECT_REFUSED(-ERANGE, genl_do);
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_SET);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
	genl_put_u8(&self->genl, BGTASK_A_CONTAINER_EXEMPT, 255);
	EXPECT_REFUSED(-ERANGE, genl_do);
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_SET);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ID, self->member);
	genl_put_u8(&self->genl, BGTASK_A_MEMBER_HELD, 2);
	EXPECT_REFUSED(-ERANGE, genl_do);
	cgroup_make("b");
	begin_add(&self->genl, self->id, cgroup_open("b"));
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ROLE, 3);
	EXPECT_REFUSED(-ERANGE, genl_do);
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_KILL);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ROLE, 3);
	EXPECT_REFUSED(-ERANGE, genl_do);
}

/* What takes an id, and the attribute that it is in. */
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

/* The rest of such a request. */
static void put_rest(struct genl *genl, uint8_t command)
{
	if (command == BGTASK_CMD_MEMBER_ADD)
		genl_put_u32(genl, BGTASK_A_MEMBER_FD, (uint32_t)cgroup_open(""));
	if (command == BGTASK_CMD_MEMBER_SET)
		genl_put_u8(genl, BGTASK_A_MEMBER_HELD, 1);
	if (command == BGTASK_CMD_CONTAINER_SET)
		genl_put_u8(genl, BGTASK_A_CONTAINER_EXEMPT, 1);
}

TEST_F(contract, id_is_unknown)
{
	static const uint32_t unknown[] = { 0, 0x7fffffff, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(unknown); j++) {
			genl_begin(&self->genl, by_id[i].command);
			genl_put_u32(&self->genl, by_id[i].attribute, unknown[j]);
			put_rest(&self->genl, by_id[i].command);
			EXPECT_REFUSED(-ENOENT, genl_do);
		}
	}
}

TEST_F(contract, name_is_unknown)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_string(&self->genl, BGTASK_A_CONTAINER_NAME, "selftest.unknown");
	EXPECT_REFUSED(-ENOENT, genl_do);
}

/* One that was deleted is unknown, and its id is not that of the next. */
TEST_F(contract, id_is_not_used_again)
{
	uint32_t old = container_new(self->bgt, SEC, 10 * SEC), next;

	container_delete(self->bgt, old);
	next = container_new(self->bgt, SEC, 10 * SEC);
	EXPECT_NE(old, next);
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_DEL);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, old);
	EXPECT_REFUSED(-ENOENT, genl_do);
}

TEST_F(contract, id_is_missing)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		genl_begin(&self->genl, by_id[i].command);
		put_rest(&self->genl, by_id[i].command);
		EXPECT_REFUSED(-EINVAL, genl_do);
		if (by_id[i].command != BGTASK_CMD_CONTAINER_GET)
			EXPECT_EQ(by_id[i].attribute, self->genl.missing);
	}
}

TEST_F(contract, other_attributes_are_missing)
{
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_ADD);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
	EXPECT_REFUSED(-EINVAL, genl_do);
	EXPECT_EQ(BGTASK_A_MEMBER_FD, self->genl.missing);
	genl_begin(&self->genl, BGTASK_CMD_MEMBER_SET);
	genl_put_u32(&self->genl, BGTASK_A_MEMBER_ID, self->member);
	EXPECT_REFUSED(-EINVAL, genl_do);
	EXPECT_EQ(BGTASK_A_MEMBER_HELD, self->genl.missing);
}

TEST_F(contract, id_and_name)
{
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
	genl_put_string(&self->genl, BGTASK_A_CONTAINER_NAME,
			container_look(self->bgt, self->id)->name);
	EXPECT_REFUSED(-EINVAL, genl_do);
}

/* Strict validation: sizes are exact, and what is not in the spec for an operation is an error. */
TEST_F(contract, malformed)
{
	static const uint8_t bytes[16];

	for (size_t i = 0; i < ARRAY_SIZE(by_id); i++) {
		for (size_t size = 0; size <= 8; size++) {
			if (size == 4)
				continue;
			genl_begin(&self->genl, by_id[i].command);
			genl_put(&self->genl, by_id[i].attribute, bytes, size);
			put_rest(&self->genl, by_id[i].command);
			EXPECT_REFUSED(-EINVAL, genl_do);
		}
	}
	for (size_t size = 0; size <= 16; size++) {
		if (size == 8)
			continue;
		begin_new(&self->genl, "selftest.malformed");
		genl_put(&self->genl, BGTASK_A_CONTAINER_QUOTA, bytes, size);
		EXPECT_REFUSED(-EINVAL, genl_do);
		begin_new(&self->genl, "selftest.malformed");
		genl_put(&self->genl, BGTASK_A_CONTAINER_PERIOD, bytes, size);
		EXPECT_REFUSED(-EINVAL, genl_do);
	}
}

TEST_F(contract, unknown_attributes)
{
	for (uint8_t command = BGTASK_CMD_CONTAINER_NEW; command <= BGTASK_CMD_SELF_GET;
	     command++) {
		for (uint16_t type = 2; type < 30; type += 9) {
			genl_begin(&self->genl, command);
			genl_put_u32(&self->genl, (uint16_t)(type + 100), 0);
			EXPECT_REFUSED(-EINVAL, genl_do);
		}
		/* Known, but not as something that could be asked for. */
		genl_begin(&self->genl, command);
		genl_put_u64(&self->genl, BGTASK_A_CONTAINER_USAGE, 0);
		EXPECT_REFUSED(-EINVAL, genl_do);
	}
}

TEST_F(contract, junk)
{
	/* Behind the attributes. */
	begin_new(&self->genl, "selftest.junk");
	((struct nlmsghdr *)self->genl.request)->nlmsg_len += 2;
	EXPECT_REFUSED(-EINVAL, genl_do);
	/* An attribute that is longer than the message. */
	begin_new(&self->genl, "selftest.junk");
	((struct nlattr *)(self->genl.request + NLMSG_HDRLEN + GENL_HDRLEN))->nla_len += 64;
	EXPECT_REFUSED(-EINVAL, genl_do);
	/* A flag that says the attribute has others in it. */
	genl_begin(&self->genl, BGTASK_CMD_CONTAINER_DEL);
	genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID | NLA_F_NESTED, self->id);
	EXPECT_REFUSED(-EINVAL, genl_do);
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

/* Who may */

static void put_valid(struct genl *genl, uint8_t command, uint32_t id, uint32_t member)
{
	genl_begin(genl, command);
	switch (command) {
	case BGTASK_CMD_CONTAINER_NEW:
		genl_put_string(genl, BGTASK_A_CONTAINER_NAME, "selftest.intruder");
		break;
	case BGTASK_CMD_CONTAINER_KILL:
	case BGTASK_CMD_MEMBER_ADD:
		genl_put_u32(genl, BGTASK_A_MEMBER_CONTAINER, id);
		put_rest(genl, command);
		break;
	case BGTASK_CMD_MEMBER_SET:
	case BGTASK_CMD_MEMBER_DEL:
	case BGTASK_CMD_MEMBER_GET:
		genl_put_u32(genl, BGTASK_A_MEMBER_ID, member);
		put_rest(genl, command);
		break;
	case BGTASK_CMD_CONTAINER_SET:
	case BGTASK_CMD_CONTAINER_DEL:
	case BGTASK_CMD_CONTAINER_GET:
		genl_put_u32(genl, BGTASK_A_CONTAINER_ID, id);
		put_rest(genl, command);
		break;
	}
}

/* Tries everything, and is refused everything. Runs in a process that has given up its rights. */
struct intruder {
	uint32_t id, member;
	void (*become)(void);
};

static int expect_eperm(int number, struct genl *genl, int error)
{
	if (error == -EPERM && *genl->text)
		return 0;
	note("operation %d: %s, \"%s\"", number, strerror(-error), genl->text);
	return 1;
}

static int intrude(void *data)
{
	struct intruder *intruder = data;
	struct genl genl;
	int errors = 0;

	intruder->become();
	if (genl_open(&genl))
		return 100;
	for (uint8_t command = BGTASK_CMD_CONTAINER_NEW; command <= BGTASK_CMD_MEMBER_GET;
	     command++) {
		put_valid(&genl, command, intruder->id, intruder->member);
		errors += expect_eperm(command, &genl, genl_do(&genl));
		/* Nor is it told what exists. */
		put_valid(&genl, command, 0x7ffffff0, 0x7ffffff0);
		errors += expect_eperm(command, &genl, genl_do(&genl));
	}
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	errors += expect_eperm(1000, &genl, genl_dump(&genl));
	genl_begin(&genl, BGTASK_CMD_MEMBER_GET);
	errors += expect_eperm(1001, &genl, genl_dump(&genl));
	/* Nor may it listen. */
	if (!setsockopt(genl.socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &genl.group,
			sizeof(genl.group)) || errno != EPERM) {
		note("joining the group: %s", strerror(errno));
		errors++;
	}
	return errors;
}

static void become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		_exit(101);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(102);
	close(fd);
}

/* Root, of a user namespace that nobody has made. */
static void become_root_of_a_namespace(void)
{
	become_nobody();
	/* As a process that may be traced, its files in /proc are its own again. */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER))
		_exit(103);
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", "0 65534 1");
	write_text("/proc/self/gid_map", "0 65534 1");
	if (getuid())
		_exit(104);
}

/* The same, but with a network namespace, where it is an administrator. */
static void become_root_of_a_network(void)
{
	become_root_of_a_namespace();
	if (unshare(CLONE_NEWNET))
		_exit(105);
}

/* User 0, with all rights but the one that matters. */
static void drop(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		_exit(106);
	data[capability / 32].effective &= ~(1U << capability % 32);
	data[capability / 32].permitted &= ~(1U << capability % 32);
	data[capability / 32].inheritable &= ~(1U << capability % 32);
	if (syscall(SYS_capset, &header, data))
		_exit(107);
}

static void become_root_without_sys_admin(void)
{
	drop(CAP_SYS_ADMIN);
}

#define EXPECT_INTRUDER_FAILS(who) do {							\
	static char before_[16384], after_[16384];					\
	struct intruder intruder_ = { self->id, self->member, who };			\
											\
	snapshot(self->bgt, before_, sizeof(before_));					\
	/* In the container itself it may read that. */					\
	cgroup_make("outside");								\
	EXPECT_EQ(0, task_wait(task_start("outside", intrude, &intruder_)));		\
	snapshot(self->bgt, after_, sizeof(after_));					\
	EXPECT_STREQ(before_, after_);							\
} while (0)

TEST_F(contract, nobody)
{
	EXPECT_INTRUDER_FAILS(become_nobody);
}

TEST_F(contract, root_of_a_user_namespace)
{
	EXPECT_INTRUDER_FAILS(become_root_of_a_namespace);
}

TEST_F(contract, root_without_sys_admin)
{
	EXPECT_INTRUDER_FAILS(become_root_without_sys_admin);
}

/* There it may join groups, but no events are sent there. */
static int eavesdrop(void *data)
{
	struct pollfd poller = { .events = POLLIN };
	int *pipes = data;
	struct genl genl;
	char byte = 0;

	become_root_of_a_network();
	if (genl_open(&genl))
		return 100;
	setsockopt(genl.socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &genl.group,
		   sizeof(genl.group));
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	if (genl_dump(&genl) != -EPERM)
		return 1;
	if (write(pipes[1], &byte, 1) != 1)
		return 2;
	poller.fd = genl.socket;
	return poll(&poller, 1, 500) ? 3 : 0;
}

TEST_F(contract, another_network_namespace)
{
	int pipes[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	cgroup_make("outside");
	pid = task_start("outside", eavesdrop, pipes);
	ASSERT_EQ(1, read(pipes[0], &byte, 1));
	container_new(self->bgt, SEC, 10 * SEC);
	EXPECT_EQ(0, task_wait(pid));
}

/* An administrator who may not write cgroup.freeze there may not have the module do it. */
static int add_without_permission(void *data)
{
	struct intruder *intruder = data;
	int fd = cgroup_open("b"), error;
	struct genl genl;

	drop(CAP_DAC_OVERRIDE);
	if (genl_open(&genl))
		return 100;
	begin_add(&genl, intruder->id, fd);
	error = genl_do(&genl);
	if (error != -EACCES || !*genl.text) {
		note("%s, \"%s\"", strerror(-error), genl.text);
		return 1;
	}
	return 0;
}

TEST_F(contract, freezer_is_not_writable)
{
	static const char *const files[] = { "cgroup.freeze", "cgroup.kill" };
	struct intruder intruder = { self->id, self->member, NULL };
	static char before[16384], after[16384];

	cgroup_make("b");
	cgroup_make("outside");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		ASSERT_EQ(0, chown(cgroup_path("b", files[i]), NOBODY, NOBODY));
		snapshot(self->bgt, before, sizeof(before));
		EXPECT_EQ(0, task_wait(task_start("outside", add_without_permission, &intruder)));
		snapshot(self->bgt, after, sizeof(after));
		EXPECT_STREQ(before, after);
		ASSERT_EQ(0, chown(cgroup_path("b", files[i]), 0, 0));
	}
	/* With the right to do so it works. */
	ASSERT_EQ(0, chown(cgroup_path("b", "cgroup.freeze"), NOBODY, NOBODY));
	begin_add(&self->genl, self->id, cgroup_open("b"));
	EXPECT_EQ(0, genl_do(&self->genl));
}

/* What anyone may read */

struct reader {
	uint32_t own, other;
	char name[BGT_NAME_MAX + 1];
};

static int read_inside(void *data)
{
	struct reader *reader = data;
	struct genl genl;

	become_nobody();
	if (genl_open(&genl))
		return 100;
	genl_begin(&genl, BGTASK_CMD_SELF_GET);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 1;
	if (genl_get_u64(&genl, BGTASK_A_CONTAINER_LEFT) > 100 * SEC ||
	    genl_get_u64(&genl, BGTASK_A_CONTAINER_GENERATION_END) < now())
		return 2;
	put_valid(&genl, BGTASK_CMD_CONTAINER_GET, reader->own, 0);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 3;
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	genl_put_string(&genl, BGTASK_A_CONTAINER_NAME, reader->name);
	if (genl_do(&genl) || genl_get_u32(&genl, BGTASK_A_CONTAINER_ID) != reader->own)
		return 4;
	put_valid(&genl, BGTASK_CMD_CONTAINER_GET, reader->other, 0);
	if (expect_eperm(0, &genl, genl_do(&genl)))
		return 5;
	genl_begin(&genl, BGTASK_CMD_CONTAINER_GET);
	if (expect_eperm(0, &genl, genl_dump(&genl)))
		return 6;
	/* Its own it may read and no more. */
	put_valid(&genl, BGTASK_CMD_CONTAINER_SET, reader->own, 0);
	if (expect_eperm(0, &genl, genl_do(&genl)))
		return 7;
	return 0;
}

TEST_F(contract, read_inside)
{
	struct reader reader = { .own = self->id };

	snprintf(reader.name, sizeof(reader.name), "%s", container_look(self->bgt, self->id)->name);
	reader.other = container_new(self->bgt, SEC, 10 * SEC);
	EXPECT_EQ(0, task_wait(task_start("a", read_inside, &reader)));
	/* In a cgroup below, too, whether it has been accounted yet or not. */
	cgroup_make("a/below");
	EXPECT_EQ(0, task_wait(task_start("a/below", read_inside, &reader)));
}

static int read_outside(void *data)
{
	struct genl genl;

	become_nobody();
	if (genl_open(&genl))
		return 100;
	genl_begin(&genl, BGTASK_CMD_SELF_GET);
	return genl_do(&genl) == -ENOENT && *genl.text ? 0 : 1;
}

TEST_F(contract, read_outside)
{
	cgroup_make("outside");
	EXPECT_EQ(0, task_wait(task_start("outside", read_outside, NULL)));
	genl_begin(&self->genl, BGTASK_CMD_SELF_GET);
	EXPECT_REFUSED(-ENOENT, genl_do);
}

/* The answer to a question is complete and of the right types. */
TEST_F(contract, attributes)
{
	static const uint16_t words[] = { BGTASK_A_CONTAINER_ID, BGTASK_A_CONTAINER_MEMBERS };
	static const uint16_t bytes[] = { BGTASK_A_CONTAINER_EXEMPT, BGTASK_A_CONTAINER_THROTTLED };

	put_valid(&self->genl, BGTASK_CMD_CONTAINER_GET, self->id, 0);
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
	EXPECT_EQ(100 * SEC, genl_get_u64(&self->genl, BGTASK_A_CONTAINER_QUOTA));
	EXPECT_EQ(1000 * SEC, genl_get_u64(&self->genl, BGTASK_A_CONTAINER_PERIOD));
	EXPECT_EQ(1, genl_get_u32(&self->genl, BGTASK_A_CONTAINER_MEMBERS));

	put_valid(&self->genl, BGTASK_CMD_MEMBER_GET, 0, self->member);
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

/* Makes and deletes containers whose ids lie between and behind those that stay. */
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

/* All that are there all the time are in it, each once, whatever others do meanwhile. */
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

/* Events */

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

TEST_F(contract, events)
{
	const struct bgt_event *event;
	uint32_t id, member;

	event_drain(self->bgt);
	id = container_new(self->bgt, SEC, 1000 * SEC);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_NEW, id);
	expect_new(_metadata, event, container_look(self->bgt, id));
	EXPECT_NULL(event->member);

	container_set_quota(self->bgt, id, 2 * SEC);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_SET, id);
	expect_new(_metadata, event, container_look(self->bgt, id));
	EXPECT_EQ(2 * SEC, event->container->quota);

	cgroup_make("b");
	member = member_add(self->bgt, id, BGT_ROLE_TASK, "b");
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_ADD, member);
	EXPECT_NULL(event->container);
	EXPECT_EQ(id, event->member->container);
	EXPECT_EQ(BGT_ROLE_TASK, event->member->role);
	EXPECT_STREQ(CGROUP_TOP "/b" + strlen(CGROUP_ROOT), event->member->path);

	member_hold(self->bgt, member, true);
	EXPECT_TRUE(event_wait(self->bgt, BGT_EVENT_MEMBER_FROZEN, member)->member->frozen);
	member_hold(self->bgt, member, false);
	EXPECT_FALSE(event_wait(self->bgt, BGT_EVENT_MEMBER_THAWED, member)->member->frozen);

	container_set_quota(self->bgt, id, 0);
	EXPECT_TRUE(event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, id)->container->throttled);
	EXPECT_TRUE(event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, id)->container->throttled);
	container_set_quota(self->bgt, id, SEC);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, id);
	EXPECT_FALSE(event->container->throttled);

	member_delete(self->bgt, member);
	EXPECT_EQ(id, event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, member)->member->container);
	container_delete(self->bgt, id);
	event = event_wait(self->bgt, BGT_EVENT_CONTAINER_DEL, id);
	EXPECT_EQ(SEC, event->container->quota);
	EXPECT_EQ(0, event->container->members);
}

TEST_HARNESS_MAIN
