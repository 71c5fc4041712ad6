/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lower folders have to say to higher ones: a table that main.c fills, with a function for
 * each event.
 */
#ifndef BGTASKD_OBSERVERS_H
#define BGTASKD_OBSERVERS_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct daemon;
struct instance;
struct task;

struct observers {
	/* Something has become of them that BGTASK_CMD_*_NTF tells listeners. */
	void (*app_event)(const struct app *app, uint8_t command);
	void (*task_event)(const struct task *task, uint8_t command);
	void (*instance_event)(const struct instance *instance, uint8_t command);
	/* Other conditions hold. */
	void (*conditions_changed)(struct daemon *daemon);

	/* An instance has ended, and is still known; then it is not. */
	void (*instance_ended)(struct task *task, const struct instance *instance);
	void (*task_idle)(struct task *task);
	/* It seems to do nothing. */
	void (*instance_idle)(struct instance *instance);
	/* A oneshot task has run; whether the registry knows that. The task is gone then. */
	void (*task_over)(struct task *task, bool recorded);
	/* The socket that an instance of the task gets, or -1. */
	int (*task_socket)(const struct task *task);

	/* An app has attached; its socket is closed; all its processes have ended. */
	void (*app_attached)(struct app *app);
	void (*app_peer_gone)(struct app *app);
	void (*app_ended)(struct app *app);
	/* It may be in the foreground now, or in the background. */
	void (*app_moved)(struct app *app);
	/* Its processes have come or gone; or whether there are any. */
	void (*app_processes)(struct app *app);
	void (*app_presence)(struct app *app);
};

#endif
