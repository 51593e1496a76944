/* SPDX-License-Identifier: ISC */
/* A recording: encoded varbinds in OID order, shared by every device that plays it and never changed. */
#ifndef TESTS_SIM_RECORD_H
#define TESTS_SIM_RECORD_H

#include "tests/sim/ber.h"

/* Stands for the number of the box that plays the recording, in hexadecimal: as long as what replaces it. */
#define RECORD_NUMBER      "%NUMBER%"
#define RECORD_NUMBER_SIZE 8

struct varbind {
	const uint8_t *whole; /* SEQUENCE { name, value }, as it goes on the wire */
	uint32_t whole_size;
	uint16_t oid_at, oid_size; /* the body of the name, inside `whole` */
	uint32_t value_at;         /* the value's TLV, inside `whole` */
	uint32_t number_from_end;  /* where RECORD_NUMBER stands in an octet string; 0: nowhere */
};

/* A number that is another one in every period, up to `span` above what is recorded, and differs between devices. */
struct variation {
	uint32_t span; /* 0: it stands still */
	int64_t period_ms;
};

struct record {
	char *name;
	struct varbind *varbinds;
	uint32_t count;
	struct variation *variations; /* one for each varbind; NULL: none varies */
	uint32_t *slots;              /* open hash of positions + 1 */
	uint32_t slot_mask;
	uint8_t *bytes;
	size_t bytes_size;
	uint32_t skipped;     /* lines that could not be read */
	uint32_t repeated;    /* lines whose OID came again: the last one counts */
	char first_fault[96]; /* "line 7: not an OID", or empty */
};

/* Loads PATH. 0, or -errno when the file cannot be read, holds no record, or memory is short. */
int record_load(const char *name, const char *path, struct record **out);

/* The same from memory. */
int record_parse(const char *name, const char *text, size_t size, struct record **out);

void record_free(struct record *record);

/* 0, -ENOENT (no such OID), -EINVAL (not an INTEGER, or too large with the span), -ENOMEM. */
int record_vary(struct record *record, struct ber_slice oid, uint32_t span, int64_t period_ms);

#define RECORD_NONE UINT32_MAX

/* The position of the OID, or RECORD_NONE. */
uint32_t record_find(const struct record *record, struct ber_slice oid, uint32_t hash);

/* The first position after the OID, or RECORD_NONE; `hint` is where the last answer of the same walk stood. */
uint32_t record_after(const struct record *record, struct ber_slice oid, uint32_t hint);

struct ber_slice varbind_oid(const struct varbind *varbind);

/* The one hash by which OIDs are looked up here and in a device's own values. */
uint32_t oid_hash(struct ber_slice oid);

/* Encodes SEQUENCE { oid, tag body } into out, which has room (see varbind_room); describes it in *varbind. */
void varbind_encode(
    struct ber_slice oid, uint8_t tag, struct ber_slice body, uint8_t *out, struct varbind *varbind);
size_t varbind_room(size_t oid_size, size_t body_size);

#endif
