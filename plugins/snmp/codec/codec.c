/* SPDX-License-Identifier: ISC */
/* Requests by request.c, answers by answer.c. */
#include "plugins/snmp/codec/codec.h"

#include <errno.h>
#include <stdlib.h>

#include "plugins/snmp/codec/answer.h"

struct codec {
	struct answer_room room;
};

struct codec *
codec_new(void)
{
	return calloc(1, sizeof(struct codec));
}

void
codec_free(struct codec *codec)
{
	if (codec == NULL)
		return;
	answer_room_fini(&codec->room);
	free(codec);
}

int
codec_parse(struct codec *codec, const uint8_t *data, size_t len, struct codec_answer *out)
{
	struct codec_answer answer;

	int rc = answer_parse(&codec->room, data, len, &answer);
	if (rc < 0)
		return rc;
	if (answer.pdu != CODEC_RESPONSE)
		return -EBADMSG;
	*out = answer;
	return 0;
}
