/* SPDX-License-Identifier: ISC */
/*
 * What the plugin and its poll workers say to each other: whole messages over their socket, written and read field by field with every length
 * checked (a worker reads hostile input: what it says is checked like a stranger's).
 */
#ifndef PLUGINS_SNMP_MESSAGE_H
#define PLUGINS_SNMP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/observe.h>

enum message_type {
	/* to a worker */
	/*
	 * device, access (usm/access.h), host (16 octets) and port, those of its answers, interval_ms, profile, what MESSAGE_LEARNED told: poll it
	 * from now on
	 */
	MESSAGE_DEVICE = 1,
	MESSAGE_REMOVE,  /* device */
	MESSAGE_SENSORS, /* device, generation, whether some that it had are missing, count, numbers: the sensors of a plan, in its order; 0: not taken */
	MESSAGE_POLL_NOW, /* device: poll it at once, tell all of its alarms that stand, then MESSAGE_SWEEP */
	MESSAGE_RELOAD,   /* the profiles anew */
	MESSAGE_PACE,     /* device, is on battery, is verifying, octets a day: how often to poll it */
	/* to the worker that receives traps, with MESSAGE_REMOVE, and MESSAGE_ATTRIBUTE of `profile` and `engine-id` */
	MESSAGE_SENDER,      /* device, access, count, count x host (16 octets), "SITE/SLOT" */
	MESSAGE_TRAP_ACCESS, /* access: traps of any device may bear it */
	MESSAGE_LISTEN,      /* all is told: read */
	/* to a worker that explores; an access is: version, community */
	MESSAGE_SCAN,   /* requests a second, port, count, count x access, count, count x struct range */
	MESSAGE_RECORD, /* host, port, access, root OID, count, count x text that may not be shown */
	/* from a worker */
	MESSAGE_PLAN,      /* device, generation, count, count x (kind, interval_ms, instance, label) */
	MESSAGE_READINGS,  /* count, count x struct towerd_reading */
	MESSAGE_PRESENCE,  /* device, presence, reason */
	MESSAGE_ATTRIBUTE, /* device, name, value */
	MESSAGE_REJECT,    /* device, source, reason */
	MESSAGE_LEARNED,   /* device, a line to be kept for MESSAGE_DEVICE, words for people */
	MESSAGE_FAULT,     /* device, a fault: message_put_fault() */
	MESSAGE_SWEEP, /* device, since_ms: all alarms that stand were told since then; what was not is over (towerd_fault_sweep()) */
	MESSAGE_FOUND, /* host, port, position of the access, profile, sysName, sysObjectID, sysDescr */
	MESSAGE_STRANGE,  /* device, count, trap OID, its varbinds as text: traps that no profile knows */
	MESSAGE_REFUSED,  /* device or 0, host, enum origin_reason, count */
	MESSAGE_LINES,    /* lines of a recording */
	MESSAGE_EXPLORED, /* asked or left out, answered or recorded, why it ended early or "" */
};

/* Writing. Start with `= { 0 }`; after an allocation failure `failed` is set and all further calls do nothing. */
struct message_writer {
	uint8_t *data;
	size_t len, capacity;
	bool failed;
};
void message_begin(struct message_writer *w, enum message_type type); /* keeps the buffer */
void message_put_u32(struct message_writer *w, uint32_t value);
void message_put_i64(struct message_writer *w, int64_t value);
void message_put_bytes(struct message_writer *w, const void *data, size_t len); /* without its length */
void message_put_text(struct message_writer *w, const char *text);
void message_fini(struct message_writer *w);

/* Reading. A field that is not there reads as 0 or "" and sets `failed`. */
struct message_reader {
	const uint8_t *data;
	size_t len, at;
	bool failed;
};
struct message_reader message_open(const void *data, size_t len);
uint32_t message_u32(struct message_reader *r);
int64_t message_i64(struct message_reader *r);
const void *message_bytes(struct message_reader *r, size_t len); /* NULL when not there */
/* `count` items of `size` octets one after the other, at any address; NULL when not there. */
const void *message_items(struct message_reader *r, uint32_t count, size_t size);
const char *message_text(struct message_reader *r); /* lives as long as the message */
/* All was there, and nothing more. */
bool message_is_whole(const struct message_reader *r);

/* A fault without its device and size, as the rest of a message. False: it is not whole; its texts are borrowed from the message. */
void message_put_fault(struct message_writer *w, const struct towerd_fault *fault);
bool message_fault(struct message_reader *r, struct towerd_fault *out);

#endif
