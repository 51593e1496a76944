/* SPDX-License-Identifier: ISC */
/* Texts of alarms. Whatever came from outside passes text_clean() before it is kept, so nothing behind it must ask again. */
#include "agent/alarm/list/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/utf8.h"

#define ELLIPSIS     "\xe2\x80\xa6" /* … */
#define REPLACEMENT  "\xef\xbf\xbd" /* U+FFFD */
#define DECIMALS_MAX 2

/* Octets of a number with too many decimals at `text`, or 0. The character before it is no digit and no point. */
static size_t
precise_number(const char *text)
{
	size_t n = strspn(text, "0123456789");
	if (n == 0 || (text[n] != '.' && text[n] != ','))
		return 0;
	size_t decimals = strspn(text + n + 1, "0123456789");
	return decimals > DECIMALS_MAX ? n + 1 + decimals : 0;
}

static char *
clean(char *out, size_t size, const char *text, bool hides_numbers)
{
	size_t len = strlen(text), room = size - sizeof(ELLIPSIS), at = 0;

	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t used = utf8_decode(text + i, len - i, &code);
		char piece[8];
		bool starts = i == 0 || (!isdigit((unsigned char)text[i - 1]) && text[i - 1] != '.');
		size_t number = hides_numbers && starts ? precise_number(text + i) : 0;

		if (number > 0) {
			snprintf(piece, sizeof(piece), ELLIPSIS);
			used = number;
		} else if (used == 0) {
			snprintf(piece, sizeof(piece), REPLACEMENT);
			used = 1;
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			snprintf(piece, sizeof(piece), "\\x%02x", (unsigned)code);
		} else {
			memcpy(piece, text + i, used);
			piece[used] = '\0';
		}
		size_t piece_len = strlen(piece);
		if (at + piece_len > room) {
			memcpy(out + at, ELLIPSIS, sizeof(ELLIPSIS));
			return out;
		}
		memcpy(out + at, piece, piece_len);
		at += piece_len;
		i += used;
	}
	out[at] = '\0';
	return out;
}

char *
text_clean(char *out, size_t size, const char *text)
{
	return clean(out, size, text, false);
}

char *
text_of_device(char *out, size_t size, const char *text)
{
	return clean(out, size, text, true);
}

static void
number_text(char *out, size_t size, const struct towerd_kind *kind, int64_t value)
{
	uint64_t scale = 1, magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	for (unsigned i = 0; i < kind->decimals; i++)
		scale *= 10;
	char fraction[24] = "";
	if (magnitude % scale != 0) {
		snprintf(fraction, sizeof(fraction), ".%0*" PRIu64, (int)kind->decimals, magnitude % scale);
		for (size_t n = strlen(fraction); fraction[n - 1] == '0'; n--)
			fraction[n - 1] = '\0';
	}
	snprintf(out, size, "%s%" PRIu64 "%s%s%s", value < 0 ? "-" : "", magnitude / scale, fraction,
	    kind->unit[0] != '\0' ? " " : "", kind->unit);
}

char *
text_of_value(char *out, size_t size, const struct towerd_kind *kind, int64_t value)
{
	switch (kind->value_class) {
	case TOWERD_KIND_NUMBER:
		number_text(out, size, kind, value);
		break;
	case TOWERD_KIND_TRUTH:
		snprintf(out, size, "%s", value != 0 ? "true" : "false");
		break;
	case TOWERD_KIND_STATE:
		if (value >= 0 && value <= kind->max)
			snprintf(out, size, "%s", kind->states[value]);
		else
			snprintf(out, size, "state %" PRId64, value);
		break;
	}
	return out;
}

char *
text_of_sensor(char *out, size_t size, const struct sensor *sensor)
{
	const char *which =
	    sensor->label != NULL && sensor->label[0] != '\0' ? sensor->label : sensor->instance;
	const char *title = catalogue_at(sensor->kind)->title;
	char name[100];

	if (which == NULL || which[0] == '\0')
		snprintf(out, size, "%s", title);
	else
		snprintf(out, size, "%s (%s)", title, text_of_device(name, sizeof(name), which));
	return out;
}
