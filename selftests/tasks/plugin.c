// SPDX-License-Identifier: GPL-2.0
/* Plugins with entry points of all sorts, for host.c. */
#include <bgtask-host.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reports the details that the host has for the task. */
static void details_run(struct bgt_host *host)
{
	const struct bgt_instance *instance = bgt_host_instance(host);
	uint64_t left = 0;
	enum bgt_work_cost cost;
	char text[512];
	int error;

	error = bgt_host_progress(host, 30);
	error = error ? error : bgt_host_budget_left(host, &left);
	error = error ? error : bgt_host_work_cost(host, &cost);
	error = error ? error : bgt_host_progress(host, 100);
	snprintf(text, sizeof(text), "%s %s %s \"%s\" %s %s", instance->app, instance->name,
		 bgt_trigger_name(instance->trigger), instance->argument,
		 left && left < UINT64_C(100000000000) ? "some left" : "?",
		 bgt_host_is_canceled(host, NULL) ? "canceled" : "not canceled");
	bgt_host_set_result(host, error, text);
}

const struct bgt_plugin Details = { .size = sizeof(Details), .run = details_run };

static void quiet_run(struct bgt_host *host)
{
	(void)host;
}

const struct bgt_plugin Quiet = { .size = sizeof(Quiet), .run = quiet_run };

static void fail_run(struct bgt_host *host)
{
	char text[2000];

	bgt_host_set_result(host, 0, "this does not count");
	/* One byte, and then characters of two bytes: the limit cuts a character in half. */
	strcpy(text, "x");
	while (strlen(text) < sizeof(text) - 2)
		strcat(text, "\303\244");
	bgt_host_set_result(host, -EIO, text);
}

const struct bgt_plugin Fail = { .size = sizeof(Fail), .run = fail_run };

/* Works on in a thread after run() has returned. */
static void *finish(void *data)
{
	struct bgt_host *host = data;

	usleep(300000);
	bgt_host_undefer(host);
	usleep(300000);
	bgt_host_progress(host, 99);
	bgt_host_set_result(host, 0, "all is done");
	bgt_host_undefer(host);
	return NULL;
}

static void deferred_run(struct bgt_host *host)
{
	pthread_t thread;

	bgt_host_defer(host);
	bgt_host_defer(host);
	bgt_host_defer(host);
	bgt_host_undefer(host);
	bgt_host_set_result(host, -EPROTO, "run has returned");
	if (pthread_create(&thread, NULL, finish, host))
		abort();
}

const struct bgt_plugin Deferred = { .size = sizeof(Deferred), .run = deferred_run };

static void surplus_run(struct bgt_host *host)
{
	bgt_host_set_result(host, bgt_host_undefer(host), "undeferred");
}

const struct bgt_plugin Surplus = { .size = sizeof(Surplus), .run = surplus_run };

/*
 * Waits to be cancelled; a program that the plugin has started would have to be ended with SIGTERM.
 */
static void patient_canceled(struct bgt_host *host, enum bgt_cancel_reason reason)
{
	char text[64];

	snprintf(text, sizeof(text), "told %s", bgt_cancel_reason_name(reason));
	bgt_host_set_result(host, 1, text);
}

static void patient_run(struct bgt_host *host)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	if (sigismember(&mask, SIGTERM))
		abort();
	bgt_host_progress(host, 1);
	while (!bgt_host_is_canceled(host, NULL))
		usleep(10000);
}

const struct bgt_plugin Patient = {
	.size = sizeof(Patient), .run = patient_run, .canceled = patient_canceled,
};

/* The same, but canceled() ends the plugin, long after run() has returned. */
static void handed_canceled(struct bgt_host *host, enum bgt_cancel_reason reason)
{
	patient_canceled(host, reason);
	bgt_host_undefer(host);
}

static void handed_run(struct bgt_host *host)
{
	bgt_host_defer(host);
	bgt_host_progress(host, 1);
}

const struct bgt_plugin Handed = {
	.size = sizeof(Handed), .run = handed_run, .canceled = handed_canceled,
};

/* Reports the status that the helper itself uses for tasks that did not end in time. */
static void overdue_canceled(struct bgt_host *host, enum bgt_cancel_reason reason)
{
	(void)reason;
	bgt_host_set_result(host, -ETIME, "no time left");
}

const struct bgt_plugin Overdue = {
	.size = sizeof(Overdue), .run = patient_run, .canceled = overdue_canceled,
};

static void never_canceled(struct bgt_host *host, enum bgt_cancel_reason reason)
{
	(void)host;
	(void)reason;
}

static void never_run(struct bgt_host *host)
{
	bgt_host_progress(host, 1);
	for (;;)
		sleep(1);
}

const struct bgt_plugin Never = {
	.size = sizeof(Never), .run = never_run, .canceled = never_canceled,
};
const struct bgt_plugin Careless = { .size = sizeof(Careless), .run = never_run };

/* An address where nothing is, which the compiler must not know. */
static volatile int *volatile nowhere;

static void crash_run(struct bgt_host *host)
{
	(void)host;
	*nowhere = 1;
}

const struct bgt_plugin Crash = { .size = sizeof(Crash), .run = crash_run };

static void exit_run(struct bgt_host *host)
{
	(void)host;
	exit(0);
}

const struct bgt_plugin Exit = { .size = sizeof(Exit), .run = exit_run };

static void leave_run(struct bgt_host *host)
{
	(void)host;
	_exit(3);
}

const struct bgt_plugin Leave = { .size = sizeof(Leave), .run = leave_run };

/* Objects that are not entry points. */
const struct bgt_plugin Small = { .size = 8, .run = quiet_run };
const struct bgt_plugin Idle = { .size = sizeof(Idle) };
const char Text[64] = "this is no plugin, but might be one by its size";

void Function(void);
void Function(void)
{
}
