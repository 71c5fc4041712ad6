/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family, as whoever makes a message needs it. */
#ifndef _BGTASK_FAMILY_H
#define _BGTASK_FAMILY_H

extern struct genl_family bgt_family;

#endif /* _BGTASK_FAMILY_H */
