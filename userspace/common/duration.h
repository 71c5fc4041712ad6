/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Durations as systemd.time(7) writes them: "300ms", "1h 30min", "1.5s"; seconds without a unit.
 */
#ifndef BGTASK_DURATION_H
#define BGTASK_DURATION_H

#include <stdint.h>

#define NSEC_PER_USEC	UINT64_C(1000)
#define NSEC_PER_MSEC	UINT64_C(1000000)
#define NSEC_PER_SEC	UINT64_C(1000000000)

/* The longest is "30500w 6d 23h 59min 59.999999999s". */
#define DURATION_MAX	64

/* Reads a duration in nanoseconds. -EINVAL if it is none, -ERANGE if it is too long to say. */
int duration_parse(const char *text, uint64_t *nanoseconds);

/*
 * Writes a duration into a buffer of DURATION_MAX bytes, and returns that. What is shorter than
 * the accuracy is left out.
 */
const char *duration_format(char *buffer, uint64_t nanoseconds, uint64_t accuracy);

#endif
