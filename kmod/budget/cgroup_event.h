/* SPDX-License-Identifier: GPL-2.0 */
/* Cgroup events: probes of the kernel's cgroup tracepoints. */
#ifndef _BGTASK_CGROUP_EVENT_H
#define _BGTASK_CGROUP_EVENT_H

#include <linux/types.h>

struct cgroup;
struct task_struct;

void bgt_cgroup_on_attach_task(void *data, struct cgroup *cgroup, const char *path,
			       struct task_struct *task, bool threadgroup);
void bgt_cgroup_on_notify_frozen(void *data, struct cgroup *cgroup, const char *path, int frozen);
void bgt_cgroup_on_mkdir(void *data, struct cgroup *cgroup, const char *path);
void bgt_cgroup_on_rmdir(void *data, struct cgroup *cgroup, const char *path);
void bgt_cgroup_on_release(void *data, struct cgroup *cgroup, const char *path);

#endif /* _BGTASK_CGROUP_EVENT_H */
