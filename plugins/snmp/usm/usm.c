/* SPDX-License-Identifier: ISC */
/* What all SNMPv3 of a worker process shares. */
#include "plugins/snmp/usm/usm.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/inside.h"

int
usm_new(struct towerd_ctx *ctx, struct usm **out)
{
	struct usm *usm = calloc(1, sizeof(*usm));

	*out = usm;
	if (usm == NULL)
		return -ENOMEM;
	engine_open(ctx, &usm->engine);
	int rc = library_start(usm->engine.id, usm->engine.id_len, usm->engine.boots);
	return rc < 0 ? towerd_fail(ctx, rc, "Net-SNMP's USM does not start") : 0;
}

void
usm_free(struct usm *usm)
{
	if (usm == NULL)
		return;
	answer_room_fini(&usm->room);
	explicit_bzero(usm->plain, sizeof(usm->plain));
	free(usm);
}

int
usm_open(struct usm *usm, const struct usm_peer *peer, const struct envelope *envelope, const uint8_t *data,
    size_t len, struct usm_opened *out)
{
	struct answer_scope scope;
	int rc = 0;

	if (len > sizeof(usm->message))
		return -EBADMSG;
	memcpy(usm->message, data, len);
	out->scoped = usm->message + (envelope->data - data);
	out->scoped_len = envelope->data_len;
	if ((envelope->flags & ENVELOPE_AUTH) != 0)
		rc = library_open(peer, envelope->flags, usm->message, len, envelope->params_at, usm->plain,
		    &out->scoped, &out->scoped_len);
	return rc < 0 ? rc : answer_parse_scoped(&usm->room, out->scoped, out->scoped_len, &scope, &out->pdu);
}
