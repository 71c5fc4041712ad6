// SPDX-License-Identifier: GPL-2.0
/*
 * Starts an app's program and waits for its end by a pidfd, which also works for a program that the
 * helper before has started and that is no child of this one.
 */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box/host.h"
#include "model/app.h"
#include "system/process.h"

#include "lifecycle-internal.h"

/*
 * Forgets the process of the app's program. If it is still @running, its end is only waited for so
 * that it leaves no zombie.
 */
static void forget(struct app *app, bool running)
{
	struct lifecycle *life = app->life;

	life->exit = sd_event_source_disable_unref(life->exit);
	if (life->pidfd >= 0 && running)
		process_reap(app->daemon->event, life->pidfd);
	else if (life->pidfd >= 0)
		close(life->pidfd);
	life->pidfd = -1;
	life->pid = 0;
	/* A process that has not executed the program yet needs the host. */
	if (!running)
		host_free(life->host);
	life->host = NULL;
}

void program_forget(struct app *app)
{
	forget(app, true);
}

/* The program has ended; processes that it has started may run on. */
static int exited(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct app *app = data;
	struct lifecycle *life = app->life;
	siginfo_t info = { 0 };
	int error;

	(void)source;
	(void)events;
	/*
	 * A program that the helper before has started is no child of this process, and cannot be
	 * waited for.
	 */
	if (!waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG) && !info.si_pid)
		return 0;
	error = host_failure(life->host);
	if (error)
		log_line(LOG_ERR, "%s: cannot run %s: %s", app->id, app->manifest->exec,
			 strerror(-error));
	forget(app, false);
	lifecycle_look(app);
	return 0;
}

void program_adopt(struct app *app)
{
	struct lifecycle *life = app->life;
	char own[PATH_MAX];
	int error = -ESRCH;

	if (!life->pid)
		return;
	app_cgroup(app, "app", own, sizeof(own));
	life->pidfd = pidfd_open((pid_t)life->pid, 0);
	/*
	 * The number may be that of another process by now, but then this is not in the app's
	 * cgroup.
	 */
	if (life->pidfd >= 0 && process_is_below(life->pid, own))
		error = sd_event_add_io(app->daemon->event, &life->exit, life->pidfd, EPOLLIN,
					exited, app);
	if (error < 0)
		forget(app, false);
}

int program_start(struct app *app)
{
	struct lifecycle *life = app->life;
	char path[PATH_MAX];
	const struct host_options options = {
		.manifest = app->manifest,
		.entry_point = app->manifest->exec,
		.plugin_host = "",
		.cgroup = path,
		.socket = -1,
	};
	int error;

	app_cgroup(app, "app", path, sizeof(path));
	error = host_start(&options, NULL, &life->pid, &life->pidfd, &life->host);
	if (error)
		return error;
	error = sd_event_add_io(app->daemon->event, &life->exit, life->pidfd, EPOLLIN, exited, app);
	if (error >= 0)
		return 0;
	(void)pidfd_send_signal(life->pidfd, SIGKILL, NULL, 0);
	(void)waitid(P_PIDFD, (id_t)life->pidfd, NULL, WEXITED);
	forget(app, false);
	return error;
}
