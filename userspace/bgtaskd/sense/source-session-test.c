// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the source of sessions, with a logind that they control. Skipped without a dbus-daemon.
 */
#include "source-test.h"
#include "test-logind.h"

static void session_steps(struct test *test, struct test_logind *logind)
{
	static const struct {
		const char *command, *expected, *what;
	} steps[] = {
		{ "new " TEST_SESSION("one"), "session-start ", "a user logs in" },
		{ "new " TEST_SESSION("greeter"), "", "a greeter starts" },
		{ "new " TEST_SESSION("gone"), "", "a session that is gone at once" },
		{ TEST_SESSION("one"), "4=1 session-connected 16=1 user-present ", "connected" },
		{ TEST_SESSION("two"), "", "another user's" },
		{ "lock", "16=0 user-away ", "locked" },
		{ TEST_SESSION("one"), "16=1 user-present ", "the first user, who has not locked" },
		{ TEST_SESSION("two"), "16=0 user-away ", "the second, who has" },
		{ "idle", "", "idle, too" },
		{ "unlock", "", "unlocked, yet idle" },
		{ "unidle", "16=1 user-present ", "not idle" },
		{ TEST_SESSION("greeter"), "4=0 session-disconnected 16=0 user-away ", "greeter" },
		{ TEST_SESSION("two"), "4=1 session-connected 16=1 user-present ", "and back" },
		{ TEST_SESSION("gone"), "4=0 session-disconnected 16=0 user-away ", "one gone" },
		{ TEST_SESSION("one"), "4=1 session-connected 16=1 user-present ", "and back" },
		{ "quit", "", "logind goes" },
		{ "lock", "", "what it does not say" },
		{ "return", "16=0 user-away ", "logind comes again" },
		{ "/", "4=0 session-disconnected ", "no session" },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		result(test, !test_logind_tell(logind, steps[i].command), steps[i].command);
		after(test, steps[i].expected, steps[i].what);
	}
}

static void test_session(struct test *test, const char *directory)
{
	struct source *source;
	struct test_logind logind;
	pid_t bus;

	if (test_bus_use(directory))
		abort();
	if (source_session.start(&source, test->event, &test->sink)) {
		result(test, false, "session: start");
		return;
	}
	after(test, "", "nothing is said without a bus");
	fflush(stdout);
	bus = test_bus_start(directory);
	if (bus < 0) {
		skip(test, "session", "no dbus-daemon");
		source_session.stop(source);
		return;
	}
	after(test, "", "nothing is said without logind");
	result(test, !test_logind_start(&logind, "/"), "a logind");
	after(test, "4=0 16=0 ", "nobody is there, and nothing fired");
	session_steps(test, &logind);
	test_logind_end(&logind);
	after(test, "", "logind has died");
	result(test, !test_logind_start(&logind, TEST_SESSION("two")), "another logind");
	after(test, "4=1 session-connected 16=1 user-present ", "somebody is there");
	test_logind_end(&logind);
	test_kill(bus);
	after(test, "(the system bus is gone) ", "the bus is gone");
	bus = test_bus_start(directory);
	result(test, bus > 0 && !test_logind_start(&logind, "/"), "another bus");
	after(test, "4=0 session-disconnected 16=0 user-away ", "nobody is there");
	source_session.stop(source);

	result(test, !test_logind_tell(&logind, TEST_SESSION("one")), "somebody");
	result(test, !source_session.start(&source, test->event, &test->sink), "session: start");
	said(test, "4=1 16=1 ", "is there from the start");
	source_session.stop(source);
	test_logind_end(&logind);
	test_kill(bus);
}

int main(void)
{
	char directory[] = "/tmp/source-test-XXXXXX";
	struct test test;

	begin(&test, directory);
	test_session(&test, directory);
	return end(&test, directory);
}
