/* SPDX-License-Identifier: GPL-2.0 */
/* The bgtask:* trace events. Times are in ns. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM bgtask

#if !defined(_BGTASK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _BGTASK_TRACE_H

#include <linux/cgroup.h>
#include <linux/tracepoint.h>

#include "budget/container.h"
#include "budget/member.h"
#include "mutex/acquisition.h"
#include "mutex/mutex.h"

DECLARE_EVENT_CLASS(container_event,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent),
	TP_STRUCT__entry(
		__field(u32, id)
		__array(char, name, BGTASK_NAME_MAX + 1)
		__field(u64, generation)
		__field(u64, spent)
		__field(u64, quota)
		__field(u64, lead)
	),
	TP_fast_assign(
		__entry->id = container->id;
		memcpy(__entry->name, container->name, sizeof(__entry->name));
		__entry->generation = container->budget.generation.number;
		__entry->spent = spent;
		__entry->quota = container->budget.policy.quota;
		__entry->lead = container->budget.lead;
	),
	TP_printk("id=%u name=\"%s\" generation=%llu spent=%llu quota=%llu lead=%llu",
		  __entry->id, __entry->name, __entry->generation, __entry->spent, __entry->quota,
		  __entry->lead)
);

/*
 * The budget is spent, and the members are about to be frozen. @late is for how long the timer of
 * the container has been overdue, or 0.
 */
TRACE_EVENT(container_throttled,
	TP_PROTO(const struct bgt_container *container, u64 spent, u64 late),
	TP_ARGS(container, spent, late),
	TP_STRUCT__entry(
		__field(u32, id)
		__array(char, name, BGTASK_NAME_MAX + 1)
		__field(u64, generation)
		__field(u64, spent)
		__field(u64, quota)
		__field(u64, lead)
		__field(u64, late)
	),
	TP_fast_assign(
		__entry->id = container->id;
		memcpy(__entry->name, container->name, sizeof(__entry->name));
		__entry->generation = container->budget.generation.number;
		__entry->spent = spent;
		__entry->quota = container->budget.policy.quota;
		__entry->lead = container->budget.lead;
		__entry->late = late;
	),
	TP_printk("id=%u name=\"%s\" generation=%llu spent=%llu quota=%llu lead=%llu late=%llu",
		  __entry->id, __entry->name, __entry->generation, __entry->spent, __entry->quota,
		  __entry->lead, __entry->late)
);

/* All threads of a throttled container have come to a stop. */
DEFINE_EVENT(container_event, container_stopped,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

/* A throttled container may run again. */
DEFINE_EVENT(container_event, container_replenished,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

/* The container's timer has expired, and is about to look at the budget. */
TRACE_EVENT(quota_timer,
	TP_PROTO(const struct bgt_container *container),
	TP_ARGS(container),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, generation)
	),
	TP_fast_assign(
		__entry->id = container->id;
		__entry->generation = container->budget.generation.number;
	),
	TP_printk("id=%u generation=%llu", __entry->id, __entry->generation)
);

/* The member's cgroup.freeze is about to be written. */
TRACE_EVENT(member_write,
	TP_PROTO(const struct bgt_member *member, bool frozen),
	TP_ARGS(member, frozen),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, container)
		__field(u64, cgroup)
		__field(bool, frozen)
	),
	TP_fast_assign(
		__entry->id = member->id;
		__entry->container = member->container->id;
		__entry->cgroup = cgroup_id(member->cgroup);
		__entry->frozen = frozen;
	),
	TP_printk("id=%u container=%u cgroup=%llu frozen=%d", __entry->id, __entry->container,
		  __entry->cgroup, __entry->frozen)
);

DECLARE_EVENT_CLASS(member_event,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, container)
		__field(u64, cgroup)
	),
	TP_fast_assign(
		__entry->id = member->id;
		__entry->container = member->container->id;
		__entry->cgroup = cgroup_id(member->cgroup);
	),
	TP_printk("id=%u container=%u cgroup=%llu", __entry->id, __entry->container,
		  __entry->cgroup)
);

/* All threads of a member have come to a stop. */
DEFINE_EVENT(member_event, member_frozen,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member)
);

/* Threads of a member run again. */
DEFINE_EVENT(member_event, member_thawed,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member)
);

/* Somebody else has thawed a member that the module wants frozen. */
DEFINE_EVENT(member_event, member_thawed_by_others,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member)
);

/* A cgroup became a member. */
DEFINE_EVENT(member_event, member_added,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member)
);

/* A cgroup is no member any more. */
DEFINE_EVENT(member_event, member_gone,
	TP_PROTO(const struct bgt_member *member),
	TP_ARGS(member)
);

/* A container was created, its policy was changed, or it was deleted. */
DEFINE_EVENT(container_event, container_new,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

DEFINE_EVENT(container_event, container_set,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

DEFINE_EVENT(container_event, container_del,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

/* A container that stands still is thawed, since others wait for a mutex that it owns. */
DEFINE_EVENT(container_event, container_lent,
	TP_PROTO(const struct bgt_container *container, u64 spent),
	TP_ARGS(container, spent)
);

DECLARE_EVENT_CLASS(mutex_event,
	TP_PROTO(const struct bgt_acquisition *acquisition, bool abandoned),
	TP_ARGS(acquisition, abandoned),
	TP_STRUCT__entry(
		__field(u32, scope)
		__array(char, name, BGTASK_NAME_MAX + 1)
		__field(u32, container)
		__field(pid_t, pid)
		__field(u32, count)
		__field(u32, waiters)
		__field(bool, abandoned)
	),
	TP_fast_assign(
		const struct bgt_container *container = acquisition->charge.container;

		__entry->scope = acquisition->mutex->name.scope;
		memcpy(__entry->name, acquisition->mutex->name.text, sizeof(__entry->name));
		__entry->container = container ? container->id : 0;
		__entry->pid = pid_nr(acquisition->borrower.process);
		__entry->count = acquisition->count;
		__entry->waiters = acquisition->mutex->nr_waiters;
		__entry->abandoned = abandoned;
	),
	TP_printk("name=\"%s\" scope=%u container=%u pid=%d count=%u waiters=%u abandoned=%d",
		  __entry->name, __entry->scope, __entry->container, __entry->pid, __entry->count,
		  __entry->waiters, __entry->abandoned)
);

/* A process has got a mutex. If @abandoned, the previous owner died while it owned the mutex. */
DEFINE_EVENT(mutex_event, mutex_acquired,
	TP_PROTO(const struct bgt_acquisition *acquisition, bool abandoned),
	TP_ARGS(acquisition, abandoned)
);

/* A process waits for a mutex. */
DEFINE_EVENT(mutex_event, mutex_wait,
	TP_PROTO(const struct bgt_acquisition *acquisition, bool abandoned),
	TP_ARGS(acquisition, abandoned)
);

/* A process has not got the mutex before its timeout, and waits no more. */
DEFINE_EVENT(mutex_event, mutex_timeout,
	TP_PROTO(const struct bgt_acquisition *acquisition, bool abandoned),
	TP_ARGS(acquisition, abandoned)
);

/* A process has released a mutex or, if @abandoned, has died owning it. */
DEFINE_EVENT(mutex_event, mutex_released,
	TP_PROTO(const struct bgt_acquisition *acquisition, bool abandoned),
	TP_ARGS(acquisition, abandoned)
);

#endif /* _BGTASK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH base
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
