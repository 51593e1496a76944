/* SPDX-License-Identifier: ISC */
/*
 * SNMPv3 notifications from anywhere: traps, whose sender's engine is the authoritative one, and informs, for which ours is (RFC 3412, 6.4; RFC 3414).
 *
 * The users are those of the configuration. Which keys a message needs is known from its header before it is deciphered: the sender's engine ID and the
 * user's name; keys are localised then, and kept of the last used senders whose digest was right. Of several users of one name whoever's keys fit is it.
 * A replayed trap is refused: of each sender that is kept the highest (boots, time) holds (RFC 3414, 3.2 7b).
 */
#ifndef PLUGINS_SNMP_INBOUND_H
#define PLUGINS_SNMP_INBOUND_H

#include "plugins/snmp/usm/access.h"

struct inbound;
/* `senders`: how many pairs of engine and user are kept. -ENOMEM. */
int inbound_new(struct usm *usm, size_t senders, struct inbound **out);
void inbound_free(struct inbound *inbound);

/* Adds a user by what devices are asked with; v1, v2c and repeats change nothing. What is needed is copied, and wiped at the end. 0, -ENOMEM. */
int inbound_add_user(struct inbound *inbound, const struct access_settings *settings);
/* Forgets all users, and what was kept of their senders: before they are added anew. */
void inbound_clear_users(struct inbound *inbound);

enum inbound_verdict {
	INBOUND_TRAP, /* authentic as far as its user asks for it; no answer is due */
	INBOUND_INFORM, /* the same; `reply` is the Response, to be sent back to whence it came once the inform is taken */
	INBOUND_REPORT, /* not for us yet: `reply` tells the sender our engine ID, time or what else it needs (RFC 3414, 3.2); at a limited rate */
	/*
	 * Authentic, but its time is before what its sender has said already: a replay, or a box that does not keep its engineBoots. A reason to
	 * look (to poll its device), and for nothing else.
	 */
	INBOUND_STALE,
	INBOUND_REFUSED, /* no answer is due */
};
struct inbound_opened {
	enum inbound_verdict verdict;
	struct codec_answer notification; /* TRAP and INFORM, STALE; lives until the next inbound_open() */
	/* Of the sender as the message says, our own with an inform; borrowed from the datagram or until the next call. */
	const uint8_t *engine_id;
	size_t engine_id_len;
	char user[USM_USER_MAX + 1]; /* as the message says */
	const char *reason;          /* not TRAP and INFORM: for people; lives for ever */
	const uint8_t *reply;        /* until the next inbound_open() */
	size_t reply_len;
};
/* A datagram of version 3. -EBADMSG: it is none, or malformed. */
int inbound_open(
    struct inbound *inbound, const uint8_t *data, size_t len, int64_t now_ms, struct inbound_opened *out);

#endif
