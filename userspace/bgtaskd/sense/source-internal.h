/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What sources share, and what only their tests call.
 */
#ifndef BGTASKD_SOURCE_INTERNAL_H
#define BGTASKD_SOURCE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "source.h"

/* Changes that follow each other this closely, us, are taken as one. */
#define SETTLE_USEC	(100 * UINT64_C(1000))
/* How precise the timer for this is, us. */
#define SETTLE_ACCURACY	(10 * UINT64_C(1000))

/* Sets a timer to expire once, @usec from now. Returns 0 or a negative errno. */
static inline int source_timer_arm(sd_event_source *timer, uint64_t usec)
{
	int error = sd_event_source_set_time_relative(timer, usec);

	return error < 0 ? error : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/*
 * The start functions of two types, but for another directory than /etc or /sys/class/power_supply.
 */
int source_zone_start(struct source **source, sd_event *event, const struct source_sink *sink,
		      const char *directory);
int source_power_start(struct source **source, sd_event *event, const struct source_sink *sink,
		       const char *directory);

/* Handles a message that has come from the netlink port @port. */
void source_power_message(struct source *source, uint32_t port, const char *message, size_t size);

#endif
