/* SPDX-License-Identifier: GPL-2.0 */
/* The number of elements of an array. */
#ifndef BGTASK_ARRAY_H
#define BGTASK_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif
