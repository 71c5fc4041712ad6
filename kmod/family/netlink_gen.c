// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/bgtask.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/bgtask.h>

/* BGTASK_CMD_CONTAINER_NEW - do */
const struct nla_policy bgtask_container_new_nl_policy[BGTASK_A_CONTAINER_COUNT_TRAFFIC + 1] = {
	[BGTASK_A_CONTAINER_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_CONTAINER_QUOTA] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_PERIOD] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_EXEMPT] = NLA_POLICY_MAX(NLA_U8, 1),
	[BGTASK_A_CONTAINER_COUNT_TRAFFIC] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_CONTAINER_SET - do */
const struct nla_policy bgtask_container_set_nl_policy[BGTASK_A_CONTAINER_REPRIEVE + 1] = {
	[BGTASK_A_CONTAINER_ID] = { .type = NLA_U32, },
	[BGTASK_A_CONTAINER_QUOTA] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_PERIOD] = { .type = NLA_U64, },
	[BGTASK_A_CONTAINER_EXEMPT] = NLA_POLICY_MAX(NLA_U8, 1),
	[BGTASK_A_CONTAINER_COUNT_TRAFFIC] = NLA_POLICY_MAX(NLA_U8, 1),
	[BGTASK_A_CONTAINER_REPRIEVE] = { .type = NLA_U64, },
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

/* BGTASK_CMD_HELPER_ATTACH - do */
const struct nla_policy bgtask_helper_attach_nl_policy[BGTASK_A_CALL_PAD + 1] = {
};

/* BGTASK_CMD_CALL_REPLY - do */
const struct nla_policy bgtask_call_reply_nl_policy[BGTASK_A_CALL_PAYLOAD + 1] = {
	[BGTASK_A_CALL_ID] = { .type = NLA_U32, },
	[BGTASK_A_CALL_ERROR] = { .type = NLA_S32, },
	[BGTASK_A_CALL_TEXT] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_CALL_PAYLOAD] = { .type = NLA_BINARY, },
};

/* BGTASK_CMD_APP_EVENT - do */
const struct nla_policy bgtask_app_event_nl_policy[BGTASK_A_CALL_PAYLOAD + 1] = {
	[BGTASK_A_CALL_COMMAND] = { .type = NLA_U32, },
	[BGTASK_A_CALL_PEER] = { .type = NLA_U32, },
	[BGTASK_A_CALL_PAYLOAD] = { .type = NLA_BINARY, },
};

/* BGTASK_CMD_TASK_REGISTER - do */
const struct nla_policy bgtask_task_register_nl_policy[BGTASK_A_TASK_FD + 1] = {
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_ENTRY_POINT] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_TRIGGER] = NLA_POLICY_MAX(NLA_U32, 18),
	[BGTASK_A_TASK_INTERVAL] = { .type = NLA_U64, },
	[BGTASK_A_TASK_ONESHOT] = NLA_POLICY_MAX(NLA_U8, 1),
	[BGTASK_A_TASK_CONDITIONS] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS] = NLA_POLICY_MAX(NLA_U8, 1),
	[BGTASK_A_TASK_FD] = { .type = NLA_S32, },
};

/* BGTASK_CMD_TASK_UNREGISTER - do */
const struct nla_policy bgtask_task_unregister_nl_policy[BGTASK_A_TASK_CANCEL + 1] = {
	[BGTASK_A_TASK_ID] = { .type = NLA_U32, },
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_CANCEL] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* BGTASK_CMD_TASK_GET - do */
const struct nla_policy bgtask_task_get_nl_policy[BGTASK_A_TASK_AFTER + 1] = {
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_AFTER] = { .type = NLA_U32, },
};

/* BGTASK_CMD_TASK_ASSOCIATE - do */
const struct nla_policy bgtask_task_associate_nl_policy[BGTASK_A_TASK_APP + 1] = {
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_TRIGGER_FIRE - do */
const struct nla_policy bgtask_trigger_fire_nl_policy[BGTASK_A_TASK_ARGUMENT + 1] = {
	[BGTASK_A_TASK_ID] = { .type = NLA_U32, },
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_TRIGGER] = NLA_POLICY_MAX(NLA_U32, 18),
	[BGTASK_A_TASK_ARGUMENT] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_INSTANCE_GET - do */
const struct nla_policy bgtask_instance_get_nl_policy[BGTASK_A_INSTANCE_AFTER + 1] = {
	[BGTASK_A_INSTANCE_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_INSTANCE_AFTER] = { .type = NLA_U32, },
};

/* BGTASK_CMD_INSTANCE_ATTACH - do */
const struct nla_policy bgtask_instance_attach_nl_policy[BGTASK_A_INSTANCE_PAD + 1] = {
};

/* BGTASK_CMD_INSTANCE_PROGRESS - do */
const struct nla_policy bgtask_instance_progress_nl_policy[BGTASK_A_INSTANCE_PROGRESS + 1] = {
	[BGTASK_A_INSTANCE_ID] = { .type = NLA_U32, },
	[BGTASK_A_INSTANCE_PROGRESS] = { .type = NLA_U32, },
};

/* BGTASK_CMD_INSTANCE_COMPLETE - do */
const struct nla_policy bgtask_instance_complete_nl_policy[BGTASK_A_INSTANCE_MESSAGE + 1] = {
	[BGTASK_A_INSTANCE_ID] = { .type = NLA_U32, },
	[BGTASK_A_INSTANCE_STATUS] = { .type = NLA_S32, },
	[BGTASK_A_INSTANCE_MESSAGE] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_INSTANCE_CANCEL - do */
const struct nla_policy bgtask_instance_cancel_nl_policy[BGTASK_A_INSTANCE_REASON + 1] = {
	[BGTASK_A_INSTANCE_ID] = { .type = NLA_U32, },
	[BGTASK_A_INSTANCE_REASON] = NLA_POLICY_MAX(NLA_U32, 11),
};

/* BGTASK_CMD_APP_INSTALL - do */
const struct nla_policy bgtask_app_install_nl_policy[BGTASK_A_APP_MANIFEST + 1] = {
	[BGTASK_A_APP_MANIFEST] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_APP_REMOVE - do */
const struct nla_policy bgtask_app_remove_nl_policy[BGTASK_A_APP_ID + 1] = {
	[BGTASK_A_APP_ID] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_APP_GET - do */
const struct nla_policy bgtask_app_get_nl_policy[BGTASK_A_APP_AFTER + 1] = {
	[BGTASK_A_APP_ID] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_APP_AFTER] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_APP_SET - do */
const struct nla_policy bgtask_app_set_nl_policy[BGTASK_A_APP_ACCESS + 1] = {
	[BGTASK_A_APP_ID] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_APP_ACCESS] = NLA_POLICY_MAX(NLA_U32, 4),
};

/* BGTASK_CMD_APP_UPGRADED - do */
const struct nla_policy bgtask_app_upgraded_nl_policy[BGTASK_A_APP_ID + 1] = {
	[BGTASK_A_APP_ID] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_CONDITION_GET - do */
const struct nla_policy bgtask_condition_get_nl_policy[BGTASK_A_CONDITION_PAD + 1] = {
};

/* BGTASK_CMD_CONDITION_SET - do */
const struct nla_policy bgtask_condition_set_nl_policy[BGTASK_A_CONDITION_WHICH + 1] = {
	[BGTASK_A_CONDITION_CONDITIONS] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[BGTASK_A_CONDITION_WHICH] = NLA_POLICY_MASK(NLA_U32, 0x3f),
};

/* BGTASK_CMD_CHANNEL_SET - do */
const struct nla_policy bgtask_channel_set_nl_policy[BGTASK_A_TASK_FD + 1] = {
	[BGTASK_A_TASK_ID] = { .type = NLA_U32, },
	[BGTASK_A_TASK_APP] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_NAME] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_TASK_FD] = { .type = NLA_S32, },
};

/* BGTASK_CMD_APP_MOVE - do */
const struct nla_policy bgtask_app_move_nl_policy[BGTASK_A_APP_MOVE + 1] = {
	[BGTASK_A_APP_ID] = { .type = NLA_NUL_STRING, },
	[BGTASK_A_APP_MOVE] = NLA_POLICY_MAX(NLA_U32, 5),
};

/* BGTASK_CMD_APP_ATTACH - do */
const struct nla_policy bgtask_app_attach_nl_policy[BGTASK_A_APP_UI_THREAD + 1] = {
	[BGTASK_A_APP_UI_THREAD] = { .type = NLA_U32, },
};

/* BGTASK_CMD_APP_SAVED - do */
const struct nla_policy bgtask_app_saved_nl_policy[BGTASK_A_APP_PAD + 1] = {
};

/* BGTASK_CMD_EXTENSION_REQUEST - do */
const struct nla_policy bgtask_extension_request_nl_policy[BGTASK_A_EXTENSION_REASON + 1] = {
	[BGTASK_A_EXTENSION_REASON] = NLA_POLICY_MAX(NLA_U32, 2),
	[BGTASK_A_EXTENSION_DESCRIPTION] = { .type = NLA_NUL_STRING, },
};

/* BGTASK_CMD_EXTENSION_CLOSE - do */
const struct nla_policy bgtask_extension_close_nl_policy[BGTASK_A_EXTENSION_PAD + 1] = {
};

/* Ops table for bgtask */
const struct genl_ops bgtask_nl_ops[39] = {
	{
		.cmd		= BGTASK_CMD_CONTAINER_NEW,
		.doit		= bgtask_nl_container_new_doit,
		.policy		= bgtask_container_new_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_COUNT_TRAFFIC,
	},
	{
		.cmd		= BGTASK_CMD_CONTAINER_SET,
		.doit		= bgtask_nl_container_set_doit,
		.policy		= bgtask_container_set_nl_policy,
		.maxattr	= BGTASK_A_CONTAINER_REPRIEVE,
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
	{
		.cmd		= BGTASK_CMD_HELPER_ATTACH,
		.doit		= bgtask_nl_helper_attach_doit,
		.policy		= bgtask_helper_attach_nl_policy,
		.maxattr	= BGTASK_A_CALL_PAD,
	},
	{
		.cmd		= BGTASK_CMD_CALL_REPLY,
		.doit		= bgtask_nl_call_reply_doit,
		.policy		= bgtask_call_reply_nl_policy,
		.maxattr	= BGTASK_A_CALL_PAYLOAD,
	},
	{
		.cmd		= BGTASK_CMD_APP_EVENT,
		.doit		= bgtask_nl_app_event_doit,
		.policy		= bgtask_app_event_nl_policy,
		.maxattr	= BGTASK_A_CALL_PAYLOAD,
	},
	{
		.cmd		= BGTASK_CMD_TASK_REGISTER,
		.doit		= bgtask_nl_task_register_doit,
		.policy		= bgtask_task_register_nl_policy,
		.maxattr	= BGTASK_A_TASK_FD,
	},
	{
		.cmd		= BGTASK_CMD_TASK_UNREGISTER,
		.doit		= bgtask_nl_task_unregister_doit,
		.policy		= bgtask_task_unregister_nl_policy,
		.maxattr	= BGTASK_A_TASK_CANCEL,
	},
	{
		.cmd		= BGTASK_CMD_TASK_GET,
		.doit		= bgtask_nl_task_get_doit,
		.policy		= bgtask_task_get_nl_policy,
		.maxattr	= BGTASK_A_TASK_AFTER,
	},
	{
		.cmd		= BGTASK_CMD_TASK_ASSOCIATE,
		.doit		= bgtask_nl_task_associate_doit,
		.policy		= bgtask_task_associate_nl_policy,
		.maxattr	= BGTASK_A_TASK_APP,
	},
	{
		.cmd		= BGTASK_CMD_TRIGGER_FIRE,
		.doit		= bgtask_nl_trigger_fire_doit,
		.policy		= bgtask_trigger_fire_nl_policy,
		.maxattr	= BGTASK_A_TASK_ARGUMENT,
	},
	{
		.cmd		= BGTASK_CMD_INSTANCE_GET,
		.doit		= bgtask_nl_instance_get_doit,
		.policy		= bgtask_instance_get_nl_policy,
		.maxattr	= BGTASK_A_INSTANCE_AFTER,
	},
	{
		.cmd		= BGTASK_CMD_INSTANCE_ATTACH,
		.doit		= bgtask_nl_instance_attach_doit,
		.policy		= bgtask_instance_attach_nl_policy,
		.maxattr	= BGTASK_A_INSTANCE_PAD,
	},
	{
		.cmd		= BGTASK_CMD_INSTANCE_PROGRESS,
		.doit		= bgtask_nl_instance_progress_doit,
		.policy		= bgtask_instance_progress_nl_policy,
		.maxattr	= BGTASK_A_INSTANCE_PROGRESS,
	},
	{
		.cmd		= BGTASK_CMD_INSTANCE_COMPLETE,
		.doit		= bgtask_nl_instance_complete_doit,
		.policy		= bgtask_instance_complete_nl_policy,
		.maxattr	= BGTASK_A_INSTANCE_MESSAGE,
	},
	{
		.cmd		= BGTASK_CMD_INSTANCE_CANCEL,
		.doit		= bgtask_nl_instance_cancel_doit,
		.policy		= bgtask_instance_cancel_nl_policy,
		.maxattr	= BGTASK_A_INSTANCE_REASON,
	},
	{
		.cmd		= BGTASK_CMD_APP_INSTALL,
		.doit		= bgtask_nl_app_install_doit,
		.policy		= bgtask_app_install_nl_policy,
		.maxattr	= BGTASK_A_APP_MANIFEST,
	},
	{
		.cmd		= BGTASK_CMD_APP_REMOVE,
		.doit		= bgtask_nl_app_remove_doit,
		.policy		= bgtask_app_remove_nl_policy,
		.maxattr	= BGTASK_A_APP_ID,
	},
	{
		.cmd		= BGTASK_CMD_APP_GET,
		.doit		= bgtask_nl_app_get_doit,
		.policy		= bgtask_app_get_nl_policy,
		.maxattr	= BGTASK_A_APP_AFTER,
	},
	{
		.cmd		= BGTASK_CMD_APP_SET,
		.doit		= bgtask_nl_app_set_doit,
		.policy		= bgtask_app_set_nl_policy,
		.maxattr	= BGTASK_A_APP_ACCESS,
	},
	{
		.cmd		= BGTASK_CMD_APP_UPGRADED,
		.doit		= bgtask_nl_app_upgraded_doit,
		.policy		= bgtask_app_upgraded_nl_policy,
		.maxattr	= BGTASK_A_APP_ID,
	},
	{
		.cmd		= BGTASK_CMD_CONDITION_GET,
		.doit		= bgtask_nl_condition_get_doit,
		.policy		= bgtask_condition_get_nl_policy,
		.maxattr	= BGTASK_A_CONDITION_PAD,
	},
	{
		.cmd		= BGTASK_CMD_CONDITION_SET,
		.doit		= bgtask_nl_condition_set_doit,
		.policy		= bgtask_condition_set_nl_policy,
		.maxattr	= BGTASK_A_CONDITION_WHICH,
	},
	{
		.cmd		= BGTASK_CMD_CHANNEL_SET,
		.doit		= bgtask_nl_channel_set_doit,
		.policy		= bgtask_channel_set_nl_policy,
		.maxattr	= BGTASK_A_TASK_FD,
	},
	{
		.cmd		= BGTASK_CMD_APP_MOVE,
		.doit		= bgtask_nl_app_move_doit,
		.policy		= bgtask_app_move_nl_policy,
		.maxattr	= BGTASK_A_APP_MOVE,
	},
	{
		.cmd		= BGTASK_CMD_APP_ATTACH,
		.doit		= bgtask_nl_app_attach_doit,
		.policy		= bgtask_app_attach_nl_policy,
		.maxattr	= BGTASK_A_APP_UI_THREAD,
	},
	{
		.cmd		= BGTASK_CMD_APP_SAVED,
		.doit		= bgtask_nl_app_saved_doit,
		.policy		= bgtask_app_saved_nl_policy,
		.maxattr	= BGTASK_A_APP_PAD,
	},
	{
		.cmd		= BGTASK_CMD_EXTENSION_REQUEST,
		.doit		= bgtask_nl_extension_request_doit,
		.policy		= bgtask_extension_request_nl_policy,
		.maxattr	= BGTASK_A_EXTENSION_REASON,
	},
	{
		.cmd		= BGTASK_CMD_EXTENSION_CLOSE,
		.doit		= bgtask_nl_extension_close_doit,
		.policy		= bgtask_extension_close_nl_policy,
		.maxattr	= BGTASK_A_EXTENSION_PAD,
	},
};

static const struct genl_multicast_group bgtask_nl_mcgrps[] = {
	[BGTASK_NLGRP_CONTAINER] = { "container", },
};
