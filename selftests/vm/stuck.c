// SPDX-License-Identifier: GPL-2.0
/*
 * A module that occupies the CPU which loads it for ever, with interrupts off: for the self-test.
 */
#include <linux/irqflags.h>
#include <linux/module.h>

static int __init stuck_init(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}
module_init(stuck_init);

MODULE_DESCRIPTION("Keeps a CPU for ever");
MODULE_LICENSE("GPL");
