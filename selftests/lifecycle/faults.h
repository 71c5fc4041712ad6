/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about failing calls of the helper begin with: AC power, and no helper yet. */
#ifndef BGTASK_TEST_FAULTS_H
#define BGTASK_TEST_FAULTS_H

#include "fault.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"

FIXTURE(faults) {
	struct bgt *bgt;
};

FIXTURE_SETUP(faults)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
	fault_begin();
}

FIXTURE_TEARDOWN_PARENT(faults)
{
	helper_end();
	fault_end();
	scene_end();
}

#endif
