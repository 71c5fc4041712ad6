/* SPDX-License-Identifier: GPL-2.0 */
/* Raw generic netlink, for what the library would never send. */
#ifndef BGTASK_TEST_GENL_H
#define BGTASK_TEST_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request under construction, and how it was answered. */
struct genl {
	int socket;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;

	uint8_t request[8192];
	uint8_t reply[32768];
	/* The first message of the answer, or NULL. */
	const struct nlmsghdr *answer;
	/* How many messages were in it. */
	unsigned int answers;
	/* Text of the extended acknowledgement, or "". */
	char text[256];
	/* The attribute that a refusal is about: its type if missing, its offset if bad, or 0. */
	uint32_t missing;
	uint32_t offset;
	/* Notifications that came while an answer was awaited, for genl_receive(). */
	uint8_t kept[8192];
	size_t kept_size;
};

/* A socket, and the number of the module's family. Returns 0 or a negative errno. */
int genl_open(struct genl *genl);
void genl_close(struct genl *genl);

void genl_begin(struct genl *genl, uint8_t command);
void genl_put(struct genl *genl, uint16_t type, const void *data, size_t length);
void genl_put_u8(struct genl *genl, uint16_t type, uint8_t value);
void genl_put_u32(struct genl *genl, uint16_t type, uint32_t value);
void genl_put_u64(struct genl *genl, uint16_t type, uint64_t value);
void genl_put_string(struct genl *genl, uint16_t type, const char *text);

/* Sends the request, and does not read the answer. Returns 0 or a negative errno. */
int genl_send(struct genl *genl, uint16_t flags);

/* Send the request and read the answer. Return 0 or a negative errno. */
int genl_do(struct genl *genl);
int genl_dump(struct genl *genl);

/*
 * Takes the next notification, or reads the next datagram, whatever its number; the first message
 * becomes the answer. False if none has come when the time is over. Overflows of the socket are
 * passed over.
 */
bool genl_receive(struct genl *genl, uint64_t timeout);

/* What the answer says, if it is an acknowledgment or a refusal, else 0. */
int genl_result_of(struct genl *genl);

/* Reads the answer to what was sent last. Returns 0 or a negative errno, -ETIME if none comes. */
int genl_result(struct genl *genl, uint64_t timeout);

/* The command of the answer. */
uint8_t genl_command(const struct genl *genl);
/* An attribute of the answer, or NULL. */
const struct nlattr *genl_find(const struct genl *genl, uint16_t type);
uint32_t genl_get_u32(const struct genl *genl, uint16_t type);
uint64_t genl_get_u64(const struct genl *genl, uint16_t type);

#endif
