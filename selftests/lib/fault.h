/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of the helper that fail, one at a time: calls for memory, descriptors, the disk, the
 * database and the event loop. faulty.so is loaded into the helper and makes its calls fail; the
 * test and faulty.so share a file. Any program can be started in place of the helper.
 */
#ifndef BGTASK_TEST_FAULT_H
#define BGTASK_TEST_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgt;

/* The variable in the helper's environment that has the path of the shared file. */
#define FAULT_VARIABLE	"BGTASK_FAULTS"

/* How many callers identify a call. */
#define FAULT_DEPTH	3
#define FAULT_SITES_MAX	16384
#define FAULT_LIVE_MAX	16384

struct fault_site {
	char function[32];
	uint64_t callers[FAULT_DEPTH];	/* offsets in the helper, the innermost first */
};

/* The content of the shared file. */
struct fault_board {
	bool armed;			/* the next call that has not failed yet fails */
	bool kills;			/* instead of a failing call, the helper is killed */
	uint32_t each;			/* at one of so many calls */
	uint32_t offset;
	uint32_t nr_hits;		/* calls that have failed, or killed the helper */
	uint32_t nr_sites;
	struct fault_site sites[FAULT_SITES_MAX];	/* all calls so far, in order */
	uint32_t left_open;		/* by the last helper that has ended */
	uint32_t nr_live;
	/* The helper's allocations that are not freed: a hash table by address. */
	struct fault_live {
		uint64_t address;	/* 0 for an entry that is free */
		uint64_t caller;
	} live[FAULT_LIVE_MAX];
};

/* The path of a program or an object of the tests: "lifecycle/faulty.so". */
void fault_program(char *path, size_t size, const char *name);

/*
 * fault_begin() lets the calls of helpers that are started from now on fail, and fault_end() ends
 * that. Both must be called while no helper runs.
 */
void fault_begin(void);
void fault_end(void);

/*
 * Lets the helper be killed where a call would fail; in short rounds only at some of these calls,
 * which are chosen at random each time. fault_kills() says whether it is so.
 */
void fault_kill(void);
bool fault_kills(void);

/*
 * Lets the next call fail that has not failed yet; and ends that. Returns whether a call has
 * failed.
 */
void fault_arm(void);
bool fault_disarm(void);

/* A description of the last call that has failed. Valid until the next call. */
const char *fault_site(void);

/* A step that is tried while a call fails. */
struct step {
	const char *name;
	/* Undoes what the step may have done; or NULL. */
	void (*undo)(struct bgt *bgt);
	/* Takes the step. Returns whether all its effects have come about. */
	bool (*act)(struct bgt *bgt);
};

/*
 * Takes the step until each of the helper's calls during it has failed once. The helper goes on, or
 * ends as fault_has_ended() wants it; then the step must be undone and taken without a fault, and
 * nothing may be open or allocated that was not before.
 */
void fault_each(struct bgt *bgt, const struct step *step);

/*
 * Whether the helper has ended. The test fails unless the helper has exited with an error, or was
 * killed where a call would fail.
 */
bool fault_has_ended(void);

/*
 * Checks that an ended helper has freed all its allocations, and has no more descriptors open than
 * the first helper that was checked.
 */
void fault_check_left(void);

#endif
