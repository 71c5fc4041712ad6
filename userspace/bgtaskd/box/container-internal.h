/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The box: what the files of this folder know of an app's container and cgroups.
 */
#ifndef BGTASKD_CONTAINER_INTERNAL_H
#define BGTASKD_CONTAINER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "container.h"

struct presence;

struct box {
	/* container.c */
	uint32_t container;		/* its id; 0 as long as it could not be made */
	bool prepared;			/* the container is complete, as far as is known */
	/* hold.c */
	uint32_t member;		/* id of the member with its own processes, or 0 */
	uint32_t ui_member;		/* id of the member with its UI thread, or 0 */
	unsigned int exempt;		/* exemptions that have begun and not ended */
	bool was_exempt;		/* somebody else had exempted it before the first of them */
	unsigned int nr_reprieved;	/* reprieves that have begun and not ended */
	/* ui.c */
	bool has_ui;			/* the app has a cgroup for its UI thread */
	/* app-use.c */
	bool traffic_counted;		/* the module counts its traffic */
	/* presence.c */
	struct presence *presence;	/* NULL while nobody watches the app */
};

#endif
