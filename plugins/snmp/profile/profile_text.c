/* SPDX-License-Identifier: ISC */
/* A device's bytes become clean UTF-8 here and nowhere else in the profile module. */
#include "plugins/snmp/profile/profile_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct writer {
	char *out;
	size_t len, size;
};

/* Octets of the UTF-8 character at `text`, 0 when there is none (RFC 3629). */
static size_t
character(const uint8_t *text, size_t len)
{
	static const struct {
		uint8_t first, last, second_min, second_max, len;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (text[0] >= 0x20 && text[0] < 0x7f)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (text[0] < forms[i].first || text[0] > forms[i].last)
			continue;
		if (len < forms[i].len || text[1] < forms[i].second_min || text[1] > forms[i].second_max)
			return 0;
		for (size_t c = 2; c < forms[i].len; c++)
			if ((text[c] & 0xc0) != 0x80)
				return 0;
		bool is_control = text[0] == 0xc2 && text[1] < 0xa0;
		return is_control ? 0 : forms[i].len;
	}
	return 0;
}

/* Appends; each octet that is no character becomes '?'. */
static void
put(struct writer *w, const void *data, size_t len)
{
	const uint8_t *text = data;

	while (len > 0) {
		size_t one = character(text, len);
		size_t step = one == 0 ? 1 : one;
		if (w->len + step >= w->size)
			break;
		memcpy(w->out + w->len, one == 0 ? (const void *)"?" : text, step);
		w->len += step;
		text += step;
		len -= step;
	}
	w->out[w->len] = '\0';
}

static bool
put_value(struct writer *w, const struct snmp_value *value)
{
	const uint8_t *text = value->octets.data;
	char number[24], oid[OID_TEXT];
	size_t len;

	switch (value->tag) {
	case SNMP_INTEGER:
		snprintf(number, sizeof(number), "%" PRId64, value->integer);
		break;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		snprintf(number, sizeof(number), "%" PRIu64, value->natural);
		break;
	case SNMP_OCTETS:
		len = value->octets.len;
		while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\0'))
			len--;
		for (; len > 0 && *text == ' '; text++)
			len--;
		put(w, text, len);
		return len > 0;
	case SNMP_OID:
		oid_format(value->oid.ids, value->oid.len, oid, sizeof(oid));
		put(w, oid, strlen(oid));
		return true;
	default:
		return false;
	}
	put(w, number, strlen(number));
	return true;
}

static bool
put_index(struct writer *w, struct snmp_oid index, const struct profile_slice *slice)
{
	char text[OID_TEXT];
	struct snmp_oid part;

	if (!profile_slice_of(slice, index, &part))
		return false;
	if (slice->form == SLICE_NUMBERS) {
		oid_format(part.ids, part.len, text, sizeof(text));
		put(w, text, strlen(text));
		return true;
	}
	for (size_t i = 0; i < part.len; i++)
		text[i] = part.ids[i] < 256 ? (char)part.ids[i] : '?';
	put(w, text, part.len);
	return part.len > 0;
}

bool
profile_template_write(const struct profile_template *template, struct object_set *objects,
    struct snmp_oid index, char *out, size_t size)
{
	struct writer w = { .out = out, .size = size };
	bool is_whole = true;

	out[0] = '\0';
	for (size_t i = 0; i < template->count; i++) {
		const struct profile_piece *piece = &template->pieces[i];
		const struct snmp_object *object;

		switch (piece->type) {
		case PIECE_TEXT:
			put(&w, piece->text, piece->len);
			break;
		case PIECE_INDEX:
			is_whole = put_index(&w, index, &piece->slice) && is_whole;
			break;
		case PIECE_OBJECT:
			object = profile_ref_find(&piece->ref, objects, index);
			is_whole = object != NULL && put_value(&w, &object->value) && is_whole;
			break;
		}
	}
	while (w.len > 0 && out[w.len - 1] == ' ')
		out[--w.len] = '\0';
	return is_whole;
}

void
profile_texts_write(const struct profile_templates *templates, struct object_set *objects,
    struct snmp_oid index, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < templates->count; i++)
		if (profile_template_write(&templates->items[i], objects, index, out, size))
			return;
}
