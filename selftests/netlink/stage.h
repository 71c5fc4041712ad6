/* SPDX-License-Identifier: GPL-2.0 */
/* Complete requests, and a text of the visible state of all containers and members. */
#ifndef BGTASK_TEST_STAGE_H
#define BGTASK_TEST_STAGE_H

#include <stdint.h>

#include "bgtask.h"
#include "genl.h"

#define NOBODY		65534

/* So long that no generation ends during a test. */
#define STAGE_QUOTA	(100 * SEC)
#define STAGE_PERIOD	BGT_PERIOD_MAX

/*
 * The visible state of containers, members and the test's cgroups, as text; generations only of
 * containers with STAGE_PERIOD. Valid until the next call but one.
 */
const char *stage_snapshot(struct bgt *bgt);

/* Begin a request. */
void stage_begin_new(struct genl *genl, const char *name);
void stage_begin_add(struct genl *genl, uint32_t container, int fd);

/* Makes a complete request, for any command on containers and members. */
void stage_put(struct genl *genl, uint8_t command, uint32_t container, uint32_t member);

/* Adds the attributes that such a command needs besides an id. */
void stage_put_rest(struct genl *genl, uint8_t command);

/* Give up all rights of root, or one of them. Both end the test if that fails. */
void stage_become_nobody(void);
void stage_drop(int capability);

/*
 * Whether a request was refused for lack of rights, with a text; otherwise notes the result of
 * request @what.
 */
bool stage_is_eperm(int what, const struct genl *genl, int error);

#endif
