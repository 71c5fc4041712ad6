/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Durations as in systemd.time(7): "300ms", "1h 30min", "1.5s". A number without a unit is in
 * seconds.
 */
#ifndef BGTASK_DURATION_H
#define BGTASK_DURATION_H

#include <stdint.h>

#define NSEC_PER_USEC	UINT64_C(1000)
#define NSEC_PER_MSEC	UINT64_C(1000000)
#define NSEC_PER_SEC	UINT64_C(1000000000)
#define NSEC_PER_MIN	(60 * NSEC_PER_SEC)
#define NSEC_PER_HOUR	(60 * NSEC_PER_MIN)
#define NSEC_PER_DAY	(24 * NSEC_PER_HOUR)
#define NSEC_PER_WEEK	(7 * NSEC_PER_DAY)

/* The longest text is "30500w 6d 23h 59min 59.999999999s". */
#define DURATION_MAX	64

/*
 * Reads a duration in nanoseconds. Returns -EINVAL if the text is not a duration, -ERANGE if the
 * duration does not fit into 64 bits.
 */
int duration_parse(const char *text, uint64_t *nanoseconds);

/*
 * Writes a duration into a buffer of DURATION_MAX bytes, and returns the buffer. The duration is
 * rounded down to a multiple of the accuracy.
 */
const char *duration_format(char *buffer, uint64_t nanoseconds, uint64_t accuracy);

#endif
