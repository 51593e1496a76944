/* SPDX-License-Identifier: ISC */
/* Alarm numbers and alarmActiveIndex: never given twice. The store holds a bound above all that may be in use, written ahead of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

/*
 * After a crash the numbers go on at the bound, so this is also the largest gap. A longer outage of the disk can use more than are
 * reserved: then a crash before the disk is back may give numbers again, to listeners that were told that none of those was durable.
 */
#define RESERVE 16384
#define RESTORE \
	100000000 /* given out since a copy was made, at most; 32 bits hold dozens of restored copies */
#define KEY "alarm-numbers"

static void
alarm_numbers_write(struct alarms *alarms, uint64_t alarm, uint64_t index)
{
	struct towerd_json_writer *w = &alarms->writer;

	towerd_json_reset(w);
	towerd_json_open(w, NULL, '{');
	towerd_json_put_uint(w, "alarm", alarm);
	towerd_json_put_uint(w, "index", index);
	towerd_json_close(w, '}');
	const char *body = towerd_json_done(w);
	if (body == NULL)
		return; /* tried again with the next number */
	struct store_txn *txn = store_begin(alarms->store);
	store_put(txn, STORE_META, KEY, body, strlen(body));
	if (store_submit(txn, STORE_KEEP, NULL, NULL) < 0)
		return;
	alarms->numbers.alarm_reserved = alarm;
	alarms->numbers.index_reserved = index;
}

static void
alarm_numbers_reserve(struct alarms *alarms)
{
	struct numbers *n = &alarms->numbers;

	if (n->alarm + RESERVE / 2 > n->alarm_reserved || n->index + RESERVE / 2 > n->index_reserved)
		alarm_numbers_write(alarms, n->alarm + RESERVE, n->index + RESERVE);
}

static int
alarm_numbers_read(void *arg, const char *key, const char *body, size_t len)
{
	struct numbers *n = arg;
	char error[128];
	int64_t alarm, index;

	if (strcmp(key, KEY) != 0)
		return 0;
	struct towerd_json *json = towerd_json_parse(body, len, error, sizeof(error));
	int rc = -EBADMSG;
	if (json != NULL && towerd_json_int(towerd_json_get(json, "alarm"), &alarm) == 0 &&
	    towerd_json_int(towerd_json_get(json, "index"), &index) == 0 && alarm > 0 && index > 0) {
		n->alarm = (uint64_t)alarm;
		n->index = (uint64_t)index;
		rc = 1; /* found: visit no more */
	}
	towerd_json_free(json);
	return rc;
}

int
alarm_numbers_load(struct alarms *alarms)
{
	alarms->numbers = (struct numbers){ .alarm = 1, .index = 1 };
	int rc = store_each(alarms->store, STORE_META, alarm_numbers_read, &alarms->numbers);
	if (rc < 0)
		return rc;
	if (store_restored_ms(alarms->store) != 0) {
		alarms->numbers.alarm += RESTORE;
		alarms->numbers.index += RESTORE;
	}
	alarm_numbers_reserve(
	    alarms); /* now, so that it is on the disk before the first alarm of this run shows its number */
	return 0;
}

uint64_t
alarm_numbers_next_alarm(struct alarms *alarms)
{
	struct numbers *n = &alarms->numbers;
	struct order_key key;
	uint64_t number;

	alarm_numbers_reserve(alarms);
	do { /* the low half is an index of a table: not 0, and not that of an alarm still kept 2^32 later */
		number = n->alarm++;
		key = alarm_number_key(number);
	} while (key.hi == 0 || order_get(alarms->all, key) != NULL);
	return number;
}

uint32_t
alarm_numbers_next_index(struct alarms *alarms)
{
	struct numbers *n = &alarms->numbers;
	uint32_t index;

	alarm_numbers_reserve(alarms);
	do
		index = (uint32_t)n->index++; /* wraps from 2^32 - 1 to 1 (RFC 3877, alarmActiveIndex) */
	while (index == 0 || order_get(alarms->by_index, alarm_index_key(index)) != NULL);
	return index;
}

void
alarm_numbers_close(struct alarms *alarms)
{
	struct numbers *n = &alarms->numbers;

	if (n->alarm_reserved != 0)
		alarm_numbers_write(alarms, n->alarm, n->index);
}
