// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a chosen allocation of a thread fail, with the files of CONFIG_FAILSLAB in debugfs and
 * below /proc.
 */
#include "failslab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

#define FAILSLAB "/sys/kernel/debug/failslab/"

bool failslab_is_there(void)
{
	return !access(FAILSLAB "ignore-gfp-wait", F_OK);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

int failslab_begin(const char *thread, unsigned int nth)
{
	char text[16], path[64];
	int fd, length = snprintf(text, sizeof(text), "%u", nth);

	put(FAILSLAB "ignore-gfp-wait", "N");
	put(FAILSLAB "verbose", "0");
	snprintf(path, sizeof(path), "/proc/%s/fail-nth", thread);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

unsigned int failslab_left(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		fail("fail-nth: %s", strerror(errno));
	return (unsigned int)strtoul(text, NULL, 10);
}

bool failslab_end(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 || pwrite(fd, "0", 1, 0) != 1)
		fail("fail-nth: %s", strerror(errno));
	close(fd);
	return text[0] == '0';
}
