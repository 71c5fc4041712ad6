// SPDX-License-Identifier: GPL-2.0
/*
 * Notes an app's life for the next helper, and goes on from the note of the helper before.
 */
#include <string.h>

#include "box/hold.h"
#include "box/ui.h"
#include "model/app.h"
#include "model/daemon.h"

#include "extension.h"
#include "lifecycle-internal.h"
#include "lifecycle-note.h"
#include "program.h"

void lifecycle_note(const struct app *app)
{
	const struct lifecycle *life = app->life;
	struct lifecycle_note note = {
		.state = life->state,
		.foreground = life->foreground,
		.exempt = life->exempt,
		.attached = life->attached,
		.saving_over = life->saving_over,
		.saved = life->saved,
		.used = life->used,
		.pid = life->pid,
		.until = life->until,
		.left = life->left,
	};
	int error;

	extension_note(app, &note);
	error = lifecycle_note_write(app->daemon->config.runtime_directory, app->id, &note);
	if (error)
		log_line(LOG_ERR, "%s: cannot note its state: %s", app->id, strerror(-error));
}

int lifecycle_load(struct app *app)
{
	struct lifecycle *life = app->life;
	struct lifecycle_note note;
	int error = registry_energy_get(app->daemon->registry, app->id, &life->energy);

	if (error)
		return error;
	/*
	 * Done even without a note, so that end() releases the UI thread's cgroup, too, if the app
	 * has ended.
	 */
	ui_resume(app);
	if (!lifecycle_note_read(app->daemon->config.runtime_directory, app->id, &note))
		return 0;
	life->state = note.state;
	life->foreground = note.foreground;
	life->attached = note.attached;
	life->saving_over = note.saving_over;
	life->saved = note.saved;
	life->pid = note.pid;
	life->used = note.used;
	life->until = note.until;
	life->left = note.left;
	if (note.extended && extension_restore(app, &note))
		log_line(LOG_ERR, "%s: its extension is lost", app->id);
	/* The container gets this exemption when it is adopted. */
	life->exempt = note.exempt;
	if (note.exempt)
		hold_was_exempt(app);
	return 0;
}

void lifecycle_resume(struct app *app)
{
	struct lifecycle *life = app->life;

	program_adopt(app);
	lifecycle_look(app);
	if (life->state == BGTASK_APP_STATE_SUSPENDED) {
		(void)lifecycle_hold(app);
	} else if (life->state == BGTASK_APP_STATE_SUSPENDING && life->saved && !life->extension) {
		lifecycle_suspended(app);
	} else if (life->state == BGTASK_APP_STATE_SUSPENDING || life->extension) {
		/* The app attaches again, if it is still there, and is told then. */
		if (lifecycle_resume_deadline(app))
			lifecycle_suspended(app);
	}
}
