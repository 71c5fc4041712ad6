// SPDX-License-Identifier: GPL-2.0
/*
 * Loads the module (the file in $BGTASK_MODULE, the one built for the test machine, or the
 * installed one); unloads it; and sets its parameters.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "module.h"
#include "scene.h"

bool module_is_loaded(void)
{
	return !access("/sys/module/bgtask/refcnt", F_OK);
}

/* In the build directory, tests are in kselftest/DIRECTORY/ and modules in module/. */
static int open_built(void)
{
	const char *kernel = getenv("KERNEL");
	char program[PATH_MAX] = "", path[PATH_MAX + 64];

	if (!kernel || readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/../../module/%s/bgtask.ko", dirname(program), kernel);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int module_open(void)
{
	const char *path = getenv("BGTASK_MODULE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : open_built();

	if (fd < 0 && path)
		fail("open %s: %s", path, strerror(errno));
	return fd;
}

int module_load(void)
{
	int fd = module_open();
	int error = 0;

	if (fd < 0)
		return system("modprobe bgtask") ? -ENOENT : 0;
	if (syscall(SYS_finit_module, fd, "", 0))
		error = -errno;
	close(fd);
	return error;
}

int module_unload(void)
{
	return syscall(SYS_delete_module, "bgtask", O_NONBLOCK) ? -errno : 0;
}

unsigned int module_set(const char *parameter, unsigned int value)
{
	char path[128], text[32] = "";
	int fd, length;

	snprintf(path, sizeof(path), "/sys/module/bgtask/parameters/%s", parameter);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 1)
		fail("%s: %s", path, strerror(errno));
	length = snprintf(path, sizeof(path), "%u", value);
	if (pwrite(fd, path, (size_t)length, 0) != length)
		fail("cannot set %s: %s", parameter, strerror(errno));
	close(fd);
	return (unsigned int)strtoul(text, NULL, 10);
}

bool module_anticipate(bool on)
{
	int fd = open("/sys/module/bgtask/parameters/anticipate", O_RDWR | O_CLOEXEC);
	char before;

	if (fd < 0 || read(fd, &before, 1) != 1 || pwrite(fd, on ? "Y" : "N", 1, 0) != 1)
		fail("cannot set the module's parameter: %s", strerror(errno));
	close(fd);
	return before == 'Y';
}
