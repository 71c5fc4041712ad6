// SPDX-License-Identifier: GPL-2.0
/*
 * The test's side of faults: says when a call of the helper fails, reads which call has failed, and
 * checks whether the helper has left something behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgtask.h"
#include "fault.h"
#include "helper.h"
#include "scene.h"

#define PATH	"/tmp/bgtask-selftest-faults"

/* After how many faults a step is taken without a fault; in long rounds after each fault. */
#define STEP_EACH	4
/* In short rounds, the helper is killed at one of so many calls. */
#define KILL_EACH	3

static struct fault_board *board;
/* How many calls had failed when fault_arm() was called. */
static uint32_t armed_at;
/* The allocations that remember() has stored. */
static struct fault_live remembered[FAULT_LIVE_MAX];

void fault_program(char *path, size_t size, const char *name)
{
	char test[PATH_MAX] = "";

	if (readlink("/proc/self/exe", test, sizeof(test) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(path, size, "%s/../%s", dirname(test), name);
}

void fault_begin(void)
{
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char object[PATH_MAX + 32];

	/* The programs run as different users. */
	if (fd < 0 || fchmod(fd, 0666) || ftruncate(fd, sizeof(*board)))
		fail("%s: %s", PATH, strerror(errno));
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (board == MAP_FAILED)
		fail("%s: %s", PATH, strerror(errno));
	close(fd);
	fault_program(object, sizeof(object), "lifecycle/faulty.so");
	setenv(FAULT_VARIABLE, PATH, true);
	setenv("LD_PRELOAD", object, true);
}

void fault_end(void)
{
	unsetenv(FAULT_VARIABLE);
	unsetenv("LD_PRELOAD");
	(void)unlink(PATH);
}

void fault_kill(void)
{
	board->kills = true;
	board->each = soak() ? 1 : KILL_EACH;
	/* Chooses at random which calls are meant. */
	board->offset = (uint32_t)random_seed();
}

bool fault_kills(void)
{
	return board->kills;
}

void fault_arm(void)
{
	armed_at = board->nr_hits;
	__atomic_store_n(&board->armed, true, __ATOMIC_SEQ_CST);
}

bool fault_disarm(void)
{
	__atomic_store_n(&board->armed, false, __ATOMIC_SEQ_CST);
	return board->nr_hits != armed_at;
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

bool fault_has_ended(void)
{
	/* A killed helper may still be ending when its socket is closed: wait for it. */
	bool killed = board->kills && board->nr_hits != armed_at;
	int status;

	if (waitpid(helper_pid(), &status, killed ? 0 : WNOHANG) != helper_pid())
		return false;
	if (board->kills ? !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL :
			   !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FAILURE)
		fail("the helper has ended with status %d, after a fault in %s", status,
		     fault_site());
	return true;
}

/* Checks */

static unsigned int count_from(const struct fault_live *live, uint64_t caller)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < FAULT_LIVE_MAX; i++)
		count += live[i].address && live[i].caller == caller;
	return count;
}

/* Notes the places that have made more of the current allocations than of the remembered ones. */
static void note_live(void)
{
	for (unsigned int i = 0; i < FAULT_LIVE_MAX; i++) {
		uint64_t caller = board->live[i].caller;
		unsigned int count;

		if (!board->live[i].address)
			continue;
		/* Each place once, with its first allocation. */
		for (unsigned int j = 0; j < i && caller; j++)
			if (board->live[j].address && board->live[j].caller == caller)
				caller = 0;
		count = caller ? count_from(board->live, caller) : 0;
		if (count > count_from(remembered, caller))
			note("%u allocated at %#llx are not freed", count,
			     (unsigned long long)caller);
	}
}

void fault_check_left(void)
{
	static uint32_t usual;

	if (!usual)
		usual = board->left_open;
	if (board->left_open > usual)
		fail("%u descriptors are left open instead of %u, after a fault in %s",
		     board->left_open, usual, fault_site());
	if (!board->nr_live)
		return;
	memset(remembered, 0, sizeof(remembered));
	note_live();
	fail("%u allocations are left, after a fault in %s", board->nr_live, fault_site());
}

static unsigned int count_descriptors(void)
{
	unsigned int count = 0;
	char path[32];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", helper_pid());
	directory = opendir(path);
	if (!directory)
		fail("%s: %s", path, strerror(errno));
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* The helper's descriptors and allocations, to be compared later. */
struct belongings {
	unsigned int descriptors;
	uint32_t live;
};

static void remember(struct belongings *belongings)
{
	belongings->descriptors = count_descriptors();
	belongings->live = board->nr_live;
	memcpy(remembered, board->live, sizeof(remembered));
}

static void compare(const struct belongings *before, const struct step *step)
{
	unsigned int descriptors = count_descriptors();

	if (descriptors > before->descriptors)
		fail("%s: %u descriptors are open instead of %u, after a fault in %s", step->name,
		     descriptors, before->descriptors, fault_site());
	if (board->nr_live <= before->live)
		return;
	note_live();
	fail("%s: %u allocations instead of %u, after a fault in %s", step->name, board->nr_live,
	     before->live, fault_site());
}

/* Steps */

/* Undoes the step, and takes it while nothing fails. */
static void take(struct bgt *bgt, const struct step *step)
{
	if (step->undo)
		step->undo(bgt);
	if (!step->act(bgt))
		fail("%s: %s, after a fault in %s", step->name, bgt_error(bgt), fault_site());
	if (step->undo)
		step->undo(bgt);
}

/* Takes the step twice before, since a helper keeps some memory from the first time. */
static void remember_well(struct bgt *bgt, const struct step *step, struct belongings *belongings)
{
	take(bgt, step);
	take(bgt, step);
	remember(belongings);
}

void fault_each(struct bgt *bgt, const struct step *step)
{
	unsigned int faults = 0, ends = 0;
	struct belongings before;
	bool hit, ended;

	remember_well(bgt, step, &before);
	do {
		fault_arm();
		(void)step->act(bgt);
		hit = fault_disarm();
		faults += hit;
		ended = fault_has_ended();
		ends += ended;
		if (ended && !board->kills)
			fault_check_left();
		if (ended)
			helper_launch(bgt);
		/* If something was lost, a later step notices it, too. */
		if (!hit || soak() || faults % STEP_EACH == 0)
			take(bgt, step);
		else if (step->undo)
			step->undo(bgt);
		/*
		 * Another helper has other allocations and descriptors, which are remembered anew.
		 */
		if (!ended && !board->kills)
			compare(&before, step);
		else if (!board->kills)
			remember_well(bgt, step, &before);
	} while (hit);
	note("%s: %u calls have failed, and %u helpers ended", step->name, faults, ends);
}
