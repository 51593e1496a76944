/* SPDX-License-Identifier: ISC */
/* What the receiver consists of: for its own files. */
#ifndef PLUGINS_SNMP_RECEIVER_PARTS_H
#define PLUGINS_SNMP_RECEIVER_PARTS_H

#include "plugins/snmp/codec/answer.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/profile/profile.h"
#include "plugins/snmp/trap/listener.h"
#include "plugins/snmp/trap/origin.h"
#include "plugins/snmp/trap/outcome.h"
#include "plugins/snmp/trap/speaker.h"
#include "plugins/snmp/trap/strange.h"
#include "plugins/snmp/trap/trap_message.h"
#include "plugins/snmp/usm/inbound.h"
#include "plugins/snmp/usm/usm.h"

#define LISTENERS_MAX   8
#define RELAYS_MAX      64
#define COMMUNITIES_MAX 32
#define COMMUNITY_MAX   64
#define ANSWERS_MAX     512 /* informs that wait for their answer; one more and what waits is told at once */

enum receiver_counter {
	COUNT_RECEIVED,
	COUNT_MAPPED,
	COUNT_UNKNOWN,
	COUNT_REPEATED,
	COUNT_ANSWERED,
	COUNT_OVER_RATE,
	COUNT_WRONG_COMMUNITY,
	COUNT_WRONG_USER,
	COUNT_STALE,
	COUNT_MALFORMED,
	COUNT_UNKNOWN_SOURCE,
	COUNT_SHARED,
	COUNT_FAULTS_LOST,
	COUNT_KERNEL,
	RECEIVER_COUNTERS
};

struct receiver_answer {
	struct listener *listener;
	struct listener_path path;
	uint8_t *data;
	size_t len;
};

struct receiver {
	struct towerd_ctx *ctx;
	struct profiles *profiles;
	struct listener *listeners[LISTENERS_MAX];
	size_t listener_count;
	struct in6_addr relays[RELAYS_MAX];
	size_t relay_count;
	char *communities[COMMUNITIES_MAX]; /* of `trap-credentials` */
	size_t community_count;
	char *users[COMMUNITIES_MAX]; /* the same, of SNMPv3 */
	size_t user_count;
	struct rate_limit limit;
	struct usm *usm; /* NULL: there is no user of SNMPv3 */
	struct inbound *inbound;

	struct speakers *speakers;
	struct origins *origins;
	struct outcomes *outcomes;
	struct strangers *strangers;

	/* of the message in hand */
	int64_t now_ms; /* of this turn of the loop; 0: not asked for yet */
	struct answer_room room;
	struct notification notification;
	struct object_set *varbinds;

	/* on their way out */
	struct receiver_answer answers[ANSWERS_MAX];
	size_t answer_count;
	uint32_t *wanting; /* devices that want a poll */
	size_t wanting_count, wanting_room;
	uint64_t counts[RECEIVER_COUNTERS];
	struct message_writer scratch;
	struct towerd_timer *due;
	int64_t due_ms; /* when `due` rings; 0: not */
	int64_t told_ms, listed_ms;
};

/* receiver.c: a datagram, as struct listener_calls. */
void receiver_take(
    void *arg, struct listener *listener, const struct listener_path *path, uint8_t *data, size_t len);

/* receiver_v3.c: the same of SNMPv3. */
void receiver_take_v3(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    const uint8_t *data, size_t len);
/* Of `settings`, as far as they are of SNMPv3. 0, or the errors of usm_new() and inbound_add_user(). */
int receiver_add_user(struct receiver *receiver, const struct access_settings *settings);

/* receiver.c, for both. `speaker` NULL: no known device. */
void receiver_refuse(struct receiver *receiver, const struct in6_addr *host, const struct speaker *speaker,
    enum origin_reason reason);
void receiver_take_notification(struct receiver *receiver, struct speaker *speaker,
    const struct codec_answer *message, const struct notification *notification);
/* One that was taken already: our answer was lost. */
bool receiver_is_repeat(struct receiver *receiver, struct speaker *speaker, uint32_t id, uint32_t hash);

/* receiver_tell.c: what goes out. The device's rate allows one more. */
bool receiver_may_come(struct receiver *receiver, struct speaker *speaker);
void receiver_want_poll(struct receiver *receiver, struct speaker *speaker);
/* Copies the answer; it is sent when all that was taken before it has been told. */
void receiver_answer(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    const uint8_t *data, size_t len);
/* After a turn: tells what is to be told, now or soon. */
void receiver_drained(void *arg);
/* All at once. */
void receiver_tell_due(struct towerd_ctx *ctx, void *arg);

#endif
