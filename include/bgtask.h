/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libbgtask: CPU budgets over long windows, for groups of processes, and named mutexes.
 *
 * A container is a budget (a quota of CPU time per period) and a set of member cgroups. The bgtask
 * kernel module accounts the members together and stops their threads while the budget is spent.
 *
 * Times are nanoseconds. Moments are CLOCK_BOOTTIME. Functions that can fail return 0, or what
 * their comment says, on success and a negative errno on failure; bgt_error() then has a sentence
 * for people. Besides those named below, every function may return:
 *
 *   -EPROTONOSUPPORT  the kernel module is not loaded, or was unloaded
 *   -EPERM            the caller is no administrator (CAP_SYS_ADMIN in the initial user namespace)
 *   -ENOMEM           there is no memory
 *   -EPROTO           the module said something this library does not understand
 *
 * The library starts no threads, has no global state and leaves signals alone. Different threads
 * may use different connections; one connection must be used by one thread at a time.
 *
 * Structures that the library returns are allocated by it and may grow at their end: use them
 * through pointers, do not copy them by assignment, do not take their size. Structures that the
 * caller fills in begin with their size; their initialisers set it.
 */
#ifndef BGTASK_H
#define BGTASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest name of a container, in bytes, without the closing NUL. */
#define BGT_NAME_MAX		63

/* A quota that is never spent. Usage is still accounted. */
#define BGT_QUOTA_UNLIMITED	UINT64_C(0x7fffffffffffffff)

/* What a container gets that asks for nothing: 2 s of every 15 min. */
#define BGT_QUOTA_DEFAULT	UINT64_C(2000000000)
#define BGT_PERIOD_DEFAULT	UINT64_C(900000000000)

/* Shortest and longest period: 1 ms and 7 days. */
#define BGT_PERIOD_MIN		UINT64_C(1000000)
#define BGT_PERIOD_MAX		UINT64_C(604800000000000)

/**
 * enum bgt_role - What a member cgroup holds.
 * @BGT_ROLE_APP: The processes of the app itself.
 * @BGT_ROLE_UI: A threaded cgroup below the app's that holds its UI thread, so that it can be held
 *   while the other threads run.
 * @BGT_ROLE_TASK: The processes that run background tasks.
 * @BGT_ROLE_ALL: Members of any role, where many are asked for.
 *
 * A newer module may report roles that are not listed here.
 */
enum bgt_role {
	BGT_ROLE_ALL = -1,
	BGT_ROLE_APP = 0,
	BGT_ROLE_UI = 1,
	BGT_ROLE_TASK = 2,
};

/*
 * Connections
 */

/**
 * struct bgt - A connection to the module. One program needs but one.
 */
struct bgt;

/**
 * bgt_open - Connect to the module.
 * @bgt: Receives the connection; NULL on failure.
 *
 * The kernel tries to load the module if it is not there. As there is no connection to ask for a
 * text when this fails, use bgt_strerror() with the result.
 *
 * Return: 0, or a negative errno; -EPROTONOSUPPORT if there is no module.
 */
int bgt_open(struct bgt **bgt);

/**
 * bgt_close - End a connection and free what belongs to it.
 * @bgt: The connection, or NULL.
 */
void bgt_close(struct bgt *bgt);

/**
 * bgt_error - Say why the last call failed.
 * @bgt: The connection.
 *
 * It is the kernel's own explanation if it gave one. Only meaningful right after a failure.
 *
 * Return: A sentence without capital and full stop. It belongs to the connection and is valid until
 * the next call.
 */
const char *bgt_error(const struct bgt *bgt);

/**
 * bgt_strerror - Describe an error of this library by its number alone.
 * @error: What a function returned; the sign does not matter.
 *
 * Return: A constant string.
 */
const char *bgt_strerror(int error);

/*
 * Containers
 */

/**
 * struct bgt_container_policy - What is wanted of a container.
 * @size: Set by BGT_CONTAINER_POLICY_INIT.
 * @set: Which of the following are set, BGT_POLICY_*. The others stay as they are or, in a new
 *   container, take their defaults.
 * @quota: CPU time of each generation, ns; 0 means none at all, BGT_QUOTA_UNLIMITED any.
 * @period: Length of a generation, ns, BGT_PERIOD_MIN to BGT_PERIOD_MAX.
 * @exempt: Whether the container is neither charged nor frozen. Off by default.
 *
 *	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
 *
 *	policy.quota = UINT64_C(2000000000);
 *	policy.set |= BGT_POLICY_QUOTA;
 */
struct bgt_container_policy {
	size_t size;
	uint32_t set;
	uint64_t quota;
	uint64_t period;
	bool exempt;
};

#define BGT_CONTAINER_POLICY_INIT { sizeof(struct bgt_container_policy), 0, 0, 0, false }

#define BGT_POLICY_QUOTA	(1U << 0)
#define BGT_POLICY_PERIOD	(1U << 1)
#define BGT_POLICY_EXEMPT	(1U << 2)

/**
 * struct bgt_container - What is known of a container.
 * @next: The next one of a list, or NULL.
 * @id: Its id, never 0.
 * @members: Number of its members.
 * @name: Its name.
 * @exempt: It is neither charged nor frozen.
 * @throttled: The budget of this generation is gone.
 * @quota: CPU time of each generation, ns, or BGT_QUOTA_UNLIMITED.
 * @period: Length of a generation, ns.
 * @usage: CPU time of all members since they were added, charged or not, ns. The same counters as
 *   usage_usec in the members' cpu.stat.
 * @spent: Charged to this generation, with what the last one overran, ns. May exceed the quota.
 * @left: What is left of the quota in this generation, ns; never negative. Means nothing if the
 *   quota is unlimited.
 * @generation: Number of this generation; the first is 0.
 * @generation_start: When this generation began.
 * @generation_end: When the next one begins.
 * @times_throttled: How many generations ended with the budget gone.
 * @overrun: Total that was deducted from later generations, ns.
 * @lead: CPU time that stopping the threads is expected to take, ns; it is begun that much before
 *   the quota is reached.
 * @detected: Spent at the moment when the last exhaustion was noticed, ns.
 * @stopped: Spent when, after that, the last thread had stopped, ns.
 * @times_lent: How often the container was thawed for a moment, since a task outside of it waited
 *   for a mutex that one inside owned.
 */
struct bgt_container {
	struct bgt_container *next;
	uint32_t id;
	uint32_t members;
	char name[BGT_NAME_MAX + 1];
	bool exempt;
	bool throttled;
	uint64_t quota;
	uint64_t period;
	uint64_t usage;
	uint64_t spent;
	uint64_t left;
	uint64_t generation;
	uint64_t generation_start;
	uint64_t generation_end;
	uint64_t times_throttled;
	uint64_t overrun;
	uint64_t lead;
	uint64_t detected;
	uint64_t stopped;
	uint64_t times_lent;
};

/**
 * bgt_container_new - Create a container.
 * @bgt: The connection.
 * @name: 1 to BGT_NAME_MAX bytes of UTF-8, unique, without slash or control characters.
 * @policy: What is wanted, or NULL for the defaults.
 * @id: Receives the id, unless NULL.
 *
 * The container lives until bgt_container_del(), not only as long as the connection.
 *
 * Return: 0, -EEXIST if the name is taken, -EINVAL or -ERANGE if name or policy are not valid.
 */
int bgt_container_new(struct bgt *bgt, const char *name, const struct bgt_container_policy *policy,
		      uint32_t *id);

/**
 * bgt_container_set - Change the policy of a container at once.
 * @bgt: The connection.
 * @id: The container.
 * @policy: What is to change. A larger quota, or exempt, thaws a throttled container.
 *
 * Return: 0, -ENOENT if there is no such container, -EINVAL or -ERANGE if the policy is not valid.
 */
int bgt_container_set(struct bgt *bgt, uint32_t id, const struct bgt_container_policy *policy);

/**
 * bgt_container_del - Delete a container with its members; all that it froze is thawed.
 * @bgt: The connection.
 * @id: The container.
 *
 * The cgroups and the processes in them stay.
 *
 * Return: 0, -ENOENT if there is no such container.
 */
int bgt_container_del(struct bgt *bgt, uint32_t id);

/**
 * bgt_container_get - Read one container.
 * @bgt: The connection.
 * @id: The container. Callers that are no administrators may read the one they are in.
 * @container: Receives it; free it with bgt_container_free().
 *
 * Return: 0, -ENOENT if there is no such container.
 */
int bgt_container_get(struct bgt *bgt, uint32_t id, struct bgt_container **container);

/**
 * bgt_container_get_by_name - Read one container, found by its name.
 * @bgt: The connection.
 * @name: Its name.
 * @container: Receives it; free it with bgt_container_free().
 *
 * Return: 0, -ENOENT if there is no such container.
 */
int bgt_container_get_by_name(struct bgt *bgt, const char *name, struct bgt_container **container);

/**
 * bgt_self_get - Read the container that the calling thread runs in. Anyone may.
 * @bgt: The connection.
 * @container: Receives it; free it with bgt_container_free().
 *
 * Return: 0, -ENOENT outside of all containers.
 */
int bgt_self_get(struct bgt *bgt, struct bgt_container **container);

/**
 * bgt_container_list - Read all containers.
 * @bgt: The connection.
 * @list: Receives the first, which leads to the others by @next, or NULL if there are none; free
 *   them with bgt_container_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_container_list(struct bgt *bgt, struct bgt_container **list);

/**
 * bgt_container_free - Free a container that was read, and those that follow it.
 * @list: The first one, or NULL. The containers in the kernel are not touched.
 */
void bgt_container_free(struct bgt_container *list);

/**
 * bgt_container_kill - Kill the processes of a container's members with SIGKILL.
 * @bgt: The connection.
 * @id: The container.
 * @role: Only members of this role, or BGT_ROLE_ALL.
 *
 * Frozen processes die, too. The call does not wait until they are gone.
 *
 * Return: 0, -ENOENT if there is no such container, -EOPNOTSUPP for a threaded member by itself.
 */
int bgt_container_kill(struct bgt *bgt, uint32_t id, enum bgt_role role);

/*
 * Members
 */

/**
 * struct bgt_member - What is known of a member.
 * @next: The next one of a list, or NULL.
 * @id: Its id, never 0.
 * @container: The id of its container.
 * @role: What it holds.
 * @held: It is to stand still, whatever the budget says.
 * @frozen: All its threads have stopped.
 * @cgroup_id: The cgroup's id, which is its directory's inode number.
 * @path: Path of the cgroup as in /proc/self/cgroup: below the root of the caller's cgroup
 *   namespace. Never NULL; it belongs to the structure.
 */
struct bgt_member {
	struct bgt_member *next;
	uint32_t id;
	uint32_t container;
	enum bgt_role role;
	bool held;
	bool frozen;
	uint64_t cgroup_id;
	const char *path;
};

/**
 * bgt_member_add - Make a cgroup a member of a container.
 * @bgt: The connection.
 * @container: The container.
 * @role: What the cgroup holds.
 * @dirfd: A descriptor of the cgroup's directory in a cgroup2 file system; O_PATH will do. The
 *   caller may close it afterwards.
 * @held: Whether it is to stand still from the start.
 * @id: Receives the id, unless NULL.
 *
 * Usage before this is not charged.
 *
 * Return: 0, -ENOENT if there is no such container, -EEXIST if the cgroup is a member of one
 * already, -EINVAL for the root cgroup, -EBADF, -ENOTDIR or -EOPNOTSUPP for a descriptor of
 * something else, -EACCES if the caller may not freeze the cgroup.
 */
int bgt_member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, int dirfd, bool held,
		   uint32_t *id);

/**
 * bgt_member_set_held - Hold a member, or release it.
 * @bgt: The connection.
 * @id: The member.
 * @held: True to stop its threads. False to let them run, if the budget does.
 *
 * Return: 0, -ENOENT if there is no such member.
 */
int bgt_member_set_held(struct bgt *bgt, uint32_t id, bool held);

/**
 * bgt_member_del - Take a cgroup out of its container, thawed.
 * @bgt: The connection.
 * @id: The member.
 *
 * Return: 0, -ENOENT if there is no such member.
 */
int bgt_member_del(struct bgt *bgt, uint32_t id);

/**
 * bgt_member_get - Read one member.
 * @bgt: The connection.
 * @id: The member.
 * @member: Receives it; free it with bgt_member_free().
 *
 * Return: 0, -ENOENT if there is no such member.
 */
int bgt_member_get(struct bgt *bgt, uint32_t id, struct bgt_member **member);

/**
 * bgt_member_list - Read the members of a container, or of all.
 * @bgt: The connection.
 * @container: The container, or 0 for all.
 * @list: Receives the first, which leads to the others by @next, or NULL if there are none; free
 *   them with bgt_member_free(). A container that does not exist has no members.
 *
 * Return: 0 or a negative errno.
 */
int bgt_member_list(struct bgt *bgt, uint32_t container, struct bgt_member **list);

/**
 * bgt_member_free - Free a member that was read, and those that follow it.
 * @list: The first one, or NULL. The members in the kernel are not touched.
 */
void bgt_member_free(struct bgt_member *list);

/*
 * Mutexes
 *
 * A mutex is owned by a connection, and passes on as abandoned when the connection is closed, or the
 * process ends, before it was released. Those who wait get it in the order in which they came.
 * Anyone may use mutexes.
 */

/**
 * enum bgt_scope - Who shares the name of a mutex.
 * @BGT_SCOPE_CONTAINER: The tasks of the container that the calling thread runs in.
 * @BGT_SCOPE_USER: The connections that were opened by the same user.
 * @BGT_SCOPE_GLOBAL: Everyone.
 */
enum bgt_scope {
	BGT_SCOPE_CONTAINER = 0,
	BGT_SCOPE_USER = 1,
	BGT_SCOPE_GLOBAL = 2,
};

/* What an acquisition returns if the last owner ended without a release. It succeeded. */
#define BGT_MUTEX_ABANDONED	1

/* Timeouts are milliseconds, up to 7 days. 0 tries and does not wait; this is no limit. */
#define BGT_TIMEOUT_MAX		UINT32_C(604800000)
#define BGT_TIMEOUT_INFINITE	UINT32_MAX

/**
 * struct bgt_mutex - A mutex that this connection uses.
 */
struct bgt_mutex;

/**
 * bgt_mutex_open - Get ready to use a mutex.
 * @bgt: The connection, which must outlive the mutex.
 * @name: 1 to BGT_NAME_MAX bytes of UTF-8, without slash or control characters.
 * @scope: Who shares the name.
 * @mutex: Receives the mutex; NULL on failure.
 *
 * Nothing is asked of the kernel yet. If one connection opens the same mutex twice, it owns it by
 * both.
 *
 * Return: 0, -EINVAL or -ENAMETOOLONG if the name has no length or too much.
 */
int bgt_mutex_open(struct bgt *bgt, const char *name, enum bgt_scope scope,
		   struct bgt_mutex **mutex);

/**
 * bgt_mutex_close - Be done with a mutex.
 * @mutex: The mutex, or NULL. What was acquired through it is released; if an acquisition is under
 *   way, it is released as soon as it succeeds.
 */
void bgt_mutex_close(struct bgt_mutex *mutex);

/**
 * bgt_mutex_acquire - Acquire a mutex, waiting for it if need be.
 * @mutex: The mutex. An owner may acquire it again, and releases it as often.
 * @timeout: How long to wait, ms; 0 or BGT_TIMEOUT_INFINITE.
 *
 * Return: 0, or BGT_MUTEX_ABANDONED: the connection owns the mutex, but what that protects may be
 * half done. -EBUSY if it was to be tried only and is taken, -ETIMEDOUT, -EDEADLK if its owner
 * waits, perhaps over others, for this connection, -EALREADY if this connection waits for it
 * already, -ENOENT if the scope is container and the calling thread is in none, -EDQUOT if the
 * user or the container has too many, -ERANGE if the timeout is too long, -EINVAL if the name is
 * not valid.
 */
int bgt_mutex_acquire(struct bgt_mutex *mutex, uint32_t timeout);

/**
 * bgt_mutex_acquire_start - Begin to acquire a mutex, without waiting for it.
 * @mutex: The mutex.
 * @timeout: As above.
 *
 * How it ends is told by an event, BGT_EVENT_MUTEX, see bgt_fd(). Other calls may be made, and
 * other mutexes acquired, meanwhile.
 *
 * Return: 0, -EALREADY if such an acquisition is under way.
 */
int bgt_mutex_acquire_start(struct bgt_mutex *mutex, uint32_t timeout);

/**
 * bgt_mutex_release - Release a mutex once.
 * @mutex: The mutex.
 *
 * Return: 0, -EPERM if another connection owns it, -ENOENT if none does.
 */
int bgt_mutex_release(struct bgt_mutex *mutex);

/**
 * bgt_keep_on_exec - Let programs that are executed keep the connection's mutexes.
 * @bgt: The connection.
 * @keep: Whether processes that were forked still have the connection when they execute another
 *   program; at first they have not. The mutexes are abandoned when the last one ends.
 *
 * Return: 0 or a negative errno.
 */
int bgt_keep_on_exec(struct bgt *bgt, bool keep);

/**
 * struct bgt_mutex_state - What is known of a mutex.
 * @next: The next one of a list, or NULL.
 * @name: Its name.
 * @scope: Who shares the name.
 * @abandoned: The last owner ended without a release, and nobody acquired the mutex since.
 * @count: How often it was acquired; 0 if it is abandoned.
 * @waiters: How many connections wait for it.
 * @owner: Process that acquired it, in the caller's pid namespace; 0 if there is none there.
 * @owner_container: The container that this process was in; 0 if it was in none.
 * @container: In scope container, the one that shares the name; else 0.
 * @uid: In scope user, the user who shares the name.
 */
struct bgt_mutex_state {
	struct bgt_mutex_state *next;
	char name[BGT_NAME_MAX + 1];
	enum bgt_scope scope;
	bool abandoned;
	uint32_t count;
	uint32_t waiters;
	uint32_t owner;
	uint32_t owner_container;
	uint32_t container;
	uint32_t uid;
};

/**
 * bgt_mutex_list - Read all mutexes that have an owner, or were abandoned.
 * @bgt: The connection. Callers that are no administrators see those that they could acquire.
 * @list: Receives the first, which leads to the others by @next, or NULL if there are none; free
 *   them with bgt_mutex_state_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_mutex_list(struct bgt *bgt, struct bgt_mutex_state **list);

/**
 * bgt_mutex_state_free - Free a mutex's state that was read, and those that follow it.
 * @list: The first one, or NULL. The mutexes are not touched.
 */
void bgt_mutex_state_free(struct bgt_mutex_state *list);

/*
 * Events
 */

/**
 * enum bgt_event_type - What happened.
 * @BGT_EVENT_CONTAINER_NEW: A container was created.
 * @BGT_EVENT_CONTAINER_SET: Quota, period or exempt of a container changed.
 * @BGT_EVENT_CONTAINER_DEL: A container is gone; this is the last that was known of it.
 * @BGT_EVENT_CONTAINER_THROTTLED: The budget is gone; the members are being frozen.
 * @BGT_EVENT_CONTAINER_STOPPED: All threads of a throttled container stand still.
 * @BGT_EVENT_CONTAINER_REPLENISHED: A throttled container may run again.
 * @BGT_EVENT_MEMBER_ADD: A cgroup became a member.
 * @BGT_EVENT_MEMBER_FROZEN: All threads of a member have stopped.
 * @BGT_EVENT_MEMBER_THAWED: The threads of a member run again.
 * @BGT_EVENT_MEMBER_GONE: A cgroup is no member any more: it was taken out, or removed.
 * @BGT_EVENT_CONTAINER_LENT: A container that stands still was thawed for a moment, as it owns a
 *   mutex that a task outside waits for.
 * @BGT_EVENT_MUTEX: What bgt_mutex_acquire_start() began has ended.
 */
enum bgt_event_type {
	BGT_EVENT_CONTAINER_NEW = 1,
	BGT_EVENT_CONTAINER_SET,
	BGT_EVENT_CONTAINER_DEL,
	BGT_EVENT_CONTAINER_THROTTLED,
	BGT_EVENT_CONTAINER_STOPPED,
	BGT_EVENT_CONTAINER_REPLENISHED,
	BGT_EVENT_MEMBER_ADD,
	BGT_EVENT_MEMBER_FROZEN,
	BGT_EVENT_MEMBER_THAWED,
	BGT_EVENT_MEMBER_GONE,
	BGT_EVENT_CONTAINER_LENT,
	BGT_EVENT_MUTEX,
};

/**
 * struct bgt_event - An event.
 * @type: What happened.
 * @container: The state of the container after a container's event, else NULL.
 * @member: The state of the member after a member's event, else NULL.
 * @mutex: The mutex of BGT_EVENT_MUTEX, else NULL.
 * @result: With a mutex, what bgt_mutex_acquire() would have returned. If it is negative,
 *   bgt_error() has a sentence about it.
 */
struct bgt_event {
	enum bgt_event_type type;
	const struct bgt_container *container;
	const struct bgt_member *member;
	struct bgt_mutex *mutex;
	int result;
};

/**
 * bgt_subscribe - Ask for the events of all containers.
 * @bgt: The connection.
 *
 * Call it before reading the state that the events are to keep up to date.
 *
 * Return: 0; also if that has been done before.
 */
int bgt_subscribe(struct bgt *bgt);

/**
 * bgt_fd - What to wait for events with.
 * @bgt: The connection.
 *
 * When the descriptor is readable, call bgt_next_event() until it returns 0. It stays the same, and
 * the connection's.
 *
 * Return: A descriptor, or -ENOTCONN before bgt_subscribe() and bgt_mutex_acquire_start().
 */
int bgt_fd(const struct bgt *bgt);

/**
 * bgt_next_event - Take the next event, without waiting.
 * @bgt: The connection.
 * @event: Receives the event. It belongs to the connection and is valid until the next call of
 *   this function or bgt_close().
 *
 * Events that this library does not know are left out.
 *
 * Return: 1 for an event, 0 if there is none now; -ENOBUFS if events came faster than they were
 * taken and some are lost: read the state anew and go on. -ENOTCONN before bgt_subscribe() and
 * bgt_mutex_acquire_start(), -EPROTONOSUPPORT when the module was unloaded, after which no more events come.
 */
int bgt_next_event(struct bgt *bgt, const struct bgt_event **event);

/*
 * Names
 */

/**
 * bgt_role_name - Name a role.
 * @role: The role.
 *
 * Return: "app", "ui", "task" or, for what this library does not know, "unknown".
 */
const char *bgt_role_name(enum bgt_role role);

/**
 * bgt_role_from_name - Find a role by its name.
 * @name: The name.
 * @role: Receives the role.
 *
 * Return: 0, or -EINVAL if there is no such role.
 */
int bgt_role_from_name(const char *name, enum bgt_role *role);

/**
 * bgt_scope_name - Name a scope.
 * @scope: The scope.
 *
 * Return: "container", "user", "global" or "unknown".
 */
const char *bgt_scope_name(enum bgt_scope scope);

/**
 * bgt_scope_from_name - Find a scope by its name.
 * @name: The name.
 * @scope: Receives the scope.
 *
 * Return: 0, or -EINVAL if there is no such scope.
 */
int bgt_scope_from_name(const char *name, enum bgt_scope *scope);

/**
 * bgt_event_name - Name an event.
 * @type: What happened.
 *
 * Return: Its name, such as "container-throttled", or "unknown".
 */
const char *bgt_event_name(enum bgt_event_type type);

#ifdef __cplusplus
}
#endif

#endif
