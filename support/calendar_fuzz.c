/* SPDX-License-Identifier: ISC */
/* Four lines of text as the terms of a calendar: start, zone, rule, minutes. Whatever they say, a year is worked out soon or refused. */
#include <stdlib.h>
#include <string.h>

#include "support/calendar.h"

#define FROM_MS INT64_C(1798761600000) /* 2027-01-01T00:00:00Z */
#define YEAR_MS (366 * INT64_C(86400000))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *rest = text, error[256] = "";
	struct calendar *calendar = NULL;
	struct calendar_span span;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	char *start = strsep(&rest, "\n"), *zone = strsep(&rest, "\n"), *rule = strsep(&rest, "\n"),
	     *minutes = strsep(&rest, "\n");
	const struct calendar_terms terms = { start, zone != NULL ? zone : "UTC", rule,
		minutes != NULL ? strtol(minutes, NULL, 10) % 100000 * 60000 : 3600000 };
	int rc = calendar_new(&terms, FROM_MS, FROM_MS + YEAR_MS, &calendar, error, sizeof(error));
	if (rc == 0) {
		int64_t at_ms = FROM_MS;
		size_t count = 0;
		while (calendar_at(calendar, at_ms, &span) || span.end_ms != 0) {
			if (span.begin_ms >= span.end_ms || span.end_ms > FROM_MS + YEAR_MS)
				abort();
			at_ms = span.end_ms;
			count++;
		}
		if (count != calendar_count(calendar))
			abort();
	} else if (error[0] == '\0') {
		abort();
	}
	calendar_free(calendar);
	free(text);
	return 0;
}
