/* SPDX-License-Identifier: GPL-2.0 */
/* A request of another process that takes long, and holds up all other changes. */
#ifndef BGTASK_TEST_HOLDUP_H
#define BGTASK_TEST_HOLDUP_H

#include <stdint.h>

/*
 * holdup_begin() lets another process add a cgroup to a container, and blocks the module when it
 * opens the cgroup's files, by a lease (see fcntl(2)). Until holdup_end() the module changes no
 * container and no member, not by itself either; but it answers questions about containers. SIGIO
 * stays blocked.
 */
void holdup_begin(uint32_t container, const char *cgroup);
void holdup_end(void);

#endif
