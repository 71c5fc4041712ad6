// SPDX-License-Identifier: GPL-2.0
/*
 * Waits in a thread of its own for the event of the cancellation or for SIGTERM, whichever comes
 * first, and tells the plugin. The signal handler only writes to an eventfd; the thread does the
 * rest.
 */
#include "listener.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * The eventfd to which the signal handler writes; a handler can only reach global variables.
 * SIGTERM has a handler and is not blocked, because programs that the plugin starts would inherit a
 * blocked signal, but they do not inherit a handler.
 */
static int raise_on_signal = -1;

static void raise_event(int fd)
{
	const uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof(one));

	(void)written;
}

static void on_signal(int number)
{
	int error = errno;

	(void)number;
	raise_event(raise_on_signal);
	errno = error;
}

/*
 * Asks the helper why it has sent the signal. If the helper has not cancelled the instance,
 * somebody else has sent the signal, and the reason is BGT_CANCEL_TERMINATING.
 */
static void ask(struct bgt_host *host)
{
	struct bgt_instance *instance;
	const struct bgt_event *event;

	if (!bgt_instance_attach(host->events, &instance))
		bgt_instance_free(instance);
	while (bgt_next_event(host->events, &event) > 0)
		if (event->type == BGT_EVENT_INSTANCE_CANCELED)
			host_cancel(host, event->instance->reason);
	host_cancel(host, BGT_CANCEL_TERMINATING);
}

static void *listen_for_end(void *data)
{
	struct listener *listener = data;
	struct bgt_host *host = listener->host;
	struct pollfd polled[] = {
		{ .fd = listener->stopped, .events = POLLIN },
		{ .fd = listener->signaled, .events = POLLIN },
		{ .fd = bgt_fd(host->events), .events = POLLIN },
	};
	const struct bgt_event *event;
	eventfd_t value;
	int result;

	for (;;) {
		if (poll(polled, 3, -1) < 0)
			continue;
		if (polled[0].revents)
			return NULL;
		if (polled[1].revents && !eventfd_read(listener->signaled, &value))
			ask(host);
		while ((result = bgt_next_event(host->events, &event))) {
			if (result > 0 && event->type == BGT_EVENT_INSTANCE_CANCELED)
				host_cancel(host, event->instance->reason);
			/* The module was unloaded: no event will come any more. */
			if (result == -EPROTONOSUPPORT) {
				polled[2].fd = -1;
				break;
			}
		}
	}
}

int listener_start(struct listener *listener, struct bgt_host *host)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int error;

	listener->host = host;
	listener->signaled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (listener->signaled < 0)
		return -errno;
	listener->stopped = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (listener->stopped < 0) {
		error = -errno;
		goto close_signaled;
	}
	raise_on_signal = listener->signaled;
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	error = -pthread_create(&listener->thread, NULL, listen_for_end, listener);
	if (error)
		goto close_stopped;
	return 0;

close_stopped:
	signal(SIGTERM, SIG_DFL);
	close(listener->stopped);
close_signaled:
	close(listener->signaled);
	return error;
}

void listener_stop(struct listener *listener)
{
	raise_event(listener->stopped);
	pthread_join(listener->thread, NULL);
}
