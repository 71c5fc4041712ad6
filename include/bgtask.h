/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libbgtask: CPU budgets over long windows, for groups of processes, named mutexes, and background
 * tasks.
 *
 * A container is a budget (a quota of CPU time per period) and a set of member cgroups. The bgtask
 * kernel module accounts the members together and stops their threads while the budget is spent.
 * Tasks, instances, apps and conditions are the helper's, bgtaskd(8), to whom the module relays
 * what is asked.
 *
 * Times are nanoseconds. Moments are CLOCK_BOOTTIME, but those of instances CLOCK_REALTIME.
 * Functions that can fail return 0, or what their comment says, on success and a negative errno on
 * failure; bgt_error() then has a sentence for people. Besides those named below, every function
 * may return:
 *
 *   -EPROTONOSUPPORT  the kernel module is not loaded, or was unloaded
 *   -EPERM            the caller is no administrator (CAP_SYS_ADMIN in the initial user namespace)
 *   -ENOMEM           there is no memory
 *   -EPROTO           the module said something this library does not understand
 *
 * and those about tasks, instances, apps and conditions:
 *
 *   -ENOTCONN         there is no helper
 *   -ECONNRESET       the helper has ended before it answered; what was asked may have been done
 *   -EBUSY            the helper does not keep up
 *   -EDQUOT           the user or the container has too many calls that wait for the helper,
 *                     or too many sockets
 *   -EACCES           the caller may not do that, or is no app
 *   -EINVAL, -ERANGE  a value, or what it goes with, is not valid
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

/* What a container gets that asks for nothing: 2 s of every 15 min. */
#define BGT_QUOTA_DEFAULT	UINT64_C(2000000000)
#define BGT_PERIOD_DEFAULT	UINT64_C(900000000000)

/* Shortest and longest period: 1 ms and 7 days. */
#define BGT_PERIOD_MIN		UINT64_C(1000000)
#define BGT_PERIOD_MAX		UINT64_C(604800000000000)

/* Longest reprieve: 1 h. */
#define BGT_REPRIEVE_MAX	UINT64_C(3600000000000)

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
 * @count_traffic: Whether to count what its sockets send and receive, for which every packet of the
 *   machine has to be looked at. Off by default.
 * @reprieve: For how long from now on, up to BGT_REPRIEVE_MAX ns, the container is not frozen,
 *   whatever it has spent; 0 ends that. What it uses is charged, to later generations, too. Not for
 *   a new container.
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
 * @count_traffic: The following are counted at present.
 * @received: Bytes of IP packets, with their headers, that TCP and UDP sockets created in the
 *   members received from other machines. What is sent to many at once is missing.
 * @sent: Bytes of IP packets that they sent to other machines.
 * @local: Bytes of IP packets that they sent over the loopback device.
 * @reprieve: How much longer it is not frozen, whatever it has spent, ns.
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
 * @policy: What is to change. A larger quota, exempt, or a reprieve thaws a throttled container.
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
 * A mutex is owned by a connection, and passes on as abandoned when the connection is closed, or
 * the process ends, before it was released. Those who wait get it in the order in which they came.
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
 * Tasks
 *
 * An app registers tasks, each with a trigger. When that fires, and all of the task's conditions
 * hold, an instance of the task runs. An app is known by where its processes run: it need not say
 * which it is, and cannot be another. Administrators are no app, and say which they mean.
 */

/**
 * enum bgt_trigger - What makes a task run.
 * @BGT_TRIGGER_APPLICATION: The app asks for it, by bgt_trigger_fire().
 * @BGT_TRIGGER_CONTROL_CHANNEL: A connected socket of the app becomes readable.
 * @BGT_TRIGGER_INTERNET_AVAILABLE: There is a way to the internet.
 * @BGT_TRIGGER_INTERNET_NOT_AVAILABLE: There is none any more.
 * @BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED: The app was given a lock-screen slot.
 * @BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED: The app lost its lock-screen slot.
 * @BGT_TRIGGER_MAINTENANCE: So often, on AC power only; cancelled (abort) when that goes.
 * @BGT_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET: The channel for push notifications has to be
 *   made anew.
 * @BGT_TRIGGER_NETWORK_STATE_CHANGE: The way to the internet has changed.
 * @BGT_TRIGGER_PUSH: A raw notification came for the app.
 * @BGT_TRIGGER_SERVICING_COMPLETE: The app was updated.
 * @BGT_TRIGGER_SESSION_CONNECTED: The user's session has become the one in use.
 * @BGT_TRIGGER_SESSION_DISCONNECTED: The user's session is not the one in use any more.
 * @BGT_TRIGGER_SESSION_START: The user has logged in.
 * @BGT_TRIGGER_SMS_RECEIVED: A text message came.
 * @BGT_TRIGGER_TIME: So often, or once after that time.
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
 * enum bgt_condition - What must hold for a task to be launched; flags, of pairs.
 * @BGT_CONDITION_INTERNET_AVAILABLE: There is a way to the internet.
 * @BGT_CONDITION_INTERNET_NOT_AVAILABLE: There is none.
 * @BGT_CONDITION_SESSION_CONNECTED: The user's session is the one in use.
 * @BGT_CONDITION_SESSION_DISCONNECTED: It is not.
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
 * struct bgt_task_builder - A task that is to be registered.
 */
struct bgt_task_builder;

/**
 * bgt_task_builder_new - Begin to describe a task.
 * @bgt: The connection, which must outlive the description.
 *
 * The functions that describe it cannot fail. What goes wrong is told by bgt_task_register().
 *
 * Return: The description, or NULL if there is no memory.
 */
struct bgt_task_builder *bgt_task_builder_new(struct bgt *bgt);

/**
 * bgt_task_builder_free - Free a description; what was registered stays.
 * @builder: The description, or NULL.
 */
void bgt_task_builder_free(struct bgt_task_builder *builder);

/**
 * bgt_task_builder_set_app - Say whose task it is. Only administrators need to.
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
 * bgt_task_builder_set_entry_point - Say what is run.
 * @builder: The description.
 * @entry_point: An executable with its arguments, or "plugin.so:symbol". If none is set it is what
 *   the app's manifest has for a task of this name.
 */
void bgt_task_builder_set_entry_point(struct bgt_task_builder *builder, const char *entry_point);

/**
 * bgt_task_builder_set_trigger - Say what makes the task run.
 * @builder: The description.
 * @trigger: The trigger.
 */
void bgt_task_builder_set_trigger(struct bgt_task_builder *builder, enum bgt_trigger trigger);

/**
 * bgt_task_builder_set_interval - Say how often; with the triggers time and maintenance.
 * @builder: The description.
 * @interval: Time between two firings, ns; not below what the helper allows, 15 min unless
 *   configured.
 */
void bgt_task_builder_set_interval(struct bgt_task_builder *builder, uint64_t interval);

/**
 * bgt_task_builder_set_oneshot - Say whether the registration ends with the first run.
 * @builder: The description.
 * @oneshot: Whether it does; at first it does not.
 */
void bgt_task_builder_set_oneshot(struct bgt_task_builder *builder, bool oneshot);

/**
 * bgt_task_builder_add_condition - Say what must hold for the task to be launched.
 * @builder: The description.
 * @condition: One more. A trigger that fires before all hold is kept until they do.
 */
void bgt_task_builder_add_condition(struct bgt_task_builder *builder, enum bgt_condition condition);

/**
 * bgt_task_builder_set_cancel_on_condition_loss - Say what is if conditions hold no more.
 * @builder: The description.
 * @cancel: Whether a task that runs is cancelled then; at first it is not.
 */
void bgt_task_builder_set_cancel_on_condition_loss(struct bgt_task_builder *builder, bool cancel);

/**
 * bgt_task_builder_set_socket - Say which socket is watched; with the trigger control-channel.
 * @builder: The description.
 * @fd: A connected socket, see bgt_channel_set(). It stays the caller's, and must be open when the
 *   task is registered. Without one, the task waits for bgt_channel_set().
 */
void bgt_task_builder_set_socket(struct bgt_task_builder *builder, int fd);

/**
 * bgt_task_register - Register a task.
 * @builder: What describes it. It may be used again.
 * @id: Receives the id, unless NULL. It stays over restarts.
 *
 * When this returns, the registration will survive a power failure.
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
 * struct bgt_task - What is known of a task.
 * @next: The next one of a list, or NULL.
 * @id: Its id, never 0.
 * @app: Id of its app.
 * @name: Its name.
 * @entry_point: What is run. Never NULL; it belongs to the structure.
 * @trigger: What makes it run.
 * @interval: How often, ns; 0 if the trigger is another.
 * @oneshot: The registration ends with the first run.
 * @cancel_on_condition_loss: It is cancelled when a condition holds no more.
 * @conditions: What must hold, of enum bgt_condition.
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
 * @app: Id of the app; NULL for the caller's or, of administrators, all.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_task_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_task_list(struct bgt *bgt, const char *app, struct bgt_task **list);

/**
 * bgt_task_free - Free a task that was read, and those that follow it.
 * @list: The first one, or NULL. The registrations are not touched.
 */
void bgt_task_free(struct bgt_task *list);

/**
 * bgt_task_associate - Ask for the events of an app's tasks; for all, also of what else changes.
 * @bgt: The connection.
 * @app: Id of the app; NULL for the caller's or, of administrators, all.
 *
 * BGT_EVENT_INSTANCE_PROGRESS and BGT_EVENT_INSTANCE_ENDED come from then on, see bgt_fd(). To an
 * administrator who asks for all, so do BGT_EVENT_INSTANCE_CHANGED and the events of tasks, of apps
 * and of conditions; call it before reading the lists that these are to keep up to date. If the
 * helper is restarted the library asks again by itself; what happens between is not told.
 *
 * Return: 0; also if that has been done before. -EUSERS if 64 connections have done it.
 */
int bgt_task_associate(struct bgt *bgt, const char *app);

/**
 * bgt_channel_set - Say which socket is watched for a task with the trigger control-channel.
 * @bgt: The connection.
 * @app: NULL, or the id of the caller's app: no other can be spoken for.
 * @task: Name of the task.
 * @fd: A connected socket, local or of the internet; it stays the caller's. -1 for none.
 *
 * The helper takes a copy, in place of the one before, and never reads from it. While the app runs
 * it does not look at it. When the app is suspended or does not run and something can be read, or
 * the other side has closed it, the task is launched, with the socket as descriptor 3 as by
 * sd_listen_fds(3); and again later if there is more to read. It should not wait for what it reads,
 * as the app may have read it before.
 *
 * The connection stays open as long as the helper has its copy: until this is called again, the
 * task is unregistered, or an instance has ended after the other side closed it. A task may give
 * its successors a new one. If the helper is restarted the copy is kept by systemd; where there is
 * no systemd it is lost.
 *
 * Return: 0; -ENOENT if there is no such task, -EPERM if the caller is not in the app, -EBADF,
 * -ENOTSOCK, -EAFNOSUPPORT or -EINVAL if that is no connected socket, -ENOSPC if the app has 8 that
 * are watched.
 */
int bgt_channel_set(struct bgt *bgt, const char *app, const char *task, int fd);

/**
 * bgt_trigger_fire - Fire a trigger.
 * @bgt: The connection.
 * @app: Id of the app; NULL for the caller's or, of administrators, all.
 * @task: Name of the task; NULL for all that have this trigger.
 * @trigger: The trigger, that of the task if one is named. Apps may fire BGT_TRIGGER_APPLICATION of
 * their own, administrators any.
 * @argument: What the instance is given, up to 1024 bytes, or NULL.
 *
 * Return: 0, -ENOENT if there is no such task, -EINVAL if it has another trigger, -EACCES if that
 * is not the app's to fire.
 */
int bgt_trigger_fire(struct bgt *bgt, const char *app, const char *task, enum bgt_trigger trigger,
		     const char *argument);

/*
 * Instances
 *
 * An instance is one run of a task, from the firing of the trigger to its end.
 */

/**
 * enum bgt_instance_state - What has become of an instance.
 * @BGT_INSTANCE_LATCHED: The trigger has fired; the conditions do not all hold.
 * @BGT_INSTANCE_LAUNCHING: The host is being started.
 * @BGT_INSTANCE_RUNNING: The task runs.
 * @BGT_INSTANCE_CANCELLING: The task was told to end, and has a moment to do so.
 * @BGT_INSTANCE_COMPLETED: The task has done what it should.
 * @BGT_INSTANCE_FAILED: The task has ended with an error.
 * @BGT_INSTANCE_CANCELED: The task has ended when it was told to.
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
 * @BGT_CANCEL_QUIET_HOURS_ENTERED: It is to be quiet now.
 * @BGT_CANCEL_EXECUTION_TIME_EXCEEDED: The task took too long.
 * @BGT_CANCEL_RESOURCE_REVOCATION: What the task needs is needed elsewhere.
 * @BGT_CANCEL_ENERGY_SAVER: Energy is to be saved.
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
 * struct bgt_instance - What is known of an instance.
 * @next: The next one of a list, or NULL.
 * @id: Its id, never 0.
 * @task: Id of its task.
 * @app: Id of its app.
 * @name: Name of its task.
 * @trigger: What has fired.
 * @argument: What came with the firing. Never NULL; it belongs to the structure.
 * @state: What has become of it.
 * @canceled: It was cancelled.
 * @reason: Why, if it was.
 * @progress: How far it has come, as it says itself; 0 to 100 by convention.
 * @status: How it has ended, as it says itself; 0 for success. Of a plain program, its exit status.
 * @message: The same for people. Never NULL; it belongs to the structure.
 * @fired: When the trigger fired, CLOCK_REALTIME.
 * @started: When the host was started, CLOCK_REALTIME; 0 before.
 * @ended: When it had ended, CLOCK_REALTIME; 0 before.
 * @pid: The process, while there is one; else 0.
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
 * bgt_instance_attach - Say that this process runs an instance, and learn of which.
 * @bgt: The connection.
 * @instance: Receives id, app, task, name, trigger and argument, and reason if it was cancelled
 *   already; free it with bgt_instance_free().
 *
 * From then on BGT_EVENT_INSTANCE_CANCELED tells, once, that the instance is to end, see bgt_fd();
 * also if that was so already. If the helper is restarted the library attaches again by itself.
 *
 * Return: 0, -ENOENT if this process runs none.
 */
int bgt_instance_attach(struct bgt *bgt, struct bgt_instance **instance);

/**
 * bgt_instance_progress - Say how far the instance of this process has come.
 * @bgt: The connection.
 * @progress: 0 to 100 by convention.
 *
 * Return: 0, -ENOENT if this process runs none.
 */
int bgt_instance_progress(struct bgt *bgt, uint32_t progress);

/**
 * bgt_instance_complete - Say that the instance of this process has ended, and how.
 * @bgt: The connection.
 * @status: 0 for success.
 * @message: The same for people, up to 1024 bytes, or NULL.
 *
 * While there are deferrals this is only noted; it is said when the last one is done.
 *
 * Return: 0, -ENOENT if this process runs none, -EALREADY if an end was noted before.
 */
int bgt_instance_complete(struct bgt *bgt, int32_t status, const char *message);

/**
 * bgt_instance_defer - Let the end of the instance of this process wait for something.
 * @bgt: The connection.
 *
 * The instance goes on, whatever bgt_instance_complete() says, until bgt_instance_undefer() was
 * called as often as this. Nothing of it is known outside of this connection.
 */
void bgt_instance_defer(struct bgt *bgt);

/**
 * bgt_instance_undefer - Say that what the end was to wait for is done.
 * @bgt: The connection.
 *
 * With the last deferral this does what bgt_instance_complete() was to do, if that was called.
 *
 * Return: 0, -EINVAL if there is no deferral, or what bgt_instance_complete() returns.
 */
int bgt_instance_undefer(struct bgt *bgt);

/**
 * bgt_instance_list - Read the instances of an app, present and past.
 * @bgt: The connection.
 * @app: Id of the app; NULL for the caller's or, of administrators, all.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_instance_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_instance_list(struct bgt *bgt, const char *app, struct bgt_instance **list);

/**
 * bgt_instance_free - Free an instance that was read, and those that follow it.
 * @list: The first one, or NULL. The instances themselves are not touched.
 */
void bgt_instance_free(struct bgt_instance *list);

/**
 * bgt_instance_cancel - Cancel an instance of the caller's app or, as an administrator, any.
 * @bgt: The connection.
 * @id: The instance.
 * @reason: Why; it is told.
 *
 * Return: 0, -ENOENT if there is no such instance, or it has ended.
 */
int bgt_instance_cancel(struct bgt *bgt, uint32_t id, enum bgt_cancel_reason reason);

/*
 * Apps
 *
 * An app is what its manifest says, and what the user lets it do. All of this takes an
 * administrator, but that apps may read what is known of themselves.
 */

/**
 * enum bgt_access - What the user lets an app do in the background.
 * @BGT_ACCESS_UNSPECIFIED: The user was not asked.
 * @BGT_ACCESS_LOCK_SCREEN: The app has a lock-screen slot, and so all triggers.
 * @BGT_ACCESS_ALWAYS_ALLOWED: All triggers, and no restriction to save energy.
 * @BGT_ACCESS_DENIED_BY_USER: No background work.
 * @BGT_ACCESS_DENIED_BY_POLICY: No background work, and the user cannot change that.
 *
 * While an app is denied, what fires for it is dropped. A oneshot task of time or maintenance stays
 * due, and runs when the app is allowed to again.
 */
enum bgt_access {
	BGT_ACCESS_UNSPECIFIED,
	BGT_ACCESS_LOCK_SCREEN,
	BGT_ACCESS_ALWAYS_ALLOWED,
	BGT_ACCESS_DENIED_BY_USER,
	BGT_ACCESS_DENIED_BY_POLICY,
};

/**
 * enum bgt_app_state - What an app's own processes do; its tasks run in each of these.
 * @BGT_APP_NOT_RUNNING: There are none.
 * @BGT_APP_RUNNING: They run, in the foreground or not.
 * @BGT_APP_SUSPENDING: The app was told to save its state, and has a moment to do so.
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
 * @BGT_EXTENSION_UNSPECIFIED: No limit on AC power; 10 min on battery, unless configured, and less
 *   if the app's extensions of the day, for whatever reason, have lasted too long.
 * @BGT_EXTENSION_LOCATION_TRACKING: One at a time on the machine, to be asked for in the
 *   foreground. No limit.
 * @BGT_EXTENSION_SAVING_DATA: The only one that is granted while the app is being suspended.
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
 * @BGT_REVOKED_SYSTEM_POLICY: Its time is over, or energy or memory is needed, or the user says so.
 */
enum bgt_revoked_reason {
	BGT_REVOKED_RESUMED,
	BGT_REVOKED_SYSTEM_POLICY,
};

/**
 * bgt_app_install - Make an app known, or read its manifest again.
 * @bgt: The connection.
 * @manifest: Path of the manifest, from the root directory on, as the helper has another one.
 * @id: Receives the id of the app, with its closing NUL, in BGT_NAME_MAX + 1 bytes; or NULL.
 *
 * An app whose manifest is not in one of the directories where the helper looks for them is known
 * until the helper ends; what is registered waits for it to be installed again.
 *
 * Return: 0, -ENOENT if there is no such file, -EINVAL if it is no manifest.
 */
int bgt_app_install(struct bgt *bgt, const char *manifest, char *id);

/**
 * bgt_app_remove - Forget an app, with all that it has registered; what runs is cancelled.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: 0, -ENOENT if there is no such app, -EAGAIN if something of it runs. That is told to end
 * then, and what was registered is gone, but the app is still there: this is to be called again,
 * until it has ended, which takes as long as the cancel timeout at most.
 */
int bgt_app_remove(struct bgt *bgt, const char *id);

/**
 * struct bgt_app - What is known of an app.
 * @next: The next one of a list, or NULL.
 * @id: Its id.
 * @manifest: Path of its manifest. Never NULL; it belongs to the structure.
 * @uid: The user that its tasks run as.
 * @quota_class: Name of its quota class, "lock-screen", "standard" or one that was configured.
 *   Never NULL; it belongs to the structure.
 * @access: What the user lets it do.
 * @container: Id of its container, while there is one; else 0.
 * @tasks: How many it has registered.
 * @state: What its own processes do.
 * @foreground: The user sees it.
 * @pid: The process that it was launched as, while it runs; else 0.
 * @extended: It has an extension.
 * @extension: Why, if it has.
 * @description: The same, as the app says it to people, or empty. Never NULL; it belongs to the
 *   structure.
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
 * bgt_app_list - Read all apps or, for an app, what is known of itself.
 * @bgt: The connection.
 * @list: Receives the first, which leads to the others by @next in the order of ids, or NULL if
 *   there are none; free them with bgt_app_free().
 *
 * Return: 0 or a negative errno.
 */
int bgt_app_list(struct bgt *bgt, struct bgt_app **list);

/**
 * bgt_app_free - Free an app that was read, and those that follow it.
 * @list: The first one, or NULL. The apps themselves are not touched.
 */
void bgt_app_free(struct bgt_app *list);

/**
 * bgt_app_set_access - Set what the user lets an app do.
 * @bgt: The connection.
 * @id: The app.
 * @access: What that is.
 *
 * Return: 0, -ENOENT if there is no such app, -EBUSY if all lock-screen slots are taken.
 */
int bgt_app_set_access(struct bgt *bgt, const char *id, enum bgt_access access);

/**
 * bgt_app_upgraded - Say that an app was updated.
 * @bgt: The connection.
 * @id: The app.
 *
 * Its manifest is read again, what runs is cancelled, and BGT_TRIGGER_SERVICING_COMPLETE fires.
 *
 * Return: 0, -ENOENT if there is no such app.
 */
int bgt_app_upgraded(struct bgt *bgt, const char *id);

/*
 * The life of an app
 *
 * Its own processes run, in the foreground or not, are told to save their state, and stand still.
 * A compositor or launcher, as an administrator, says when. An app that does not attach is
 * suspended without being told.
 */

/**
 * bgt_app_launch - Start an app as its manifest says, in the foreground.
 * @bgt: The connection.
 * @id: The app.
 * @pid: Receives the process, unless NULL.
 *
 * Whether the program could be executed is seen when it has ended.
 *
 * Return: 0, -ENOENT if there is no such app, -EALREADY if it runs, -ENOEXEC if its manifest has no
 * Exec.
 */
int bgt_app_launch(struct bgt *bgt, const char *id, uint32_t *pid);

/**
 * bgt_app_foreground - Say that the user sees an app.
 * @bgt: The connection.
 * @id: The app.
 *
 * It runs when this returns, whatever budget it has spent, until it is sent to the background. An
 * extension that let it run in the background is revoked. Its tasks are not cancelled.
 *
 * Return: 0, -ENOENT if there is no such app, -ESRCH if it does not run.
 */
int bgt_app_foreground(struct bgt *bgt, const char *id);

/**
 * bgt_app_background - Say that the user does not see an app any more.
 * @bgt: The connection.
 * @id: The app.
 *
 * It is suspended: if it has attached it is told, and has a moment (5 s unless configured) to save
 * its state. With an extension it runs on.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_background(struct bgt *bgt, const char *id);

/**
 * bgt_app_suspend - Suspend an app, also one with an extension, which is revoked before.
 * @bgt: The connection.
 * @id: The app.
 *
 * Return: as bgt_app_foreground().
 */
int bgt_app_suspend(struct bgt *bgt, const char *id);

/**
 * bgt_app_resume - Let an app run that is suspended, in the background, until it is
 *   suspended again.
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
 * bgt_app_attach - Say that this process can save the state of its app, and wants to be told when.
 * @bgt: The connection.
 *
 * BGT_EVENT_APP_SUSPENDING and BGT_EVENT_APP_RESUMING come from then on, see bgt_fd(); also if the
 * app is being suspended already. The last connection that attaches is the one that is told. If the
 * helper is restarted the library attaches again by itself.
 *
 * Return: 0, -EPERM if this process is none of an app's own.
 */
int bgt_app_attach(struct bgt *bgt);

/**
 * bgt_app_set_ui_thread - Attach, and say which thread has the app's user interface.
 * @bgt: The connection.
 * @thread: One of this process, as of gettid(2).
 *
 * While the app is suspended and a task runs in it, this thread stands still, and all others run.
 * They must not wait for anything that it has, such as a lock; if they do, the task is cancelled
 * sooner or later, and the app killed. Threads that are created by it stand still, too: tasks need
 * others, which were there before or are created by such.
 *
 * Return: as bgt_app_attach(); -ESRCH if this process has no such thread.
 */
int bgt_app_set_ui_thread(struct bgt *bgt, uint32_t thread);

/**
 * bgt_activation_complete - Say that a task which runs in this process has ended, and how.
 * @bgt: The connection, which has attached.
 * @id: The instance, of BGT_EVENT_APP_ACTIVATED.
 * @status: 0 for success.
 * @message: The same for people, up to 1024 bytes, or NULL.
 *
 * A suspended app stands still again when its last task has ended; so this may return later. If
 * BGT_EVENT_INSTANCE_CANCELED has told to end, there are 5 s for it unless configured; then the
 * app is killed.
 *
 * Return: 0, -ENOENT if there is no such instance.
 */
int bgt_activation_complete(struct bgt *bgt, uint32_t id, int32_t status, const char *message);

/**
 * bgt_activation_progress - Say how far it has come.
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
 * The app is suspended then or, with an extension, when that is closed. So this may return when the
 * app is resumed.
 *
 * Return: 0, -EINVAL if the app is not being suspended any more, or has not attached.
 */
int bgt_app_saved(struct bgt *bgt);

/**
 * bgt_extension_request - Ask to run on in the background, or to have more time to save data.
 * @bgt: The connection, which has attached.
 * @reason: Why.
 * @description: The same for people, up to 1024 bytes, or NULL.
 * @allowed: Receives whether the app may. It may not if the user denies it background work, or by
 *   what @reason says.
 * @limit: Receives how long it may in the background (ns), as things are, or BGT_QUOTA_UNLIMITED;
 *   unless NULL. AC power that goes makes it shorter.
 *
 * BGT_EVENT_EXTENSION_REVOKED tells when it is over, before the app is suspended. It ends when the
 * connection is closed.
 *
 * Return: 0; -EBUSY if the app has one, -EINVAL if this connection has not attached, or the
 * description is too long.
 */
int bgt_extension_request(struct bgt *bgt, enum bgt_extension_reason reason,
			  const char *description, bool *allowed, uint64_t *limit);

/**
 * bgt_extension_close - Give the extension back, whoever shares it.
 * @bgt: The connection.
 *
 * If the app is in the background it is suspended. No job has to finish any more.
 *
 * Return: 0, -ENOENT if there is none.
 */
int bgt_extension_close(struct bgt *bgt);

/**
 * bgt_extension_share - Begin one more job that needs the extension.
 * @bgt: The connection. The job that has asked for the extension is the first.
 *
 * Return: 0, -ENOENT if there is none.
 */
int bgt_extension_share(struct bgt *bgt);

/**
 * bgt_extension_finish - A job is done; the last one closes the extension.
 * @bgt: The connection.
 *
 * Each job calls this, also one whose extension was revoked: until it does, it takes part in the
 * next one.
 *
 * Return: 0, also if the extension was revoked meanwhile, or a negative errno.
 */
int bgt_extension_finish(struct bgt *bgt);

/*
 * Conditions
 */

/**
 * enum bgt_work_cost - How welcome work is at the moment.
 * @BGT_WORK_COST_LOW: It costs little.
 * @BGT_WORK_COST_MEDIUM: It should be only what is needed.
 * @BGT_WORK_COST_HIGH: It should be put off.
 */
enum bgt_work_cost {
	BGT_WORK_COST_LOW,
	BGT_WORK_COST_MEDIUM,
	BGT_WORK_COST_HIGH,
};

/**
 * bgt_condition_get - Read which conditions hold. Anyone may.
 * @bgt: The connection.
 * @holding: Receives those that hold, of enum bgt_condition, unless NULL.
 * @set: Receives those that an administrator has set, and that are not found out, unless NULL.
 * @cost: Receives how welcome work is, unless NULL.
 *
 * Return: 0 or a negative errno.
 */
int bgt_condition_get(struct bgt *bgt, uint32_t *holding, uint32_t *set, enum bgt_work_cost *cost);

/**
 * bgt_condition_set - Set conditions in place of what is found out, or leave them to that again.
 * @bgt: The connection.
 * @which: The conditions that are meant. Of a pair, both are with either.
 * @values: Those of them that hold.
 * @automatic: Whether they are left to what is found out; @values means nothing then.
 *
 * Return: 0, -EINVAL if both of a pair were to hold, or neither.
 */
int bgt_condition_set(struct bgt *bgt, uint32_t which, uint32_t values, bool automatic);

/*
 * Events
 */

/**
 * enum bgt_event_type - What happened.
 * @BGT_EVENT_CONTAINER_NEW: A container was created.
 * @BGT_EVENT_CONTAINER_SET: The policy of a container changed.
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
 * @BGT_EVENT_INSTANCE_PROGRESS: An instance says how far it has come, see bgt_task_associate(). Of
 *   the instance, id, task, name and progress are known.
 * @BGT_EVENT_INSTANCE_ENDED: An instance has ended, likewise. Known are id, task, name, state,
 *   reason, status and message.
 * @BGT_EVENT_INSTANCE_CANCELED: The instance that this process runs is to end, see
 *   bgt_instance_attach() and bgt_activation_complete(). Known are id and reason.
 * @BGT_EVENT_APP_SUSPENDING: The app that this process is has to save its state and to call
 *   bgt_app_saved(), see bgt_app_attach().
 * @BGT_EVENT_APP_RESUMING: It runs again, or need not be suspended any more. Known of the app is
 *   foreground.
 * @BGT_EVENT_APP_CHANGED: The state of an app has changed, for those who have called
 *   bgt_task_associate() for all. Known are id, state, foreground and pid.
 * @BGT_EVENT_EXTENSION_REVOKED: The extension is over, see bgt_extension_request().
 * @BGT_EVENT_APP_ACTIVATED: A task is to run in this process, which is an app, see
 *   bgt_activation_complete(). Known of the instance are id, app, task, name, trigger and argument.
 * @BGT_EVENT_INSTANCE_CHANGED: An instance is latched, or runs, or is told to end, for those who
 *   have called bgt_task_associate() for all. Known are id, app, task, name, trigger, state and
 *   reason.
 * @BGT_EVENT_TASK_REGISTERED: A task was registered, for the same; so it is with all that follow.
 * @BGT_EVENT_TASK_UNREGISTERED: A task is not registered any more: it was unregistered, or was to
 *   run but once and has, or its app is removed.
 * @BGT_EVENT_APP_INSTALLED: An app has become known, or its manifest was read again. All of it is
 *   known.
 * @BGT_EVENT_APP_REMOVED: An app is not known any more. Known is id.
 * @BGT_EVENT_APP_ACCESS_CHANGED: The user lets an app do something else than before. Known are id
 *   and access.
 * @BGT_EVENT_CONDITION_CHANGED: Other conditions hold than before.
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
 * @container: The state of the container after a container's event, else NULL.
 * @member: The state of the member after a member's event, else NULL.
 * @mutex: The mutex of BGT_EVENT_MUTEX, else NULL.
 * @result: With a mutex, what bgt_mutex_acquire() would have returned. If it is negative,
 *   bgt_error() has a sentence about it.
 * @instance: What is known of the instance after an instance's event, else NULL.
 * @app: What is known of the app after an app's event, else NULL.
 * @deadline: How long the app has to save its state, or to come to an end (ns); 0 if there is no
 *   such thing.
 * @revoked: Why the extension was revoked.
 * @task: The registration after a task's event, else NULL.
 * @conditions: After BGT_EVENT_CONDITION_CHANGED those that hold, of enum bgt_condition.
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
 * Return: A descriptor, or -ENOTCONN before bgt_subscribe(), bgt_mutex_acquire_start(),
 * bgt_task_associate() and bgt_instance_attach().
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
 * taken and some are lost: read the state anew and go on. -ENOTCONN if bgt_fd() says so, too,
 * -EPROTONOSUPPORT when the module was unloaded, after which no more events come. Another error if
 * this connection could not be made known to a new helper, which then tells it nothing.
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
 * bgt_revoked_reason_from_name - Find such a reason by its name.
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
