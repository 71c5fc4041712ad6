/* SPDX-License-Identifier: GPL-2.0 */
/* An app that gives its sockets away when it is told to, and what its tasks read from them. */
#ifndef BGTASK_TEST_GIVER_H
#define BGTASK_TEST_GIVER_H

#include <bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper.h"

#define GOT	HELPER_TOP "/out/got"
/* The task "wait" ends when this file exists. */
#define GO	HELPER_TOP "/out/go"

struct app {
	pid_t pid;
	int asks, answers;
};

struct ask {
	char task[16];
	bool registers;
	uint32_t conditions;
	int fd;
};

struct answer {
	int error;
	char text[128];
};

/*
 * Starts the app in the cgroup of APP, as user nobody. It only does what app_ask() tells it to do.
 */
struct app app_start(void);
void app_end(struct app *app);
/* Tells the app what to do. Returns the helper's answer to the app, valid until the next call. */
const struct answer *app_ask(const struct app *app, struct ask ask);
/* Let the app give a socket to a task, or register a task with a socket; -1 is no socket. */
int app_set(const struct app *app, const char *task, int fd);
int app_register(const struct app *app, const char *task, int fd);
int app_register_with(const struct app *app, const char *task, int fd, uint32_t conditions);

/* Starts a process in the app's own cgroup. */
pid_t start_in_app(int (*function)(int asks, int answers), int asks, int answers);

/* How many instances of a task were launched by data on a socket. */
unsigned int count(struct bgt *bgt, const char *task);
/* The instance number @number of these, once it is in this state; NULL if the deadline passes. */
const struct bgt_instance *wait_instance(struct bgt *bgt, const char *task, unsigned int number,
					 enum bgt_instance_state state);
/* All that tasks have read. Valid until the next call. */
const char *got(void);
/* Sends a text from the other side of a socket. */
void put(int peer, const char *text);
/* Waits until nobody has the app's side of a socket open; false if the deadline passes. */
bool is_dropped(int peer);

#endif
