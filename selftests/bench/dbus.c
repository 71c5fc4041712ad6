// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a dbus-daemon, and acquires and releases a name on it, to be measured next to bgtask's
 * mutexes.
 */
#include "dbus.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "bench.h"

#define NAME	"org.example.Bench"

static sd_bus *bus;

static void require(int result, const char *what)
{
	if (result >= 0)
		return;
	errno = -result;
	die("D-Bus: %s", what);
}

/* Starts a daemon, and waits until it prints the address at which it listens. */
static void start_daemon(char *address, size_t size)
{
	ssize_t length;
	int out[2];

	if (pipe(out))
		die("cannot make a pipe");
	switch (fork()) {
	case -1:
		die("cannot fork");
	case 0:
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execlp("dbus-daemon", "dbus-daemon", "--session", "--nofork", "--nopidfile",
		       "--print-address", NULL);
		die("cannot run dbus-daemon");
	}
	close(out[1]);
	length = read(out[0], address, size - 1);
	if (length <= 0)
		die("dbus-daemon did not start");
	address[length] = '\0';
	address[strcspn(address, "\n")] = '\0';
	close(out[0]);
}

void dbus_start(void)
{
	char address[256];

	start_daemon(address, sizeof(address));
	require(sd_bus_new(&bus), "new");
	require(sd_bus_set_address(bus, address), "address");
	require(sd_bus_set_bus_client(bus, true), "client");
	require(sd_bus_start(bus), "start");
}

void dbus_request(void)
{
	require(sd_bus_request_name(bus, NAME, 0), "request-name");
}

void dbus_release(void)
{
	require(sd_bus_release_name(bus, NAME), "release-name");
}

void dbus_tidy(void)
{
	int more;

	do
		more = sd_bus_process(bus, NULL);
	while (more > 0);
	require(more, "process");
}
