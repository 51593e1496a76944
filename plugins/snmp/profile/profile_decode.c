/* SPDX-License-Identifier: ISC */
/* One value by one rule: the part of the profile module that runs at every poll. */
#include "plugins/snmp/profile/profile_parts.h"

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

/* number * multiply / divide, rounded half away from zero. false: it does not fit. */
static bool
scale(const struct profile_decode *decode, const struct profile_number *number, wide_int *out)
{
	wide_int up, down = decode->divide;

	if (__builtin_mul_overflow(number->digits, decode->multiply, &up))
		return false;
	for (unsigned i = 0; i < number->decimals; i++)
		if (__builtin_mul_overflow(down, 10, &down))
			return false;
	wide_int half = up < 0 ? -(down / 2) : down / 2;
	if (__builtin_add_overflow(up, half, &up))
		return false;
	*out = up / down;
	return true;
}

static enum towerd_quality
to_kind(const struct profile_decode *decode, struct profile_number number, int64_t *value)
{
	const struct profile_rule *rule = decode->rule;
	wide_int result;

	if ((rule->offset != 0 && !add_offset(&number, rule->offset)) || !scale(decode, &number, &result) ||
	    result < decode->kind->min || result > decode->kind->max)
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
	return to_kind(decode, field.number, value);
}
