// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "scene.h"
#include "wire.h"

/* The far end has another address than what is sent to, and no part in what is not its own. */
static const char begin[] =
	"ip link set lo up && "
	"ip link add bgtask-near type veth peer name bgtask-far && "
	"ip link set bgtask-far up && "
	"ip address add 10.9.0.1/24 dev bgtask-near && "
	"ip link set bgtask-near up && "
	"ip neighbour add " WIRE_FAR " lladdr 02:00:00:00:00:02 dev bgtask-near nud permanent";

void wire_begin(void)
{
	wire_end();
	if (system(begin))
		fail("cannot make a network");
}

void wire_end(void)
{
	/* If it is there. */
	(void)!system("ip link delete bgtask-near 2>/dev/null");
}
