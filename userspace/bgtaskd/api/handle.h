/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handlers of calls: one file, handle-NOUN.c, for each set of attributes.
 */
#ifndef BGTASKD_HANDLE_H
#define BGTASKD_HANDLE_H

#include "model/daemon.h"

/* Calls the handler of a call, or refuses a call that has none. */
void handle_call(struct daemon *daemon, const struct call *call);

/* The handlers, each of which answers its call. */
void handle_task_register(struct daemon *daemon, const struct call *call);
void handle_task_unregister(struct daemon *daemon, const struct call *call);
void handle_task_get(struct daemon *daemon, const struct call *call);
void handle_task_associate(struct daemon *daemon, const struct call *call);
void handle_trigger_fire(struct daemon *daemon, const struct call *call);
void handle_channel_set(struct daemon *daemon, const struct call *call);

void handle_instance_get(struct daemon *daemon, const struct call *call);
void handle_instance_attach(struct daemon *daemon, const struct call *call);
void handle_instance_progress(struct daemon *daemon, const struct call *call);
void handle_instance_complete(struct daemon *daemon, const struct call *call);
void handle_instance_cancel(struct daemon *daemon, const struct call *call);

void handle_app_install(struct daemon *daemon, const struct call *call);
void handle_app_remove(struct daemon *daemon, const struct call *call);
void handle_app_get(struct daemon *daemon, const struct call *call);
void handle_app_set(struct daemon *daemon, const struct call *call);
void handle_app_upgraded(struct daemon *daemon, const struct call *call);

void handle_app_move(struct daemon *daemon, const struct call *call);
void handle_app_attach(struct daemon *daemon, const struct call *call);
void handle_app_saved(struct daemon *daemon, const struct call *call);
void handle_extension_request(struct daemon *daemon, const struct call *call);
void handle_extension_close(struct daemon *daemon, const struct call *call);

void handle_condition_get(struct daemon *daemon, const struct call *call);
void handle_condition_set(struct daemon *daemon, const struct call *call);

#endif
