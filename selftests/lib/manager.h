/* SPDX-License-Identifier: GPL-2.0 */
/* A service manager of the test's own, as sd_notify(3) and sd_watchdog_enabled(3) know it. */
#ifndef BGTASK_TEST_MANAGER_H
#define BGTASK_TEST_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

/* A notice, which the manager is sent. */
struct notice {
	char text[256];
	int fd;			/* what came with it, or -1 */
	uint64_t time;		/* when it was sent, CLOCK_REALTIME */
};

/*
 * Begins to be the manager of all helpers that are started from now on. They have to say that they
 * live at least this often, or never if @watchdog is 0. Returns the manager's socket.
 */
int manager_begin(uint64_t watchdog);
void manager_end(int manager);

/* Takes the next notice; false if none has come when the time is over. */
bool manager_hear(int manager, struct notice *notice, uint64_t timeout);

/* How often and how regularly a helper tells that it lives. */
struct pulse {
	unsigned int beats;
	uint64_t last, longest;		/* when the last was, and the longest time between two */
};

/* Hears all that there is; anything but a beat ends the test. */
void manager_feel(int manager, struct pulse *pulse);

#endif
