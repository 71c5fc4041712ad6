/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection to the kernel module, and its events.
 */
#ifndef BGTASKD_MODULE_H
#define BGTASKD_MODULE_H

#include "model/daemon.h"

/* Connects to the module, and listens to its events. Returns 0 or a negative errno. */
int module_open(struct daemon *daemon, struct problem *problem);
void module_close(struct daemon *daemon);

/*
 * To be called when the module is gone or has to be connected to anew: ends the helper, which is
 * then started again.
 */
void module_lost(struct daemon *daemon, int error);

/*
 * Puts containers back on their budgets that a helper before has exempted or reprieved and whose
 * apps are not known any more. Returns 0 or a negative errno.
 */
int module_recover(struct daemon *daemon);

#endif
