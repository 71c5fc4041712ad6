/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network budget: on battery, an app's sockets may send and receive so many bytes in a day
 * while its tasks run. When that is spent they are cancelled, and no more are launched until the
 * next day, or AC power.
 */
#ifndef BGTASKD_NETWORK_H
#define BGTASKD_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/registry.h"

struct app;
struct daemon;
struct task;

/*
 * The counters stand at @total. What they have moved is used if it @counts; counters that have gone
 * back have begun at 0. On another day nothing is used yet.
 */
void network_take(struct network_record *record, uint32_t day, uint64_t total, bool counts);

/* When to look again, us, if so much of a budget is used. */
uint64_t network_interval(uint64_t used, uint64_t budget);

/* Whether a task may be launched, see gate.h. */
bool network_may_launch(const struct task *task);

/*
 * Lets an app have a network budget, of which the registry knows what was used; and ends that. The
 * first returns 0 or a negative errno.
 */
int network_open(struct app *app);
void network_close(struct app *app);

/* Something else runs of the app than before, or its class is another. */
void network_update(struct app *app);

/* The power has come, or gone; or it is known now. */
void network_power_changed(struct daemon *daemon);

#endif
