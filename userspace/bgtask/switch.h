/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subcommands that turn something of a container on or off.
 */
#ifndef BGTASK_SWITCH_H
#define BGTASK_SWITCH_H

#include <bgtask.h>

/* Says in a policy that it is to be on or off. */
typedef void (*switch_fn)(struct bgt_container_policy *policy, bool on);

/* Such a subcommand: its arguments are a container and, unless it is on, on or off. */
int switch_container(int argc, char **argv, const char *usage, switch_fn put);

#endif
