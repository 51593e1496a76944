/* SPDX-License-Identifier: ISC */
/* The worker that looks: what it is told to do. */
#include "plugins/snmp/explore/explorer.h"

#include "plugins/snmp/explore/scan.h"
#include "plugins/snmp/explore/walk.h"

int
explorer_start(struct towerd_ctx *ctx, struct explorer *explorer)
{
	return poller_start(ctx, &explorer->poller);
}

void
explorer_stop(struct explorer *explorer)
{
	scan_free(explorer->scan);
	walk_free(explorer->walk);
	poller_stop(&explorer->poller);
	explorer->scan = NULL;
	explorer->walk = NULL;
}

void
explorer_message(struct explorer *explorer, const void *data, size_t len)
{
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (explorer->scan != NULL || explorer->walk != NULL)
		return;
	if (type == MESSAGE_SCAN)
		explorer->scan = scan_start(&explorer->poller, &r);
	else if (type == MESSAGE_RECORD)
		explorer->walk = walk_start(&explorer->poller, &r);
}

void
explorer_tell_end(struct poller *poller, uint32_t all, uint32_t good, const char *trouble)
{
	struct message_writer *w = &poller->scratch;

	message_begin(w, MESSAGE_EXPLORED);
	message_put_u32(w, all);
	message_put_u32(w, good);
	message_put_text(w, trouble);
	(void)poller_tell(poller, w);
}
