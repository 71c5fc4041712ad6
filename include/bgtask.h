/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libbgtask: CPU budgets over long windows, for groups of processes, named mutexes, and background
 * tasks.
 *
 * A container is a budget (a quota of CPU time per period) and a set of member cgroups. The bgtask
 * kernel module accounts the members together and stops their threads while the budget is spent.
 * Tasks, instances, apps and conditions belong to the helper, bgtaskd(8): the module relays
 * requests about them to the helper.
 *
 * Times are in nanoseconds. Points in time are CLOCK_BOOTTIME, except those of instances, which are
 * CLOCK_REALTIME. Functions that can fail return 0, or what their comment says, on success, and a
 * negative errno on failure; bgt_error() then has a sentence for people. Besides the errors in its
 * comment, every function may return:
 *
 *   -EPROTONOSUPPORT  the kernel module is not loaded, or was unloaded
 *   -EPERM            the caller is no administrator (CAP_SYS_ADMIN in the initial user namespace)
 *   -ENOMEM           there is no memory
 *   -EPROTO           the module has sent something that this library does not understand
 *
 * and every function about tasks, instances, apps and conditions may return:
 *
 *   -ENOTCONN         there is no helper
 *   -ECONNRESET       the helper has ended before it answered; the request may have been done
 *   -EBUSY            the helper has too many requests to handle
 *   -EDQUOT           the user or the container has too many calls that wait for the helper,
 *                     or too many sockets
 *   -EACCES           the caller may not do that, or is no app
 *   -EINVAL, -ERANGE  a value, or a combination of values, is not valid
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

/* Longest name of a container, task or app, in bytes, without the closing NUL. */
#define BGT_NAME_MAX		63

/* A quota that is never spent. Usage is still accounted. */
#define BGT_QUOTA_UNLIMITED	UINT64_C(0x7fffffffffffffff)

/* Quota and period of a container whose policy sets none: 2 s of every 15 min. */
#define BGT_QUOTA_DEFAULT	UINT64_C(2000000000)
#define BGT_PERIOD_DEFAULT	UINT64_C(900000000000)

/* Shortest and longest period: 1 ms and 7 days. */
#define BGT_PERIOD_MIN		UINT64_C(1000000)
#define BGT_PERIOD_MAX		UINT64_C(604800000000000)

/* Longest reprieve: 1 h. */
#define BGT_REPRIEVE_MAX	UINT64_C(3600000000000)

/**
 * enum bgt_role - What a member cgroup is for.
 * @BGT_ROLE_APP: The processes of the app itself.
 * @BGT_ROLE_UI: A threaded cgroup below the app's, for the UI thread, so that this thread can be
 *   held while the other threads run.
 * @BGT_ROLE_TASK: The processes that run background tasks.
 * @BGT_ROLE_ALL: No role, but members of any role, in calls that are for several members.
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
 * struct bgt - A connection to the module. A program needs only one.
 */
struct bgt;

/**
 * bgt_open - Connect to the module.
 * @bgt: Receives the connection; NULL on failure.
 *
 * The kernel tries to load the module if it is not loaded. If this fails there is no connection for
 * bgt_error(): use bgt_strerror() with the result.
 *
 * Return: 0, or a negative errno; -EPROTONOSUPPORT if there is no module.
 */
int bgt_open(struct bgt **bgt);

/**
 * bgt_close - Close a connection and free everything that belongs to it.
 * @bgt: The connection, or NULL.
 */
void bgt_close(struct bgt *bgt);

/**
 * bgt_error - Say why the last call failed.
 * @bgt: The connection.
 *
 * If the kernel has given a reason, this is the kernel's text. Only meaningful right after a
 * failure.
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
 * struct bgt_container_policy - The settings of a container.
 * @size: Set by BGT_CONTAINER_POLICY_INIT.
 * @set: Which of the fields below are set, BGT_POLICY_*. The others keep their values or, for a new
 *   container, get their defaults.
 * @quota: CPU time of each generation, ns; 0 for none at all, BGT_QUOTA_UNLIMITED for any amount.
 * @period: Length of a generation, ns, BGT_PERIOD_MIN to BGT_PERIOD_MAX.
 * @exempt: Whether the container is neither charged nor frozen. Off by default.
 * @count_traffic: Whether to count what its sockets send and receive. This makes the kernel look at
 *   every packet of the machine. Off by default.
 * @reprieve: For how long from now on, up to BGT_REPRIEVE_MAX ns, the container is not frozen, even
 *   if its budget is spent; 0 ends the reprieve. The time is charged, if need be to later
 *   generations. Not for a new container.
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
	bool count_traffic;
	uint64_t reprieve;
};

#define BGT_CONTAINER_POLICY_INIT { sizeof(struct bgt_container_policy), 0, 0, 0, false, false, 0 }

#define BGT_POLICY_QUOTA	(1U << 0)
#define BGT_POLICY_PERIOD	(1U << 1)
#define BGT_POLICY_EXEMPT	(1U << 2)
#define BGT_POLICY_COUNT_TRAFFIC	(1U << 3)
#define BGT_POLICY_REPRIEVE	(1U << 4)

/**
 * struct bgt_container - A container, as it was when it was read.
 * @next: The next container of a list, or NULL.
 * @id: Its id, never 0.
 * @members: Number of its members.
 * @name: Its name.
 * @exempt: It is neither charged nor frozen.
 * @throttled: The budget of this generation is spent, and the members are frozen.
 * @quota: CPU time of each generation, ns, or BGT_QUOTA_UNLIMITED.
 * @period: Length of a generation, ns.
 * @usage: CPU time of all members since they were added, charged or not, ns. From the same counters
 *   as usage_usec in the members' cpu.stat.
 * @spent: CPU time charged to this generation, with what earlier ones overran, ns. May exceed the
 *   quota.
 * @left: What is left of the quota in this generation, ns; 0 if the quota is exceeded. Has no
 *   meaning if the quota is unlimited.
 * @generation: Number of this generation; the first is 0.
 * @generation_start: When this generation began.
 * @generation_end: When the next one begins.
 * @times_throttled: How often the container was throttled.
 * @overrun: CPU time that was deducted from later generations, in total, ns.
 * @lead: CPU time that the threads are expected to use until they have stopped, ns; freezing begins
 *   that much before the quota is reached.
 * @detected: What was spent when the container was last throttled, ns.
 * @stopped: What was spent when the last thread had stopped after that, ns.
 * @times_lent: How often the container was thawed for a moment, since a task outside waited for a
 *   mutex that a task inside owned.
 * @foreign_thaws: How often somebody else has thawed a member, by its cgroup.freeze, that was to
 *   stand still. The module has frozen it again.
 * @count_traffic: @received, @sent and @local are counted at present.
 * @received: Bytes of IP packets, with their headers, that TCP and UDP sockets created in the
 *   members have received from other machines, without multicast packets.
 * @sent: Bytes of IP packets that sockets created in the members have sent to other machines.
 * @local: Bytes of IP packets that they have sent over the loopback device.
 * @reprieve: How much longer the container is not frozen, even if its budget is spent, ns.
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
	uint64_t foreign_thaws;
	bool count_traffic;
	uint64_t received;
	uint64_t sent;
	uint64_t local;
	uint64_t reprieve;
};

/**
 * bgt_container_new - Create a container.
 * @bgt: The connection.
 * @name: 1 to BGT_NAME_MAX bytes of UTF-8, unique, without slash or control characters.
 * @policy: The settings, or NULL for the defaults.
 * @id: Receives the id, unless NULL.
 *
 * The container exists until bgt_container_del(), even after the connection was closed.
 *
 * Return: 0, -EEXIST if the name is taken, -EINVAL or -ERANGE if name or policy are not valid.
 */
int bgt_container_new(struct bgt *bgt, const char *name, const struct bgt_container_policy *policy,
		      uint32_t *id);

/**
 * bgt_container_set - Change the policy of a container at once.
 * @bgt: The connection.
 * @id: The container.
 * @policy: The new settings. A larger quota, exempt, or a reprieve thaws a throttled container.
 *
 * Return: 0, -ENOENT if there is no such container, -EINVAL or -ERANGE if the policy is not valid.
 */
int bgt_container_set(struct bgt *bgt, uint32_t id, const struct bgt_container_policy *policy);

/**
 * bgt_container_del - Delete a container with its members, and thaw the members.
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
 * bgt_self_get - Read the container that the calling thread runs in. Any process may.
 * @bgt: The connection.
 * @container: Receives it; free it with bgt_container_free().
 *
 * Return: 0, -ENOENT if the thread is in no container.
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
 * bgt_container_free - Free a container that was read, and those that follow in its list.
 * @list: The first one, or NULL. The containers in the kernel stay.
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
 * struct bgt_member - A member, as it was when it was read.
 * @next: The next member of a list, or NULL.
 * @id: Its id, never 0.
 * @container: The id of its container.
 * @role: What it is for.
 * @held: It stands still, whatever the budget says.
 * @frozen: All its threads have stopped.
 * @cgroup_id: The cgroup's id, which is its directory's inode number.
 * @path: Path of the cgroup as in /proc/self/cgroup, from the root of the caller's cgroup namespace
 *   on. Never NULL; it belongs to the structure.
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
 * @role: What the cgroup is for.
 * @dirfd: A descriptor of the cgroup's directory in a cgroup2 file system; O_PATH is enough. The
 *   caller may close it afterwards.
 * @held: Whether the member stands still from the start.
 * @id: Receives the id, unless NULL.
 *
 * CPU time that the cgroup has used before is not charged.
 *
 * Return: 0, -ENOENT if there is no such container, -EEXIST if the cgroup is a member already,
 * -EINVAL for the root cgroup, -EBADF, -ENOTDIR or -EOPNOTSUPP if the descriptor is of something
 * else, -EACCES if the caller may not freeze the cgroup.
 */
int bgt_member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, int dirfd, bool held,
		   uint32_t *id);

/**
 * bgt_member_set_held - Hold a member, or release it.
 * @bgt: The connection.
 * @id: The member.
 * @held: True to stop its threads; false to let them run, unless the budget is spent.
 *
 * Return: 0, -ENOENT if there is no such member.
 */
int bgt_member_set_held(struct bgt *bgt, uint32_t id, bool held);

/**
 * bgt_member_del - Take a cgroup out of its container, and thaw it.
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
 * bgt_member_list - Read the members of a container, or of all containers.
 * @bgt: The connection.
 * @container: The container, or 0 for all containers.
 * @list: Receives the first, which leads to the others by @next, or NULL if there are none; free
 *   them with bgt_member_free().
 *
 * Return: 0, -ENOENT if there is no such container.
 */
int bgt_member_list(struct bgt *bgt, uint32_t container, struct bgt_member **list);

/**
 * bgt_member_free - Free a member that was read, and those that follow in its list.
 * @list: The first one, or NULL. The members in the kernel stay.
 */
void bgt_member_free(struct bgt_member *list);

/*
 * Mutexes
 *
 * The owner of a mutex is a connection. If the connection is closed, or its process ends, before it
 * has released the mutex, the mutex is abandoned, and the next owner is told so. Connections get a
 * mutex in the order in which they have asked for it. Any process may use mutexes.
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

/* Returned by an acquisition that has succeeded, if the last owner has not released the mutex. */
#define BGT_MUTEX_ABANDONED	1

/* Timeouts, in milliseconds, up to 7 days. 0 does not wait; BGT_TIMEOUT_INFINITE has no limit. */
#define BGT_TIMEOUT_MAX		UINT32_C(604800000)
#define BGT_TIMEOUT_INFINITE	UINT32_MAX

/**
 * struct bgt_mutex - A mutex that this connection uses.
 */
struct bgt_mutex;

/**
 * bgt_mutex_open - Make the structure for using a mutex.
 * @bgt: The connection, which must outlive the mutex.
 * @name: 1 to BGT_NAME_MAX bytes of UTF-8, without slash or control characters.
 * @scope: Who shares the name.
 * @mutex: Receives the mutex; NULL on failure.
 *
 * This sends no request to the kernel yet. If a connection opens a mutex twice, both structures are
 * for the same mutex and the same owner.
 *
 * Return: 0, -EINVAL if the name is empty, -ENAMETOOLONG if it is too long.
 */
int bgt_mutex_open(struct bgt *bgt, const char *name, enum bgt_scope scope,
		   struct bgt_mutex **mutex);

/**
 * bgt_mutex_close - Free the structure for using a mutex.
 * @mutex: The mutex, or NULL. It is released as often as it was acquired through this structure. If
 *   an acquisition is under way, the mutex is released as soon as that succeeds.
 */
void bgt_mutex_close(struct bgt_mutex *mutex);

/**
 * bgt_mutex_acquire - Acquire a mutex, waiting for it if need be.
 * @mutex: The mutex. Its owner may acquire it again, and must then release it as often.
 * @timeout: How long to wait, ms; 0 or BGT_TIMEOUT_INFINITE.
 *
 * Return: 0; or BGT_MUTEX_ABANDONED: the connection owns the mutex, but the last owner may have
 * left the data that the mutex protects half changed. -EBUSY if @timeout is 0 and the mutex is
 * owned, -ETIMEDOUT, -EDEADLK if the owner waits for this connection, directly or through others,
 * -EALREADY if this connection waits for the mutex already, -ENOENT if the scope is container and
 * the calling thread is in no container, -EDQUOT if the user or the container has too many mutexes,
 * -ERANGE if the timeout is too long, -EINVAL if the name is not valid.
 */
int bgt_mutex_acquire(struct bgt_mutex *mutex, uint32_t timeout);

/**
 * bgt_mutex_acquire_start - Begin to acquire a mutex, without waiting for it.
 * @mutex: The mutex.
 * @timeout: As for bgt_mutex_acquire().
 *
 * When the acquisition has ended, there is a BGT_EVENT_MUTEX with its result, see bgt_fd(). Until
 * then, other calls may be made and other mutexes acquired.
 *
 * Return: 0, -EALREADY if an acquisition of this structure is under way.
 */
int bgt_mutex_acquire_start(struct bgt_mutex *mutex, uint32_t timeout);

/**
 * bgt_mutex_release - Release a mutex once.
 * @mutex: The mutex.
 *
 * Return: 0, -EPERM if another connection owns the mutex, -ENOENT if no connection does.
 */
int bgt_mutex_release(struct bgt_mutex *mutex);

/**
 * bgt_keep_on_exec - Let programs that are executed keep the connection's mutexes.
 * @bgt: The connection.
 * @keep: Whether processes keep the connection's socket open when they execute another program; by
 *   default they do not. The mutexes are abandoned when the last process that has it open ends.
 *
 * Return: 0 or a negative errno.
 */
int bgt_keep_on_exec(struct bgt *bgt, bool keep);

/**
 * struct bgt_mutex_state - The state of a mutex, as it was when it was read.
 * @next: The next one of a list, or NULL.
 * @name: Its name.
 * @scope: Who shares the name.
 * @abandoned: The last owner has not released the mutex, and nobody has acquired it since.
 * @count: How often the owner has acquired it; 0 if it is abandoned.
 * @waiters: How many connections wait for it.
 * @owner: The process that has acquired it, in the caller's pid namespace; 0 if the mutex is
 *   abandoned, or the process is not in that namespace.
 * @owner_container: The container that this process was in then; 0 if it was in none.
 * @container: The container whose tasks share the name, if the scope is container; else 0.
 * @uid: The user whose connections share the name, if the scope is user; else 0.
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
 * @bgt: The connection. Callers that are no administrators see the mutexes that they can acquire.
 * @list: Receives the first, which leads to the others by @next, or NULL if there are none; free
 *   them with bgt_mutex_state_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_mutex_list(struct bgt *bgt, struct bgt_mutex_state **list);

/**
 * bgt_mutex_state_free - Free a mutex's state that was read, and those that follow in its list.
 * @list: The first one, or NULL. The mutexes stay as they are.
 */
void bgt_mutex_state_free(struct bgt_mutex_state *list);

/*
 * Tasks
 *
 * An app registers tasks, each with a trigger. When the trigger fires, and all of the task's
 * conditions hold, an instance of the task runs. The helper knows an app by the container that its
 * processes run in: so an app need not name itself, and cannot pretend to be another app.
 * Administrators are no app, and name the app that they mean.
 */

/**
 * enum bgt_trigger - What makes a task run.
 * @BGT_TRIGGER_APPLICATION: The app asks for it, by bgt_trigger_fire().
 * @BGT_TRIGGER_CONTROL_CHANNEL: A connected socket of the app becomes readable.
 * @BGT_TRIGGER_INTERNET_AVAILABLE: The internet has become reachable.
 * @BGT_TRIGGER_INTERNET_NOT_AVAILABLE: The internet is not reachable any more.
 * @BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED: The app was given a lock-screen slot.
 * @BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED: The app lost its lock-screen slot.
 * @BGT_TRIGGER_MAINTENANCE: At the task's interval, on AC power only. The task is cancelled, with
 *   BGT_CANCEL_ABORT, when the machine loses AC power.
 * @BGT_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET: The app has to make its channel for push
 *   notifications anew.
 * @BGT_TRIGGER_NETWORK_STATE_CHANGE: The way to the internet has changed.
 * @BGT_TRIGGER_PUSH: A raw notification has come for the app.
 * @BGT_TRIGGER_SERVICING_COMPLETE: The app was updated.
 * @BGT_TRIGGER_SESSION_CONNECTED: The user's session has become the one in use.
 * @BGT_TRIGGER_SESSION_DISCONNECTED: The user's session is not the one in use any more.
 * @BGT_TRIGGER_SESSION_START: The user has logged in.
 * @BGT_TRIGGER_SMS_RECEIVED: A text message has come.
 * @BGT_TRIGGER_TIME: At the task's interval or, for a oneshot task, once after that time.
 * @BGT_TRIGGER_TIME_ZONE_CHANGE: The machine's time zone has changed.
 * @BGT_TRIGGER_USER_AWAY: The user has gone away.
 * @BGT_TRIGGER_USER_PRESENT: The user has come back.
 */
enum bgt_trigger {
	BGT_TRIGGER_APPLICATION,
	BGT_TRIGGER_CONTROL_CHANNEL,
	BGT_TRIGGER_INTERNET_AVAILABLE,
	BGT_TRIGGER_INTERNET_NOT_AVAILABLE,
	BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED,
	BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED,
	BGT_TRIGGER_MAINTENANCE,
	BGT_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET,
	BGT_TRIGGER_NETWORK_STATE_CHANGE,
	BGT_TRIGGER_PUSH,
	BGT_TRIGGER_SERVICING_COMPLETE,
	BGT_TRIGGER_SESSION_CONNECTED,
	BGT_TRIGGER_SESSION_DISCONNECTED,
	BGT_TRIGGER_SESSION_START,
	BGT_TRIGGER_SMS_RECEIVED,
	BGT_TRIGGER_TIME,
	BGT_TRIGGER_TIME_ZONE_CHANGE,
	BGT_TRIGGER_USER_AWAY,
	BGT_TRIGGER_USER_PRESENT,
};

/**
 * enum bgt_condition - What must hold for a task to be launched. These are flags, and come in pairs
 *   of which exactly one holds.
 * @BGT_CONDITION_INTERNET_AVAILABLE: The internet is reachable.
 * @BGT_CONDITION_INTERNET_NOT_AVAILABLE: The internet is not reachable.
 * @BGT_CONDITION_SESSION_CONNECTED: The user's session is the one in use.
 * @BGT_CONDITION_SESSION_DISCONNECTED: The user's session is not the one in use.
 * @BGT_CONDITION_USER_PRESENT: The user is there.
 * @BGT_CONDITION_USER_NOT_PRESENT: The user is away.
 */
enum bgt_condition {
	BGT_CONDITION_INTERNET_AVAILABLE = 1 << 0,
	BGT_CONDITION_INTERNET_NOT_AVAILABLE = 1 << 1,
	BGT_CONDITION_SESSION_CONNECTED = 1 << 2,
	BGT_CONDITION_SESSION_DISCONNECTED = 1 << 3,
	BGT_CONDITION_USER_PRESENT = 1 << 4,
	BGT_CONDITION_USER_NOT_PRESENT = 1 << 5,
};

/**
 * struct bgt_task_builder - The description of a task that is to be registered.
 */
struct bgt_task_builder;

/**
 * bgt_task_builder_new - Begin to describe a task.
 * @bgt: The connection, which must outlive the description.
 *
 * The functions that describe the task cannot fail: bgt_task_register() returns their errors.
 *
 * Return: The description, or NULL if there is no memory.
 */
struct bgt_task_builder *bgt_task_builder_new(struct bgt *bgt);

/**
 * bgt_task_builder_free - Free a description. Tasks that were registered with it stay.
 * @builder: The description, or NULL.
 */
void bgt_task_builder_free(struct bgt_task_builder *builder);

/**
 * bgt_task_builder_set_app - Set the app whose task it is. Only administrators need to.
 * @builder: The description.
 * @app: Id of the app.
 */
void bgt_task_builder_set_app(struct bgt_task_builder *builder, const char *app);

/**
 * bgt_task_builder_set_name - Name the task.
 * @builder: The description.
 * @name: 1 to BGT_NAME_MAX bytes of UTF-8, unique in the app, without slash or control characters.
 */
void bgt_task_builder_set_name(struct bgt_task_builder *builder, const char *name);

/**
 * bgt_task_builder_set_entry_point - Set what the task runs.
 * @builder: The description.
 * @entry_point: An executable with its arguments, or "plugin.so:symbol". The default is what the
 *   app's manifest has for a task of this name.
 */
void bgt_task_builder_set_entry_point(struct bgt_task_builder *builder, const char *entry_point);

/**
 * bgt_task_builder_set_trigger - Set what makes the task run.
 * @builder: The description.
 * @trigger: The trigger.
 */
void bgt_task_builder_set_trigger(struct bgt_task_builder *builder, enum bgt_trigger trigger);

/**
 * bgt_task_builder_set_interval - Set how often the triggers time and maintenance fire.
 * @builder: The description.
 * @interval: Time between two firings, ns; at least what the helper's configuration allows, which
 *   is 15 min by default.
 */
void bgt_task_builder_set_interval(struct bgt_task_builder *builder, uint64_t interval);

/**
 * bgt_task_builder_set_oneshot - Set whether the registration ends with the first run.
 * @builder: The description.
 * @oneshot: Whether it does; false by default.
 */
void bgt_task_builder_set_oneshot(struct bgt_task_builder *builder, bool oneshot);

/**
 * bgt_task_builder_add_condition - Add a condition that must hold for the task to be launched.
 * @builder: The description.
 * @condition: The condition. If the trigger fires before all conditions hold, the task is launched
 *   when they do.
 */
void bgt_task_builder_add_condition(struct bgt_task_builder *builder, enum bgt_condition condition);

/**
 * bgt_task_builder_set_cancel_on_condition_loss - Set what happens when a condition holds no more.
 * @builder: The description.
 * @cancel: Whether an instance that runs is cancelled then; false by default.
 */
void bgt_task_builder_set_cancel_on_condition_loss(struct bgt_task_builder *builder, bool cancel);

/**
 * bgt_task_builder_set_socket - Set the socket that the trigger control-channel watches.
 * @builder: The description.
 * @fd: A connected socket, see bgt_channel_set(). The caller keeps it, and must not close it before
 *   the task is registered. Without a socket, the trigger cannot fire before bgt_channel_set().
 */
void bgt_task_builder_set_socket(struct bgt_task_builder *builder, int fd);

/**
 * bgt_task_register - Register a task.
 * @builder: The description, which may be used again.
 * @id: Receives the id, unless NULL. The task keeps its id over restarts of the machine.
 *
 * When this has succeeded, the registration survives a power failure.
 *
 * Return: 0, -EEXIST if the app has a task of this name, -EACCES if its manifest does not allow the
 * trigger.
 */
int bgt_task_register(const struct bgt_task_builder *builder, uint32_t *id);

/**
 * bgt_task_unregister - Unregister a task.
 * @bgt: The connection.
 * @id: The task.
 * @cancel: Whether instances that run are cancelled.
 *
 * Return: 0, -ENOENT if there is no such task.
 */
int bgt_task_unregister(struct bgt *bgt, uint32_t id, bool cancel);

/**
 * bgt_task_unregister_by_name - Unregister a task, found by its name.
 * @bgt: The connection.
 * @app: Id of the app; NULL for the caller's.
 * @name: The task's name.
 * @cancel: Whether instances that run are cancelled.
 *
 * Return: 0, -ENOENT if there is no such task.
 */
int bgt_task_unregister_by_name(struct bgt *bgt, const char *app, const char *name, bool cancel);

/**
 * struct bgt_task - A task, as it was when it was read.
 * @next: The next task of a list, or NULL.
 * @id: Its id, never 0.
 * @app: Id of its app.
 * @name: Its name.
 * @entry_point: What it runs. Never NULL; it belongs to the structure.
 * @trigger: What makes it run.
 * @interval: How often the triggers time and maintenance fire, ns; 0 for other triggers.
 * @oneshot: The registration ends with the first run.
 * @cancel_on_condition_loss: Its instances are cancelled when a condition holds no more.
 * @conditions: The conditions that must hold, flags of enum bgt_condition.
 */
struct bgt_task {
	struct bgt_task *next;
	uint32_t id;
	char app[BGT_NAME_MAX + 1];
	char name[BGT_NAME_MAX + 1];
	const char *entry_point;
	enum bgt_trigger trigger;
	uint64_t interval;
	bool oneshot;
	bool cancel_on_condition_loss;
	uint32_t conditions;
};

/**
 * bgt_task_list - Read the tasks of an app.
 * @bgt: The connection.
 * @app: Id of the app. NULL for the caller's app or, if the caller is an administrator, all apps.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_task_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_task_list(struct bgt *bgt, const char *app, struct bgt_task **list);

/**
 * bgt_task_free - Free a task that was read, and those that follow in its list.
 * @list: The first one, or NULL. The registrations stay.
 */
void bgt_task_free(struct bgt_task *list);

/**
 * bgt_task_associate - Ask for the events of an app's tasks, or of all apps.
 * @bgt: The connection.
 * @app: Id of the app. NULL for the caller's app or, if the caller is an administrator, all apps.
 *
 * The connection gets BGT_EVENT_INSTANCE_PROGRESS and BGT_EVENT_INSTANCE_ENDED from then on, see
 * bgt_fd(). An administrator who asks for all apps also gets BGT_EVENT_INSTANCE_CHANGED and the
 * events of tasks, apps and conditions; to keep a list up to date by events, call this before
 * reading the list. If the helper is restarted, the library asks the new one by itself; there are
 * no events of what happens in between.
 *
 * Return: 0, also if the connection has called this before. -EUSERS if 64 connections have.
 */
int bgt_task_associate(struct bgt *bgt, const char *app);

/**
 * bgt_channel_set - Set the socket that is watched for a task with the trigger control-channel.
 * @bgt: The connection.
 * @app: NULL, or the id of the caller's own app.
 * @task: Name of the task.
 * @fd: A connected socket, local or of the internet, which the caller keeps; or -1 for none.
 *
 * The helper gets a copy of the socket, which replaces the copy that it had, and never reads from
 * it. While the app runs, the helper does not watch the socket. When the app is suspended or does
 * not run, and the socket becomes readable or the other side closes it, the helper launches the
 * task, with the socket as descriptor 3 as by sd_listen_fds(3); and launches it again if there is
 * more to read after it has ended. The task should read without waiting, as the app may have read
 * the data before.
 *
 * The socket stays open as long as the helper has its copy: until this is called again, the task is
 * unregistered, or an instance has ended after the other side has closed it. A task may set a new
 * socket for its later instances. If the helper is restarted, systemd keeps the copy; without
 * systemd the copy is lost.
 *
 * Return: 0; -ENOENT if there is no such task, -EPERM if the caller is not in the app, -EBADF,
 * -ENOTSOCK, -EAFNOSUPPORT or -EINVAL if @fd is no connected socket, -ENOSPC if 8 sockets of the
 * app are watched.
 */
int bgt_channel_set(struct bgt *bgt, const char *app, const char *task, int fd);

/**
 * bgt_trigger_fire - Fire a trigger.
 * @bgt: The connection.
 * @app: Id of the app. NULL for the caller's app or, if the caller is an administrator, all apps.
 * @task: Name of the task; NULL for all tasks that have this trigger.
 * @trigger: The trigger, which must be that of the task if there is one. Apps may fire
 *   BGT_TRIGGER_APPLICATION of their own tasks, administrators any trigger.
 * @argument: A text for the instance, up to 1024 bytes, or NULL.
 *
 * Return: 0, -ENOENT if there is no such task, -EINVAL if it has another trigger, -EACCES if the
 * caller may not fire the trigger.
 */
int bgt_trigger_fire(struct bgt *bgt, const char *app, const char *task, enum bgt_trigger trigger,
		     const char *argument);

/*
 * Instances
 *
 * An instance is one run of a task, from the firing of the trigger to its end.
 */

/**
 * enum bgt_instance_state - The state of an instance.
 * @BGT_INSTANCE_LATCHED: The trigger has fired, but not all conditions hold.
 * @BGT_INSTANCE_LAUNCHING: The task's process is being started.
 * @BGT_INSTANCE_RUNNING: The task runs.
 * @BGT_INSTANCE_CANCELLING: The task was told to end, and has a moment to do so.
 * @BGT_INSTANCE_COMPLETED: The task has ended with success.
 * @BGT_INSTANCE_FAILED: The task has ended with an error.
 * @BGT_INSTANCE_CANCELED: The task has ended after it was told to.
 * @BGT_INSTANCE_TERMINATED: The task was killed.
 */
enum bgt_instance_state {
	BGT_INSTANCE_LATCHED,
	BGT_INSTANCE_LAUNCHING,
	BGT_INSTANCE_RUNNING,
	BGT_INSTANCE_CANCELLING,
	BGT_INSTANCE_COMPLETED,
	BGT_INSTANCE_FAILED,
	BGT_INSTANCE_CANCELED,
	BGT_INSTANCE_TERMINATED,
};

/**
 * enum bgt_cancel_reason - Why an instance was cancelled.
 * @BGT_CANCEL_ABORT: The app has asked for it.
 * @BGT_CANCEL_TERMINATING: The app was terminated.
 * @BGT_CANCEL_LOGGING_OFF: The user logs off.
 * @BGT_CANCEL_SERVICING_UPDATE: The app was updated.
 * @BGT_CANCEL_IDLE_TASK: The task does nothing.
 * @BGT_CANCEL_UNINSTALL: The app was removed.
 * @BGT_CANCEL_CONDITION_LOSS: A condition holds no more.
 * @BGT_CANCEL_SYSTEM_POLICY: The system does not allow it.
 * @BGT_CANCEL_QUIET_HOURS_ENTERED: Quiet hours have begun.
 * @BGT_CANCEL_EXECUTION_TIME_EXCEEDED: The task took too long.
 * @BGT_CANCEL_RESOURCE_REVOCATION: The memory, or another resource, is needed elsewhere.
 * @BGT_CANCEL_ENERGY_SAVER: The machine has begun to save energy.
 */
enum bgt_cancel_reason {
	BGT_CANCEL_ABORT,
	BGT_CANCEL_TERMINATING,
	BGT_CANCEL_LOGGING_OFF,
	BGT_CANCEL_SERVICING_UPDATE,
	BGT_CANCEL_IDLE_TASK,
	BGT_CANCEL_UNINSTALL,
	BGT_CANCEL_CONDITION_LOSS,
	BGT_CANCEL_SYSTEM_POLICY,
	BGT_CANCEL_QUIET_HOURS_ENTERED,
	BGT_CANCEL_EXECUTION_TIME_EXCEEDED,
	BGT_CANCEL_RESOURCE_REVOCATION,
	BGT_CANCEL_ENERGY_SAVER,
};

/**
 * struct bgt_instance - An instance, as it was when it was read.
 * @next: The next instance of a list, or NULL.
 * @id: Its id, never 0.
 * @task: Id of its task.
 * @app: Id of its app.
 * @name: Name of its task.
 * @trigger: The trigger that has fired.
 * @argument: The argument of bgt_trigger_fire(), or "". Never NULL; it belongs to the structure.
 * @state: Its state.
 * @canceled: It was cancelled.
 * @reason: Why it was cancelled, if it was.
 * @progress: How far it has come, as it has said itself; 0 to 100 by convention.
 * @status: How it has ended, as it has said itself, 0 for success; or the exit status of a plain
 *   program.
 * @message: What it has said to people about its end. Never NULL; it belongs to the structure.
 * @fired: When the trigger fired, CLOCK_REALTIME.
 * @started: When its process was started, CLOCK_REALTIME; 0 before.
 * @ended: When it ended, CLOCK_REALTIME; 0 before.
 * @pid: Its process, while there is one; else 0.
 */
struct bgt_instance {
	struct bgt_instance *next;
	uint32_t id;
	uint32_t task;
	char app[BGT_NAME_MAX + 1];
	char name[BGT_NAME_MAX + 1];
	enum bgt_trigger trigger;
	const char *argument;
	enum bgt_instance_state state;
	bool canceled;
	enum bgt_cancel_reason reason;
	uint32_t progress;
	int32_t status;
	const char *message;
	uint64_t fired;
	uint64_t started;
	uint64_t ended;
	uint32_t pid;
};

/**
 * bgt_instance_attach - Learn which instance this process runs, and ask for its cancellation.
 * @bgt: The connection.
 * @instance: Receives id, app, task, name, trigger and argument, and reason if the instance was
 *   cancelled already; free it with bgt_instance_free().
 *
 * If the instance is cancelled, or was before, the connection gets one BGT_EVENT_INSTANCE_CANCELED,
 * see bgt_fd(). If the helper is restarted, the library attaches to the new one by itself.
 *
 * Return: 0, -ENOENT if this process runs no instance.
 */
int bgt_instance_attach(struct bgt *bgt, struct bgt_instance **instance);

/**
 * bgt_instance_progress - Say how far the instance of this process has come.
 * @bgt: The connection.
 * @progress: 0 to 100 by convention.
 *
 * Return: 0, -ENOENT if this process runs no instance.
 */
int bgt_instance_progress(struct bgt *bgt, uint32_t progress);

/**
 * bgt_instance_complete - Say that the instance of this process has ended, and how.
 * @bgt: The connection.
 * @status: 0 for success.
 * @message: A text for people, up to 1024 bytes, or NULL.
 *
 * While there are deferrals, the library keeps the result, and sends it when the last one is over.
 *
 * Return: 0, -ENOENT if this process runs no instance, -EALREADY if a result is kept already.
 */
int bgt_instance_complete(struct bgt *bgt, int32_t status, const char *message);

/**
 * bgt_instance_defer - Delay the end of this process's instance, by one more deferral.
 * @bgt: The connection.
 *
 * The instance goes on after bgt_instance_complete(), until bgt_instance_undefer() was called as
 * often as this. Only this connection knows of its deferrals.
 */
void bgt_instance_defer(struct bgt *bgt);

/**
 * bgt_instance_undefer - End a deferral.
 * @bgt: The connection.
 *
 * When the last deferral ends, this sends the result of bgt_instance_complete(), if that was
 * called.
 *
 * Return: 0, -EINVAL if there is no deferral, or what bgt_instance_complete() returns.
 */
int bgt_instance_undefer(struct bgt *bgt);

/**
 * bgt_instance_list - Read the instances of an app, present and past.
 * @bgt: The connection.
 * @app: Id of the app. NULL for the caller's app or, if the caller is an administrator, all apps.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_instance_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_instance_list(struct bgt *bgt, const char *app, struct bgt_instance **list);

/**
 * bgt_instance_free - Free an instance that was read, and those that follow in its list.
 * @list: The first one, or NULL. The instances themselves stay as they are.
 */
void bgt_instance_free(struct bgt_instance *list);

/**
 * bgt_instance_cancel - Cancel an instance of the caller's app; administrators may cancel any.
 * @bgt: The connection.
 * @id: The instance.
 * @reason: Why; the instance is told.
 *
 * Return: 0, -ENOENT if there is no such instance, or it has ended.
 */
int bgt_instance_cancel(struct bgt *bgt, uint32_t id, enum bgt_cancel_reason reason);

/*
 * Apps
 *
 * The helper knows an app by its manifest, and keeps what the user lets it do. These calls are for
 * administrators, except that an app may read what bgt_app_list() says of itself.
 */

/**
 * enum bgt_access - What the user lets an app do in the background.
 * @BGT_ACCESS_UNSPECIFIED: The user was not asked.
 * @BGT_ACCESS_LOCK_SCREEN: The app has a lock-screen slot, and so may use all triggers.
 * @BGT_ACCESS_ALWAYS_ALLOWED: The app may use all triggers, and is not restricted to save energy.
 * @BGT_ACCESS_DENIED_BY_USER: The app may not run tasks.
 * @BGT_ACCESS_DENIED_BY_POLICY: The app may not run tasks, and the user cannot change that.
 *
 * While an app may not run tasks, triggers that fire for it are dropped. But a oneshot task with
 * the trigger time or maintenance stays due, and runs when the app is allowed to run tasks again.
 */
enum bgt_access {
	BGT_ACCESS_UNSPECIFIED,
	BGT_ACCESS_LOCK_SCREEN,
	BGT_ACCESS_ALWAYS_ALLOWED,
	BGT_ACCESS_DENIED_BY_USER,
	BGT_ACCESS_DENIED_BY_POLICY,
};

/**
 * enum bgt_app_state - What an app's own processes do. Its tasks can run in each of these states.
 * @BGT_APP_NOT_RUNNING: The app has no processes of its own.
 * @BGT_APP_RUNNING: They run, in the foreground or not.
 * @BGT_APP_SUSPENDING: They run, and have a moment to save the app's state.
 * @BGT_APP_SUSPENDED: They stand still.
 */
enum bgt_app_state {
	BGT_APP_NOT_RUNNING,
	BGT_APP_RUNNING,
	BGT_APP_SUSPENDING,
	BGT_APP_SUSPENDED,
};

/**
 * enum bgt_extension_reason - Why an app wants to run on in the background. The numbers are those
 *   of Windows' ExtendedExecutionReason.
 * @BGT_EXTENSION_UNSPECIFIED: Has no limit on AC power. On battery its limit is 10 min by default,
 *   and less if all extensions of the app together have lasted too long on this day.
 * @BGT_EXTENSION_LOCATION_TRACKING: Has no limit, but there is one at a time on the machine, and it
 *   must be asked for in the foreground.
 * @BGT_EXTENSION_SAVING_DATA: The only extension that is granted while the app is being suspended.
 */
enum bgt_extension_reason {
	BGT_EXTENSION_UNSPECIFIED,
	BGT_EXTENSION_LOCATION_TRACKING,
	BGT_EXTENSION_SAVING_DATA,
};

/**
 * enum bgt_revoked_reason - Why an extension is over. The numbers are those of Windows'
 *   ExtendedExecutionRevokedReason.
 * @BGT_REVOKED_RESUMED: The app is in the foreground again.
 * @BGT_REVOKED_SYSTEM_POLICY: Its time is over, energy or memory is short, or the user has denied
 *   the app background work.
 */
enum bgt_revoked_reason {
	BGT_REVOKED_RESUMED,
	BGT_REVOKED_SYSTEM_POLICY,
};

/**
 * bgt_app_install - Make an app known, or read its manifest again.
 * @bgt: The connection.
 * @manifest: Absolute path of the manifest, since the helper has another working directory.
 * @id: Receives the id of the app, in BGT_NAME_MAX + 1 bytes with its closing NUL; or NULL.
 *
 * If the manifest is not in one of the helper's directories for manifests, the app is only known
 * until the helper ends; its registrations then wait until the app is installed again.
 *
 * Return: 0, -ENOENT if there is no such file, -EINVAL if it is no manifest.
 */
int bgt_app_install(struct bgt *bgt, const char *manifest, char *id);

/**
 * bgt_app_remove - Remove an app and its registrations, and cancel its instances.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: 0, -ENOENT if there is no such app, -EAGAIN if something of the app still runs. The
 * registrations are gone then, and the instances have been told to end, but the app is still known:
 * call this again until it returns something else, which takes no longer than the cancel timeout.
 */
int bgt_app_remove(struct bgt *bgt, const char *id);

/**
 * struct bgt_app - An app, as it was when it was read.
 * @next: The next app of a list, or NULL.
 * @id: Its id.
 * @manifest: Path of its manifest. Never NULL; it belongs to the structure.
 * @uid: The user whom its tasks run as.
 * @quota_class: Name of its quota class: "lock-screen", "standard", or one of the helper's
 *   configuration. Never NULL; it belongs to the structure.
 * @access: What the user lets it do.
 * @container: Id of its container, while there is one; else 0.
 * @tasks: How many tasks it has registered.
 * @state: What its own processes do.
 * @foreground: The user sees it.
 * @pid: The process that bgt_app_launch() has started, while it runs; else 0.
 * @extended: It has an extension.
 * @extension: Why it has the extension, if it has one.
 * @description: What the app says to people about the extension, or "". Never NULL; it belongs to
 *   the structure.
 */
struct bgt_app {
	struct bgt_app *next;
	char id[BGT_NAME_MAX + 1];
	const char *manifest;
	uint32_t uid;
	const char *quota_class;
	enum bgt_access access;
	uint32_t container;
	uint32_t tasks;
	enum bgt_app_state state;
	bool foreground;
	uint32_t pid;
	bool extended;
	enum bgt_extension_reason extension;
	const char *description;
};

/**
 * bgt_app_list - Read all apps; a caller that is an app gets only itself.
 * @bgt: The connection.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_app_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_app_list(struct bgt *bgt, struct bgt_app **list);

/**
 * bgt_app_free - Free an app that was read, and those that follow in its list.
 * @list: The first one, or NULL. The apps themselves stay as they are.
 */
void bgt_app_free(struct bgt_app *list);

/**
 * bgt_app_set_access - Set what the user lets an app do.
 * @bgt: The connection.
 * @id: The app.
 * @access: What the app may do.
 *
 * Return: 0, -ENOENT if there is no such app, -EBUSY if all lock-screen slots are taken.
 */
int bgt_app_set_access(struct bgt *bgt, const char *id, enum bgt_access access);

/**
 * bgt_app_upgraded - Say that an app was updated.
 * @bgt: The connection.
 * @id: The app.
 *
 * The helper reads the app's manifest again, cancels its instances, and fires
 * BGT_TRIGGER_SERVICING_COMPLETE.
 *
 * Return: 0, -ENOENT if there is no such app.
 */
int bgt_app_upgraded(struct bgt *bgt, const char *id);

/*
 * The life of an app
 *
 * An app's own processes run in the foreground or in the background, are told to save their state,
 * and then stand still. A compositor or launcher, as an administrator, decides when. An app that
 * has not attached is suspended without being told.
 */

/**
 * bgt_app_launch - Start an app as its manifest says, in the foreground.
 * @bgt: The connection.
 * @id: The app.
 * @pid: Receives the process, unless NULL.
 *
 * This succeeds even if the program cannot be executed; then the process ends at once.
 *
 * Return: 0, -ENOENT if there is no such app, -EALREADY if it runs already, -ENOEXEC if its
 * manifest has no line Exec.
 */
int bgt_app_launch(struct bgt *bgt, const char *id, uint32_t *pid);

/**
 * bgt_app_foreground - Say that the user sees an app.
 * @bgt: The connection.
 * @id: The app.
 *
 * The app runs when this returns, and until it is sent to the background it is not frozen, even if
 * its budget is spent. An extension that let it run in the background is revoked. Its tasks go on.
 *
 * Return: 0, -ENOENT if there is no such app, -ESRCH if it does not run.
 */
int bgt_app_foreground(struct bgt *bgt, const char *id);

/**
 * bgt_app_background - Say that the user does not see an app any more.
 * @bgt: The connection.
 * @id: The app.
 *
 * The app is suspended, unless it has an extension. If the app has attached, it is told before, and
 * has a moment, 5 s by default, to save its state.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_background(struct bgt *bgt, const char *id);

/**
 * bgt_app_suspend - Suspend an app, after revoking its extension if it has one.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_suspend(struct bgt *bgt, const char *id);

/**
 * bgt_app_resume - Let a suspended app run in the background, until it is suspended again.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_resume(struct bgt *bgt, const char *id);

/**
 * bgt_app_terminate - Kill the processes of an app. Its tasks go on.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_terminate(struct bgt *bgt, const char *id);

/**
 * bgt_app_attach - Ask to be told when the app of this process is suspended and resumed.
 * @bgt: The connection.
 *
 * The connection gets BGT_EVENT_APP_SUSPENDING and BGT_EVENT_APP_RESUMING from then on, see
 * bgt_fd(); the first one at once if the app is being suspended already. Of several connections of
 * an app, the last one that has attached gets the events. If the helper is restarted, the library
 * attaches to the new one by itself.
 *
 * Return: 0, -EPERM if this process is not one of an app's own.
 */
int bgt_app_attach(struct bgt *bgt);

/**
 * bgt_app_set_ui_thread - Attach, and say which thread has the app's user interface.
 * @bgt: The connection.
 * @thread: A thread of this process, as gettid(2) returns it.
 *
 * While the app is suspended and a task runs in its process, the UI thread stands still and all
 * other threads run. These must not wait for anything that the UI thread has, such as a lock;
 * otherwise the task makes no progress, is cancelled at some time, and the app is killed. Threads
 * that the UI thread creates from now on stand still, too: tasks need threads that exist already,
 * or that such threads create.
 *
 * Return: as bgt_app_attach(); -ESRCH if this process has no such thread.
 */
int bgt_app_set_ui_thread(struct bgt *bgt, uint32_t thread);

/**
 * bgt_activation_complete - Say that a task which runs in this process has ended, and how.
 * @bgt: The connection, which has attached.
 * @id: The instance, from BGT_EVENT_APP_ACTIVATED.
 * @status: 0 for success.
 * @message: A text for people, up to 1024 bytes, or NULL.
 *
 * A suspended app stands still again when its last task has ended, so this may only return when the
 * app is resumed. After BGT_EVENT_INSTANCE_CANCELED the app must call this in time, within 5 s by
 * default; otherwise it is killed.
 *
 * Return: 0, -ENOENT if there is no such instance.
 */
int bgt_activation_complete(struct bgt *bgt, uint32_t id, int32_t status, const char *message);

/**
 * bgt_activation_progress - Say how far a task that runs in this process has come.
 * @bgt: The connection.
 * @id: The instance.
 * @progress: 0 to 100 by convention.
 *
 * Return: 0, -ENOENT if there is no such instance.
 */
int bgt_activation_progress(struct bgt *bgt, uint32_t id, uint32_t progress);

/**
 * bgt_app_saved - Say, after BGT_EVENT_APP_SUSPENDING, that the app has saved its state.
 * @bgt: The connection.
 *
 * The app is suspended then or, if it has an extension, when the extension is closed. So this may
 * only return when the app is resumed.
 *
 * Return: 0, -EINVAL if the app is not being suspended any more, or has not attached.
 */
int bgt_app_saved(struct bgt *bgt);

/**
 * bgt_extension_request - Ask to run on in the background, or to have more time to save data.
 * @bgt: The connection, which has attached.
 * @reason: Why.
 * @description: A text for people, up to 1024 bytes, or NULL.
 * @allowed: Receives whether the extension is granted. It is not if the user denies the app
 *   background work, or if enum bgt_extension_reason says so.
 * @limit: Receives how long the app may run in the background at present, ns, or
 *   BGT_QUOTA_UNLIMITED; or NULL. The time becomes shorter if the machine loses AC power.
 *
 * If the extension is revoked, the connection gets BGT_EVENT_EXTENSION_REVOKED before the app is
 * suspended. The extension also ends when the connection is closed.
 *
 * Return: 0; -EBUSY if the app has an extension already, -EINVAL if this connection has not
 * attached, or the description is too long.
 */
int bgt_extension_request(struct bgt *bgt, enum bgt_extension_reason reason,
			  const char *description, bool *allowed, uint64_t *limit);

/**
 * bgt_extension_close - Give the extension back, even if several jobs share it.
 * @bgt: The connection.
 *
 * If the app is in the background it is suspended. The jobs need not call bgt_extension_finish()
 * any more.
 *
 * Return: 0, -ENOENT if there is no extension.
 */
int bgt_extension_close(struct bgt *bgt);

/**
 * bgt_extension_share - Begin one more job that needs the extension.
 * @bgt: The connection. bgt_extension_request() has begun the first job.
 *
 * Return: 0, -ENOENT if there is no extension.
 */
int bgt_extension_share(struct bgt *bgt);

/**
 * bgt_extension_finish - End a job. The last job closes the extension.
 * @bgt: The connection.
 *
 * Each job calls this, even if its extension was revoked: until then it counts as a job of the next
 * extension.
 *
 * Return: 0, also if the extension was revoked meanwhile, or a negative errno.
 */
int bgt_extension_finish(struct bgt *bgt);

/*
 * Conditions
 */

/**
 * enum bgt_work_cost - What work costs at the moment.
 * @BGT_WORK_COST_LOW: Work costs little.
 * @BGT_WORK_COST_MEDIUM: Only necessary work should be done.
 * @BGT_WORK_COST_HIGH: Work should be put off.
 */
enum bgt_work_cost {
	BGT_WORK_COST_LOW,
	BGT_WORK_COST_MEDIUM,
	BGT_WORK_COST_HIGH,
};

/**
 * bgt_condition_get - Read which conditions hold. Any process may.
 * @bgt: The connection.
 * @holding: Receives the conditions that hold, flags of enum bgt_condition, unless NULL.
 * @set: Receives the conditions that an administrator has set, so that the helper does not find out
 *   itself whether they hold, unless NULL.
 * @cost: Receives what work costs, unless NULL.
 *
 * Return: 0 or a negative errno.
 */
int bgt_condition_get(struct bgt *bgt, uint32_t *holding, uint32_t *set, enum bgt_work_cost *cost);

/**
 * bgt_condition_set - Set conditions, or let the helper find out again whether they hold.
 * @bgt: The connection.
 * @which: The conditions to set. A condition stands for both of its pair.
 * @values: Those of them that hold.
 * @automatic: Whether the helper finds out whether they hold; @values is ignored then.
 *
 * Return: 0, -EINVAL if @values has both conditions of a pair, or neither.
 */
int bgt_condition_set(struct bgt *bgt, uint32_t which, uint32_t values, bool automatic);

/*
 * Events
 */

/**
 * enum bgt_event_type - What happened.
 * @BGT_EVENT_CONTAINER_NEW: A container was created.
 * @BGT_EVENT_CONTAINER_SET: The policy of a container changed.
 * @BGT_EVENT_CONTAINER_DEL: A container was deleted. The event has its last state.
 * @BGT_EVENT_CONTAINER_THROTTLED: A container's budget is spent, and its members are being frozen.
 * @BGT_EVENT_CONTAINER_STOPPED: All threads of a throttled container stand still.
 * @BGT_EVENT_CONTAINER_REPLENISHED: A throttled container may run again.
 * @BGT_EVENT_MEMBER_ADD: A cgroup became a member.
 * @BGT_EVENT_MEMBER_FROZEN: All threads of a member have stopped.
 * @BGT_EVENT_MEMBER_THAWED: The threads of a member run again.
 * @BGT_EVENT_MEMBER_GONE: A cgroup is no member any more: it was taken out of its container, or its
 *   directory was removed.
 * @BGT_EVENT_CONTAINER_LENT: A container that stands still was thawed for a moment, since a task
 *   outside waits for a mutex that a task inside owns.
 * @BGT_EVENT_MUTEX: An acquisition that bgt_mutex_acquire_start() has begun has ended.
 * @BGT_EVENT_INSTANCE_PROGRESS: An instance has said how far it has come, see bgt_task_associate().
 *   The event has its id, task, name and progress.
 * @BGT_EVENT_INSTANCE_ENDED: An instance has ended, see bgt_task_associate(). The event has its id,
 *   task, name, state, reason, status and message.
 * @BGT_EVENT_INSTANCE_CANCELED: An instance that this process runs must end, see
 *   bgt_instance_attach() and bgt_activation_complete(). The event has its id and reason.
 * @BGT_EVENT_APP_SUSPENDING: The app of this process must save its state and call bgt_app_saved(),
 *   see bgt_app_attach().
 * @BGT_EVENT_APP_RESUMING: The app of this process runs again, or need not be suspended any more.
 *   The event has the app's foreground.
 * @BGT_EVENT_APP_CHANGED: The state of an app has changed. The event has its id, state, foreground
 *   and pid. (*)
 * @BGT_EVENT_EXTENSION_REVOKED: The extension was revoked, see bgt_extension_request().
 * @BGT_EVENT_APP_ACTIVATED: A task must run in this process, which is an app, see
 *   bgt_activation_complete(). The event has the instance's id, app, task, name, trigger and
 *   argument.
 * @BGT_EVENT_INSTANCE_CHANGED: An instance is latched, runs, or was told to end. The event has its
 *   id, app, task, name, trigger, state and reason. (*)
 * @BGT_EVENT_TASK_REGISTERED: A task was registered. (*)
 * @BGT_EVENT_TASK_UNREGISTERED: A task is not registered any more: it was unregistered, it was
 *   oneshot and has run, or its app was removed. (*)
 * @BGT_EVENT_APP_INSTALLED: An app has become known, or its manifest was read again. The event has
 *   the whole app. (*)
 * @BGT_EVENT_APP_REMOVED: An app is not known any more. The event has its id. (*)
 * @BGT_EVENT_APP_ACCESS_CHANGED: What the user lets an app do has changed. The event has its id and
 *   access. (*)
 * @BGT_EVENT_CONDITION_CHANGED: Other conditions hold than before. (*)
 *
 * Events with (*) are for administrators who have called bgt_task_associate() for all apps.
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
	BGT_EVENT_INSTANCE_PROGRESS,
	BGT_EVENT_INSTANCE_ENDED,
	BGT_EVENT_INSTANCE_CANCELED,
	BGT_EVENT_APP_SUSPENDING,
	BGT_EVENT_APP_RESUMING,
	BGT_EVENT_APP_CHANGED,
	BGT_EVENT_EXTENSION_REVOKED,
	BGT_EVENT_APP_ACTIVATED,
	BGT_EVENT_INSTANCE_CHANGED,
	BGT_EVENT_TASK_REGISTERED,
	BGT_EVENT_TASK_UNREGISTERED,
	BGT_EVENT_APP_INSTALLED,
	BGT_EVENT_APP_REMOVED,
	BGT_EVENT_APP_ACCESS_CHANGED,
	BGT_EVENT_CONDITION_CHANGED,
};

/**
 * struct bgt_event - An event.
 * @type: What happened.
 * @container: For an event of a container, its state; else NULL.
 * @member: For an event of a member, its state; else NULL.
 * @mutex: For BGT_EVENT_MUTEX, the mutex; else NULL.
 * @result: For BGT_EVENT_MUTEX, what bgt_mutex_acquire() would have returned. If it is negative,
 *   bgt_error() has a sentence about it.
 * @instance: For an event of an instance, those fields that enum bgt_event_type names; else NULL.
 * @app: For an event of an app, those fields that enum bgt_event_type names; else NULL.
 * @deadline: How long the app has to save its state, or to end its work, ns; 0 for other events.
 * @revoked: For BGT_EVENT_EXTENSION_REVOKED, why.
 * @task: For an event of a task, its registration; else NULL.
 * @conditions: For BGT_EVENT_CONDITION_CHANGED, the conditions that hold, flags of enum
 *   bgt_condition.
 */
struct bgt_event {
	enum bgt_event_type type;
	const struct bgt_container *container;
	const struct bgt_member *member;
	struct bgt_mutex *mutex;
	int result;
	const struct bgt_instance *instance;
	const struct bgt_app *app;
	uint64_t deadline;
	enum bgt_revoked_reason revoked;
	const struct bgt_task *task;
	uint32_t conditions;
};

/**
 * bgt_subscribe - Ask for the events of all containers.
 * @bgt: The connection.
 *
 * To keep a list up to date by events, call this before reading the list.
 *
 * Return: 0, also if the connection has called this before.
 */
int bgt_subscribe(struct bgt *bgt);

/**
 * bgt_fd - The descriptor to wait for events with.
 * @bgt: The connection, which owns the descriptor.
 *
 * When the descriptor is readable, call bgt_next_event() until it returns 0. It is always the same.
 *
 * Return: A descriptor; or -ENOTCONN if the connection has not asked for events, by
 * bgt_subscribe(), bgt_mutex_acquire_start(), bgt_task_associate(), bgt_instance_attach() or
 * bgt_app_attach().
 */
int bgt_fd(const struct bgt *bgt);

/**
 * bgt_next_event - Take the next event, without waiting.
 * @bgt: The connection.
 * @event: Receives the event. It belongs to the connection and is valid until the next call of
 *   this function or bgt_close().
 *
 * Events that this library does not know are skipped.
 *
 * Return: 1 for an event, 0 if there is none now. -ENOBUFS if events were lost, as they have come
 * faster than they were taken: read the state again and go on. -ENOTCONN if the connection has not
 * asked for events. -EPROTONOSUPPORT if the module was unloaded, and then there are no more events.
 * Another error if a new helper has refused what the library sends it after a restart, and then
 * there are no more events of the helper.
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
 * bgt_trigger_name - Name a trigger.
 * @trigger: The trigger.
 *
 * Return: Its name, such as "time-zone-change", or "unknown".
 */
const char *bgt_trigger_name(enum bgt_trigger trigger);

/**
 * bgt_trigger_from_name - Find a trigger by its name.
 * @name: The name.
 * @trigger: Receives the trigger.
 *
 * Return: 0, or -EINVAL if there is no such trigger.
 */
int bgt_trigger_from_name(const char *name, enum bgt_trigger *trigger);

/**
 * bgt_condition_name - Name a condition.
 * @condition: The condition.
 *
 * Return: Its name, such as "user-present", or "unknown", also for more than one.
 */
const char *bgt_condition_name(enum bgt_condition condition);

/**
 * bgt_condition_from_name - Find a condition by its name.
 * @name: The name.
 * @condition: Receives the condition.
 *
 * Return: 0, or -EINVAL if there is no such condition.
 */
int bgt_condition_from_name(const char *name, enum bgt_condition *condition);

/**
 * bgt_instance_state_name - Name a state of instances.
 * @state: The state.
 *
 * Return: Its name, such as "running", or "unknown".
 */
const char *bgt_instance_state_name(enum bgt_instance_state state);

/**
 * bgt_instance_state_from_name - Find a state of instances by its name.
 * @name: The name.
 * @state: Receives the state.
 *
 * Return: 0, or -EINVAL if there is no such state.
 */
int bgt_instance_state_from_name(const char *name, enum bgt_instance_state *state);

/**
 * bgt_cancel_reason_name - Name a reason of cancellations.
 * @reason: The reason.
 *
 * Return: Its name, such as "condition-loss", or "unknown".
 */
const char *bgt_cancel_reason_name(enum bgt_cancel_reason reason);

/**
 * bgt_cancel_reason_from_name - Find a reason of cancellations by its name.
 * @name: The name.
 * @reason: Receives the reason.
 *
 * Return: 0, or -EINVAL if there is no such reason.
 */
int bgt_cancel_reason_from_name(const char *name, enum bgt_cancel_reason *reason);

/**
 * bgt_access_name - Name what an app may do.
 * @access: What the user lets it do.
 *
 * Return: Its name, such as "lock-screen", or "unknown".
 */
const char *bgt_access_name(enum bgt_access access);

/**
 * bgt_access_from_name - Find what an app may do by its name.
 * @name: The name.
 * @access: Receives it.
 *
 * Return: 0, or -EINVAL if there is no such name.
 */
int bgt_access_from_name(const char *name, enum bgt_access *access);

/**
 * bgt_app_state_name - Name a state of apps.
 * @state: The state.
 *
 * Return: Its name, such as "suspended", or "unknown".
 */
const char *bgt_app_state_name(enum bgt_app_state state);

/**
 * bgt_app_state_from_name - Find a state of apps by its name.
 * @name: The name.
 * @state: Receives the state.
 *
 * Return: 0, or -EINVAL if there is no such state.
 */
int bgt_app_state_from_name(const char *name, enum bgt_app_state *state);

/**
 * bgt_extension_reason_name - Name a reason of extensions.
 * @reason: The reason.
 *
 * Return: Its name, such as "saving-data", or "unknown".
 */
const char *bgt_extension_reason_name(enum bgt_extension_reason reason);

/**
 * bgt_extension_reason_from_name - Find a reason of extensions by its name.
 * @name: The name.
 * @reason: Receives the reason.
 *
 * Return: 0, or -EINVAL if there is no such reason.
 */
int bgt_extension_reason_from_name(const char *name, enum bgt_extension_reason *reason);

/**
 * bgt_revoked_reason_name - Name a reason for which extensions are revoked.
 * @reason: The reason.
 *
 * Return: "resumed", "system-policy" or "unknown".
 */
const char *bgt_revoked_reason_name(enum bgt_revoked_reason reason);

/**
 * bgt_revoked_reason_from_name - Find a reason for which extensions are revoked by its name.
 * @name: The name.
 * @reason: Receives the reason.
 *
 * Return: 0, or -EINVAL if there is no such reason.
 */
int bgt_revoked_reason_from_name(const char *name, enum bgt_revoked_reason *reason);

/**
 * bgt_work_cost_name - Name a cost of work.
 * @cost: The cost.
 *
 * Return: "low", "medium", "high" or "unknown".
 */
const char *bgt_work_cost_name(enum bgt_work_cost cost);

/**
 * bgt_work_cost_from_name - Find a cost of work by its name.
 * @name: The name.
 * @cost: Receives the cost.
 *
 * Return: 0, or -EINVAL if there is no such cost.
 */
int bgt_work_cost_from_name(const char *name, enum bgt_work_cost *cost);

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
