// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the sources. Those of the network need root, those of sessions a dbus-daemon; they are
 * skipped without.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "source-internal.h"

#define LOGIND		"org.freedesktop.login1"
#define LOGIND_PATH	"/org/freedesktop/login1"
#define SEAT_PATH	LOGIND_PATH "/seat/seat0"
#define SESSION_PATH	LOGIND_PATH "/session/"

/* Longer than what a source waits for changes to cease. */
#define WAIT_USEC	(300 * UINT64_C(1000))
/* What is to be said is waited for, should the machine be busy. */
#define DEADLINE_USEC	(10 * UINT64_C(1000000))

/* What the sources have said since it was last looked at, as text. */
struct test {
	sd_event *event;
	struct source_sink sink;
	char said[1024];
	int number;
	int failures;
};

static void append(struct test *test, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct test *test, const char *format, ...)
{
	size_t used = strlen(test->said);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(test->said + used, sizeof(test->said) - used, format, arguments);
	va_end(arguments);
}

static void on_fire(void *data, enum bgtask_trigger trigger, const char *argument)
{
	static const char *const names[] = {
		[BGTASK_TRIGGER_INTERNET_AVAILABLE] = "internet-available",
		[BGTASK_TRIGGER_INTERNET_NOT_AVAILABLE] = "internet-not-available",
		[BGTASK_TRIGGER_NETWORK_STATE_CHANGE] = "network-state-change",
		[BGTASK_TRIGGER_SESSION_CONNECTED] = "session-connected",
		[BGTASK_TRIGGER_SESSION_DISCONNECTED] = "session-disconnected",
		[BGTASK_TRIGGER_SESSION_START] = "session-start",
		[BGTASK_TRIGGER_TIME_ZONE_CHANGE] = "time-zone-change",
		[BGTASK_TRIGGER_USER_AWAY] = "user-away",
		[BGTASK_TRIGGER_USER_PRESENT] = "user-present",
	};

	append(data, "%s%s ", names[trigger], argument);
}

static void on_condition(void *data, uint32_t first, bool holds)
{
	append(data, "%u=%d ", first, holds);
}

static void on_power(void *data, bool ac, int capacity)
{
	append(data, "ac=%d ", ac);
	if (capacity >= 0)
		append(data, "%d%% ", capacity);
}

static void on_note(void *data, const char *text)
{
	append(data, "(%s) ", text);
}

static void result(struct test *test, bool good, const char *what)
{
	test->number++;
	test->failures += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", test->number, what);
}

static void skip(struct test *test, const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++test->number, what, why);
}

/* What must have been said by now. */
static void said(struct test *test, const char *expected, const char *what)
{
	bool good = !strcmp(test->said, expected);

	result(test, good, what);
	if (!good)
		printf("# said \"%s\", not \"%s\"\n", test->said, expected);
	test->said[0] = '\0';
	fflush(stdout);
}

static void wait_usec(struct test *test, uint64_t usec)
{
	uint64_t start, now;

	sd_event_now(test->event, CLOCK_MONOTONIC, &now);
	for (start = now; now < start + usec; sd_event_now(test->event, CLOCK_MONOTONIC, &now))
		if (sd_event_run(test->event, start + usec - now) < 0)
			break;
}

static void after(struct test *test, const char *expected, const char *what)
{
	for (uint64_t waited = 0; waited < DEADLINE_USEC; waited += WAIT_USEC) {
		wait_usec(test, WAIT_USEC);
		if (!strcmp(test->said, expected))
			break;
	}
	said(test, expected, what);
}

/* Runs a command of the shell, which must succeed. */
static void run(struct test *test, const char *command)
{
	fflush(stdout);
	if (system(command))
		result(test, false, command);
}

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

#define UP	"1=1 internet-available network-state-change "
#define DOWN	"1=0 internet-not-available network-state-change "

static void network_steps(struct test *test)
{
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "ip route add default via 10.9.0.2", UP, "a default route" },
		{ "ip link set v0 mtu 1400", "", "another MTU" },
		{ "ip route add 10.10.0.0/16 via 10.9.0.2", "", "another route" },
		{ "ip route add default via 10.9.0.3 table 77", "", "a route in another table" },
		{ "ip route del default", DOWN, "no default route" },
		{ "ip route add unreachable default", "", "a route that leads nowhere" },
		{ "ip route del unreachable default", "", "nor does that now" },
		{ "ip route add default via 10.9.0.2 metric 5", UP, "a default route again" },
		{ "ip route add default via 10.9.0.2 metric 6", "", "only with another metric" },
		{ "ip route del default metric 6", "", "not that any more" },
		{ "ip link set v1 down", DOWN, "no carrier" },
		{ "ip link set v1 up", UP, "a carrier" },
		{ "ip route add default via 10.8.0.2 metric 9", "network-state-change ",
		  "a second default route" },
		{ "ip route del default metric 5", "network-state-change ", "the first goes" },
		{ "ip route replace default via 10.8.0.3 metric 9", "network-state-change ",
		  "another gateway" },
		{ "ip route replace default metric 9 nexthop via 10.8.0.3 nexthop via 10.9.0.2",
		  "network-state-change ", "two ways" },
		{ "ip route del default metric 9 && ip route add default via 10.8.0.3 metric 9",
		  "network-state-change ", "one way" },
		{ "ip link set w0 down", DOWN, "link down, which takes the route along" },
		{ "ip link set w0 up", "", "link up without a route" },
		{ "ip route add default dev lo", "", "a route to the machine itself" },
		{ "ip route del default dev lo", "", "not that any more" },
		{ "ip -6 route add default via fe80::2 dev v0", UP, "IPv6 only" },
		{ "ip -6 route add default via fe80::3 dev w0 metric 9", "network-state-change ",
		  "a second one of IPv6" },
		{ "ip -6 route del default dev w0", "network-state-change ", "and not any more" },
		{ "ip link del v0", DOWN, "the link is gone" },
		{ "for i in 1 2 3 4 5; do ip route add default via 10.8.0.2;"
		  " ip route del default; done; ip route add default via 10.8.0.2",
		  UP, "a burst fires once" },
		{ "ip route del default; ip route add default via 10.8.0.2", "",
		  "away and back at once is no change" },
		{ "for i in $(seq 2000); do echo link set w0 mtu $((1300 + i % 100)); done |"
		  " ip -batch - && ip route del default", DOWN, "more messages than fit" },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		run(test, steps[i].command);
		after(test, steps[i].expected, steps[i].what);
	}
}

static void test_network(struct test *test)
{
	struct source *source;

	if (unshare(CLONE_NEWNET)) {
		skip(test, "network", "no network namespace");
		return;
	}
	result(test, !source_network.start(&source, test->event, &test->sink), "network: start");
	said(test, "1=0 ", "nothing is available, and nothing fired");
	run(test, "ip link add v0 type veth peer name v1 &&"
		  " ip link add w0 type veth peer name w1 &&"
		  " ip address add 10.9.0.1/24 dev v0 && ip address add 10.8.0.1/24 dev w0 &&"
		  " for i in lo v0 v1 w0 w1; do ip link set $i up || exit; done");
	after(test, "", "links without routes");
	network_steps(test);
	source_network.stop(source);

	run(test, "ip route add default via 10.8.0.2");
	result(test, !source_network.start(&source, test->event, &test->sink), "network: start");
	after(test, "1=1 ", "internet is available, and nothing fired");
	source_network.stop(source);

	/* A burst without an end must not keep anything from firing. */
	result(test, !source_network.start(&source, test->event, &test->sink), "network: start");
	test->said[0] = '\0';
	run(test, "ip route del default; { for i in $(seq 45); do ip link set w0 mtu"
		  " $((1300 + i)); sleep 0.05; done; } &");
	wait_usec(test, 1500 * UINT64_C(1000));
	said(test, DOWN, "fires within an endless burst");
	source_network.stop(source);
}

static void test_zone(struct test *test, const char *directory)
{
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "ln -sfn zones/B localtime", "time-zone-change ", "another zone" },
		{ "ln -sfn zones/B localtime", "", "the same zone" },
		{ "ln -sfn $PWD/zones/B localtime", "", "the same zone by another path" },
		{ "ln -s zones/A new && mv -T new localtime", "time-zone-change ",
		  "replaced by rename" },
		{ "rm localtime && ln -s zones/A localtime", "", "made again as it was" },
		{ "rm localtime && ln -s zones/B localtime", "time-zone-change ",
		  "removed and made again" },
		{ "rm localtime", "time-zone-change ", "removed" },
		{ "echo C >localtime", "time-zone-change ", "a file" },
		{ "echo longer >localtime", "time-zone-change ", "another content" },
		{ "cat localtime && echo >other && rm other", "", "other files" },
		{ "ln -sfn zones/gone localtime", "time-zone-change ", "a link to nowhere" },
	};
	struct source *source;
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && mkdir zones && touch zones/A zones/B &&"
		 " ln -s zones/A localtime", directory);
	run(test, command);
	result(test, !source_zone_start(&source, test->event, &test->sink, directory),
	       "zone: start");
	after(test, "", "nothing is said at the start");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(command, sizeof(command), "cd %s && { %s; } >/dev/null", directory,
			 steps[i].command);
		run(test, command);
		after(test, steps[i].expected, steps[i].what);
	}
	source_zone.stop(source);
}

static void test_power(struct test *test, const char *directory)
{
	static const char message[] = "change@/devices/x\0ACTION=change\0SUBSYSTEM=power_supply\0";
	static const char other[] = "change@/devices/x\0ACTION=change\0SUBSYSTEM=block\0";
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "mkdir M && echo Battery >M/type && echo Device >M/scope", "",
		  "a mouse's battery" },
		{ "mkdir B && echo Battery >B/type && echo 0 >B/present", "", "an empty bay" },
		{ "echo 1 >B/present", "ac=0 ", "a battery" },
		{ "mkdir A && echo Mains >A/type && echo 0 >A/online", "", "AC, not plugged in" },
		{ "echo 1 >A/online", "ac=1 ", "AC" },
		{ "echo 1 >A/online", "", "AC as before" },
		{ "echo 0 >A/online", "ac=0 ", "unplugged" },
		{ "mkdir U && echo USB >U/type && echo 1 >U/online", "ac=1 ", "USB" },
		{ "echo Device >U/scope", "ac=0 ", "USB of something else" },
		{ "echo 80 >B/capacity", "ac=0 80% ", "how full it is" },
		{ "mkdir C && echo Battery >C/type && echo 21 >C/capacity", "ac=0 50% ",
		  "two batteries" },
		{ "echo ? >C/capacity", "ac=0 80% ", "one that says nothing" },
		{ "rm -r C", "", "and is taken out" },
		{ "rm -r B", "ac=1 ", "the battery is taken out" },
	};
	struct source *source;
	char command[512];

	result(test, !source_power_start(&source, test->event, &test->sink, "/nowhere"),
	       "power: start without supplies");
	said(test, "ac=1 ", "that is AC");
	source_power.stop(source);

	result(test, !source_power_start(&source, test->event, &test->sink, directory),
	       "power: start");
	said(test, "ac=1 ", "without a battery it is AC");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(command, sizeof(command), "cd %s && %s", directory, steps[i].command);
		run(test, command);
		source_power_message(source, 1, message, sizeof(message) - 1);
		source_power_message(source, 0, other, sizeof(other) - 1);
		said(test, "", "not from the kernel, or of something else");
		source_power_message(source, 0, message, sizeof(message) - 1);
		said(test, steps[i].expected, steps[i].what);
	}
	source_power.stop(source);
}

/* A logind of as much as the source uses. */
struct logind {
	sd_bus *bus;
	char active[64];
	int locked, idle;
};

static int get_active(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct logind *logind = data;

	(void)bus; (void)path; (void)interface; (void)property; (void)error;
	return sd_bus_message_append(reply, "(so)", "", logind->active);
}

static int get_class(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)bus; (void)interface; (void)property; (void)data; (void)error;
	return sd_bus_message_append(reply, "s", strstr(path, "greeter") ? "greeter" : "user");
}

/* Each is what happens; "quit" that logind goes. */
static int on_command(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct logind *logind = data;
	char command[64] = "";

	(void)events;
	if (read(fd, command, sizeof(command)) <= 0)
		return sd_event_exit(sd_event_source_get_event(io), 0);
	if (command[0] == '/') {
		strcpy(logind->active, command);
		sd_bus_emit_properties_changed(logind->bus, SEAT_PATH, LOGIND ".Seat",
					       "ActiveSession", NULL);
	} else if (!strncmp(command, "new ", 4)) {
		sd_bus_emit_signal(logind->bus, LOGIND_PATH, LOGIND ".Manager", "SessionNew", "so",
				   "x", command + 4);
	} else if (!strcmp(command, "quit")) {
		sd_bus_release_name(logind->bus, LOGIND);
	} else if (!strcmp(command, "return")) {
		logind->locked = true;
		sd_bus_request_name(logind->bus, LOGIND, 0);
	} else {
		bool lock = strstr(command, "lock");

		*(lock ? &logind->locked : &logind->idle) = strncmp(command, "un", 2) != 0;
		sd_bus_emit_properties_changed(logind->bus, logind->active, LOGIND ".Session",
					       lock ? "LockedHint" : "IdleHint", NULL);
	}
	return sd_bus_flush(logind->bus);
}

static int be_logind(int fd)
{
	static const sd_bus_vtable seat[] = {
		SD_BUS_VTABLE_START(0),
		SD_BUS_PROPERTY("ActiveSession", "(so)", get_active, 0,
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_VTABLE_END
	};
	static const sd_bus_vtable session[] = {
		SD_BUS_VTABLE_START(0),
		SD_BUS_PROPERTY("Id", "s", get_class, 0, 0),
		SD_BUS_PROPERTY("Class", "s", get_class, 0, 0),
		SD_BUS_PROPERTY("LockedHint", "b", NULL, offsetof(struct logind, locked),
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_PROPERTY("IdleHint", "b", NULL, offsetof(struct logind, idle),
				SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
		SD_BUS_VTABLE_END
	};
	static const char *const sessions[] = { "one", "two", "greeter" };
	struct logind logind = { .active = "/" };
	sd_event *event;
	char path[64];

	if (sd_event_new(&event) < 0 || sd_bus_open_system(&logind.bus) < 0 ||
	    sd_bus_add_object_vtable(logind.bus, NULL, SEAT_PATH, LOGIND ".Seat", seat,
				     &logind) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		snprintf(path, sizeof(path), SESSION_PATH "%s", sessions[i]);
		if (sd_bus_add_object_vtable(logind.bus, NULL, path, LOGIND ".Session", session,
					     &logind) < 0)
			return 1;
	}
	if (sd_bus_attach_event(logind.bus, event, 0) < 0 ||
	    sd_event_add_io(event, NULL, fd, EPOLLIN, on_command, &logind) < 0 ||
	    sd_bus_request_name(logind.bus, LOGIND, 0) < 0 || write(fd, "", 1) != 1)
		return 1;
	return sd_event_loop(event) < 0;
}

static void session_steps(struct test *test, int fd)
{
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "new " SESSION_PATH "one", "session-start ", "a user logs in" },
		{ "new " SESSION_PATH "greeter", "", "a greeter starts" },
		{ "new " SESSION_PATH "gone", "", "a session that is gone at once" },
		{ SESSION_PATH "one", "4=1 session-connected 16=1 user-present ", "connected" },
		{ SESSION_PATH "two", "", "another user's" },
		{ "lock", "16=0 user-away ", "locked" },
		{ "idle", "", "idle, too" },
		{ "unlock", "", "unlocked, yet idle" },
		{ "unidle", "16=1 user-present ", "not idle" },
		{ SESSION_PATH "greeter", "4=0 session-disconnected 16=0 user-away ", "greeter" },
		{ SESSION_PATH "two", "4=1 session-connected 16=1 user-present ", "and back" },
		{ SESSION_PATH "gone", "4=0 session-disconnected 16=0 user-away ", "one gone" },
		{ SESSION_PATH "one", "4=1 session-connected 16=1 user-present ", "and back" },
		{ "quit", "", "logind goes" },
		{ "return", "16=0 user-away ", "logind comes again" },
		{ "/", "4=0 session-disconnected ", "no session" },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (write(fd, steps[i].command, strlen(steps[i].command) + 1) < 0)
			result(test, false, "the command");
		after(test, steps[i].expected, steps[i].what);
	}
}

static void test_session(struct test *test, const char *directory)
{
	struct source *source;
	char text[512], ready;
	int fds[2];
	pid_t bus, logind;

	snprintf(text, sizeof(text), "unix:path=%s/bus", directory);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", text, true);
	result(test, source_session.start(&source, test->event, &test->sink) == -ENOENT,
	       "session: no bus");

	snprintf(text, sizeof(text), "<busconfig><listen>unix:path=%s/bus</listen>"
		 "<policy context='default'><allow send_destination='*'/>"
		 "<allow receive_sender='*'/><allow own='*'/></policy></busconfig>", directory);
	write_file(directory, "bus.conf", text);
	fflush(stdout);
	bus = fork();
	if (!bus) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(text, sizeof(text), "--config-file=%s/bus.conf", directory);
		execlp("dbus-daemon", "dbus-daemon", "--nofork", text, NULL);
		_exit(127);
	}
	wait_usec(test, WAIT_USEC);
	if (waitpid(bus, NULL, WNOHANG)) {
		skip(test, "session", "no dbus-daemon");
		return;
	}
	result(test, source_session.start(&source, test->event, &test->sink) == -ENOENT,
	       "session: no logind");
	said(test, "", "nothing is said without");

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		abort();
	logind = fork();
	if (!logind) {
		close(fds[0]);
		_exit(be_logind(fds[1]));
	}
	close(fds[1]);
	result(test, read(fds[0], &ready, 1) == 1, "a false logind");
	if (source_session.start(&source, test->event, &test->sink)) {
		result(test, false, "session: start");
	} else {
		after(test, "4=0 16=0 ", "session: start; nobody is there, and nothing fired");
		session_steps(test, fds[0]);
		kill(bus, SIGKILL);
		after(test, "(the system bus is gone) ", "the bus is gone");
		source_session.stop(source);
	}
	close(fds[0]);
	kill(bus, SIGKILL);
	waitpid(bus, NULL, 0);
	waitpid(logind, NULL, 0);
}

int main(void)
{
	struct test test = { .sink = { .fire = on_fire, .condition = on_condition,
				       .power = on_power, .note = on_note } };
	char directory[] = "/tmp/source-test-XXXXXX", path[64], command[64];

	test.sink.data = &test;
	if (!mkdtemp(directory) || sd_event_new(&test.event) < 0)
		return EXIT_FAILURE;
	snprintf(path, sizeof(path), "%s/power", directory);
	if (mkdir(path, 0700))
		return EXIT_FAILURE;
	test_power(&test, path);
	test_zone(&test, directory);
	test_session(&test, directory);
	test_network(&test);
	printf("1..%d\n", test.number);

	sd_event_unref(test.event);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) || test.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
