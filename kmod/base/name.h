/* SPDX-License-Identifier: GPL-2.0 */
/* Names: which texts may be names of containers and mutexes. */
#ifndef _BGTASK_NAME_H
#define _BGTASK_NAME_H

struct netlink_ext_ack;

int bgt_name_check(const char *name, struct netlink_ext_ack *extack);

#endif /* _BGTASK_NAME_H */
