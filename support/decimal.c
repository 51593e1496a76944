/* SPDX-License-Identifier: ISC */
/* Decimal numbers: the digits are shifted to the wanted place, and the first one that falls off decides the rounding. */
#include "support/decimal.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* The parts of a number's text. */
struct number {
	bool is_negative;
	const char *digits;     /* at the first digit; a '.' may stand between digits */
	size_t whole, fraction; /* digits before and after the point */
	int64_t exponent;       /* bounded: whatever is larger is as good as this */
};

enum { EXPONENT_BOUND = 1000000 };

static size_t
count_digits(const char *p)
{
	size_t n = 0;
	while (p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

static int
split(const char *p, struct number *n)
{
	n->is_negative = *p == '-';
	p += *p == '-' || *p == '+';
	n->digits = p;
	n->whole = count_digits(p);
	p += n->whole;
	if (n->whole == 0)
		return -EINVAL;
	if (*p == '.') {
		n->fraction = count_digits(++p);
		p += n->fraction;
		if (n->fraction == 0)
			return -EINVAL;
	}
	if (*p == 'e' || *p == 'E') {
		bool is_negative = *++p == '-';
		p += *p == '-' || *p == '+';
		size_t len = count_digits(p);
		if (len == 0)
			return -EINVAL;
		for (; len > 0; len--, p++)
			if (n->exponent < EXPONENT_BOUND)
				n->exponent = n->exponent * 10 + (*p - '0');
		if (is_negative)
			n->exponent = -n->exponent;
	}
	return *p == '\0' ? 0 : -EINVAL;
}

static unsigned
digit_at(const struct number *n, size_t i)
{
	return (unsigned)(n->digits[i < n->whole ? i : i + 1] - '0');
}

int
decimal_parse(const char *text, unsigned decimals, int64_t *out)
{
	struct number n = { 0 };
	int rc = split(text, &n);
	if (rc < 0)
		return rc;

	size_t total = n.whole + n.fraction, first = 0;
	while (first < total && digit_at(&n, first) == 0)
		first++;
	if (first == total) {
		*out = 0;
		return 0;
	}
	int64_t kept =
	    (int64_t)n.whole + n.exponent + (int64_t)decimals; /* digits up to the last that counts */
	if (kept - (int64_t)first > 19)
		return -ERANGE;

	uint64_t magnitude = 0;
	for (int64_t i = (int64_t)first; i < kept; i++) {
		unsigned digit = i < (int64_t)total ? digit_at(&n, (size_t)i) : 0;
		if (__builtin_mul_overflow(magnitude, 10, &magnitude) ||
		    __builtin_add_overflow(magnitude, digit, &magnitude))
			return -ERANGE;
	}
	if (kept >= 0 && kept < (int64_t)total && digit_at(&n, (size_t)kept) >= 5)
		magnitude++;
	uint64_t limit = (uint64_t)INT64_MAX + n.is_negative;
	if (magnitude > limit)
		return -ERANGE;
	*out = n.is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return 0;
}
