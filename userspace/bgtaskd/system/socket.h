/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that are taken over from other processes.
 */
#ifndef BGTASKD_SOCKET_H
#define BGTASKD_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes a copy of a connected socket: descriptor @number of a process that must be in a cgroup, or
 * below. Returns a descriptor, or a negative errno with *fault saying what is wrong.
 */
int socket_take(uint32_t pid, const char *cgroup, int number, const char **fault);

/* Whether reading from it would not wait: there is data, its end, or an error. */
bool socket_is_readable(int fd);

/* Whether nothing can come any more: the other side has closed it, or there was an error. */
bool socket_is_dead(int fd);

#endif
