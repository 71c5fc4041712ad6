/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests freeze: a process with two threads, in a container without a limit. */
#ifndef BGTASK_TEST_SUBJECT_H
#define BGTASK_TEST_SUBJECT_H

#include "cgroup.h"
#include "container.h"
#include "scene.h"
#include "task.h"

/*
 * Begins a scene with the container *id, whose member *member is the cgroup "a" of the process.
 * Returns a connection.
 */
static inline struct bgt *subject_begin(uint32_t *id, uint32_t *member, struct burner *burner)
{
	struct bgt *bgt;

	scene_begin();
	bgt = container_connect();
	cgroup_make("a");
	*id = container_new(bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
	*member = member_add(bgt, *id, BGT_ROLE_APP, "a");
	*burner = burner_start("a", 2);
	return bgt;
}

#endif
