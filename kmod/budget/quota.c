// SPDX-License-Identifier: GPL-2.0
/*
 * The generations of a budget, and the search for the moment when the budget is spent.
 *
 * Nothing is polled. While a container runs, its timer is set for the earliest moment at which the
 * rest of the budget could be spent, which is when all CPUs run the container. When the timer
 * expires, it is set again for what is left then, until nothing is left. When no CPU runs the
 * container, the timer is not set; the next switch to one of its tasks sets it again (@watched).
 * A generation rolls over when the budget is looked at next: an idle container spends nothing, so
 * it does not matter when. Only a container that is throttled or runs needs the timer for the end
 * of its generation.
 *
 * During a reprieve a container is not frozen, so it may spend more than its budget. Its
 * generations roll over on time, or unused budgets of later generations would pay for what it
 * overruns.
 *
 * Threads spend more time until they have stopped. The file learns how much from the last freezes,
 * and begins to freeze that much before the quota is reached: the lead.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/sort.h>

#include "base/compat.h"
#include "base/trace.h"
#include "charge/account.h"

#include "container.h"
#include "freezer.h"
#include "quota.h"

/* The timer is never set for less, or the timer itself would be a noticeable part of the load. */
#define SHORTEST_WATCH (20 * NSEC_PER_USEC)

/* How long a container runs on, charged, when a process has been told to end. */
#define ENDING_TIME (5 * NSEC_PER_SEC)

static bool anticipate = true;
module_param(anticipate, bool, 0644);
MODULE_PARM_DESC(anticipate, "Begin to freeze early by the CPU time that it takes (default Y)");

static bool is_limited(const struct bgt_budget *budget)
{
	return !budget->policy.exempt && budget->policy.quota != BGTASK_QUOTA_UNLIMITED;
}

/* What is spent of this generation when the container has used @usage since its creation. */
static u64 spent_at(const struct bgt_budget *budget, u64 usage)
{
	if (budget->policy.exempt)
		return budget->generation.spent;
	return max_t(s64, (s64)usage - budget->generation.base, 0);
}

static void set_spent(struct bgt_budget *budget, u64 usage, u64 spent)
{
	budget->generation.spent = spent;
	budget->generation.base = (s64)usage - (s64)spent;
}

static int compare_samples(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The median: one slow freeze must not make the next generations short. */
static u64 learn_lead(const struct bgt_budget *budget)
{
	unsigned int count = min_t(unsigned int, budget->nr_lead_samples, BGT_LEAD_SAMPLES);
	u64 sorted[BGT_LEAD_SAMPLES];

	if (!count || !READ_ONCE(anticipate) || budget->policy.quota == BGTASK_QUOTA_UNLIMITED)
		return 0;
	memcpy(sorted, budget->lead_samples, sizeof(sorted));
	sort(sorted, count, sizeof(sorted[0]), compare_samples, NULL);
	/* At least half of the quota can be used, even if a freeze costs more than the quota. */
	return min(sorted[(count - 1) / 2], budget->policy.quota / 2);
}

/*
 * Begins the generation that @now lies in. What was spent over the quota is deducted from its
 * budget, and from the budgets of generations that have passed before it without being noticed.
 */
static void roll_over(struct bgt_budget *budget, u64 now, u64 usage)
{
	struct bgt_generation *generation = &budget->generation;
	u64 quota = budget->policy.quota;
	u64 spent, carry, passed;

	if (now < generation->end)
		return;

	passed = div64_u64(now - generation->end, budget->policy.period) + 1;
	spent = spent_at(budget, usage);
	if (quota == BGTASK_QUOTA_UNLIMITED)
		carry = 0;
	else if (!quota)
		carry = spent;
	else
		carry = passed > div64_u64(spent, quota) ? 0 : spent - passed * quota;
	if (quota && spent > quota)
		budget->overrun += spent - quota - carry + min(carry, quota);

	generation->number += passed;
	generation->start = generation->end + (passed - 1) * budget->policy.period;
	generation->end = generation->start + budget->policy.period;
	generation->owed = carry;
	generation->gone = false;
	generation->was_let_end = false;
	generation->stopped_known = false;
	set_spent(budget, usage, carry);
	budget->lead = learn_lead(budget);
}

static void set_throttled(struct bgt_container *container, bool throttled, u64 spent, u64 now)
{
	struct bgt_budget *budget = &container->budget;
	struct bgt_generation *generation = &budget->generation;
	u64 late = budget->due && now > budget->due ? now - budget->due : 0;

	if (generation->throttled == throttled)
		return;
	generation->throttled = throttled;
	bgt_freezer_queue(container);
	if (throttled) {
		generation->stopped_known = false;
		budget->times_throttled++;
		budget->detected = spent;
		container->housekeeping.events |= BIT(BGTASK_CMD_CONTAINER_THROTTLED_NTF);
		trace_container_throttled(container, spent, late);
		if (bgt_container_has_stopped(container))
			bgt_quota_stopped(container);
	} else {
		container->housekeeping.events |= BIT(BGTASK_CMD_CONTAINER_REPLENISHED_NTF);
		trace_container_replenished(container, spent);
	}
	bgt_container_schedule(container);
}

static void set_timer(struct bgt_container *container, u64 when)
{
	struct bgt_budget *budget = &container->budget;

	budget->due = when;
	hrtimer_start(&budget->timer, ns_to_ktime(when), HRTIMER_MODE_ABS_HARD);
}

static void watch_until(struct bgt_container *container, u64 when)
{
	WRITE_ONCE(container->budget.watched, true);
	set_timer(container, when);
}

static void watch_no_more(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;

	WRITE_ONCE(budget->watched, true);
	budget->due = 0;
	/* A timer that is expiring now cannot be cancelled, and looks at the budget once more. */
	hrtimer_try_to_cancel(&budget->timer);
}

/* Does a CPU run the container? If not, the next switch to it has the budget looked at. */
static bool runs_now(struct bgt_container *container)
{
	WRITE_ONCE(container->budget.watched, false);
	/*
	 * Pairs with bgt_account_on_switch(): either it queues a look, or this sees the task run.
	 */
	smp_mb();
	return bgt_account_running(container);
}

/* Sets the timer if a CPU runs the container; else the next switch to it does. */
static void watch_budget(struct bgt_container *container, u64 now, u64 rest)
{
	struct bgt_budget *budget = &container->budget;
	u64 soon;

	if (!runs_now(container)) {
		budget->due = 0;
		hrtimer_try_to_cancel(&budget->timer);
		return;
	}
	soon = max_t(u64, div_u64(rest, num_online_cpus()), SHORTEST_WATCH);
	watch_until(container, min(now + soon, budget->generation.end));
}

/* Sets the timer for the @end of a reprieve and, if the container runs, of its generation. */
static void watch_reprieve(struct bgt_container *container, u64 end)
{
	struct bgt_budget *budget = &container->budget;

	if (runs_now(container))
		watch_until(container, min(end, budget->generation.end));
	else
		set_timer(container, end);
}

/*
 * Somebody outside has told a process to end: a moment lets it. Once, and not again until later
 * generations have paid for that, or whoever sends signals could keep the container running.
 */
static void let_end(struct bgt_budget *budget, u64 now)
{
	struct bgt_generation *generation = &budget->generation;

	if (!xchg(&budget->asked_to_end, false))
		return;
	if (!generation->gone || generation->owed || generation->was_let_end)
		return;
	generation->was_let_end = true;
	budget->ending_until = now + ENDING_TIME;
}

/**
 * bgt_quota_update() - bring a container's budget up to date
 * @container: any
 *
 * Rolls the generation over, throttles, replenishes and sets the timer, as is due.
 *
 * Context: container's lock held.
 */
void bgt_quota_update(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;
	u64 now, usage, spent, limit, reprieve_end;

	lockdep_assert_held(&container->lock);

	if (container->dead)
		return;

	/*
	 * The clock is read before the usage: if the CPU is delayed in between, the timer is set
	 * too early, which does no harm, and not too late.
	 */
	now = ktime_get_boottime_ns();
	usage = bgt_account_usage(container);
	roll_over(budget, now, usage);
	spent = spent_at(budget, usage);

	if (!is_limited(budget)) {
		set_throttled(container, false, spent, now);
		watch_no_more(container);
		return;
	}

	limit = budget->policy.quota - budget->lead;
	budget->generation.gone |= spent >= limit;
	let_end(budget, now);
	reprieve_end = max(budget->policy.reprieve_end, budget->ending_until);
	if (now < reprieve_end) {
		set_throttled(container, false, spent, now);
		watch_reprieve(container, reprieve_end);
		return;
	}
	set_throttled(container, budget->generation.gone, spent, now);
	if (!budget->generation.throttled)
		watch_budget(container, now, limit - spent);
	else if (budget->policy.quota)
		watch_until(container, budget->generation.end);
	else
		watch_no_more(container);
}

/**
 * bgt_quota_stopped() - note that all members of a container have come to a stop
 * @container: any; nothing is done if it is not throttled
 *
 * Context: container's lock held.
 */
void bgt_quota_stopped(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;

	lockdep_assert_held(&container->lock);

	if (!budget->generation.throttled || budget->generation.stopped_known)
		return;
	budget->generation.stopped_known = true;
	container->housekeeping.events |= BIT(BGTASK_CMD_CONTAINER_STOPPED_NTF);
	bgt_container_schedule(container);
}

/**
 * bgt_quota_learn() - note how much CPU time the last freeze has cost
 * @container: bgt_quota_stopped() was called for it
 *
 * The caller is the housekeeping: when bgt_quota_stopped() is called, the last thread still runs
 * for a moment.
 *
 * Context: container's lock held.
 */
void bgt_quota_learn(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;
	u64 spent;

	lockdep_assert_held(&container->lock);

	if (!budget->generation.throttled || !budget->generation.stopped_known)
		return;
	spent = spent_at(budget, bgt_account_usage(container));
	budget->stopped = spent;
	trace_container_stopped(container, spent);
	/* During a loan the container spends time that is no cost of a freeze. */
	if (!budget->policy.quota || spent < budget->detected ||
	    bgt_lend_in_generation(container))
		return;
	budget->lead_samples[budget->nr_lead_samples++ % BGT_LEAD_SAMPLES] =
		spent - budget->detected;
}

/**
 * bgt_quota_spent() - what was spent of the present generation
 * @container: the caller has called bgt_quota_update() for it since it took the lock
 *
 * Context: container's lock held.
 */
u64 bgt_quota_spent(const struct bgt_container *container)
{
	const struct bgt_budget *budget = &container->budget;

	lockdep_assert_held(&container->lock);
	return spent_at(budget, container->usage.total);
}

/**
 * bgt_quota_set() - change a container's policy
 * @container: any
 * @policy: the new policy, which was checked
 *
 * Context: container's lock held.
 */
void bgt_quota_set(struct bgt_container *container, const struct bgt_policy *policy)
{
	struct bgt_budget *budget = &container->budget;
	bool changes = policy->quota != budget->policy.quota;
	u64 usage;

	lockdep_assert_held(&container->lock);

	/* Settle the past by the old policy before the new one applies. */
	bgt_quota_update(container);
	usage = bgt_account_usage(container);
	set_spent(budget, usage, spent_at(budget, usage));
	if (policy->period != budget->policy.period)
		budget->generation.end = budget->generation.start + policy->period;
	budget->policy = *policy;
	if (changes) {
		budget->generation.gone = false;
		budget->lead = learn_lead(budget);
	}
	bgt_quota_update(container);
}

static enum hrtimer_restart timer_expired(struct hrtimer *timer)
{
	struct bgt_container *container = container_of(timer, struct bgt_container, budget.timer);

	raw_spin_lock(&container->lock);
	trace_quota_timer(container);
	bgt_quota_update(container);
	raw_spin_unlock(&container->lock);
	return HRTIMER_NORESTART;
}

static void look(struct irq_work *work)
{
	struct bgt_container *container = container_of(work, struct bgt_container, budget.look);
	unsigned long flags;

	raw_spin_lock_irqsave(&container->lock, flags);
	bgt_quota_update(container);
	raw_spin_unlock_irqrestore(&container->lock, flags);
}

/**
 * bgt_quota_init() - begin a container's first generation
 * @container: new, with its id and policy
 */
void bgt_quota_init(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;
	u64 spread = mul_u64_u32_shr(budget->policy.period / 8, hash_32(container->id, 32), 32);
	u64 now = ktime_get_boottime_ns();

	raw_spin_lock_init(&container->lock);
	INIT_LIST_HEAD(&container->usage.cgroups);
	INIT_LIST_HEAD(&container->usage.removed);
	hrtimer_setup(&budget->timer, timer_expired, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_HARD);
	budget->look = IRQ_WORK_INIT_HARD(look);
	budget->generation.start = now;
	budget->generation.end = now + budget->policy.period + spread;
}

/**
 * bgt_quota_retire() - stop throttling a container and setting its timer
 * @container: being deleted
 */
void bgt_quota_retire(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;
	unsigned long flags;

	raw_spin_lock_irqsave(&container->lock, flags);
	/* Usage is read for the last time, since the switch probe may soon be unregistered. */
	bgt_account_collect(container);
	bgt_account_usage(container);
	container->dead = true;
	budget->generation.throttled = false;
	WRITE_ONCE(budget->watched, true);
	raw_spin_unlock_irqrestore(&container->lock, flags);
}

/**
 * bgt_quota_quiesce() - wait until nothing looks at a container's budget any more
 * @container: bgt_quota_retire() was called for it, a grace period ago
 *
 * Context: process.
 */
void bgt_quota_quiesce(struct bgt_container *container)
{
	struct bgt_budget *budget = &container->budget;

	irq_work_sync(&budget->look);
	hrtimer_cancel(&budget->timer);
}
