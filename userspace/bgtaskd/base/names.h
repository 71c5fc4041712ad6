/* SPDX-License-Identifier: GPL-2.0 */
/* Checks of names. The names of enumerators are in the library: bgt_trigger_name() and so on. */
#ifndef BGTASKD_NAMES_H
#define BGTASKD_NAMES_H

/*
 * Whether a container, app or task can have this name, by the rules of the module. Returns NULL, or
 * what is wrong with the name, such as "is empty".
 */
const char *name_fault(const char *name);

/* The same for a line of text, which may also be empty, long, and have slashes. */
const char *text_fault(const char *text);

#endif
