/* SPDX-License-Identifier: GPL-2.0 */
/* A request of somebody else's that takes long, while all others that change something wait. */
#ifndef BGTASK_TEST_HOLDUP_H
#define BGTASK_TEST_HOLDUP_H

#include <stdint.h>

/*
 * Lets somebody add a cgroup to a container, and keeps it from opening the files that it needs for
 * that, as a lease does (see fcntl(2)). The module changes no container and no member before the
 * second is called, not by itself either; it can be asked about a container. SIGIO stays blocked.
 */
void holdup_begin(uint32_t container, const char *cgroup);
void holdup_end(void);

#endif
