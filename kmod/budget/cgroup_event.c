// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of the kernel's cgroup tracepoints, which pass on what happens to cgroups that belong to
 * containers. They run below css_set_lock or cgroup_mutex with preemption disabled; base/probe.c
 * says what a probe may do.
 */
#include <linux/cgroup.h>
#include <linux/irq_work.h>

#include "charge/tree.h"

#include "cgroup_event.h"
#include "container.h"
#include "freezer.h"
#include "member.h"

/* When a running task is moved, no context switch tells that its new container runs now. */
void bgt_cgroup_on_attach_task(void *data, struct cgroup *cgroup, const char *path,
			       struct task_struct *task, bool threadgroup)
{
	struct bgt_container *container = bgt_tree_owner(cgroup);

	if (container)
		irq_work_queue(&container->budget.look);
}

void bgt_cgroup_on_notify_frozen(void *data, struct cgroup *cgroup, const char *path, int frozen)
{
	bgt_freezer_notified(cgroup, frozen);
}

void bgt_cgroup_on_mkdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct bgt_container *container = bgt_tree_owner(cgroup);

	if (container) {
		WRITE_ONCE(container->housekeeping.rescan, true);
		bgt_container_schedule(container);
	}
}

void bgt_cgroup_on_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	bgt_tree_removed(cgroup);
	bgt_member_rmdir(cgroup);
}

void bgt_cgroup_on_release(void *data, struct cgroup *cgroup, const char *path)
{
	bgt_tree_released(cgroup);
}
