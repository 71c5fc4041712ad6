// SPDX-License-Identifier: GPL-2.0
/*
 * The library's calls for mutexes, which end the test if they fail; waiting for mutexes and for
 * their waiters; and freeing abandoned mutexes, as the user who owned them.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mutex.h"
#include "scene.h"
#include "task.h"

struct bgt *mutex_connect(void)
{
	struct bgt *bgt;
	int error = bgt_open(&bgt);

	if (error)
		fail("bgt_open: %s", bgt_strerror(error));
	return bgt;
}

struct bgt_mutex *mutex_open(struct bgt *bgt, const char *name, enum bgt_scope scope)
{
	struct bgt_mutex *mutex;

	if (bgt_mutex_open(bgt, name, scope, &mutex))
		fail("bgt_mutex_open: %s", bgt_error(bgt));
	return mutex;
}

struct party party_new(const char *name)
{
	struct party party = { .bgt = mutex_connect() };

	party.mutex = mutex_open(party.bgt, name, BGT_SCOPE_USER);
	return party;
}

/* Closes the connection before the mutex, so that what it owns is abandoned and not released. */
void party_end(struct party *party)
{
	bgt_close(party->bgt);
	party->bgt = NULL;
}

void party_wait(struct party *party, uint32_t timeout)
{
	struct bgt_container *container;

	if (bgt_mutex_acquire_start(party->mutex, timeout))
		fail("bgt_mutex_acquire_start: %s", bgt_error(party->bgt));
	/*
	 * The kernel handles requests of a socket in order, so it has handled the acquisition after
	 * this one.
	 */
	if (!bgt_self_get(party->bgt, &container))
		bgt_container_free(container);
	if (mutex_wait_until(party->bgt, 0) != -ETIME)
		fail("the mutex should be taken");
}

int mutex_wait_until(struct bgt *bgt, uint64_t end)
{
	struct pollfd fd = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	int error;

	for (;;) {
		uint64_t time = now();

		error = bgt_next_event(bgt, &event);
		if (error < 0)
			fail("bgt_next_event: %s", bgt_error(bgt));
		if (error > 0 && event->type == BGT_EVENT_MUTEX)
			return event->result;
		if (error > 0)
			continue;
		if (time >= end)
			return -ETIME;
		poll(&fd, 1, (int)((end - time) / MSEC) + 1);
	}
}

int mutex_wait(struct bgt *bgt)
{
	return mutex_wait_until(bgt, now() + DEADLINE);
}

const struct bgt_mutex_state *mutex_look(struct bgt *bgt, const char *name)
{
	static struct bgt_mutex_state copy;
	struct bgt_mutex_state *list, *state;

	if (bgt_mutex_list(bgt, &list))
		fail("bgt_mutex_list: %s", bgt_error(bgt));
	for (state = list; state && strcmp(state->name, name); state = state->next)
		;
	if (state)
		copy = *state;
	bgt_mutex_state_free(list);
	return state ? &copy : NULL;
}

bool mutex_wait_waiters(struct bgt *bgt, const char *name, uint32_t waiters)
{
	uint64_t end = now() + DEADLINE;
	const struct bgt_mutex_state *state;

	do {
		state = mutex_look(bgt, name);
		if (state && state->waiters == waiters)
			return true;
		look_later(end);
	} while (now() < end);
	return false;
}

static int own_and_burn(void *data)
{
	struct party party = party_new(data);
	volatile uint64_t counter = 0;

	if (bgt_mutex_acquire(party.mutex, 0) < 0)
		return 1;
	for (;;)
		counter++;
}

void mutex_own_and_burn(struct bgt *bgt, const char *cgroup, const char *name)
{
	task_start(cgroup, own_and_burn, (void *)name);
	if (!mutex_wait_waiters(bgt, name, 0))
		fail("nobody owns %s", name);
}

static int acquire_and_release(const struct bgt_mutex_state *state)
{
	struct bgt *bgt = mutex_connect();
	struct bgt_mutex *mutex = mutex_open(bgt, state->name, state->scope);

	(void)bgt_mutex_acquire(mutex, 0);
	bgt_mutex_close(mutex);
	bgt_close(bgt);
	return 0;
}

/* A mutex of scope user can only be freed by that user, who is the one who opens the socket. */
static void sweep_as(const struct bgt_mutex_state *state)
{
	pid_t pid = fork();

	if (!pid)
		_exit(syscall(SYS_setresuid, state->uid, state->uid, state->uid) ||
		      acquire_and_release(state));
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void mutex_sweep(void)
{
	struct bgt_mutex_state *list, *state;
	struct bgt *bgt = mutex_connect();

	if (bgt_mutex_list(bgt, &list))
		fail("bgt_mutex_list: %s", bgt_error(bgt));
	for (state = list; state; state = state->next) {
		if (!state->abandoned)
			continue;
		if (state->scope == BGT_SCOPE_USER && state->uid != getuid())
			sweep_as(state);
		else
			acquire_and_release(state);
	}
	bgt_mutex_state_free(list);
	bgt_close(bgt);
}
