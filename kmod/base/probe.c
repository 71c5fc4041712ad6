// SPDX-License-Identifier: GPL-2.0
/*
 * Registers the module's probes with the kernel's tracepoints while there are containers. The
 * tracepoints are not exported, so they are looked up by name. Registering patches the kernel's
 * text and waits for grace periods, so the probes stay for a while after the last container is
 * deleted, as another one is often created soon.
 *
 * A probe must not sleep, allocate memory, take a lock that other code holds with interrupts
 * enabled, or wake up a task that needs the locks held at the tracepoint: sched_switch fires below
 * the run-queue lock, cgroup_notify_frozen below css_set_lock, the other cgroup tracepoints below
 * cgroup_mutex and a spinlock. Preemption is disabled, so a probe is an RCU reader.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mutex.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "probe.h"

static struct bgt_probe_table table __ro_after_init;

/* How long the probes stay registered after the last container is deleted. */
#define LINGER (5 * HZ)

static void give_up(struct work_struct *work);

static DEFINE_MUTEX(probes_lock);	/* protects the next two */
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
 * bgt_probe_get() - keep the probes registered until bgt_probe_put()
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
		/* If give_up() is running already, it will see that there is a user. */
		if (!users++)
			cancel_delayed_work(&give_up_work);
	}
	mutex_unlock(&probes_lock);
	return err;
}

/**
 * bgt_probe_put() - the caller of bgt_probe_get() needs the probes no more
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
 * @probes: the table, which is copied; the array that it points to must live as long as the module
 *
 * Return: 0, or -ENOENT if this kernel lacks one of the tracepoints.
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
 * bgt_probe_exit() - unregister the probes, and wait until none of them runs any more
 *
 * Context: process; all containers are deleted.
 */
void bgt_probe_exit(void)
{
	cancel_delayed_work_sync(&give_up_work);
	give_up(NULL);
}
