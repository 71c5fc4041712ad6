// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Keeps the requests that every helper must get, such as those for events, and sends them again to
 * a new helper, without waiting for the answers. If the new helper refuses one, bgt_next_event()
 * returns the error.
 */
#include "renewal.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>
#include <string.h>

#include "transport/request.h"

#include "pending.h"

struct bgt_renewal {
	struct bgt_renewal *next;
	uint8_t command;
	bgt_renewed_fn renewed;
	/* Sequence number of the last request, whose answer may still come. */
	uint32_t sequence;
	bool under_way;
	/* Queued when a new helper has refused, for bgt_next_event() to return the error. */
	struct bgt_pending pending;
	bool refused;
	int error;
	char text[sizeof(((struct bgt *)0)->error)];
	/* The app that the request names, or "": apps need not name themselves. */
	char app[];
};

int bgt_renewal_prepare(struct bgt *bgt, uint8_t command, const char *app,
			bgt_renewed_fn renewed, struct bgt_renewal **result)
{
	struct bgt_renewal *renewal;
	size_t size;
	int error;

	*result = NULL;
	error = bgt_pending_prepare(bgt);
	if (error)
		return error;
	if (!app)
		app = "";
	size = strlen(app) + 1;
	renewal = calloc(1, sizeof(*renewal) + size);
	if (!renewal)
		return bgt_fail(bgt, -ENOMEM, NULL);
	renewal->command = command;
	renewal->renewed = renewed;
	memcpy(renewal->app, app, size);
	*result = renewal;
	return 0;
}

void bgt_renewal_note(struct bgt *bgt, struct bgt_renewal *renewal)
{
	const struct bgt_renewal *known;

	for (known = bgt->renewal; known; known = known->next) {
		if (known->command == renewal->command && !strcmp(known->app, renewal->app)) {
			free(renewal);
			return;
		}
	}
	renewal->next = bgt->renewal;
	bgt->renewal = renewal;
}

static void begin(struct bgt *bgt, struct bgt_request *request, const struct bgt_renewal *renewal)
{
	bgt_request_init(request, bgt->family, renewal->command);
	/* Only associations have an app. */
	if (*renewal->app)
		bgt_put_string(request, BGTASK_A_TASK_APP, renewal->app);
}

static int tell(struct bgt *bgt, struct bgt_pending *pending)
{
	char *start = (char *)pending - offsetof(struct bgt_renewal, pending);
	struct bgt_renewal *renewal = (struct bgt_renewal *)start;

	renewal->refused = false;
	return bgt_fail(bgt, renewal->error, "the new helper refused: %.200s", renewal->text);
}

static void refuse(struct bgt *bgt, struct bgt_renewal *renewal, int error)
{
	renewal->under_way = false;
	/* The new helper has ended, too. The next helper will get the requests. */
	if (error == -ECONNRESET || error == -ENOTCONN)
		return;
	renewal->error = error;
	strcpy(renewal->text, bgt->error);
	if (renewal->refused)
		return;
	renewal->refused = true;
	renewal->pending.tell = tell;
	bgt_pending_add(bgt, &renewal->pending);
}

void bgt_renew(struct bgt *bgt)
{
	struct bgt_renewal *renewal;
	struct bgt_request request;
	int error;

	bgt->renewals++;
	for (renewal = bgt->renewal; renewal; renewal = renewal->next) {
		begin(bgt, &request, renewal);
		request.header->nlmsg_flags |= NLM_F_ACK;
		error = bgt_transmit(bgt, &request);
		if (error) {
			refuse(bgt, renewal, error);
			continue;
		}
		renewal->sequence = request.header->nlmsg_seq;
		renewal->under_way = true;
	}
}

static void read_end(struct bgt *bgt, const struct nlmsghdr *message, struct bgt_renewal *renewal)
{
	const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(message);
	struct bgt_request request;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*refusal)) {
		refuse(bgt, renewal, bgt_fail(bgt, -EPROTO, NULL));
		return;
	}
	renewal->under_way = false;
	if (refusal->error >= 0)
		return;
	begin(bgt, &request, renewal);
	refuse(bgt, renewal, bgt_explain(bgt, request.header, message, sizeof(*refusal),
					 refusal->error));
}

bool bgt_renewal_answered(struct bgt *bgt, const struct nlmsghdr *message)
{
	struct bgt_renewal *renewal = bgt->renewal;

	while (renewal && (!renewal->under_way || renewal->sequence != message->nlmsg_seq))
		renewal = renewal->next;
	if (!renewal)
		return false;
	if (message->nlmsg_type == NLMSG_ERROR)
		read_end(bgt, message, renewal);
	else if (renewal->renewed)
		renewal->renewed(bgt, message);
	return true;
}

void bgt_renewal_free(struct bgt_renewal *list)
{
	struct bgt_renewal *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}
