// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is told to end may have a handler for that signal, and cannot get there while its
 * container is throttled: systemd and container runtimes would wait for it, and kill it in the end.
 * So a throttled container runs on for a moment when somebody outside sends such a signal.
 */
#include <linux/cgroup.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/signal.h>

#include "base/probe.h"
#include "charge/tree.h"

#include "container.h"
#include "signal.h"

/* What service managers and container runtimes send first. */
static bool tells_to_end(int sig)
{
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT || sig == SIGHUP;
}

static struct bgt_container *container_of_task(struct task_struct *task)
{
	return bgt_tree_owner(task_dfl_cgroup(task));
}

/**
 * bgt_signal_on_generate() - a signal is sent
 * @data: of the tracepoint, unused
 * @sig: the signal
 * @info: unused
 * @task: that gets the signal, or one of the process that does
 * @group: unused
 * @result: TRACE_SIGNAL_*
 *
 * Context: probe of signal_generate, under the siglock of @task.
 */
void bgt_signal_on_generate(void *data, int sig, struct kernel_siginfo *info,
			    struct task_struct *task, int group, int result)
{
	struct bgt_container *container;

	/*
	 * An ignored signal has no handler to get to. An interrupt sends what a task has asked for
	 * before, which does not come from outside.
	 */
	if (!tells_to_end(sig) || result != TRACE_SIGNAL_DELIVERED || !in_task())
		return;
	rcu_read_lock();
	container = container_of_task(task);
	if (container && READ_ONCE(container->budget.generation.throttled) &&
	    container_of_task(current) != container) {
		WRITE_ONCE(container->budget.asked_to_end, true);
		irq_work_queue(&container->budget.look);
	}
	rcu_read_unlock();
}
