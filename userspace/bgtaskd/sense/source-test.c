// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the sources of power, time zone and network. Those of the network need root, and are
 * skipped without.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source-test.h"

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

	/* An endless burst must not keep triggers from firing. */
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
		{ "ln -s zones/A localtime", "time-zone-change ", "made" },
		{ "mv localtime away", "time-zone-change ", "moved away" },
		{ "echo C >localtime", "time-zone-change ", "a file" },
		{ "echo D >localtime", "time-zone-change ", "another content" },
		{ "echo D >localtime && touch localtime", "", "the same content" },
		{ "echo D >new && mv new localtime", "", "another file of the same content" },
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
		{ "echo 2 >A/online", "", "nor is that of a voltage that can be set another" },
		{ "echo 0 >A/online", "ac=0 ", "unplugged" },
		{ "mkdir U && echo USB >U/type && echo 1 >U/online", "ac=1 ", "USB" },
		{ "echo USB_PD >U/type", "", "another kind of USB" },
		{ "echo UPS >U/type", "ac=0 ", "what is no charger" },
		{ "echo USB >U/type", "ac=1 ", "USB again" },
		{ "echo Device >U/scope", "ac=0 ", "USB of something else" },
		{ "echo 80 >B/capacity", "ac=0 80% ", "how full it is" },
		{ "mkdir C && echo Battery >C/type && echo 21 >C/capacity", "ac=0 50% ",
		  "two batteries" },
		{ "echo ? >C/capacity", "ac=0 80% ", "one that says nothing" },
		{ "echo 101 >C/capacity", "", "one that says nonsense" },
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

int main(void)
{
	char directory[] = "/tmp/source-test-XXXXXX", path[64];
	struct test test;

	begin(&test, directory);
	snprintf(path, sizeof(path), "%s/power", directory);
	if (mkdir(path, 0700))
		abort();
	test_power(&test, path);
	test_zone(&test, directory);
	test_network(&test);
	return end(&test, directory);
}
