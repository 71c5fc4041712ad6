// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the visible state of containers, members and cgroups into a text, so that a test can
 * compare it before and after a request; and makes complete requests of every kind.
 */
#include <errno.h>
#include <fts.h>
#include <linux/bgtask.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "scene.h"
#include "stage.h"

/* A text that grows in a buffer. */
struct text {
	char *at;
	size_t left;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text->at, text->left, format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= text->left)
		fail("too much to compare");
	text->at += size;
	text->left -= (size_t)size;
}

static void add_container(struct text *text, const struct bgt_container *c)
{
	add(text, "%u %s %ju %ju %d %d %d %u %ju %ju %ju %ju %ju %ju %ju %ju\n", c->id, c->name,
	    (uintmax_t)c->quota, (uintmax_t)c->period, c->exempt, c->throttled, c->count_traffic,
	    c->members, (uintmax_t)c->usage, (uintmax_t)c->times_throttled,
	    (uintmax_t)c->times_lent, (uintmax_t)c->detected, (uintmax_t)c->stopped,
	    (uintmax_t)c->received, (uintmax_t)c->sent, (uintmax_t)c->local);
	/* The generations of containers with a shorter period change during a test. */
	if (c->period == STAGE_PERIOD)
		add(text, "  %ju %ju %ju %ju %ju %ju %ju\n", (uintmax_t)c->generation,
		    (uintmax_t)c->generation_start, (uintmax_t)c->generation_end,
		    (uintmax_t)c->spent, (uintmax_t)c->left, (uintmax_t)c->overrun,
		    (uintmax_t)c->lead);
}

static void add_file(struct text *text, const char *cgroup, const char *name)
{
	char path[512], content[512];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", cgroup, name);
	file = fopen(path, "re");
	size = file ? fread(content, 1, sizeof(content) - 1, file) : 0;
	content[size] = '\0';
	if (file)
		fclose(file);
	add(text, "%s: %s\n", path, content);
}

static void add_cgroups(struct text *text)
{
	char top[] = CGROUP_TOP, *paths[] = { top, NULL };
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	FTSENT *entry;

	if (!walk)
		fail("fts_open: %s", strerror(errno));
	while ((entry = fts_read(walk))) {
		if (entry->fts_info != FTS_D)
			continue;
		add_file(text, entry->fts_path, "cgroup.freeze");
		add_file(text, entry->fts_path, "cgroup.events");
	}
	fts_close(walk);
}

const char *stage_snapshot(struct bgt *bgt)
{
	static char buffers[2][32768];
	static unsigned int last;
	struct bgt_container *containers;
	struct bgt_member *members;
	struct text text;

	last = !last;
	text = (struct text){ buffers[last], sizeof(buffers[last]) };
	if (bgt_container_list(bgt, &containers) || bgt_member_list(bgt, 0, &members))
		fail("cannot list: %s", bgt_error(bgt));
	for (const struct bgt_container *c = containers; c; c = c->next)
		add_container(&text, c);
	for (const struct bgt_member *m = members; m; m = m->next)
		add(&text, "%u %u %d %d %d %s\n", m->id, m->container, m->role, m->held, m->frozen,
		    m->path);
	add_cgroups(&text);
	bgt_container_free(containers);
	bgt_member_free(members);
	return buffers[last];
}

void stage_begin_new(struct genl *genl, const char *name)
{
	genl_begin(genl, BGTASK_CMD_CONTAINER_NEW);
	genl_put_string(genl, BGTASK_A_CONTAINER_NAME, name);
}

void stage_begin_add(struct genl *genl, uint32_t container, int fd)
{
	genl_begin(genl, BGTASK_CMD_MEMBER_ADD);
	genl_put_u32(genl, BGTASK_A_MEMBER_CONTAINER, container);
	genl_put_u32(genl, BGTASK_A_MEMBER_FD, (uint32_t)fd);
}

void stage_put_rest(struct genl *genl, uint8_t command)
{
	if (command == BGTASK_CMD_MEMBER_ADD)
		genl_put_u32(genl, BGTASK_A_MEMBER_FD, (uint32_t)cgroup_open(""));
	if (command == BGTASK_CMD_MEMBER_SET)
		genl_put_u8(genl, BGTASK_A_MEMBER_HELD, 1);
	if (command == BGTASK_CMD_CONTAINER_SET)
		genl_put_u8(genl, BGTASK_A_CONTAINER_EXEMPT, 1);
}

void stage_put(struct genl *genl, uint8_t command, uint32_t container, uint32_t member)
{
	genl_begin(genl, command);
	switch (command) {
	case BGTASK_CMD_CONTAINER_NEW:
		genl_put_string(genl, BGTASK_A_CONTAINER_NAME, "selftest.intruder");
		break;
	case BGTASK_CMD_CONTAINER_KILL:
	case BGTASK_CMD_MEMBER_ADD:
		genl_put_u32(genl, BGTASK_A_MEMBER_CONTAINER, container);
		break;
	case BGTASK_CMD_MEMBER_SET:
	case BGTASK_CMD_MEMBER_DEL:
	case BGTASK_CMD_MEMBER_GET:
		genl_put_u32(genl, BGTASK_A_MEMBER_ID, member);
		break;
	case BGTASK_CMD_CONTAINER_SET:
	case BGTASK_CMD_CONTAINER_DEL:
	case BGTASK_CMD_CONTAINER_GET:
		genl_put_u32(genl, BGTASK_A_CONTAINER_ID, container);
		break;
	}
	stage_put_rest(genl, command);
}

void stage_become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		fail("cannot become nobody: %s", strerror(errno));
}

void stage_drop(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		fail("capget: %s", strerror(errno));
	data[capability / 32].effective &= ~(1U << capability % 32);
	data[capability / 32].permitted &= ~(1U << capability % 32);
	data[capability / 32].inheritable &= ~(1U << capability % 32);
	if (syscall(SYS_capset, &header, data))
		fail("capset: %s", strerror(errno));
}

bool stage_is_eperm(int what, const struct genl *genl, int error)
{
	if (error == -EPERM && strstr(genl->text, "CAP_SYS_ADMIN"))
		return true;
	note("operation %d: %s, \"%s\"", what, strerror(-error), genl->text);
	return false;
}
