/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of bytes, as people write them: "1500", "7.5MB", "1 KiB". */
#ifndef BGTASKD_SIZE_H
#define BGTASKD_SIZE_H

#include <stdint.h>

/*
 * Reads a number of bytes. Units are B, kB, MB and GB, of 1000, and KiB, MiB and GiB, of 1024.
 * Returns -EINVAL if the text is not a whole number of bytes, -ERANGE if the number is too large.
 */
int size_parse(const char *text, uint64_t *bytes);

#endif
