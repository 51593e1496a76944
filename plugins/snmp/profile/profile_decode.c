/* SPDX-License-Identifier: ISC */
/* One value by one rule: the part of the profile module that runs at every poll. */
#include <math.h>

#include "plugins/snmp/profile/profile_parts.h"

#define COUNTER32_GAP_MS (INT64_C(3600) * 1000) /* in more, 32 bits may have wrapped more than once */

/* Adds an offset in 10^-PROFILE_FACTOR_DECIMALS. false: it does not fit. */
static bool
add_offset(struct profile_number *number, int64_t offset)
{
	wide_int more = offset;

	for (; number->decimals < PROFILE_FACTOR_DECIMALS; number->decimals++)
		if (__builtin_mul_overflow(number->digits, 10, &number->digits))
			return false;
	for (unsigned i = PROFILE_FACTOR_DECIMALS; i < number->decimals; i++)
		more *= 10;
	return !__builtin_add_overflow(number->digits, more, &number->digits);
}

static wide_int
ten_to(unsigned power)
{
	wide_int out = 1;

	for (unsigned i = 0; i < power; i++)
		out *= 10;
	return out;
}

/* Both have few enough digits: 64 bits, or 18 of a text. */
static bool
is_less(const struct profile_number *a, const struct profile_number *b)
{
	return a->digits * ten_to(b->decimals) < b->digits * ten_to(a->decimals);
}

/* number * multiply / down, rounded half away from zero. false: it does not fit. */
static bool
scale(const struct profile_number *number, int64_t multiply, wide_int down, wide_int *out)
{
	wide_int up;

	if (__builtin_mul_overflow(number->digits, multiply, &up))
		return false;
	for (unsigned i = 0; i < number->decimals; i++)
		if (__builtin_mul_overflow(down, 10, &down))
			return false;
	if (down == 1) { /* dividing so many bits is dear */
		*out = up;
		return true;
	}
	wide_int half = up < 0 ? -(down / 2) : down / 2;
	if (__builtin_add_overflow(up, half, &up))
		return false;
	*out = up / down;
	return true;
}

/* Ten times the logarithm of the scaled number, in the kind's decimals: milliwatts become dBm. false: it has none. */
static bool
logarithm(const struct profile_decode *decode, const struct profile_number *number, wide_int *out)
{
	const double one = (double)ten_to(number->decimals) * (double)decode->divide;
	const double value = (double)number->digits * (double)decode->multiply / one;

	if (!(value > 0))
		return false;
	*out = llround(10 * log10(value) * (double)ten_to(decode->kind->decimals));
	return true;
}

/* A number, or `down` times a number, as a value of the kind. */
static enum towerd_quality
to_kind(const struct profile_decode *decode, struct profile_number number, int64_t down, int64_t *value)
{
	const struct profile_rule *rule = decode->rule;
	wide_int result;

	if (rule->has_least) {
		struct profile_number least = { rule->least, PROFILE_FACTOR_DECIMALS };
		if (is_less(&number, &least))
			number = least;
	}
	if (rule->offset != 0 && !add_offset(&number, rule->offset))
		return TOWERD_FAULTY;
	if (rule->is_logarithmic) {
		if (!logarithm(decode, &number, &result))
			return TOWERD_UNKNOWN; /* no light, no signal: it has no level */
	} else if (!scale(&number, decode->multiply, (wide_int)decode->divide * down, &result)) {
		return TOWERD_FAULTY;
	}
	if (rule->is_complement)
		result = 100 * ten_to(decode->kind->decimals) - result;
	if (result < decode->kind->min || result > decode->kind->max)
		return TOWERD_FAULTY;
	*value = (int64_t)result;
	return TOWERD_GOOD;
}

enum towerd_quality
profile_decode(const struct profile_decode *decode, const struct snmp_value *raw, int64_t *value)
{
	const struct profile_rule *rule = decode->rule;
	struct profile_field field;

	enum towerd_quality quality = profile_extract(&rule->extract, raw, &field);
	if (quality != TOWERD_GOOD)
		return quality;
	if (profile_literals_have(rule->not_fitted, rule->not_fitted_count, &field))
		return TOWERD_UNKNOWN;
	if (decode->map != NULL) {
		const struct profile_map_entry *entry = profile_map_find(decode->map, &field);
		if (entry == NULL)
			return TOWERD_FAULTY;
		*value = entry->value;
		return TOWERD_GOOD;
	}
	if (!field.has_number)
		return TOWERD_FAULTY;
	if (decode->kind->value_class == TOWERD_KIND_TRUTH) {
		*value = field.number.digits != 0;
		return TOWERD_GOOD;
	}
	return to_kind(decode, field.number, 1, value);
}

/* What the counter grew by; false: it went back, and no wrap explains it. */
static bool
growth(const struct profile_counter *counter, uint64_t now, enum snmp_tag tag, uint64_t *out)
{
	const bool is_short = tag == SNMP_COUNTER32 || tag == SNMP_GAUGE32;

	*out = now - counter->count;
	if (now >= counter->count)
		return true;
	*out &= UINT32_MAX;
	return is_short && counter->count <= UINT32_MAX;
}

enum towerd_quality
profile_decode_rate(const struct profile_decode *decode, const struct snmp_value *raw, int64_t now_ms,
    struct profile_counter *counter, int64_t *value)
{
	const struct profile_counter last = *counter;
	struct profile_field field;
	uint64_t more;

	counter->is_known = false;
	enum towerd_quality quality = profile_extract(&decode->rule->extract, raw, &field);
	if (quality != TOWERD_GOOD)
		return quality;
	if (!field.has_number || field.number.decimals != 0 || field.number.digits < 0 ||
	    field.number.digits > UINT64_MAX)
		return TOWERD_FAULTY;
	*counter = (struct profile_counter){ (uint64_t)field.number.digits, now_ms, true };
	const int64_t elapsed_ms = now_ms - last.at_ms;
	if (!last.is_known || elapsed_ms <= 0 || !growth(&last, counter->count, raw->tag, &more) ||
	    (raw->tag == SNMP_COUNTER32 && elapsed_ms > COUNTER32_GAP_MS))
		return TOWERD_UNKNOWN;
	const struct profile_number number = { .digits = (wide_int)more * 1000 };
	quality = to_kind(decode, number, elapsed_ms, value);
	/* What is too fast to be true, after a wrap, was a counter that began anew. */
	return quality == TOWERD_FAULTY && counter->count < last.count ? TOWERD_UNKNOWN : quality;
}
