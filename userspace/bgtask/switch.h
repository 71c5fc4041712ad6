/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subcommands that turn something of a container on or off.
 */
#ifndef BGTASK_SWITCH_H
#define BGTASK_SWITCH_H

#include <bgtask.h>

/* Puts into a policy that something is to be on or off. */
typedef void (*switch_fn)(struct bgt_container_policy *policy, bool on);

/*
 * Runs such a subcommand, whose arguments are a container, and "on" or "off"; "on" may be left out.
 */
int switch_container(int argc, char **argv, const char *usage, switch_fn put);

#endif
