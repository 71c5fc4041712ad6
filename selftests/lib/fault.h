/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of the helper that fail, one at a time: memory, descriptors, the disk, the database and the
 * event loop refuse what it asks of them. faulty.so, which the helper is started with, makes them
 * fail; both share a file. Any other program can be started in the place of the helper.
 */
#ifndef BGTASK_TEST_FAULT_H
#define BGTASK_TEST_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgt;

/* The file, by its path in the environment of the helper. */
#define FAULT_VARIABLE	"BGTASK_FAULTS"

/* A call is told from others by this many of its callers. */
#define FAULT_DEPTH	3
#define FAULT_SITES_MAX	16384
#define FAULT_LIVE_MAX	16384

struct fault_site {
	char function[32];
	uint64_t callers[FAULT_DEPTH];	/* offsets in the helper, the innermost first */
};

/* What the file has. */
struct fault_board {
	bool armed;			/* the next call that has not failed yet fails */
	bool kills;			/* the helper is killed instead, */
	uint32_t each;			/* at one in so many of these calls */
	uint32_t offset;
	uint32_t nr_hits;		/* how many have failed, or were the end of the helper */
	uint32_t nr_sites;
	struct fault_site sites[FAULT_SITES_MAX];	/* of all that were met, in order */
	uint32_t left_open;		/* descriptors, by the last helper that has ended */
	uint32_t nr_live;
	/* What the helper has allocated and not freed: a table by address. */
	struct fault_live {
		uint64_t address;	/* 0 for an entry that is free */
		uint64_t caller;
	} live[FAULT_LIVE_MAX];
};

/* Path of a program, or an object, of the tests: "lifecycle/faulty.so". */
void fault_program(char *path, size_t size, const char *name);

/*
 * From now on helpers are started such that their calls can fail; from now on they are not. Both
 * are for who has no helper running.
 */
void fault_begin(void);
void fault_end(void);

/*
 * From now on the helper is killed where a call would fail; unless rounds are long, at some of
 * these calls only, which are others each time. Says whether that is so.
 */
void fault_kill(void);
bool fault_kills(void);

/* Has the next call fail that has not failed yet. Ends that, and returns whether one has. */
void fault_arm(void);
bool fault_disarm(void);

/* The last call that has failed, for people. Valid until the next call. */
const char *fault_site(void);

/* What is tried while a call fails. */
struct step {
	const char *name;
	/* Undoes what may be left of it; or NULL. */
	void (*undo)(struct bgt *bgt);
	/* Whether all that it is for has come about. */
	bool (*act)(struct bgt *bgt);
};

/*
 * Takes the step until all of the helper's calls that belong to it have failed once. The helper
 * goes on, or ends as fault_has_ended() wants it; then the step can be undone and taken, and
 * nothing is open or allocated that was not before.
 */
void fault_each(struct bgt *bgt, const struct step *step);

/*
 * Whether the helper has ended; a test fails unless the helper has done so by itself, as it has
 * failed, or is killed where a call would fail.
 */
bool fault_has_ended(void);

/*
 * A helper that has ended has freed all that it had allocated, and has no more descriptors open
 * than the first helper that was asked about.
 */
void fault_check_left(void);

#endif
