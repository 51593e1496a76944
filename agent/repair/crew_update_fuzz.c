/* SPDX-License-Identifier: ISC */
/* What a stranger can put on a crew's topic: a token, its header and its payload; and what an operator can paste: a public key. */
#include <stdlib.h>
#include <string.h>

#include "agent/repair/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct jws jws;
	struct crew_payload payload;
	struct jws_key *key;
	const char *why;
	char error[256];

	if (jws_parse((const char *)data, size, &jws, &why) == 0) {
		if (crew_payload_read(jws.payload, jws.payload_len, &payload, error, sizeof(error)) == 0) {
			char digest[JWS_DIGEST];
			payload.step.update = &payload.update;
			update_digest(&payload.step, digest);
		}
		crew_payload_free(&payload);
	}
	char *text = strndup((const char *)data, size);
	if (crew_payload_read(text, strlen(text), &payload, error, sizeof(error)) == 0 &&
	    payload.update.id[0] == '\0')
		abort();
	crew_payload_free(&payload);
	if (jws_key_parse(text, &key, error, sizeof(error)) == 0)
		jws_key_free(key);
	free(text);
	return 0;
}
