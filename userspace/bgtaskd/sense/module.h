/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel module says of containers.
 */
#ifndef BGTASKD_MODULE_H
#define BGTASKD_MODULE_H

#include "model/daemon.h"

/* Connects to the module, and listens to its events. Returns 0 or a negative errno. */
int module_open(struct daemon *daemon, struct problem *problem);
void module_close(struct daemon *daemon);

/* The module is gone, or has to be connected to anew: ends the helper, to be started again. */
void module_lost(struct daemon *daemon, int error);

/*
 * What another helper has thawed for a while is on its budget again, also if its app is not known
 * any more. Returns 0 or a negative errno.
 */
int module_recover(struct daemon *daemon);

#endif
