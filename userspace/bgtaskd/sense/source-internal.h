/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sources share, and what only their tests call.
 */
#ifndef BGTASKD_SOURCE_INTERNAL_H
#define BGTASKD_SOURCE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "source.h"

/* Changes that follow each other this closely are one. */
#define SETTLE_USEC	(100 * UINT64_C(1000))
/* How precise that has to be. */
#define SETTLE_ACCURACY	(10 * UINT64_C(1000))

/* Lets a timer expire once, so long from now, however it was set before. */
static inline int source_timer_arm(sd_event_source *timer, uint64_t usec)
{
	int error = sd_event_source_set_time_relative(timer, usec);

	return error < 0 ? error : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* As the types' start functions, for another directory than /etc or /sys/class/power_supply. */
int source_zone_start(struct source **source, sd_event *event, const struct source_sink *sink,
		      const char *directory);
int source_power_start(struct source **source, sd_event *event, const struct source_sink *sink,
		       const char *directory);

/* A message has come from the netlink port @port. */
void source_power_message(struct source *source, uint32_t port, const char *message, size_t size);

#endif
