// SPDX-License-Identifier: GPL-2.0
/*
 * packet ROUNDS SAMPLES: what it costs to count the packets of containers. Two UDP sockets, each in
 * a network namespace of its own, play ping-pong over a wire: while nothing is counted, while
 * another container's packets are counted, while their own are, and after counting has ended. To be
 * run where the clock counts instructions.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PORT	7
#define WARM_UP	500

static unsigned int rounds, samples;
static struct bgt *bgt;

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[256];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		die("%s: failed", command);
}

/* Connects two new namespaces by a wire, and enters one. Returns a descriptor of the other. */
static int lay_wire(void)
{
	int near;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	near = open("/proc/self/ns/net", O_RDONLY);
	run("ip link set lo up");
	if (unshare(CLONE_NEWNET))
		die("unshare");
	run("ip link add far type veth peer name near");
	run("ip address add 10.9.0.2/24 dev far");
	run("ip link set far up");
	run("ip link set near netns /proc/%d/fd/%d", getpid(), near);
	run("nsenter --net=/proc/%d/fd/%d sh -c 'ip address add 10.9.0.1/24 dev near; "
	    "ip link set near up'", getpid(), near);
	return near;
}

static struct sockaddr_in address_of(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static int open_socket(const char *own)
{
	struct sockaddr_in address = address_of(own);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("cannot make a socket");
	return fd;
}

static void throw(int from, int to, const struct sockaddr_in *address)
{
	char ball = 0;

	if (sendto(from, &ball, 1, 0, (const struct sockaddr *)address, sizeof(*address)) != 1 ||
	    recv(to, &ball, 1, 0) != 1)
		die("the ball is lost");
}

/* Returns ns per packet. */
static double play(const int sockets[2], const struct sockaddr_in addresses[2], unsigned int count)
{
	uint64_t start = now();

	for (unsigned int i = 0; i < count; i++) {
		throw(sockets[0], sockets[1], &addresses[1]);
		throw(sockets[1], sockets[0], &addresses[0]);
	}
	return (double)(now() - start) / (2.0 * count);
}

/* Runs in a process that is in the cgroup, so that both sockets belong to the cgroup. */
static void match(int near, bool connected, double *results)
{
	const struct sockaddr_in addresses[2] = { address_of("10.9.0.1"), address_of("10.9.0.2") };
	int sockets[2];

	sockets[1] = open_socket("10.9.0.2");
	if (setns(near, CLONE_NEWNET))
		die("setns");
	sockets[0] = open_socket("10.9.0.1");
	for (int i = 0; connected && i < 2; i++)
		if (connect(sockets[i], (const struct sockaddr *)&addresses[!i],
			    sizeof(addresses[!i])))
			die("cannot connect");
	play(sockets, addresses, WARM_UP);
	for (unsigned int i = 0; i < samples; i++)
		results[i] = play(sockets, addresses, rounds);
}

static void measure(int dir, int near, const char *name)
{
	size_t size = samples * sizeof(double);
	double *results;
	int status;

	results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("out of memory");
	for (int connected = 0; connected < 2; connected++) {
		if (!cgroup_fork(dir)) {
			match(near, connected, results);
			_exit(0);
		}
		if (wait(&status) < 0 || status)
			die("the player failed");
		for (unsigned int i = 0; i < samples; i++)
			report(results[i], "instructions", "packet.%s.%s",
			       connected ? "connected" : "unconnected", name);
	}
	munmap(results, size);
}

/* A container that was left over and counts packets would falsify the first measurement. */
static void see_that_none_is_counted(void)
{
	struct bgt_container *list;

	check(bgt, bgt_container_list(bgt, &list), "container-list");
	for (struct bgt_container *it = list; it; it = it->next)
		if (it->count_traffic)
			die("the packets of %s are counted", it->name);
	bgt_container_free(list);
}

static uint32_t contain(const char *name, int dir)
{
	uint32_t id;

	check(bgt, bgt_container_new(bgt, name, NULL, &id), "container-new");
	check(bgt, bgt_member_add(bgt, id, BGT_ROLE_APP, dir, false, NULL), "member-add");
	return id;
}

static void count_traffic(uint32_t id, bool on)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_COUNT_TRAFFIC | BGT_POLICY_QUOTA;
	policy.count_traffic = on;
	policy.quota = BGT_QUOTA_UNLIMITED;
	check(bgt, bgt_container_set(bgt, id, &policy), "container-set");
}

int main(int argc, char **argv)
{
	uint32_t inside, outside;
	int dir, other, near;

	if (argc != 3)
		die("packet ROUNDS SAMPLES");
	rounds = parse_count(argv[1]);
	samples = parse_count(argv[2]);
	dir = cgroup_make("bench-packet");
	other = cgroup_make("bench-packet-other");
	check(NULL, bgt_open(&bgt), "cannot connect to the module");
	see_that_none_is_counted();
	inside = contain("packet", dir);
	outside = contain("packet-other", other);
	near = lay_wire();

	count_traffic(inside, false);
	measure(dir, near, "uncounted");
	count_traffic(outside, true);
	measure(dir, near, "outside");
	count_traffic(inside, true);
	measure(dir, near, "inside");
	/* The module removes its hooks when the last container stops counting. */
	count_traffic(inside, false);
	count_traffic(outside, false);
	measure(dir, near, "afterwards");

	check(bgt, bgt_container_del(bgt, inside), "container-del");
	check(bgt, bgt_container_del(bgt, outside), "container-del");
	bgt_close(bgt);
	return 0;
}
