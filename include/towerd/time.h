/* SPDX-License-Identifier: ISC */
/* Times as text and back: RFC 3339 for points in UTC, "30s" for durations, "64KiB" for sizes. Part of the support library. */
#ifndef TOWERD_TIME_H
#define TOWERD_TIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOWERD_TIME_TEXT 32 /* large enough for any of the texts below */

/* RFC 3339 date-time, any offset, up to nanoseconds (cut to milliseconds); -EINVAL, -ERANGE (before 1970 or after 9999). */
int towerd_time_parse(const char *text, int64_t *utc_ms);
/* "2026-11-22T18:45:53.120Z"; `out` holds TOWERD_TIME_TEXT. Returns `out`. */
const char *towerd_time_format(int64_t utc_ms, char *out);

/* "500ms" "30s" "5m" "2h" "400d" -> milliseconds; -EINVAL or -ERANGE. */
int towerd_duration_parse(const char *text, int64_t *ms);
/* The largest unit that keeps it whole: 90000 -> "90s", 120000 -> "2m". */
const char *towerd_duration_format(int64_t ms, char *out);

/* "512B" "64KiB" "20MiB" "20GiB" -> octets. */
int towerd_size_parse(const char *text, int64_t *octets);
const char *towerd_size_format(int64_t octets, char *out);

/* DateAndTime (RFC 2579) of 11 octets, always UTC (+0:0): mixed forms of an index do not sort in time order. */
void towerd_time_to_date_and_time(int64_t utc_ms, uint8_t out[11]);

#ifdef __cplusplus
}
#endif
#endif
