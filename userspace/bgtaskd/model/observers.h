/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Observers: functions of higher folders that lower folders call when something has happened.
 * main.c fills the table.
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
	/* Listeners have to be told of the event BGTASK_CMD_*_NTF. */
	void (*app_event)(const struct app *app, uint8_t command);
	void (*task_event)(const struct task *task, uint8_t command);
	void (*instance_event)(const struct instance *instance, uint8_t command);
	/* The conditions that hold are not the same as before. */
	void (*conditions_changed)(struct daemon *daemon);

	/* An instance of the task has ended: before, and after the instance was freed. */
	void (*instance_ended)(struct task *task, const struct instance *instance);
	void (*task_idle)(struct task *task);
	/*
	 * An instance has used too little CPU time and traffic in a window of time; see run/idle.h.
	 */
	void (*instance_idle)(struct instance *instance);
	/* A oneshot task has run and is to be freed. @recorded: the registry has removed it. */
	void (*task_over)(struct task *task, bool recorded);
	/* Returns the socket that an instance of the task is given, or -1. */
	int (*task_socket)(const struct task *task);

	/*
	 * An app has attached; the socket with which it had attached is closed; its last process
	 * has ended.
	 */
	void (*app_attached)(struct app *app);
	void (*app_peer_gone)(struct app *app);
	void (*app_ended)(struct app *app);
	/* An app may have come to the foreground, or have left it. */
	void (*app_moved)(struct app *app);
	/*
	 * An app's processes may have come or gone; an app has gone away or is back, see
	 * box/presence.h.
	 */
	void (*app_processes)(struct app *app);
	void (*app_presence)(struct app *app);
};

#endif
