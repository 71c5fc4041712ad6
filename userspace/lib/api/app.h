/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BGT_APP_H
#define BGT_APP_H

#include "transport/fields.h"

#include "bgtask.h"

/* Makes a struct bgt_app of attributes; the id may be missing. 0 or a negative errno. */
int bgt_app_parse(struct bgt_span span, struct bgt_app **app);

#endif
