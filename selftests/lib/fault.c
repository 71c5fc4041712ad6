// SPDX-License-Identifier: GPL-2.0
/* The test's part of faults: it says when a call of the helper fails, and learns which one has. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"
#include "scene.h"

#define PATH	"/tmp/bgtask-selftest-faults"

static struct fault_board *board;
/* As they were remembered. */
static struct fault_live remembered[FAULT_LIVE_MAX];

void fault_begin(void)
{
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char test[PATH_MAX] = "", object[PATH_MAX + 16];

	if (fd < 0 || ftruncate(fd, sizeof(*board)))
		fail("%s: %s", PATH, strerror(errno));
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (board == MAP_FAILED)
		fail("%s: %s", PATH, strerror(errno));
	close(fd);
	if (readlink("/proc/self/exe", test, sizeof(test) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(object, sizeof(object), "%s/faulty.so", dirname(test));
	setenv(FAULT_VARIABLE, PATH, true);
	setenv("LD_PRELOAD", object, true);
}

void fault_end(void)
{
	unsetenv(FAULT_VARIABLE);
	unsetenv("LD_PRELOAD");
	(void)unlink(PATH);
}

static uint32_t armed_at;

void fault_arm(void)
{
	armed_at = board->nr_sites;
	__atomic_store_n(&board->armed, true, __ATOMIC_SEQ_CST);
}

bool fault_disarm(void)
{
	__atomic_store_n(&board->armed, false, __ATOMIC_SEQ_CST);
	return board->nr_sites != armed_at;
}

const char *fault_site(void)
{
	static char text[128];
	const struct fault_site *site;

	if (!board->nr_sites)
		return "nothing";
	site = &board->sites[board->nr_sites - 1];
	snprintf(text, sizeof(text), "%s() at %#llx, called at %#llx, %#llx", site->function,
		 (unsigned long long)site->callers[0], (unsigned long long)site->callers[1],
		 (unsigned long long)site->callers[2]);
	return text;
}

uint32_t fault_live(void)
{
	return board->nr_live;
}

uint32_t fault_left_open(void)
{
	return board->left_open;
}

void fault_remember_live(void)
{
	memcpy(remembered, board->live, sizeof(remembered));
}

static unsigned int count_from(const struct fault_live *live, uint64_t caller)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < FAULT_LIVE_MAX; i++)
		count += live[i].address && live[i].caller == caller;
	return count;
}

void fault_note_live(void)
{
	for (unsigned int i = 0; i < FAULT_LIVE_MAX; i++) {
		uint64_t caller = board->live[i].caller;
		unsigned int count;

		if (!board->live[i].address)
			continue;
		/* Each place once, by its first. */
		for (unsigned int j = 0; j < i && caller; j++)
			if (board->live[j].address && board->live[j].caller == caller)
				caller = 0;
		count = caller ? count_from(board->live, caller) : 0;
		if (count > count_from(remembered, caller))
			note("%u allocated at %#llx are not freed", count,
			     (unsigned long long)caller);
	}
}
