// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Extensions: an app asks to run on in the background, and gives the extension back. Several jobs
 * of the process can share one extension, which ends with the last job.
 */
#include <errno.h>
#include <linux/bgtask.h>

#include "transport/fields.h"
#include "transport/request.h"

#define ASSERT_REASON(name)	\
	_Static_assert((int)BGT_EXTENSION_##name == (int)BGTASK_EXTENSION_REASON_##name, #name)

ASSERT_REASON(UNSPECIFIED);
ASSERT_REASON(LOCATION_TRACKING);
ASSERT_REASON(SAVING_DATA);
_Static_assert((int)BGT_REVOKED_RESUMED == (int)BGTASK_REVOKED_REASON_RESUMED, "resumed");
_Static_assert((int)BGT_REVOKED_SYSTEM_POLICY == (int)BGTASK_REVOKED_REASON_SYSTEM_POLICY,
	       "system-policy");

struct grant {
	bool allowed;
	uint64_t limit;
};

static int parse(const struct nlmsghdr *message, void *data)
{
	struct bgt_span span = bgt_span_of_message(message);
	const struct nlattr *allowed = bgt_span_find(span, BGTASK_A_EXTENSION_ALLOWED);
	const struct nlattr *limit = bgt_span_find(span, BGTASK_A_EXTENSION_LIMIT);
	struct grant *grant = data;

	if (!allowed || !limit || !bgt_get_flag(allowed, &grant->allowed) ||
	    !bgt_get_u64(limit, &grant->limit))
		return -EPROTO;
	return 0;
}

int bgt_extension_request(struct bgt *bgt, enum bgt_extension_reason reason,
			  const char *description, bool *allowed, uint64_t *limit)
{
	struct grant grant = { false, 0 };
	struct bgt_request request;
	int error;

	*allowed = false;
	bgt_request_init(&request, bgt->family, BGTASK_CMD_EXTENSION_REQUEST);
	bgt_put_u32(&request, BGTASK_A_EXTENSION_REASON, reason);
	bgt_put_string_if(&request, BGTASK_A_EXTENSION_DESCRIPTION, description);
	error = bgt_exchange(bgt, &request, parse, &grant);
	/* If the answer is lost, the helper may have granted the extension all the same. */
	if (error != -EBUSY)
		bgt->asked = true;
	if (error)
		return error;
	*allowed = grant.allowed;
	if (limit)
		*limit = grant.limit;
	if (grant.allowed) {
		bgt->extended = true;
		bgt->jobs++;
	}
	return 0;
}

int bgt_extension_close(struct bgt *bgt)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, bgt->family, BGTASK_CMD_EXTENSION_CLOSE);
	error = bgt_exchange(bgt, &request, NULL, NULL);
	/*
	 * This is set after the exchange: if a new helper still knows of the extension meanwhile,
	 * attached_again() in lifecycle.c must not give it back as well.
	 */
	bgt->extended = false;
	bgt->jobs = 0;
	return error;
}

int bgt_extension_share(struct bgt *bgt)
{
	if (!bgt->extended)
		return bgt_fail(bgt, -ENOENT, "there is no extension");
	bgt->jobs++;
	return 0;
}

int bgt_extension_finish(struct bgt *bgt)
{
	/*
	 * The job may have shared an extension that was revoked, and there may be a new extension
	 * now, which other jobs share.
	 */
	if (!bgt->jobs || --bgt->jobs || !bgt->extended)
		return 0;
	return bgt_extension_close(bgt);
}
