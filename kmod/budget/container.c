// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of containers, and the life of a container: creation, changes of its policy,
 * housekeeping in process context, deletion, and the last reference.
 */
#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <linux/xarray.h>

#include "base/name.h"
#include "base/observers.h"
#include "base/probe.h"
#include "base/trace.h"
#include "charge/tree.h"

#include "container.h"
#include "freezer.h"
#include "member.h"
#include "quota.h"

/* Serialises all changes of containers and members. Nests inside no other lock of the module. */
DEFINE_MUTEX(bgt_registry_lock);

/* By id: changed under bgt_registry_lock, read under RCU. By name: always under the lock. */
static DEFINE_XARRAY_ALLOC1(containers);
static DEFINE_HASHTABLE(names, 12);
static u32 next_id;

static struct workqueue_struct *workqueue;

static u32 hash_of(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

static int check_policy(const struct bgt_policy *policy, struct netlink_ext_ack *extack)
{
	if (policy->quota > BGTASK_QUOTA_UNLIMITED) {
		NL_SET_ERR_MSG(extack, "quota is out of range");
		return -ERANGE;
	}
	if (policy->period < BGTASK_PERIOD_MIN || policy->period > BGTASK_PERIOD_MAX) {
		NL_SET_ERR_MSG(extack, "period must be between 1 ms and 7 days");
		return -ERANGE;
	}
	return 0;
}

static struct bgt_container *find_name(const char *name)
{
	struct bgt_container *container;

	lockdep_assert_held(&bgt_registry_lock);

	hash_for_each_possible(names, container, by_name, hash_of(name)) {
		if (!strcmp(container->name, name))
			return container;
	}
	return NULL;
}

static void announce_members(struct bgt_container *container)
{
	struct bgt_member *member;

	lockdep_assert_held(&bgt_registry_lock);

	list_for_each_entry(member, &container->members.list, entry) {
		bool frozen = READ_ONCE(member->frozen);

		if (member->announced == frozen)
			continue;
		member->announced = frozen;
		bgt_observers->member_event(member, frozen ? BGTASK_CMD_MEMBER_FROZEN_NTF :
							     BGTASK_CMD_MEMBER_THAWED_NTF);
	}
}

static void announce_one(struct bgt_container *container, unsigned long *events,
			 unsigned int command)
{
	if (__test_and_clear_bit(command, events))
		bgt_observers->container_event(container, command);
}

/*
 * Sends the events that have happened since the last call. The event that describes the present
 * state is sent last.
 */
static void announce(struct bgt_container *container)
{
	bool throttled, stopped;
	unsigned long events;
	unsigned int command;

	raw_spin_lock_irq(&container->lock);
	events = container->housekeeping.events;
	container->housekeeping.events = 0;
	throttled = container->budget.generation.throttled;
	stopped = container->budget.generation.stopped_known;
	if (events & BIT(BGTASK_CMD_CONTAINER_STOPPED_NTF))
		bgt_quota_learn(container);
	raw_spin_unlock_irq(&container->lock);

	if (throttled) {
		if (!stopped)
			announce_one(container, &events, BGTASK_CMD_CONTAINER_STOPPED_NTF);
		announce_one(container, &events, BGTASK_CMD_CONTAINER_REPLENISHED_NTF);
	}
	announce_one(container, &events, BGTASK_CMD_CONTAINER_THROTTLED_NTF);
	announce_members(container);
	/* By number: stopped comes before replenished. */
	for_each_set_bit(command, &events, BITS_PER_LONG)
		bgt_observers->container_event(container, command);
}

static void housekeeping(struct work_struct *work)
{
	struct bgt_container *container =
		container_of(to_delayed_work(work), struct bgt_container, housekeeping.work);

	mutex_lock(&bgt_registry_lock);
	if (!container->dead) {
		bgt_member_remove_gone(container);
		if (xchg(&container->housekeeping.rescan, false)) {
			if (bgt_tree_rescan(container)) {
				WRITE_ONCE(container->housekeeping.rescan, true);
				queue_delayed_work(workqueue, &container->housekeeping.work,
						   BGT_NO_MEMORY_DELAY);
			}
			/* New cgroups may run already, which no switch has told. */
			irq_work_queue(&container->budget.look);
		}
		announce(container);
	}
	mutex_unlock(&bgt_registry_lock);
}

/**
 * bgt_container_schedule() - queue a container's housekeeping
 * @container: any
 *
 * Context: any.
 */
void bgt_container_schedule(struct bgt_container *container)
{
	if (!READ_ONCE(container->dead))
		queue_delayed_work(workqueue, &container->housekeeping.work, 0);
}

static void free_container(struct kref *refs)
{
	struct bgt_container *container = container_of(refs, struct bgt_container, refs);

	/* No packet hook can find the container any more, see tear_down(). */
	free_percpu(container->traffic.cpus);
	kfree_rcu(container, rcu);
}

/**
 * bgt_container_get() - take a reference
 * @container: found under RCU
 *
 * Return: false if the last reference is already gone.
 */
bool bgt_container_get(struct bgt_container *container)
{
	return kref_get_unless_zero(&container->refs);
}

/**
 * bgt_container_put() - give a reference back
 * @container: may be freed
 */
void bgt_container_put(struct bgt_container *container)
{
	kref_put(&container->refs, free_container);
}

/* Runs a grace period after deletion, when no probe can find the container any more. */
static void tear_down(struct work_struct *work)
{
	struct bgt_container *container =
		container_of(to_rcu_work(work), struct bgt_container, teardown);

	bgt_quota_quiesce(container);
	bgt_freezer_quiesce(container);
	bgt_lend_quiesce(container);
	cancel_delayed_work_sync(&container->housekeeping.work);
	if (container->budget.policy.count_traffic)
		bgt_traffic_put();
	bgt_container_put(container);
}

static int apply_count_traffic(struct bgt_container *container, bool count)
{
	int err = count ? bgt_traffic_prepare(container) : 0;

	if (err)
		return err;
	/* Pairs with count() in traffic.c: a packet hook that sees @counted sees @cpus, too. */
	smp_store_release(&container->traffic.counted, count);
	return 0;
}

/**
 * bgt_container_create() - create a container and begin its first generation
 * @name: refused if another container has it
 * @policy: the policy; if it counts traffic, the caller has called bgt_traffic_get(), and
 *	the container calls bgt_traffic_put() when it is deleted
 * @result: the container; the registry has the only reference
 * @extack: gets the reason of a failure
 *
 * Context: process, bgt_registry_lock held, as long as @result is used.
 * Return: 0 or -errno, see the netlink spec.
 */
int bgt_container_create(const char *name, const struct bgt_policy *policy,
			 struct bgt_container **result, struct netlink_ext_ack *extack)
{
	struct bgt_container *container;
	int err;

	lockdep_assert_held(&bgt_registry_lock);

	err = bgt_name_check(name, extack);
	if (err)
		return err;
	err = check_policy(policy, extack);
	if (err)
		return err;
	if (find_name(name)) {
		NL_SET_ERR_MSG(extack, "name is taken");
		return -EEXIST;
	}

	container = kzalloc(sizeof(*container), GFP_KERNEL_ACCOUNT);
	if (!container)
		return -ENOMEM;
	strscpy(container->name, name, sizeof(container->name));
	container->budget.policy = *policy;
	kref_init(&container->refs);
	rt_mutex_init(&container->members.lock);
	INIT_LIST_HEAD(&container->members.list);
	INIT_DELAYED_WORK(&container->housekeeping.work, housekeeping);
	INIT_RCU_WORK(&container->teardown, tear_down);
	INIT_LIST_HEAD(&container->mutexes);
	bgt_freezer_prepare(container);
	bgt_lend_prepare(container);

	/* Others can look the container up once it is stored: so its id is only reserved here. */
	err = xa_alloc_cyclic(&containers, &container->id, NULL, XA_LIMIT(1, INT_MAX), &next_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		goto free;
	err = apply_count_traffic(container, policy->count_traffic);
	if (err)
		goto erase;
	err = bgt_probe_get();
	if (err) {
		NL_SET_ERR_MSG(extack, "cannot listen to the scheduler");
		goto erase;
	}
	bgt_quota_init(container);
	xa_store(&containers, container->id, container, GFP_KERNEL_ACCOUNT);
	hash_add(names, &container->by_name, hash_of(name));

	raw_spin_lock_irq(&container->lock);
	bgt_quota_update(container);
	trace_container_new(container, 0);
	raw_spin_unlock_irq(&container->lock);
	bgt_observers->container_event(container, BGTASK_CMD_CONTAINER_NEW_NTF);
	*result = container;
	return 0;

erase:
	xa_erase(&containers, container->id);
free:
	free_percpu(container->traffic.cpus);
	kfree(container);
	return err;
}

/**
 * bgt_container_set() - change a container's policy
 * @container: any
 * @policy: the new policy; if it begins or stops to count traffic, the caller calls
 *	bgt_traffic_get() or bgt_traffic_put()
 * @extack: gets the reason of a failure
 *
 * The freezers of the members are written before this returns.
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0, -ERANGE or -ENOMEM.
 */
int bgt_container_set(struct bgt_container *container, const struct bgt_policy *policy,
		      struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&bgt_registry_lock);

	err = check_policy(policy, extack);
	if (err)
		return err;
	err = apply_count_traffic(container, policy->count_traffic);
	if (err)
		return err;

	raw_spin_lock_irq(&container->lock);
	bgt_quota_set(container, policy);
	trace_container_set(container, bgt_quota_spent(container));
	raw_spin_unlock_irq(&container->lock);
	(void)bgt_freezer_apply(container);
	bgt_observers->container_event(container, BGTASK_CMD_CONTAINER_SET_NTF);
	return 0;
}

/**
 * bgt_container_delete() - delete a container with its members
 * @container: is freed when its last reference is given back
 *
 * Context: process, bgt_registry_lock held.
 */
void bgt_container_delete(struct bgt_container *container)
{
	struct bgt_member *member, *next;

	lockdep_assert_held(&bgt_registry_lock);

	hash_del(&container->by_name);
	xa_erase(&containers, container->id);
	bgt_quota_retire(container);
	trace_container_del(container, container->budget.generation.spent);
	list_for_each_entry_safe(member, next, &container->members.list, entry)
		bgt_member_remove(member);
	bgt_observers->container_gone(container);
	bgt_observers->container_event(container, BGTASK_CMD_CONTAINER_DEL_NTF);
	bgt_tree_retire(container);
	queue_rcu_work(workqueue, &container->teardown);
	bgt_probe_put();
}

/**
 * bgt_container_find() - look up a container by its id
 * @id: its id
 *
 * Return: the container, with a reference that the caller puts; or NULL.
 */
struct bgt_container *bgt_container_find(u32 id)
{
	struct bgt_container *container;

	rcu_read_lock();
	container = xa_load(&containers, id);
	if (container && !bgt_container_get(container))
		container = NULL;
	rcu_read_unlock();
	return container;
}

/**
 * bgt_container_find_name() - look up a container by its name
 * @name: its name
 *
 * Context: process.
 * Return: the container, with a reference that the caller puts; or NULL.
 */
struct bgt_container *bgt_container_find_name(const char *name)
{
	struct bgt_container *container;

	mutex_lock(&bgt_registry_lock);
	container = find_name(name);
	if (container)
		bgt_container_get(container);
	mutex_unlock(&bgt_registry_lock);
	return container;
}

/**
 * bgt_container_next() - walk all containers
 * @id: the first id to look at; becomes the id of the result
 *
 * Return: the container with the smallest id from @id on, with a reference that the caller
 *	   puts; or NULL.
 */
struct bgt_container *bgt_container_next(unsigned long *id)
{
	struct bgt_container *container;

	rcu_read_lock();
	do {
		container = xa_find(&containers, id, ULONG_MAX, XA_PRESENT);
	} while (container && !bgt_container_get(container));
	rcu_read_unlock();
	return container;
}

/**
 * bgt_container_of_current() - find the container that the calling task runs in
 *
 * Return: the container, with a reference that the caller puts; or NULL.
 */
struct bgt_container *bgt_container_of_current(void)
{
	struct bgt_container *container;

	rcu_read_lock();
	container = bgt_tree_owner(task_dfl_cgroup(current));
	if (container && !bgt_container_get(container))
		container = NULL;
	rcu_read_unlock();
	return container;
}

int bgt_container_init(void)
{
	workqueue = alloc_workqueue("bgtask", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return workqueue ? 0 : -ENOMEM;
}

/**
 * bgt_container_exit() - delete all containers, and wait until they are freed
 *
 * Context: process; the netlink family is unregistered, so nobody can create one any more.
 */
void bgt_container_exit(void)
{
	struct bgt_container *container;
	unsigned long id;

	mutex_lock(&bgt_registry_lock);
	xa_for_each(&containers, id, container)
		bgt_container_delete(container);
	mutex_unlock(&bgt_registry_lock);
	bgt_probe_exit();

	rcu_barrier();
	destroy_workqueue(workqueue);
	xa_destroy(&containers);
}
