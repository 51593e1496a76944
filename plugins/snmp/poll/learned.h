/* SPDX-License-Identifier: ISC */
/*
 * What a device has taught of its limits: how much it takes at once, and what it does not take at all. It is the box's that stood there when it
 * was learned: another sysObjectID forgets it, and so does a day, since firmware gets better.
 */
#ifndef PLUGINS_SNMP_LEARNED_H
#define PLUGINS_SNMP_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct learned {
	uint8_t objects;     /* that it takes in a request; 0: no limit is known */
	uint8_t repetitions; /* that it takes in a GETBULK; 0: no limit is known */
	bool has_no_bulk;    /* it is walked by GETNEXT */
	bool is_v1;          /* it answers SNMPv1 alone */
	bool is_unordered;   /* its walks come in no order */
	bool is_news;        /* something changed since this was last unset */
	uint32_t box;        /* of its sysObjectID; 0: not known */
	int64_t since_ms;    /* UTC, of the first lesson; 0: none */
};

/* Each says it to the log of lessons, once; larger limits than the known one change nothing. */
void learned_objects(struct learned *learned, size_t count);
void learned_repetitions(struct learned *learned, unsigned repetitions); /* 0: no GETBULK at all */
void learned_v1(struct learned *learned, bool is_v1);
void learned_unordered(struct learned *learned);

/* Before a discovery: what is older than a day is forgotten, and found out again if it still holds. */
void learned_expire(struct learned *learned, int64_t utc_ms);
/* This box stands there now. True: another one than before, whose manners are forgotten. */
bool learned_box(struct learned *learned, const void *id, size_t len);

#define LEARNED_TEXT 128
/* For people: "no GETBULK; 8 objects a request"; "" when there is nothing to say. Returns `out`. */
const char *learned_say(const struct learned *learned, char *out, size_t size);
/* For keeping, and back; a text that is none of these leaves `learned` as it was. */
const char *learned_write(struct learned *learned, int64_t utc_ms, char *out, size_t size);
void learned_read(struct learned *learned, const char *text);

#endif
