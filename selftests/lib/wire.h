/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network without answers: packets to the address WIRE_FAR arrive, and are dropped. With a
 * fountain at that address, whoever sends it one UDP packet gets 60 kB, five times a second, for
 * ever.
 */
#ifndef BGTASK_TEST_WIRE_H
#define BGTASK_TEST_WIRE_H

#include <stdint.h>

#define WIRE_FAR	"10.9.0.2"

void wire_begin(void);
void wire_begin_fountain(void);
void wire_end(void);

/* How many bytes were charged to an app when the helper last found its network budget spent. */
uint64_t wire_charged(const char *app);

#endif
