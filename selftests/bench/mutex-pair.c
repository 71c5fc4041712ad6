// SPDX-License-Identifier: GPL-2.0
/*
 * mutex-pair BATCHES ROUNDS: what it costs to acquire and release a mutex that nobody else wants,
 * next to other locks that processes share, to a name on D-Bus, and to a question that generic
 * netlink answers by itself. The batches take turns, so that a busy host slows them all alike.
 *
 * Everything runs on one CPU, so that the time in which another CPU wakes up is not measured.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "bench.h"
#include "dbus.h"
#include "lock.h"

/* A slow way has so many times fewer rounds in a batch. */
#define FEWER	8

struct way {
	const char *name;
	void (*pair)(void);
	void (*tidy)(void);	/* called after each batch, or NULL */
	bool slow;
};

/* Asks for the description of the module's family, as everyone does who connects to the module. */
static struct {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	struct nlattr attr;
	char name[8];
} question = {
	.header = {
		.nlmsg_len = sizeof(question),
		.nlmsg_type = GENL_ID_CTRL,
		.nlmsg_flags = NLM_F_REQUEST,
	},
	.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
	.attr = {
		.nla_len = NLA_HDRLEN + sizeof("bgtask"),
		.nla_type = CTRL_ATTR_FAMILY_NAME,
	},
	.name = "bgtask",
};

static int generic;	/* a generic netlink socket */

static void open_generic(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	generic = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (generic < 0 || connect(generic, (struct sockaddr *)&kernel, sizeof(kernel)))
		die("cannot open a netlink socket");
}

static void ask_family(void)
{
	static _Alignas(struct nlmsghdr) char answer[8192];
	const struct nlmsghdr *header = (const struct nlmsghdr *)answer;

	if (send(generic, &question, sizeof(question), 0) != sizeof(question) ||
	    recv(generic, answer, sizeof(answer), 0) < (ssize_t)sizeof(*header) ||
	    header->nlmsg_type != GENL_ID_CTRL)
		die("cannot ask for a family");
}

static void pair_bgtask(void)
{
	lock_bgtask.acquire(0);
	lock_bgtask.release(0);
}

static void pair_flock(void)
{
	lock_flock.acquire(0);
	lock_flock.release(0);
}

static void pair_robust(void)
{
	lock_robust.acquire(0);
	lock_robust.release(0);
}

static void pair_dbus(void)
{
	dbus_request();
	dbus_release();
}

static void repeat(const struct way *way, unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++)
		way->pair();
}

static void measure(const struct way *way, unsigned int rounds)
{
	uint64_t start;

	if (way->slow)
		rounds = rounds / FEWER + 1;
	/* Warms up: the caches of the CPU and of an emulator are full of the previous way. */
	repeat(way, rounds / 4 + 1);
	start = now();
	repeat(way, rounds);
	report((double)(now() - start) / rounds, "ns", "mutex.pair.%s", way->name);
	if (way->tidy)
		way->tidy();
}

static void open_all(void)
{
	static const struct lock_kind *const kinds[] = { &lock_bgtask, &lock_flock, &lock_robust };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kinds[i]->make();
		kinds[i]->open();
	}
	open_generic();
	dbus_start();
}

int main(int argc, char **argv)
{
	static const struct way ways[] = {
		{ .name = "bgtask", .pair = pair_bgtask },
		{ .name = "getfamily", .pair = ask_family },
		{ .name = "flock", .pair = pair_flock },
		{ .name = "robust", .pair = pair_robust },
		{ .name = "dbus", .pair = pair_dbus, .tidy = dbus_tidy, .slow = true },
	};
	unsigned int batches, rounds;

	if (argc != 3)
		die("mutex-pair BATCHES ROUNDS");
	batches = parse_count(argv[1]);
	rounds = parse_count(argv[2]);

	stay_on(0);
	open_all();
	for (unsigned int i = 0; i < batches; i++)
		for (size_t j = 0; j < sizeof(ways) / sizeof(ways[0]); j++)
			measure(&ways[j], rounds);
	return 0;
}
