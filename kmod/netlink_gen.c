// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/bgtask.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/bgtask.h>

/* BGTASK_CMD_CONTAINER_NEW - do */
const struct nla_policy bgtask_container_new_nl_policy[BGTASK_A_CONTAINER_EXEMPT + 1] = {
	[BGTASK_A_CONTAINER_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_CONTAINER_QUOTA] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_PERIOD] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_EXEMPT] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_CONTAINER_SET - do */
const struct nla_policy bgtask_container_set_nl_policy[BGTASK_A_CONTAINER_EXEMPT + 1] = {
	[BGTASK_A_CONTAINER_ID] = { .type = NLA_U32, },
	[BGTASK_A_CONTAINER_QUOTA] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_PERIOD] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_EXEMPT] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_CONTAINER_DEL - do */
const struct nla_policy bgtask_container_del_nl_policy[BGTASK_A_CONTAINER_ID + 1] = {
	[BGTASK_A_CONTAINER_ID] = { .type = NLA_U32, },
};

/* BGTASK_CMD_CONTAINER_GET - do */
const struct nla_policy bgtask_container_get_nl_policy[BGTASK_A_CONTAINER_NAME + 1] = {
	[BGTASK_A_CONTAINER_ID] = { .type = NLA_U32, },
	[BGTASK_A_CONTAINER_NAME] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_CONTAINER_KILL - do */
const struct nla_policy bgtask_container_kill_nl_policy[BGTASK_A_MEMBER_ROLE + 1] = {
	[BGTASK_A_MEMBER_CONTAINER] = { .type = NLA_U32, },
	[BGTASK_A_MEMBER_ROLE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* BGTASK_CMD_MEMBER_ADD - do */
const struct nla_policy bgtask_member_add_nl_policy[BGTASK_A_MEMBER_HELD + 1] = {
	[BGTASK_A_MEMBER_CONTAINER] = { .type = NLA_U32, },
	[BGTASK_A_MEMBER_ROLE] = NLA_POLICY_MAX(NLA_U32, 2),
	[BGTASK_A_MEMBER_FD] = { .type = NLA_S32, },
	[BGTASK_A_MEMBER_HELD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_MEMBER_SET - do */
const struct nla_policy bgtask_member_set_nl_policy[BGTASK_A_MEMBER_HELD + 1] = {
	[BGTASK_A_MEMBER_ID] = { .type = NLA_U32, },
	[BGTASK_A_MEMBER_HELD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_MEMBER_DEL - do */
const struct nla_policy bgtask_member_del_nl_policy[BGTASK_A_MEMBER_ID + 1] = {
	[BGTASK_A_MEMBER_ID] = { .type = NLA_U32, },
};

/* BGTASK_CMD_MEMBER_GET - do */
const struct nla_policy bgtask_member_get_nl_policy[BGTASK_A_MEMBER_CONTAINER + 1] = {
	[BGTASK_A_MEMBER_ID] = { .type = NLA_U32, },
	[BGTASK_A_MEMBER_CONTAINER] = { .type = NLA_U32, },
};

/* BGTASK_CMD_SELF_GET - do */
const struct nla_policy bgtask_self_get_nl_policy[BGTASK_A_CONTAINER_PAD + 1] = {
};

/* BGTASK_CMD_MUTEX_ACQUIRE - do */
const struct nla_policy bgtask_mutex_acquire_nl_policy[BGTASK_A_MUTEX_TIMEOUT + 1] = {
	[BGTASK_A_MUTEX_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_MUTEX_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[BGTASK_A_MUTEX_TIMEOUT] = { .type = NLA_U32, },
};

/* BGTASK_CMD_MUTEX_RELEASE - do */
const struct nla_policy bgtask_mutex_release_nl_policy[BGTASK_A_MUTEX_SCOPE + 1] = {
	[BGTASK_A_MUTEX_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_MUTEX_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* BGTASK_CMD_MUTEX_GET - do */
const struct nla_policy bgtask_mutex_get_nl_policy[BGTASK_A_MUTEX_SCOPE + 1] = {
	[BGTASK_A_MUTEX_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_MUTEX_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* Ops table for bgtask */
const struct genl_ops bgtask_nl_ops[13] = {
	{
		.cmd		= BGTASK_CMD_CONTAINER_NEW,
		.doit		= bgtask_nl_container_new_doit,
		.policy		= bgtask_container_new_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_EXEMPT,
	},
	{
		.cmd		= BGTASK_CMD_CONTAINER_SET,
		.doit		= bgtask_nl_container_set_doit,
		.policy		= bgtask_container_set_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_EXEMPT,
	},
	{
		.cmd		= BGTASK_CMD_CONTAINER_DEL,
		.doit		= bgtask_nl_container_del_doit,
		.policy		= bgtask_container_del_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_ID,
	},
	{
		.cmd		= BGTASK_CMD_CONTAINER_GET,
		.doit		= bgtask_nl_container_get_doit,
		.dumpit		= bgtask_nl_container_get_dumpit,
		.policy		= bgtask_container_get_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_NAME,
	},
	{
		.cmd		= BGTASK_CMD_CONTAINER_KILL,
		.doit		= bgtask_nl_container_kill_doit,
		.policy		= bgtask_container_kill_nl_policy,
		.maxattr	= BGTASK_A_MEMBER_ROLE,
	},
	{
		.cmd		= BGTASK_CMD_MEMBER_ADD,
		.doit		= bgtask_nl_member_add_doit,
		.policy		= bgtask_member_add_nl_policy,
		.maxattr	= BGTASK_A_MEMBER_HELD,
	},
	{
		.cmd		= BGTASK_CMD_MEMBER_SET,
		.doit		= bgtask_nl_member_set_doit,
		.policy		= bgtask_member_set_nl_policy,
		.maxattr	= BGTASK_A_MEMBER_HELD,
	},
	{
		.cmd		= BGTASK_CMD_MEMBER_DEL,
		.doit		= bgtask_nl_member_del_doit,
		.policy		= bgtask_member_del_nl_policy,
		.maxattr	= BGTASK_A_MEMBER_ID,
	},
	{
		.cmd		= BGTASK_CMD_MEMBER_GET,
		.doit		= bgtask_nl_member_get_doit,
		.dumpit		= bgtask_nl_member_get_dumpit,
		.policy		= bgtask_member_get_nl_policy,
		.maxattr	= BGTASK_A_MEMBER_CONTAINER,
	},
	{
		.cmd		= BGTASK_CMD_SELF_GET,
		.doit		= bgtask_nl_self_get_doit,
		.policy		= bgtask_self_get_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_PAD,
	},
	{
		.cmd		= BGTASK_CMD_MUTEX_ACQUIRE,
		.doit		= bgtask_nl_mutex_acquire_doit,
		.policy		= bgtask_mutex_acquire_nl_policy,
		.maxattr	= BGTASK_A_MUTEX_TIMEOUT,
	},
	{
		.cmd		= BGTASK_CMD_MUTEX_RELEASE,
		.doit		= bgtask_nl_mutex_release_doit,
		.policy		= bgtask_mutex_release_nl_policy,
		.maxattr	= BGTASK_A_MUTEX_SCOPE,
	},
	{
		.cmd		= BGTASK_CMD_MUTEX_GET,
		.doit		= bgtask_nl_mutex_get_doit,
		.dumpit		= bgtask_nl_mutex_get_dumpit,
		.policy		= bgtask_mutex_get_nl_policy,
		.maxattr	= BGTASK_A_MUTEX_SCOPE,
	},
};

static const struct genl_multicast_group bgtask_nl_mcgrps[] = {
	[BGTASK_NLGRP_CONTAINER] = { "container", },
};
