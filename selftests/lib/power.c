// SPDX-License-Identifier: GPL-2.0
/* Sets the battery and the chargers of the kernel's module test_power, with its parameters. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "power.h"
#include "scene.h"

#define LOADED	"/sys/module/test_power"

void power_load(void)
{
	const char *kernel = getenv("KERNEL");
	char program[PATH_MAX] = "", command[PATH_MAX + 128];

	if (!access(LOADED, F_OK))
		return;
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(command, sizeof(command),
		 "modprobe -q test_power || insmod '%s/../../module/%s/test_power.ko'",
		 dirname(program), kernel ? kernel : "host");
	if (system(command))
		fail("%s: failed", command);
}

void power_begin(bool ac)
{
	power_load();
	power_set("battery_present", "true");
	power_set("usb_online", "off");
	power_set("ac_online", ac ? "on" : "off");
}

void power_set(const char *parameter, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), LOADED "/parameters/%s", parameter);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}
