/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of the helper that fail, one at a time: memory, descriptors, the disk, the database and the
 * event loop refuse what it asks of them. faulty.so, which the helper is started with, makes them
 * fail; both share a file.
 */
#ifndef BGTASK_TEST_FAULT_H
#define BGTASK_TEST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

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
	uint32_t nr_sites;
	struct fault_site sites[FAULT_SITES_MAX];	/* of all that have failed, in order */
	uint32_t left_open;		/* descriptors, by the last helper that has ended */
	uint32_t nr_live;
	/* What the helper has allocated and not freed: a table by address. */
	struct fault_live {
		uint64_t address;	/* 0 for an entry that is free */
		uint64_t caller;
	} live[FAULT_LIVE_MAX];
};

/*
 * From now on helpers are started such that their calls can fail; from now on they are not. Both
 * are for who has no helper running.
 */
void fault_begin(void);
void fault_end(void);

/* Has the next call fail that has not failed yet. Ends that, and returns whether one has. */
void fault_arm(void);
bool fault_disarm(void);

/* The last call that has failed, for people. Valid until the next call. */
const char *fault_site(void);

/* How many allocations of the helper are not freed, be it one that has ended. */
uint32_t fault_live(void);

/* How many descriptors the last helper had open when it ended by itself. */
uint32_t fault_left_open(void);

/* Says where those were made that are there now, if there are more from one place than before. */
void fault_note_live(void);
void fault_remember_live(void);

#endif
