/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BGTASKD_APP_DETAILS_H
#define BGTASKD_APP_DETAILS_H

#include "link/payload.h"
#include "model/app.h"

/* Puts what is known of an app into a payload. */
void app_put_details(struct payload *payload, const struct app *app);

#endif
