/* SPDX-License-Identifier: GPL-2.0 */
/* A fake service manager, as described in sd_notify(3) and sd_watchdog_enabled(3). */
#ifndef BGTASK_TEST_MANAGER_H
#define BGTASK_TEST_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

/* A notice that the manager has got. */
struct notice {
	char text[256];
	int fd;			/* descriptor that came with it, or -1 */
	uint64_t time;		/* when it was sent, CLOCK_REALTIME */
};

/*
 * Begins to be the service manager of all helpers that are started from now on. They have to say
 * that they are alive at least this often, or never if @watchdog is 0. Returns the manager's
 * socket.
 */
int manager_begin(uint64_t watchdog);
void manager_end(int manager);

/* Takes the next notice; false if none comes in time. */
bool manager_hear(int manager, struct notice *notice, uint64_t timeout);

/* How often a helper says that it is alive, and at which intervals. */
struct pulse {
	unsigned int beats;
	uint64_t last, longest;		/* time of the last beat; longest interval */
};

/* Reads all notices that have come; anything but a beat ends the test. */
void manager_feel(int manager, struct pulse *pulse);

#endif
