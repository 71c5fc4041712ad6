/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plugins: background tasks that bgtask-host(1) loads and runs.
 *
 * A plugin is a shared object, and has a struct bgt_plugin by whatever name. The entry point
 * "/usr/lib/mail/sync.so:Sync" of a task names both:
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
 * The functions below are those of the program that has loaded the plugin, which is linked with
 * nothing for them; with libbgtask only if it uses that, too, by a connection of its own. They may
 * be called by any thread.
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
 * struct bgt_plugin - What an entry point is.
 * @size: The size of this structure, so that it may grow at its end.
 * @run: Does the work. The instance ends when this has returned and there are no deferrals. The
 *   process ends then; it must not be ended before.
 * @canceled: The instance is to end soon, or else is killed: within 5 s unless configured. Called
 *   once, by another thread, after @run was called; @run and what was deferred are to come to their
 *   end. If it is NULL, a cancellation ends the process at once.
 */
struct bgt_plugin {
	size_t size;
	void (*run)(struct bgt_host *host);
	void (*canceled)(struct bgt_host *host, enum bgt_cancel_reason reason);
};

/**
 * bgt_host_instance - Say which instance this is.
 * @host: What @run was given.
 *
 * Return: The instance, of which id, app, task, name, trigger and argument are known. It is there
 * until the process ends.
 */
const struct bgt_instance *bgt_host_instance(const struct bgt_host *host);

/**
 * bgt_host_defer - Let the instance go on when @run returns.
 * @host: What @run was given.
 *
 * It ends when bgt_host_undefer() was called as often as this.
 */
void bgt_host_defer(struct bgt_host *host);

/**
 * bgt_host_undefer - Say that what was deferred is done.
 * @host: What @run was given. After the last call, the process may end at any moment.
 *
 * Return: 0, or -EINVAL if there is no deferral.
 */
int bgt_host_undefer(struct bgt_host *host);

/**
 * bgt_host_set_result - Set how the instance has ended, when it has.
 * @host: What @run was given.
 * @status: 0 for success, as it is if this is never called.
 * @message: The same for people, or NULL. What is behind 1024 bytes is cut off.
 *
 * The last call counts.
 */
void bgt_host_set_result(struct bgt_host *host, int32_t status, const char *message);

/**
 * bgt_host_is_canceled - Say whether the instance is to end.
 * @host: What @run was given.
 * @reason: Receives why, if it is; unless NULL.
 *
 * Return: Whether it is. This is so before @canceled is called.
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
 * bgt_host_budget_left - Say how much CPU time the app has left.
 * @host: What @run was given.
 * @left: Receives it, ns; BGT_QUOTA_UNLIMITED if there is no end of it.
 *
 * Return: 0, or what bgt_self_get() returns.
 */
int bgt_host_budget_left(struct bgt_host *host, uint64_t *left);

/**
 * bgt_host_work_cost - Say how welcome work is at the moment.
 * @host: What @run was given.
 * @cost: Receives it.
 *
 * Return: 0, or what bgt_condition_get() returns.
 */
int bgt_host_work_cost(struct bgt_host *host, enum bgt_work_cost *cost);

#ifdef __cplusplus
}
#endif

#endif
