/* SPDX-License-Identifier: ISC */
/* What a device is asked, before it is a message. */
#ifndef PLUGINS_SNMP_QUESTION_H
#define PLUGINS_SNMP_QUESTION_H

#include "plugins/snmp/codec/codec.h"

/* A message built for one access, kept by the owner so that it is built once. */
struct session_message {
	uint8_t *data; /* NULL: not built yet */
	size_t len, id_at;
};

struct session_question {
	enum codec_command command;
	unsigned repetitions; /* GETBULK */
	size_t count;
	struct snmp_oid oids[CODEC_VARBINDS]; /* not needed when `kept` holds the message */
	/* where the built message may be kept for the next time (the session allocates, the owner frees); NULL: nowhere */
	struct session_message *kept;
};

#endif
