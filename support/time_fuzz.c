/* SPDX-License-Identifier: ISC */
/* Any text as a time, a duration, a size or a decimal: what is read is written and read back as the same. */
#include <stdlib.h>
#include <string.h>

#include "support/decimal.h"
#include "support/utf8.h"
#include "towerd/time.h"

static void
check_round_trip(
    const char *text, int (*parse)(const char *, int64_t *), const char *(*format)(int64_t, char *))
{
	char written[TOWERD_TIME_TEXT];
	int64_t value, again;
	if (parse(text, &value) < 0)
		return;
	if (parse(format(value, written), &again) < 0 || again != value)
		abort();
}

/* A cleaned text is UTF-8 without controls, and fits. */
static void
check_clean(const char *data, size_t size)
{
	char out[64];
	size_t len = utf8_clean(out, sizeof(out), data, size, '"');
	if (len >= sizeof(out) || strlen(out) != len || strchr(out, '"') != NULL)
		abort();
	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t octets = utf8_decode(out + i, len - i, &code);
		if (octets == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
			abort();
		i += octets;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	if (text == NULL)
		return 0;
	check_round_trip(text, towerd_time_parse, towerd_time_format);
	check_round_trip(text, towerd_duration_parse, towerd_duration_format);
	check_round_trip(text, towerd_size_parse, towerd_size_format);
	int64_t value;
	for (unsigned decimals = 0; decimals <= 18; decimals += 3)
		decimal_parse(text, decimals, &value);
	check_clean((const char *)data, size);
	free(text);
	return 0;
}
