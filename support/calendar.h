/* SPDX-License-Identifier: ISC */
/*
 * When something recurs, by the clock of a time zone (RFC 5545: DTSTART with a TZID, RRULE, a duration). The occurrences of a bounded
 * stretch of time are worked out once; what that would cost too much is refused.
 *
 * A local time that the change to summer time leaves out is no occurrence (3.3.10), as the start it is read with the offset before the change; one that comes
 * twice is the first of both (3.3.5). A duration is exact: four hours stay four hours on the night when the clock is changed.
 */
#ifndef SUPPORT_CALENDAR_H
#define SUPPORT_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_RULE_MAX        255 /* octets */
#define CALENDAR_ZONE_MAX        64
#define CALENDAR_OCCURRENCES_MAX 2000 /* of one calendar */

struct calendar_terms {
	const char *start; /* local: "2027-03-28T02:00" or "20270328T020000" */
	const char *zone;  /* "Europe/Berlin", as in the zone database; "UTC" */
	const char *rule;  /* "FREQ=WEEKLY;BYDAY=SU"; DAILY and slower. NULL or "": once */
	int64_t duration_ms;
};

struct calendar_span {
	int64_t begin_ms, end_ms; /* UTC; the end is no longer inside */
};

struct calendar;

/*
 * Works out what lies between `from_ms` and `until_ms` (UTC), cut there. 0, -ENOMEM, or -EINVAL with a sentence in `error`: also when nothing lies there.
 * One thread at a time.
 */
int calendar_new(const struct calendar_terms *terms, int64_t from_ms, int64_t until_ms, struct calendar **out,
    char *error, size_t size);
void calendar_free(struct calendar *calendar);
size_t calendar_count(const struct calendar *calendar); /* spans; those that meet are one */
/* The span that is not over at `utc_ms`: true: it is inside; false: it begins later, or (0, 0) when none does. */
bool calendar_at(const struct calendar *calendar, int64_t utc_ms, struct calendar_span *span);

#endif
