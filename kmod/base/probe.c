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

#include <linux/mutex.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "probe.h"

static struct bgt_probe_table table __ro_after_init;

#define LINGER (5 * HZ)

static void give_up(struct work_struct *work);

static DEFINE_MUTEX(probes_lock);	/* of the following two */
static unsigned int users;
static bool registered;
static DECLARE_DELAYED_WORK(give_up_work, give_up);

static void unregister_probes(size_t count)
{
	while (count--)
		tracepoint_probe_unregister(table.probes[count].tracepoint,
					    table.probes[count].function, NULL);
	tracepoint_synchronize_unregister();
}

static int register_probes(void)
{
	size_t i;
	int err;

	table.before();
	for (i = 0; i < table.count; i++) {
		err = tracepoint_probe_register(table.probes[i].tracepoint,
						table.probes[i].function, NULL);
		if (err) {
			unregister_probes(i);
			return err;
		}
	}
	table.after();
	return 0;
}

static void give_up(struct work_struct *work)
{
	mutex_lock(&probes_lock);
	if (registered && !users) {
		unregister_probes(table.count);
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

	for (i = 0; i < table.count; i++) {
		if (!strcmp(tracepoint->name, table.probes[i].name))
			table.probes[i].tracepoint = tracepoint;
	}
}

/**
 * bgt_probe_init() - find the tracepoints
 * @probes: what is to listen; its array of probes stays the caller's
 *
 * Return: 0, or -ENOENT if this kernel lacks one.
 */
int __init bgt_probe_init(const struct bgt_probe_table *probes)
{
	size_t i;

	table = *probes;
	for_each_kernel_tracepoint(find_probe, NULL);
	for (i = 0; i < table.count; i++) {
		if (!table.probes[i].tracepoint) {
			pr_err("this kernel has no tracepoint %s\n", table.probes[i].name);
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
