/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family, for every file that makes netlink messages. */
#ifndef _BGTASK_FAMILY_H
#define _BGTASK_FAMILY_H

extern struct genl_family bgt_family;

#endif /* _BGTASK_FAMILY_H */
