/* SPDX-License-Identifier: GPL-2.0 */
/* A container's policy, as given by the options of a subcommand. */
#ifndef BGTASK_POLICY_H
#define BGTASK_POLICY_H

#include <bgtask.h>

/*
 * Puts the argument of --exempt (e), --period (p), --quota (q) or --reprieve (R) into a policy.
 * Prints an error and returns false if the argument is not valid.
 */
bool policy_parse(struct bgt_container_policy *policy, int option, const char *argument);

/* Changes the policy of the container with this name or id. Returns an exit code. */
int policy_apply(const char *name, struct bgt_container_policy *policy);

#endif
