// SPDX-License-Identifier: GPL-2.0
/*
 * Takes a copy of a socket by pidfd_getfd(2). A process id may be reused at any time, so the cgroup
 * of the process is checked while a pidfd refers to the process.
 */
#include "socket.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

static bool is_in(uint32_t pid, const char *cgroup)
{
	size_t length = strlen(cgroup);
	char path[PATH_MAX];

	return length && !process_cgroup(pid, path, sizeof(path)) &&
	       !strncmp(path, cgroup, length) && (!path[length] || path[length] == '/');
}

static int get_option(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -errno : value;
}

/* Checks that a descriptor is a connected socket, of a family that reaches other processes. */
static int check(int fd, const char **fault)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	struct stat status;

	*fault = "that is no socket";
	if (fstat(fd, &status) || !S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	switch (get_option(fd, SO_DOMAIN)) {
	case AF_UNIX:
	case AF_INET:
	case AF_INET6:
	case AF_VSOCK:
		break;
	case -EBADF: /* opened with O_PATH */
		return -ENOTSOCK;
	default:
		*fault = "that is no socket of a local or an internet connection";
		return -EAFNOSUPPORT;
	}
	*fault = "the socket is not connected";
	return getpeername(fd, (struct sockaddr *)&address, &size) ? -EINVAL : 0;
}

int socket_take(uint32_t pid, const char *cgroup, int number, const char **fault)
{
	int pidfd, fd, error;

	*fault = "the caller has ended, or is somewhere else now";
	pidfd = pidfd_open((pid_t)pid, 0);
	if (pidfd < 0)
		return -errno;
	/*
	 * The pidfd refers to the process that had this pid when the pidfd was opened. If that
	 * process is alive after its cgroup was read by the pid, the cgroup is that of the process,
	 * as a pid is not reused while its process lives.
	 */
	error = is_in(pid, cgroup) ? 0 : -ESRCH;
	if (!error && pidfd_send_signal(pidfd, 0, NULL, 0))
		error = -errno;
	if (error)
		goto close_pidfd;
	fd = pidfd_getfd(pidfd, number, 0);
	if (fd < 0) {
		error = -errno;
		*fault = error == -EBADF ? "there is no such descriptor" :
					   "the descriptor cannot be taken";
		goto close_pidfd;
	}
	error = check(fd, fault);
	if (error)
		close(fd);
	else
		error = fd;
close_pidfd:
	close(pidfd);
	return error;
}

static short poll_now(int fd, short events)
{
	struct pollfd polled = { .fd = fd, .events = events };

	return poll(&polled, 1, 0) > 0 ? polled.revents : 0;
}

bool socket_is_readable(int fd)
{
	return poll_now(fd, POLLIN | POLLRDHUP);
}

bool socket_is_dead(int fd)
{
	short events = poll_now(fd, POLLIN | POLLRDHUP);
	char byte;

	if (events & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	/* The peer has closed its side. What it sent before must be read first. */
	return events & POLLRDHUP && !recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}
