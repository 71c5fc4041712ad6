/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/bgtask.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_BGTASK_GEN_H
#define _LINUX_BGTASK_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/bgtask.h>

extern const struct nla_policy bgtask_container_new_nl_policy[BGTASK_A_CONTAINER_COUNT_TRAFFIC + 1];

extern const struct nla_policy bgtask_container_set_nl_policy[BGTASK_A_CONTAINER_REPRIEVE + 1];

extern const struct nla_policy bgtask_container_del_nl_policy[BGTASK_A_CONTAINER_ID + 1];

extern const struct nla_policy bgtask_container_get_nl_policy[BGTASK_A_CONTAINER_NAME + 1];

extern const struct nla_policy bgtask_container_kill_nl_policy[BGTASK_A_MEMBER_ROLE + 1];

extern const struct nla_policy bgtask_member_add_nl_policy[BGTASK_A_MEMBER_HELD + 1];

extern const struct nla_policy bgtask_member_set_nl_policy[BGTASK_A_MEMBER_HELD + 1];

extern const struct nla_policy bgtask_member_del_nl_policy[BGTASK_A_MEMBER_ID + 1];

extern const struct nla_policy bgtask_member_get_nl_policy[BGTASK_A_MEMBER_CONTAINER + 1];

extern const struct nla_policy bgtask_self_get_nl_policy[BGTASK_A_CONTAINER_PAD + 1];

extern const struct nla_policy bgtask_mutex_acquire_nl_policy[BGTASK_A_MUTEX_TIMEOUT + 1];

extern const struct nla_policy bgtask_mutex_release_nl_policy[BGTASK_A_MUTEX_SCOPE + 1];

extern const struct nla_policy bgtask_mutex_get_nl_policy[BGTASK_A_MUTEX_SCOPE + 1];

extern const struct nla_policy bgtask_helper_attach_nl_policy[BGTASK_A_CALL_PAD + 1];

extern const struct nla_policy bgtask_call_reply_nl_policy[BGTASK_A_CALL_PAYLOAD + 1];

extern const struct nla_policy bgtask_app_event_nl_policy[BGTASK_A_CALL_PAYLOAD + 1];

extern const struct nla_policy bgtask_task_register_nl_policy[BGTASK_A_TASK_FD + 1];

extern const struct nla_policy bgtask_task_unregister_nl_policy[BGTASK_A_TASK_CANCEL + 1];

extern const struct nla_policy bgtask_task_get_nl_policy[BGTASK_A_TASK_AFTER + 1];

extern const struct nla_policy bgtask_task_associate_nl_policy[BGTASK_A_TASK_APP + 1];

extern const struct nla_policy bgtask_trigger_fire_nl_policy[BGTASK_A_TASK_ARGUMENT + 1];

extern const struct nla_policy bgtask_instance_get_nl_policy[BGTASK_A_INSTANCE_AFTER + 1];

extern const struct nla_policy bgtask_instance_attach_nl_policy[BGTASK_A_INSTANCE_PAD + 1];

extern const struct nla_policy bgtask_instance_progress_nl_policy[BGTASK_A_INSTANCE_PROGRESS + 1];

extern const struct nla_policy bgtask_instance_complete_nl_policy[BGTASK_A_INSTANCE_MESSAGE + 1];

extern const struct nla_policy bgtask_instance_cancel_nl_policy[BGTASK_A_INSTANCE_REASON + 1];

extern const struct nla_policy bgtask_app_install_nl_policy[BGTASK_A_APP_MANIFEST + 1];

extern const struct nla_policy bgtask_app_remove_nl_policy[BGTASK_A_APP_ID + 1];

extern const struct nla_policy bgtask_app_get_nl_policy[BGTASK_A_APP_AFTER + 1];

extern const struct nla_policy bgtask_app_set_nl_policy[BGTASK_A_APP_ACCESS + 1];

extern const struct nla_policy bgtask_app_upgraded_nl_policy[BGTASK_A_APP_ID + 1];

extern const struct nla_policy bgtask_condition_get_nl_policy[BGTASK_A_CONDITION_PAD + 1];

extern const struct nla_policy bgtask_condition_set_nl_policy[BGTASK_A_CONDITION_WHICH + 1];

extern const struct nla_policy bgtask_channel_set_nl_policy[BGTASK_A_TASK_FD + 1];

extern const struct nla_policy bgtask_app_move_nl_policy[BGTASK_A_APP_MOVE + 1];

extern const struct nla_policy bgtask_app_attach_nl_policy[BGTASK_A_APP_UI_THREAD + 1];

extern const struct nla_policy bgtask_app_saved_nl_policy[BGTASK_A_APP_PAD + 1];

extern const struct nla_policy bgtask_extension_request_nl_policy[BGTASK_A_EXTENSION_REASON + 1];

extern const struct nla_policy bgtask_extension_close_nl_policy[BGTASK_A_EXTENSION_PAD + 1];

/* Ops table for bgtask */
extern const struct genl_ops bgtask_nl_ops[39];

int bgtask_nl_container_new_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_container_set_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_container_del_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_container_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_container_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int bgtask_nl_container_kill_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_member_add_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_member_set_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_member_del_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_member_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_member_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int bgtask_nl_self_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_mutex_acquire_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_mutex_release_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_mutex_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_mutex_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int bgtask_nl_helper_attach_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_call_reply_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_event_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_task_register_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_task_unregister_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_task_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_task_associate_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_trigger_fire_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_instance_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_instance_attach_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_instance_progress_doit(struct sk_buff *skb,
				     struct genl_info *info);
int bgtask_nl_instance_complete_doit(struct sk_buff *skb,
				     struct genl_info *info);
int bgtask_nl_instance_cancel_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_install_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_remove_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_set_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_upgraded_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_condition_get_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_condition_set_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_channel_set_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_move_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_attach_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_app_saved_doit(struct sk_buff *skb, struct genl_info *info);
int bgtask_nl_extension_request_doit(struct sk_buff *skb,
				     struct genl_info *info);
int bgtask_nl_extension_close_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	BGTASK_NLGRP_CONTAINER,
};

#endif /* _LINUX_BGTASK_GEN_H */
