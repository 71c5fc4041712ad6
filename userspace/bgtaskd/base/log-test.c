// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the limit on how many lines of the log an app may cause: lines beyond the limit are left
 * out and counted.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

/*
 * Asks for one more line, and returns what was written to standard error. Valid until the next
 * call.
 */
static const char *said(struct log_limit *limit, bool *may)
{
	static char text[256];
	int pipes[2], saved = dup(STDERR_FILENO);
	ssize_t size;

	memset(text, 0, sizeof(text));
	if (saved < 0 || pipe(pipes) || fcntl(pipes[0], F_SETFL, O_NONBLOCK) ||
	    dup2(pipes[1], STDERR_FILENO) < 0)
		return "no pipe";
	*may = log_may(limit, "org.example.App");
	dup2(saved, STDERR_FILENO);
	size = read(pipes[0], text, sizeof(text) - 1);
	close(pipes[0]);
	close(pipes[1]);
	close(saved);
	return size > 0 ? text : "";
}

int main(void)
{
	struct log_limit limit = { 0 }, other = { 0 };
	struct test test;
	const char *text;
	bool all = true, may;

	begin(&test);
	for (int i = 0; i < LOG_LINES; i++)
		all &= log_may(&limit, "org.example.App");
	ok(&test, all, "log: as many lines as there may be");
	for (int i = 0; i < 3; i++)
		all &= !log_may(&limit, "org.example.App");
	ok(&test, all, "log: no more");
	ok(&test, log_may(&other, "org.example.Other"), "log: another app has its own lines");

	limit.since -= LOG_INTERVAL - 2;
	ok(&test, !log_may(&limit, "org.example.App"), "log: nor a little later");
	limit.since -= 2;
	text = said(&limit, &may);
	ok(&test, may, "log: when the time is over there are lines again");
	/* Where there is a journal, it gets the text instead of standard error. */
	ok(&test, !access("/run/systemd/journal/socket", F_OK) ||
	   strstr(text, "org.example.App: 4 lines like these were left out"),
	   "log: how many were left out");
	ok(&test, !*said(&limit, &may) && may, "log: which is said once");
	for (int i = 2; i < LOG_LINES; i++)
		all &= log_may(&limit, "org.example.App");
	ok(&test, all && !log_may(&limit, "org.example.App"), "log: again no more");
	return end(&test);
}
