/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plugins: background tasks that bgtask-host(1) loads and runs.
 *
 * A plugin is a shared object that defines a struct bgt_plugin, under any name. The entry point of
 * a task, such as "/usr/lib/mail/sync.so:Sync", has the path of the object and the name of the
 * struct:
 *
 *	#include <bgtask-host.h>
 *
 *	static void run(struct bgt_host *host)
 *	{
 *		int error = fetch_mail();
 *
 *		bgt_host_set_result(host, error, error ? strerror(-error) : NULL);
 *	}
 *
 *	const struct bgt_plugin Sync = { sizeof(Sync), run, NULL };
 *
 *	cc -shared -fPIC -o sync.so sync.c $(pkg-config --cflags bgtask)
 *
 * bgtask-host(1), which loads the plugin, defines the functions below: the plugin need not be
 * linked with a library for them. A plugin that uses libbgtask, too, is linked with it and opens a
 * connection of its own. Any thread may call the functions.
 */
#ifndef BGTASK_HOST_H
#define BGTASK_HOST_H

#include <bgtask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct bgt_host - The process that runs an instance, for its plugin.
 */
struct bgt_host;

/**
 * struct bgt_plugin - The entry point of a task.
 * @size: The size of this structure, so that it may grow at its end.
 * @run: Does the work. When it has returned and there are no deferrals, the instance ends, and then
 *   the process; the plugin must not end the process itself.
 * @canceled: Tells that the instance must end in time, within 5 s by default, or it is killed. It
 *   is called once, by another thread, after @run was called; @run must then return, and deferrals
 *   must end. If it is NULL, a cancellation ends the process at once.
 */
struct bgt_plugin {
	size_t size;
	void (*run)(struct bgt_host *host);
	void (*canceled)(struct bgt_host *host, enum bgt_cancel_reason reason);
};

/**
 * bgt_host_instance - Get the instance that this process runs.
 * @host: What @run was given.
 *
 * Return: The instance, with id, app, task, name, trigger and argument. It is valid until the
 * process ends.
 */
const struct bgt_instance *bgt_host_instance(const struct bgt_host *host);

/**
 * bgt_host_defer - Let the instance go on after @run has returned.
 * @host: What @run was given.
 *
 * The instance ends when bgt_host_undefer() was called as often as this.
 */
void bgt_host_defer(struct bgt_host *host);

/**
 * bgt_host_undefer - End a deferral.
 * @host: What @run was given. After the last call, the process may end at any moment.
 *
 * Return: 0, or -EINVAL if there is no deferral.
 */
int bgt_host_undefer(struct bgt_host *host);

/**
 * bgt_host_set_result - Set the result that the instance will end with.
 * @host: What @run was given.
 * @status: 0 for success, which is the default.
 * @message: A text for people, or NULL. It is cut to 1024 bytes.
 *
 * The last call counts.
 */
void bgt_host_set_result(struct bgt_host *host, int32_t status, const char *message);

/**
 * bgt_host_is_canceled - Has the instance been cancelled?
 * @host: What @run was given.
 * @reason: Receives why, if it has been; or NULL.
 *
 * Return: Whether it has been, which is true before @canceled is called.
 */
bool bgt_host_is_canceled(struct bgt_host *host, enum bgt_cancel_reason *reason);

/**
 * bgt_host_progress - Say how far the instance has come.
 * @host: What @run was given.
 * @progress: 0 to 100 by convention.
 *
 * Return: 0, or what bgt_instance_progress() returns.
 */
int bgt_host_progress(struct bgt_host *host, uint32_t progress);

/**
 * bgt_host_budget_left - Get how much CPU time the app has left in this generation.
 * @host: What @run was given.
 * @left: Receives the time, ns; BGT_QUOTA_UNLIMITED if the app has no limit.
 *
 * Return: 0, or what bgt_self_get() returns.
 */
int bgt_host_budget_left(struct bgt_host *host, uint64_t *left);

/**
 * bgt_host_work_cost - Get what work costs at the moment.
 * @host: What @run was given.
 * @cost: Receives the cost.
 *
 * Return: 0, or what bgt_condition_get() returns.
 */
int bgt_host_work_cost(struct bgt_host *host, enum bgt_work_cost *cost);

#ifdef __cplusplus
}
#endif

#endif
