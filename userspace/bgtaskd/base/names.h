/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is a good name. Names of numbers are the library's, bgt_trigger_name() and so on.
 */
#ifndef BGTASKD_NAMES_H
#define BGTASKD_NAMES_H

/*
 * Whether a container, app or task can be called so; as the kernel sees it. Returns NULL, or what
 * is wrong with the name ("is empty").
 */
const char *name_fault(const char *name);

/* The same for a line of text, that may be empty, long, and have slashes. */
const char *text_fault(const char *text);

#endif
