/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of this folder know of an app's container and cgroups.
 */
#ifndef BGTASKD_CONTAINER_INTERNAL_H
#define BGTASKD_CONTAINER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "container.h"

struct presence;

struct box {
	/* container.c */
	uint32_t container;		/* its id, or 0 before the app is first needed */
	bool prepared;			/* the container is complete, as far as is known */
	/* hold.c */
	uint32_t member;		/* of the app's own processes, or 0 */
	uint32_t ui_member;		/* of its UI thread, or 0 */
	unsigned int exempt;		/* how many need the app to run whatever it has spent */
	bool was_exempt;		/* somebody else had made it exempt before they did */
	unsigned int nr_reprieved;	/* how many instances need it to run on, to end */
	/* ui.c */
	bool has_ui;			/* there is a cgroup of its UI thread */
	/* app-use.c */
	bool traffic_counted;		/* the module counts what it sends and receives */
	/* presence.c */
	struct presence *presence;	/* while somebody watches it */
};

#endif
