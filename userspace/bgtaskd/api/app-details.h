/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The description of an app, as programs get it.
 */
#ifndef BGTASKD_APP_DETAILS_H
#define BGTASKD_APP_DETAILS_H

#include "link/payload.h"
#include "model/app.h"

/* Puts the description of an app into a payload. */
void app_put_details(struct payload *payload, const struct app *app);

#endif
