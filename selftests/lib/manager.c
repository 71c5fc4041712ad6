// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the service manager: a datagram socket, named in $NOTIFY_SOCKET, that gets the helper's
 * notices with their descriptors and the times when they were sent.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "manager.h"
#include "scene.h"

/* An abstract address, since the helper's directories come and go. */
#define ADDRESS	"@bgtask-selftest"

/* Lets more notices wait in the socket, as systemd does; if it is full, the helper has to wait. */
static void make_room(void)
{
	FILE *limit = fopen("/proc/sys/net/unix/max_dgram_qlen", "we");

	if (!limit || fputs("512", limit) < 0 || fclose(limit))
		fail("cannot make room for notices: %s", strerror(errno));
}

int manager_begin(uint64_t watchdog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = ADDRESS };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(ADDRESS);
	int manager, on = 1;
	char usec[24];

	make_room();
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	address.sun_path[0] = '\0';
	if (manager < 0 || bind(manager, (struct sockaddr *)&address, size) ||
	    setsockopt(manager, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		fail("no service manager: %s", strerror(errno));
	setenv("NOTIFY_SOCKET", ADDRESS, 1);
	snprintf(usec, sizeof(usec), "%llu", (unsigned long long)(watchdog / USEC));
	if (watchdog)
		setenv("WATCHDOG_USEC", usec, 1);
	return manager;
}

void manager_end(int manager)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	close(manager);
}

static void take_extra(struct msghdr *message, struct notice *notice)
{
	struct cmsghdr *header;
	struct timespec time;

	for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_type == SCM_RIGHTS) {
			memcpy(&notice->fd, CMSG_DATA(header), sizeof(notice->fd));
		} else if (header->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&time, CMSG_DATA(header), sizeof(time));
			notice->time = (uint64_t)time.tv_sec * SEC + (uint64_t)time.tv_nsec;
		}
	}
}

bool manager_hear(int manager, struct notice *notice, uint64_t timeout)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec vector = { notice->text, sizeof(notice->text) - 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct pollfd polled = { .fd = manager, .events = POLLIN };
	ssize_t length;

	notice->fd = -1;
	if (poll(&polled, 1, (int)(timeout / MSEC)) != 1)
		return false;
	length = recvmsg(manager, &message, MSG_CMSG_CLOEXEC);
	if (length < 0)
		fail("the service manager does not hear: %s", strerror(errno));
	notice->text[length] = '\0';
	take_extra(&message, notice);
	return true;
}

void manager_feel(int manager, struct pulse *pulse)
{
	struct notice notice;

	while (manager_hear(manager, &notice, 0)) {
		if (strcmp(notice.text, "WATCHDOG=1"))
			fail("the service manager is told \"%s\"", notice.text);
		if (pulse->beats++ && notice.time - pulse->last > pulse->longest)
			pulse->longest = notice.time - pulse->last;
		pulse->last = notice.time;
	}
}
