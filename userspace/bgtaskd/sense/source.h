/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sources: where triggers and conditions come from. Each source is a file source-NAME.c. It is
 * started once, adds what it needs to the event loop, and reports what it sees to its sink.
 */
#ifndef BGTASKD_SOURCE_H
#define BGTASKD_SOURCE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct source;

/* What a source calls, with @data as the first argument. */
struct source_sink {
	void *data;
	/* A trigger fires for all tasks that have it. */
	void (*fire)(void *data, enum bgtask_trigger trigger, const char *argument);
	/* The first of a pair of conditions holds, or does not; see condition.h. */
	void (*condition)(void *data, uint32_t first, bool holds);
	/*
	 * The machine is on AC power or not, and how full its battery is: percent, or -1 if not
	 * known.
	 */
	void (*power)(void *data, bool ac, int capacity);
	/* Something is to be logged; @text is a line. */
	void (*note)(void *data, const char *text);
};

/* A type of source; the helper starts one source of each. */
struct source_type {
	const char *name;
	/*
	 * Starts the source. From then on it reports what holds, at once, and what changes. Returns
	 * 0, or a negative errno if the source cannot work here.
	 */
	int (*start)(struct source **source, sd_event *event, const struct source_sink *sink);
	void (*stop)(struct source *source);
};

/* internet-available and -not-available, network-state-change: rtnetlink. */
extern const struct source_type source_network;
/* time-zone-change: /etc/localtime, by inotify on its directory. */
extern const struct source_type source_zone;
/* AC power: /sys/class/power_supply, with its uevents. */
extern const struct source_type source_power;
/* session-*, user-*: logind, by sd-bus, as long as there is a logind. */
extern const struct source_type source_session;

#endif
