/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network budget: on battery, an app's sockets may send and receive a number of bytes in a day
 * while its tasks run. When the budget is spent, the instances are cancelled, and no others are
 * launched until the next day, or AC power.
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
 * Takes the bytes by which the counters, now at @total, have moved since the last call: they are
 * used of the budget if @counts. Counters that have gone back have begun at 0. On another day than
 * before, nothing is used yet.
 */
void network_take(struct network_record *record, uint32_t day, uint64_t total, bool counts);

/* The time until the next look, us, if @used bytes of @budget are used. */
uint64_t network_interval(uint64_t used, uint64_t budget);

/* Whether a task may be launched, see gate.h. */
bool network_may_launch(const struct task *task);

/*
 * network_open() gives an app a network budget, of which the registry knows what is used, and
 * returns 0 or a negative errno; network_close() frees it.
 */
int network_open(struct app *app);
void network_close(struct app *app);

/*
 * To be called when the app's instances have begun or ended, when the app has moved to or from the
 * foreground, and when its class may have changed.
 */
void network_update(struct app *app);

/* To be called when AC power has come or gone, and when the power is first known. */
void network_power_changed(struct daemon *daemon);

#endif
