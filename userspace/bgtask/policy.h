/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A container's policy as the options of a subcommand say it.
 */
#ifndef BGTASK_POLICY_H
#define BGTASK_POLICY_H

#include <bgtask.h>

/*
 * Puts the value of --exempt (e), --period (p), --quota (q) or --reprieve (R) into a policy, or
 * complains and returns false.
 */
bool policy_parse(struct bgt_container_policy *policy, int option, const char *argument);

/* Changes the policy of the container that a user calls @name. Returns an exit code. */
int policy_apply(const char *name, struct bgt_container_policy *policy);

#endif
