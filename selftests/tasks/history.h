/* SPDX-License-Identifier: GPL-2.0 */
/* What programs that run many instances begin with: a helper that remembers all of them. */
#ifndef BGTASK_TEST_HISTORY_H
#define BGTASK_TEST_HISTORY_H

#include "helper.h"
#include "mutex.h"
#include "scene.h"

/* Starts the helper and installs APP with these tasks. Returns a connection. */
static inline struct bgt *history_begin(const char *tasks)
{
	struct helper_settings settings = HELPER_SETTINGS;
	struct bgt *bgt;

	settings.history = 1000;
	scene_begin();
	bgt = mutex_connect();
	helper_start_with(bgt, &settings);
	helper_install(bgt, APP, tasks);
	return bgt;
}

#endif
