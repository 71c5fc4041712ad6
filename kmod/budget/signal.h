/* SPDX-License-Identifier: GPL-2.0 */
/* Signals that tell a process to end. */
#ifndef _BGTASK_SIGNAL_H
#define _BGTASK_SIGNAL_H

struct kernel_siginfo;
struct task_struct;

void bgt_signal_on_generate(void *data, int sig, struct kernel_siginfo *info,
			    struct task_struct *task, int group, int result);

#endif /* _BGTASK_SIGNAL_H */
