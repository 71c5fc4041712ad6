/* SPDX-License-Identifier: GPL-2.0 */
/* Raw generic netlink, for messages that the library would never send. */
#ifndef BGTASK_TEST_GENL_H
#define BGTASK_TEST_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket with a request under construction, and the answer to it. */
struct genl {
	int socket;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;

	uint8_t request[8192];
	uint8_t reply[32768];
	/* The first message of the answer, or NULL. */
	const struct nlmsghdr *answer;
	/* How many messages the answer has. */
	unsigned int answers;
	/* Text of the extended acknowledgement, or "". */
	char text[256];
	/*
	 * The attribute that a refusal names: its type if it is missing, its offset if it is bad;
	 * or 0.
	 */
	uint32_t missing;
	uint32_t offset;
	/* Notifications that came before an answer, for genl_receive(). */
	uint8_t kept[8192];
	size_t kept_size;
};

/* Opens a socket, and finds the module's family. Returns 0 or a negative errno. */
int genl_open(struct genl *genl);
void genl_close(struct genl *genl);

void genl_begin(struct genl *genl, uint8_t command);
void genl_put(struct genl *genl, uint16_t type, const void *data, size_t length);
void genl_put_u8(struct genl *genl, uint16_t type, uint8_t value);
void genl_put_u32(struct genl *genl, uint16_t type, uint32_t value);
void genl_put_u64(struct genl *genl, uint16_t type, uint64_t value);
void genl_put_string(struct genl *genl, uint16_t type, const char *text);

/* Sends the request, without reading the answer. Returns 0 or a negative errno. */
int genl_send(struct genl *genl, uint16_t flags);

/* Send the request and read the answer. Return 0 or a negative errno. */
int genl_do(struct genl *genl);
int genl_dump(struct genl *genl);

/*
 * Takes the next kept notification, or reads the next datagram of any kind; its first message
 * becomes the answer. False if none comes in time. Skips overflows of the socket.
 */
bool genl_receive(struct genl *genl, uint64_t timeout);

/* The result in the answer, if it is an acknowledgment or a refusal, else 0. */
int genl_result_of(struct genl *genl);

/* Reads the answer to the last request. Returns 0 or a negative errno, -ETIME if none comes. */
int genl_result(struct genl *genl, uint64_t timeout);

/* The command of the answer. */
uint8_t genl_command(const struct genl *genl);
/* An attribute of the answer, or NULL. */
const struct nlattr *genl_find(const struct genl *genl, uint16_t type);
uint32_t genl_get_u32(const struct genl *genl, uint16_t type);
uint64_t genl_get_u64(const struct genl *genl, uint16_t type);

#endif
