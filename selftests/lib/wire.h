/* SPDX-License-Identifier: GPL-2.0 */
/* A network on which nobody ever answers: what is sent to the address arrives, and is dropped. */
#ifndef BGTASK_TEST_WIRE_H
#define BGTASK_TEST_WIRE_H

#define WIRE_FAR	"10.9.0.2"

void wire_begin(void);
void wire_end(void);

#endif
