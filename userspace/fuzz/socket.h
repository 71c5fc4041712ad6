/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink sockets without a kernel: libmnl's functions over pairs of sockets, with the fuzzer at
 * the other end. Receiving when there is no message is an error, since nobody could send one
 * meanwhile.
 */
#ifndef BGTASK_FUZZ_SOCKET_H
#define BGTASK_FUZZ_SOCKET_H

#include <libmnl/libmnl.h>

/* Implemented by the fuzzer: a message was sent, a socket has joined a group, or was closed. */
void kernel_receive(struct mnl_socket *socket, const struct nlmsghdr *message);
void kernel_joined(struct mnl_socket *socket);
void kernel_closed(struct mnl_socket *socket);

/* Delivers a datagram to a socket. */
void socket_deliver(struct mnl_socket *socket, const void *data, size_t size);

#endif
