/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink sockets without a kernel: libmnl's functions, for the fuzzers, over pairs of sockets
 * whose other end is theirs. To receive when there is nothing is an error, as nobody else sends.
 */
#ifndef BGTASK_FUZZ_SOCKET_H
#define BGTASK_FUZZ_SOCKET_H

#include <libmnl/libmnl.h>

/* The fuzzer's: something was sent, has joined a group, or was closed. */
void kernel_receive(struct mnl_socket *socket, const struct nlmsghdr *message);
void kernel_joined(struct mnl_socket *socket);
void kernel_closed(struct mnl_socket *socket);

/* Lets a socket receive a datagram. */
void socket_deliver(struct mnl_socket *socket, const void *data, size_t size);

#endif
