/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that are taken over from other processes. */
#ifndef BGTASKD_SOCKET_H
#define BGTASKD_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes a copy of a connected socket, which is descriptor @number of a process. The process must be
 * in the cgroup, or below. Returns a descriptor, or a negative errno with *fault saying what is
 * wrong.
 */
int socket_take(uint32_t pid, const char *cgroup, int number, const char **fault);

/* Whether reading would not wait: there are data, the end of the data, or an error. */
bool socket_is_readable(int fd);

/* Whether nothing more can be read: the peer has closed the connection, or there was an error. */
bool socket_is_dead(int fd);

#endif
