/* SPDX-License-Identifier: GPL-2.0 */
/* Probes: what the module hears from the scheduler and from cgroups. */
#ifndef _BGTASK_PROBE_H
#define _BGTASK_PROBE_H

int bgt_probe_get(void);
void bgt_probe_put(void);

int bgt_probe_init(void);
void bgt_probe_exit(void);

#endif /* _BGTASK_PROBE_H */
