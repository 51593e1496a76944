/* SPDX-License-Identifier: ISC */
/* A recording: encoded varbinds in OID order, with a hash over them. */
#include "tests/sim/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/snmprec.h"

struct ber_slice
varbind_oid(const struct varbind *varbind)
{
	return (struct ber_slice){ varbind->whole + varbind->oid_at, varbind->oid_size };
}

uint32_t
oid_hash(struct ber_slice oid)
{
	/* Eight octets at a time; OIDs of one device differ at the end, so every octet counts. */
	uint64_t h = oid.size * 0x9e3779b97f4a7c15u, word;
	size_t i = 0;
	for (; i + 8 <= oid.size; i += 8) {
		memcpy(&word, oid.at + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	for (; i < oid.size; i++)
		word = word << 8 | oid.at[i];
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(h >> 32);
}

size_t
varbind_room(size_t oid_size, size_t body_size)
{
	size_t inner = ber_head_size(oid_size) + oid_size + ber_head_size(body_size) + body_size;
	return ber_head_size(inner) + inner;
}

void
varbind_encode(
    struct ber_slice oid, uint8_t tag, struct ber_slice body, uint8_t *out, struct varbind *varbind)
{
	size_t name = ber_head_size(oid.size) + oid.size, value = ber_head_size(body.size) + body.size;
	uint8_t *p = ber_put_head(out, BER_SEQUENCE, name + value);
	p = ber_put_head(p, BER_OID, oid.size);
	varbind->whole = out;
	varbind->oid_at = (uint16_t)(p - out);
	varbind->oid_size = (uint16_t)oid.size;
	memcpy(p, oid.at, oid.size);
	p += oid.size;
	varbind->value_at = (uint32_t)(p - out);
	p = ber_put_head(p, tag, body.size);
	const uint8_t *number = NULL;
	if (body.size > 0)
		memcpy(p, body.at, body.size);
	if (tag == BER_OCTETS)
		number = memmem(p, body.size, RECORD_NUMBER, RECORD_NUMBER_SIZE);
	varbind->whole_size = (uint32_t)((size_t)(p - out) + body.size);
	varbind->number_from_end = number == NULL ? 0 : (uint32_t)(p + body.size - number);
}

static int
compare_varbinds(const void *a, const void *b)
{
	const struct varbind *x = a, *y = b;
	int order = ber_oid_compare(varbind_oid(x), varbind_oid(y));
	if (order != 0)
		return order;
	/* Repeated OIDs stay in the order of the file: the encoded bytes were laid down in that order. */
	return (x->whole > y->whole) - (x->whole < y->whole);
}

static int
build_hash(struct record *record)
{
	uint32_t slots = 16;
	while (slots < record->count * 2)
		slots *= 2;
	record->slots = calloc(slots, sizeof(*record->slots));
	if (record->slots == NULL)
		return -ENOMEM;
	record->slot_mask = slots - 1;
	for (uint32_t i = 0; i < record->count; i++) {
		uint32_t at = oid_hash(varbind_oid(&record->varbinds[i])) & record->slot_mask;
		while (record->slots[at] != 0)
			at = (at + 1) & record->slot_mask;
		record->slots[at] = i + 1;
	}
	return 0;
}

static void
sort_and_merge(struct record *record)
{
	qsort(record->varbinds, record->count, sizeof(*record->varbinds), compare_varbinds);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < record->count; i++) {
		if (kept > 0 &&
		    ber_oid_compare(
			varbind_oid(&record->varbinds[kept - 1]), varbind_oid(&record->varbinds[i])) == 0) {
			record->repeated++;
			kept--;
		}
		record->varbinds[kept++] = record->varbinds[i];
	}
	record->count = kept;
}

/* Two passes over the text: the first sizes, the second lays down; `bytes` NULL means the first. */
static void
read_lines(struct record *record, const char *text, size_t size, uint8_t *scratch)
{
	struct snmprec_item item;
	const char *p = text, *end = text + size;
	uint32_t line = 0;

	record->count = 0;
	record->bytes_size = 0;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *next = newline == NULL ? end : newline;
		line++;
		enum snmprec_result result = snmprec_parse(p, (size_t)(next - p), scratch, size + 16, &item);
		p = newline == NULL ? end : newline + 1;
		if (result == SNMPREC_ITEM) {
			if (record->bytes != NULL)
				varbind_encode((struct ber_slice){ item.oid, item.oid_size }, item.tag,
				    (struct ber_slice){ item.body, item.body_size },
				    record->bytes + record->bytes_size, &record->varbinds[record->count]);
			record->bytes_size += varbind_room(item.oid_size, item.body_size);
			record->count++;
		} else if (result != SNMPREC_NOTHING && record->bytes == NULL && record->skipped++ == 0) {
			snprintf(record->first_fault, sizeof(record->first_fault), "line %u: %s", line,
			    snmprec_result_names[result]);
		}
	}
}

int
record_parse(const char *name, const char *text, size_t size, struct record **out)
{
	struct record *record = calloc(1, sizeof(*record));
	uint8_t *scratch = malloc(size + 16);
	int rc = -ENOMEM;

	if (record == NULL || scratch == NULL || (record->name = strdup(name)) == NULL)
		goto fail;
	read_lines(record, text, size, scratch);
	rc = -ENODATA;
	if (record->count == 0)
		goto fail;
	rc = -ENOMEM;
	record->bytes = malloc(record->bytes_size);
	record->varbinds = calloc(record->count, sizeof(*record->varbinds));
	if (record->bytes == NULL || record->varbinds == NULL)
		goto fail;
	read_lines(record, text, size, scratch);
	sort_and_merge(record);
	rc = build_hash(record);
	if (rc < 0)
		goto fail;
	free(scratch);
	*out = record;
	return 0;
fail:
	free(scratch);
	record_free(record);
	return rc;
}

int
record_load(const char *name, const char *path, struct record **out)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL)
		return -errno;
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	char block[16384];
	size_t n;
	while (memory != NULL && (n = fread(block, 1, sizeof(block), file)) > 0)
		fwrite(block, 1, n, memory);
	int rc = memory == NULL ? -ENOMEM : ferror(file) ? -EIO : 0;
	fclose(file);
	if (memory != NULL && fclose(memory) != 0)
		rc = -ENOMEM;
	if (rc == 0)
		rc = record_parse(name, text, size, out);
	free(text);
	return rc;
}

void
record_free(struct record *record)
{
	if (record == NULL)
		return;
	free(record->name);
	free(record->varbinds);
	free(record->slots);
	free(record->variations);
	free(record->bytes);
	free(record);
}

int
record_vary(struct record *record, struct ber_slice oid, uint32_t span, int64_t period_ms)
{
	uint32_t position = record_find(record, oid, oid_hash(oid));
	if (position == RECORD_NONE)
		return -ENOENT;
	const struct varbind *varbind = &record->varbinds[position];
	struct ber_slice in = { varbind->whole + varbind->value_at, varbind->whole_size - varbind->value_at };
	struct ber_tlv value;
	int64_t number;
	if (!ber_take_tag(&in, BER_INTEGER, &value) || !ber_integer(value.body, &number) ||
	    number + span > INT32_MAX)
		return -EINVAL;
	if (record->variations == NULL)
		record->variations = calloc(record->count, sizeof(*record->variations));
	if (record->variations == NULL)
		return -ENOMEM;
	record->variations[position] = (struct variation){ span, period_ms };
	return 0;
}

uint32_t
record_find(const struct record *record, struct ber_slice oid, uint32_t hash)
{
	for (uint32_t at = hash & record->slot_mask; record->slots[at] != 0;
	     at = (at + 1) & record->slot_mask) {
		uint32_t position = record->slots[at] - 1;
		const struct varbind *varbind = &record->varbinds[position];
		if (varbind->oid_size == oid.size &&
		    memcmp(varbind->whole + varbind->oid_at, oid.at, oid.size) == 0)
			return position;
	}
	return RECORD_NONE;
}

uint32_t
record_after(const struct record *record, struct ber_slice oid, uint32_t hint)
{
	/* A walk asks for the one after the last answer. */
	if (hint < record->count && ber_oid_compare(varbind_oid(&record->varbinds[hint]), oid) == 0)
		return hint + 1 < record->count ? hint + 1 : RECORD_NONE;
	uint32_t low = 0, high = record->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ber_oid_compare(varbind_oid(&record->varbinds[middle]), oid) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < record->count ? low : RECORD_NONE;
}
