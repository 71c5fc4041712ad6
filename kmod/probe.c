// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints that the module listens to. They are not exported, but can be
 * found by name; and they are only listened to while there are containers. As this
 * patches the kernel's text and waits for grace periods, it is not given up at once
 * when the last container goes: often the next one is not far.
 *
 * Where they fire no lock may be taken that others hold with interrupts enabled,
 * nothing may sleep, allocate or wake up a task that needs the locks held there:
 * sched_switch is below the run-queue lock, cgroup_notify_frozen below css_set_lock,
 * the others below cgroup_mutex and a spinlock. Preemption is disabled: RCU read
 * side.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "account.h"
#include "container.h"
#include "freezer.h"
#include "member.h"
#include "probe.h"
#include "tree.h"

/* A task that runs is moved: no switch tells that its new container runs. */
static void on_cgroup_attach_task(void *data, struct cgroup *cgroup, const char *path,
				  struct task_struct *task, bool threadgroup)
{
	struct bgt_container *container = bgt_tree_owner(cgroup);

	if (container)
		irq_work_queue(&container->kick);
}

static void on_cgroup_notify_frozen(void *data, struct cgroup *cgroup, const char *path, int frozen)
{
	bgt_freezer_notified(cgroup, frozen);
}

static void on_cgroup_mkdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct bgt_container *container = bgt_tree_owner(cgroup);

	if (container) {
		WRITE_ONCE(container->rescan, true);
		bgt_container_schedule(container);
	}
}

static void on_cgroup_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	bgt_tree_removed(cgroup);
	bgt_member_rmdir(cgroup);
}

static void on_cgroup_release(void *data, struct cgroup *cgroup, const char *path)
{
	bgt_tree_released(cgroup);
}

/* In the order of registration: what ends the life of an entry comes first. */
static struct {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
} probes[] = {
	{ "cgroup_release", on_cgroup_release },
	{ "cgroup_rmdir", on_cgroup_rmdir },
	{ "cgroup_mkdir", on_cgroup_mkdir },
	{ "cgroup_notify_frozen", on_cgroup_notify_frozen },
	{ "cgroup_attach_task", on_cgroup_attach_task },
	{ "hrtimer_expire_entry", bgt_account_on_timer_entry },
	{ "hrtimer_expire_exit", bgt_account_on_timer_exit },
	{ "sched_switch", bgt_account_on_switch },
};

#define LINGER (5 * HZ)

static void give_up(struct work_struct *work);

static DEFINE_MUTEX(probes_lock);	/* of the following two */
static unsigned int users;
static bool registered;
static DECLARE_DELAYED_WORK(give_up_work, give_up);

static void unregister_probes(size_t count)
{
	while (count--)
		tracepoint_probe_unregister(probes[count].tracepoint, probes[count].function, NULL);
	tracepoint_synchronize_unregister();
}

static int register_probes(void)
{
	size_t i;
	int err;

	bgt_account_reset();
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		err = tracepoint_probe_register(probes[i].tracepoint, probes[i].function, NULL);
		if (err) {
			unregister_probes(i);
			return err;
		}
	}
	bgt_account_begin();
	return 0;
}

static void give_up(struct work_struct *work)
{
	mutex_lock(&probes_lock);
	if (registered && !users) {
		unregister_probes(ARRAY_SIZE(probes));
		registered = false;
	}
	mutex_unlock(&probes_lock);
}

/**
 * bgt_probe_get() - listen, if nobody did yet
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int bgt_probe_get(void)
{
	int err = 0;

	mutex_lock(&probes_lock);
	if (!registered)
		err = register_probes();
	if (!err) {
		registered = true;
		/* If it runs already, it sees that there is a user. */
		if (!users++)
			cancel_delayed_work(&give_up_work);
	}
	mutex_unlock(&probes_lock);
	return err;
}

/**
 * bgt_probe_put() - listen no more, if nobody else does
 *
 * Context: process.
 */
void bgt_probe_put(void)
{
	mutex_lock(&probes_lock);
	if (!--users)
		mod_delayed_work(system_wq, &give_up_work, LINGER);
	mutex_unlock(&probes_lock);
}

static void find_probe(struct tracepoint *tracepoint, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
	}
}

/**
 * bgt_probe_init() - find the tracepoints
 *
 * Return: 0, or -ENOENT if this kernel lacks one.
 */
int bgt_probe_init(void)
{
	size_t i;

	for_each_kernel_tracepoint(find_probe, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!probes[i].tracepoint) {
			pr_err("this kernel has no tracepoint %s\n", probes[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

/**
 * bgt_probe_exit() - be sure that no probe runs any more
 *
 * Context: process; all containers are deleted.
 */
void bgt_probe_exit(void)
{
	cancel_delayed_work_sync(&give_up_work);
	give_up(NULL);
}
