/* SPDX-License-Identifier: GPL-2.0 */
/* Subcommands that turn a setting of a container on or off. */
#ifndef BGTASK_SWITCH_H
#define BGTASK_SWITCH_H

#include <bgtask.h>

/* Sets in a policy that the setting is to be on or off. */
typedef void (*switch_fn)(struct bgt_container_policy *policy, bool on);

/*
 * Runs such a subcommand. Its arguments are a container, and "on" or "off", with "on" as the
 * default.
 */
int switch_container(int argc, char **argv, const char *usage, switch_fn put);

#endif
