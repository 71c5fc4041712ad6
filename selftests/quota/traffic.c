// SPDX-License-Identifier: GPL-2.0
/*
 * The traffic of a container's sockets. A process in a network namespace of its own plays the
 * machine at the other end, which sends back all that it gets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"
#include "task.h"

#define PORT	7
#define SIZE	1000
#define COUNT	20

#define ECHO_V4	"10.9.0.2"
#define ECHO_V6	"fd09::2"

/* The size of a datagram's headers. */
#define UDP_V4	(20 + 8)
#define UDP_V6	(40 + 8)

FIXTURE(traffic) {
	struct bgt *bgt;
	uint32_t id;
	pid_t echo;
};

static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		fail("%s: failed", command);
}

static int listen_at_port(int type)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, 8)))
		fail("cannot serve: %s", strerror(errno));
	return fd;
}

static void echo_datagram(int fd)
{
	struct sockaddr_in6 from;
	socklen_t length = sizeof(from);
	char buffer[2 * SIZE];
	ssize_t size = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length);

	if (size >= 0)
		sendto(fd, buffer, (size_t)size, 0, (struct sockaddr *)&from, length);
}

static void echo_stream(int fd)
{
	int stream = accept(fd, NULL, NULL);
	char buffer[2 * SIZE];
	ssize_t size;

	while ((size = recv(stream, buffer, sizeof(buffer), 0)) > 0)
		send(stream, buffer, (size_t)size, MSG_NOSIGNAL);
	close(stream);
}

struct echo {
	bool far;		/* in a namespace of its own */
	int ready[2];		/* a pipe, to say that the echo is ready */
};

static int echo(void *data)
{
	const struct echo *echo = data;
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (echo->far && unshare(CLONE_NEWNET))
		fail("unshare: %s", strerror(errno));
	fds[0].fd = listen_at_port(SOCK_DGRAM);
	fds[1].fd = listen_at_port(SOCK_STREAM);
	if (write(echo->ready[1], &byte, 1) != 1)
		return 1;
	for (;;) {
		poll(fds, 2, -1);
		if (fds[0].revents)
			echo_datagram(fds[0].fd);
		if (fds[1].revents)
			echo_stream(fds[1].fd);
	}
}

static pid_t start_echo(bool far)
{
	struct echo arguments = { .far = far };
	pid_t pid;
	char byte;

	if (pipe(arguments.ready))
		fail("pipe: %s", strerror(errno));
	pid = task_start("", echo, &arguments);
	close(arguments.ready[1]);
	if (read(arguments.ready[0], &byte, 1) != 1)
		fail("nobody is at the other end");
	close(arguments.ready[0]);
	return pid;
}

/* Enters a new namespace, and connects it with the other one by a wire. */
static void connect_echo(pid_t pid)
{
	if (unshare(CLONE_NEWNET))
		fail("unshare: %s", strerror(errno));
	run("ip link set lo up");
	run("ip link add near type veth peer name far netns %d", pid);
	run("nsenter -t %d -n ip link set lo up", pid);
	run("nsenter -t %d -n ip address add " ECHO_V4 "/24 dev far", pid);
	run("nsenter -t %d -n ip address add " ECHO_V6 "/64 dev far nodad", pid);
	run("nsenter -t %d -n ip link set far up", pid);
	run("ip address add 10.9.0.1/24 dev near");
	run("ip address add fd09::1/64 dev near nodad");
	run("ip link set near up");
}

static void count_traffic(struct bgt *bgt, uint32_t id, bool on)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_COUNT_TRAFFIC;
	policy.count_traffic = on;
	if (bgt_container_set(bgt, id, &policy))
		fail("bgt_container_set: %s", bgt_error(bgt));
}

FIXTURE_SETUP(traffic)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	/* One namespace exists before traffic is counted, the other one is made after that. */
	self->echo = start_echo(true);
	count_traffic(self->bgt, self->id, true);
	connect_echo(self->echo);
}

FIXTURE_TEARDOWN_PARENT(traffic)
{
	if (!module_is_loaded())
		module_load();
	scene_end();
}

/* What an app sends, and where. */
struct talk {
	int type;
	bool connect;
	const char *address;
};

static socklen_t address_of(const struct talk *talk, struct sockaddr_storage *storage)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;

	memset(storage, 0, sizeof(*storage));
	v4->sin_port = htons(PORT);
	if (inet_pton(AF_INET, talk->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	inet_pton(AF_INET6, talk->address, &v6->sin6_addr);
	return sizeof(*v6);
}

/*
 * Sends data and waits until all of it has come back, so that no packet is on its way at the end.
 */
static int talk_to_echo(void *data)
{
	const struct talk *talk = data;
	struct timeval timeout = { .tv_sec = DEADLINE / SEC };
	struct sockaddr_storage to;
	socklen_t length = address_of(talk, &to);
	int fd = socket(to.ss_family, talk->type, 0);
	char buffer[SIZE] = { 0 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (talk->connect && connect(fd, (struct sockaddr *)&to, length))
		return errno;
	for (int i = 0; i < COUNT; i++) {
		if (sendto(fd, buffer, SIZE, 0, talk->connect ? NULL : (void *)&to,
			   talk->connect ? 0 : length) != SIZE)
			return errno;
		if (recv(fd, buffer, SIZE, MSG_WAITALL) != SIZE)
			return errno;
	}
	return 0;
}

/* Does this in a process in the cgroup, and waits for its end. */
static void talk_in(const char *cgroup, struct talk talk)
{
	int status = task_wait(task_start(cgroup, talk_to_echo, &talk));

	if (status)
		fail("cannot talk to %s: %s", talk.address, strerror(status));
}

/* Switches early demultiplexing on or off, by which the kernel finds connected sockets early. */
static void demultiplex_early(bool early)
{
	run("for i in ip_early_demux tcp_early_demux udp_early_demux; do"
	    " echo %d >/proc/sys/net/ipv4/$i; done", early);
}

#define EXPECT_TRAFFIC(expected_received, expected_sent, expected_local) do {	\
	const struct bgt_container *container_ =				\
		container_look(self->bgt, self->id);				\
										\
	EXPECT_EQ(expected_received, container_->received);			\
	EXPECT_EQ(expected_sent, container_->sent);				\
	EXPECT_EQ(expected_local, container_->local);				\
} while (0)

/* The counts are exact, whether or not the socket is connected and found early. */
TEST_F_TIMEOUT(traffic, datagrams, 600)
{
	uint64_t sum = 0;

	for (int early = 0; early < 2; early++) {
		demultiplex_early(early);
		for (int connect = 0; connect < 2; connect++) {
			talk_in("a", (struct talk) { SOCK_DGRAM, connect, ECHO_V4 });
			sum += COUNT * (SIZE + UDP_V4);
			EXPECT_TRAFFIC(sum, sum, 0);
			talk_in("a", (struct talk) { SOCK_DGRAM, connect, ECHO_V6 });
			sum += COUNT * (SIZE + UDP_V6);
			EXPECT_TRAFFIC(sum, sum, 0);
		}
	}
}

/* The interface's counters, without the Ethernet headers. */
static void read_interface(uint64_t *received, uint64_t *sent)
{
	unsigned long long bytes[2], packets[2];
	FILE *file = fopen("/proc/thread-self/net/dev", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " near: %llu %llu %*u %*u %*u %*u %*u %*u %llu %llu", &bytes[0],
			   &packets[0], &bytes[1], &packets[1]) != 4)
			continue;
		fclose(file);
		*received = bytes[0] - 14 * packets[0];
		*sent = bytes[1] - 14 * packets[1];
		return;
	}
	fail("there is no interface");
}

/*
 * Bytes beside the container's: the last packets of a connection have no socket, and neighbours are
 * discovered.
 */
#define BESIDES	1000

TEST_F_TIMEOUT(traffic, streams, 600)
{
	static const char *const addresses[] = { ECHO_V4, ECHO_V6 };

	for (int i = 0; i < 4; i++) {
		uint64_t received[2], sent[2], before[2];
		const struct bgt_container *container;

		demultiplex_early(i / 2);
		/* Read before the container, since the last connection may still send something. */
		read_interface(&received[0], &sent[0]);
		container = container_look(self->bgt, self->id);
		before[0] = container->received;
		before[1] = container->sent;
		talk_in("a", (struct talk) { SOCK_STREAM, true, addresses[i % 2] });
		container = container_look(self->bgt, self->id);
		read_interface(&received[1], &sent[1]);
		EXPECT_LE(COUNT * SIZE, container->received - before[0]);
		EXPECT_LE(COUNT * SIZE, container->sent - before[1]);
		EXPECT_LE(container->received - before[0], received[1] - received[0]);
		EXPECT_LE(container->sent - before[1], sent[1] - sent[0]);
		EXPECT_LE(received[1] - received[0], container->received - before[0] + BESIDES);
		EXPECT_LE(sent[1] - sent[0], container->sent - before[1] + BESIDES);
	}
}

/* Traffic that stays on the machine is counted separately, and once. */
TEST_F_TIMEOUT(traffic, local, 600)
{
	pid_t echo = start_echo(false);

	talk_in("a", (struct talk) { SOCK_DGRAM, true, "127.0.0.1" });
	EXPECT_TRAFFIC(0, 0, COUNT * (SIZE + UDP_V4));
	task_kill(echo);
}

/* In a tunnel, the kernel sends each packet once more, which must not be counted. */
TEST_F_TIMEOUT(traffic, tunnel, 600)
{
	uint64_t once = COUNT * (SIZE + UDP_V4);

	run("ip link add tunnel type ipip local 10.9.0.1 remote " ECHO_V4);
	run("ip address add 10.8.0.1/24 dev tunnel");
	run("ip link set tunnel up");
	run("nsenter -t %d -n ip link add tunnel type ipip local " ECHO_V4 " remote 10.9.0.1",
	    self->echo);
	run("nsenter -t %d -n ip address add 10.8.0.2/24 dev tunnel", self->echo);
	run("nsenter -t %d -n ip link set tunnel up", self->echo);
	talk_in("a", (struct talk) { SOCK_DGRAM, true, "10.8.0.2" });
	EXPECT_TRAFFIC(once, once, 0);
}

/* Traffic is counted for the innermost container, and for no other. */
TEST_F_TIMEOUT(traffic, owners, 600)
{
	uint64_t once = COUNT * (SIZE + UDP_V4);
	struct talk talk = { SOCK_DGRAM, true, ECHO_V4 };
	uint32_t inner;

	cgroup_make("b");
	talk_in("b", talk);
	EXPECT_TRAFFIC(0, 0, 0);

	cgroup_make("a/below");
	talk_in("a/below", talk);
	EXPECT_TRAFFIC(once, once, 0);

	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/below");
	talk_in("a/below", talk);
	EXPECT_TRAFFIC(once, once, 0);
	EXPECT_EQ(0, container_look(self->bgt, inner)->received);
	count_traffic(self->bgt, inner, true);
	talk_in("a/below", talk);
	EXPECT_TRAFFIC(once, once, 0);
	EXPECT_EQ(once, container_look(self->bgt, inner)->received);
	EXPECT_EQ(once, container_look(self->bgt, inner)->sent);
}

/* Traffic is counted only while counting is on, and the counts stay. */
TEST_F_TIMEOUT(traffic, off_and_on, 600)
{
	uint64_t once = COUNT * (SIZE + UDP_V4);
	struct talk talk = { SOCK_DGRAM, true, ECHO_V4 };

	EXPECT_TRUE(container_look(self->bgt, self->id)->count_traffic);
	talk_in("a", talk);
	count_traffic(self->bgt, self->id, false);
	EXPECT_FALSE(container_look(self->bgt, self->id)->count_traffic);
	talk_in("a", talk);
	EXPECT_TRAFFIC(once, once, 0);
	count_traffic(self->bgt, self->id, true);
	/* A change of something else leaves counting on. */
	container_set_exempt(self->bgt, self->id, true);
	EXPECT_TRUE(container_look(self->bgt, self->id)->count_traffic);
	talk_in("a", talk);
	EXPECT_TRAFFIC(2 * once, 2 * once, 0);
}

/*
 * Whatever was requested and refused, no hook for packets is left when the module is unloaded;
 * otherwise the next namespace would call code that does not exist any more.
 */
TEST_F_TIMEOUT(traffic, nothing_left, 600)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	uint32_t id;

	policy.set = BGT_POLICY_COUNT_TRAFFIC | BGT_POLICY_PERIOD;
	policy.count_traffic = true;
	EXPECT_EQ(-ERANGE, bgt_container_new(self->bgt, "refused", &policy, &id));
	EXPECT_EQ(-ERANGE, bgt_container_set(self->bgt, self->id, &policy));
	EXPECT_EQ(-ENOENT, bgt_container_set(self->bgt, UINT32_MAX / 2, &policy));
	policy.period = SEC;
	EXPECT_EQ(0, bgt_container_set(self->bgt, self->id, &policy));
	EXPECT_EQ(0, bgt_container_new(self->bgt, "traffic", &policy, &id));
	EXPECT_EQ(-EEXIST, bgt_container_new(self->bgt, "traffic", &policy, NULL));
	EXPECT_EQ(0, bgt_container_del(self->bgt, id));
	count_traffic(self->bgt, self->id, false);
	count_traffic(self->bgt, self->id, false);
	count_traffic(self->bgt, self->id, true);
	bgt_close(self->bgt);
	ASSERT_EQ(0, module_unload());
	run("ip link delete near");
	connect_echo(self->echo);
	talk_in("a", (struct talk) { SOCK_DGRAM, true, ECHO_V4 });
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"tunnel", NULL };

	/* The debug kernel has no tunnels. */
	if (argc == 1 && system("modprobe -qn ipip"))
		return test_harness_run(3, reduced);
	return test_harness_run(argc, argv);
}
