/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of bytes, as people write them: "1500", "7.5MB", "1 KiB".
 */
#ifndef BGTASKD_SIZE_H
#define BGTASKD_SIZE_H

#include <stdint.h>

/*
 * Units are B, kB, MB and GB, of 1000, and KiB, MiB and GiB, of 1024. -EINVAL if it is no such
 * number, or not one of whole bytes; -ERANGE if it is too large to say.
 */
int size_parse(const char *text, uint64_t *bytes);

#endif
