/* SPDX-License-Identifier: ISC */
/*
 * How one device is asked, and whether what comes back is the device's own: by community (v1, v2c) or as a user (v3), which the callers need not
 * tell apart.
 *
 * A request is built once, by codec_build() with access_version(), access_community() and access_room(), and kept; at each sending access_seal()
 * makes the message of it. What comes in is received (whose it may be), then opened (whether it is).
 *
 * With v3 an exchange may take more than one message: the device's engine ID is discovered, its time taken (RFC 3414, 4). access_seal() then makes
 * the message that this needs instead, and access_open() says ACCESS_AGAIN: seal the same request again, at once, under a fresh id. It says so
 * three times in a row at most. Nothing here sends, waits or reads a clock.
 */
#ifndef PLUGINS_SNMP_ACCESS_H
#define PLUGINS_SNMP_ACCESS_H

#include "plugins/snmp/codec/codec.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/usm/protocol.h"

enum access_version { ACCESS_V1, ACCESS_V2C, ACCESS_V3 };

/* As configured; borrowed texts. */
struct access_settings {
	enum access_version version;
	bool is_version_free;       /* nobody insists on it: the other one of v1 and v2c may be tried */
	const char *community;      /* v1, v2c; "" otherwise */
	const char *user, *context; /* v3; "" otherwise; context "": the default one */
	enum usm_auth auth;
	enum usm_priv priv; /* none without auth */
	const char *auth_key,
	    *priv_key; /* pass phrases of at least USM_PHRASE_MIN octets; "" without the protocol */
};
/* Part of a message to a worker, and back: false: it is not whole, or not sound. What is read is borrowed from the message. */
void access_put(struct message_writer *w, const struct access_settings *settings);
bool access_get(struct message_reader *r, struct access_settings *out);

/* What all of a worker's accesses share: the library, keys made from pass phrases, room for messages (usm.h). */
struct usm;

struct access;
/* Copies what it needs; `usm` is borrowed and needed for v3 alone. -ENOMEM. */
int access_new(struct usm *usm, const struct access_settings *settings, struct access **out);
void access_free(struct access *access); /* wipes its keys */

/* For building requests. */
enum codec_version access_version(const struct access *access); /* of the PDUs: v3 carries those of v2c */
const char *access_community(const struct access *access);      /* "" with v3; borrowed */
size_t access_room(const struct access *access);                /* octets that a built request may take */
/* The device has taught that it speaks the other one of v1 and v2c; without effect on v3. */
void access_set_version(struct access *access, enum codec_version version);

/* A new exchange begins: a new question, not its repeats. */
void access_begin(struct access *access);
/*
 * Makes the message of a built request, with `id`, in `out` (CODEC_REQUEST_MAX octets). Returns its length; -EMSGSIZE: the request is longer than
 * access_room(); -ENOTSUP: this host's library lacks a protocol, access_fault() says which.
 */
int access_seal(struct access *access, const uint8_t *request, size_t len, size_t id_at, uint32_t id,
    int64_t now_ms, uint8_t *out);
const char *access_fault(const struct access *access); /* "" : none */

/* A datagram whose sender is not known yet. Borrowed from the datagram, the codec and the next call. */
struct access_message {
	uint32_t id; /* under which its request was sent, if it is an answer to one */
	bool is_v3;
	const uint8_t *data; /* v3: still sealed */
	size_t len;
	struct codec_answer answer; /* v1, v2c */
};
/* -EBADMSG: no answer of any version; -ENOMEM. */
int access_receive(struct codec *codec, const uint8_t *data, size_t len, struct access_message *out);

enum access_verdict {
	ACCESS_ANSWER, /* `answer` is the device's */
	ACCESS_AGAIN,  /* seal the request again and send it at once, under a fresh id */
	ACCESS_REFUSED, /* the device answers and will not have us: the exchange has failed, and to repeat it soon is of no use */
	ACCESS_IGNORED, /* not the device's own: the question goes on waiting */
};
struct access_opened {
	enum access_verdict verdict;
	struct codec_answer
	    answer;          /* ANSWER; lives until the next access_open() and as long as the datagram */
	const char *reason;  /* not ANSWER: for people, without secrets; lives for ever */
	const char *counter; /* IGNORED: what is counted */
	/* With ANSWER. The device has restarted since the last answer: engineBoots rose, or went back. */
	bool is_restarted;
	/* With ANSWER. access_engine() is another than before: at the first answer, and when it changed. */
	bool is_new_engine;
};
/* The message bears the id of a request that was sealed here, and came from the device's address. */
void access_open(
    struct access *access, const struct access_message *message, int64_t now_ms, struct access_opened *out);

/* The device's engine ID, 2 digits an octet as in "80001f8804…"; "" with v1 and v2c, and until there was an answer. Borrowed. */
const char *access_engine(const struct access *access);
/* What silence may mean after what is known ("it answers engine discovery, but …"); "": no idea. */
const char *access_hint(const struct access *access);

#endif
