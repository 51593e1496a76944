/* SPDX-License-Identifier: ISC */
/* A day's totals: into its row, out of it, and summed up. */
#include "agent/alarm/merit/day.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <towerd/json.h>

#include "agent/alarm/alarm_types.h"

const char *const merit_kept_names[] = { "consequence", "shelved", "maintenance", "controlled", "chattering",
	"waiting", "unconfirmed", "budget", NULL };

/* The plain numbers, as data: `is_largest`: a sum over days takes the largest one. */
static const struct figure {
	const char *name;
	size_t offset;
	bool is_wide, is_largest;
} figures[] = {
#define FIGURE(name_, member, ...)                                                         \
	{                                                                                  \
		.name = (name_), .offset = offsetof(struct merit_day, member), __VA_ARGS__ \
	}
	FIGURE("watched-ms", watched_ms, .is_wide = true),
	FIGURE("flood-ms", flood_ms, .is_wide = true),
	FIGURE("lived-ms", lived_ms, .is_wide = true),
	FIGURE("alarms", alarms, 0),
	FIGURE("low", priorities[MERIT_LOW], 0),
	FIGURE("medium", priorities[MERIT_MEDIUM], 0),
	FIGURE("high", priorities[MERIT_HIGH], 0),
	FIGURE("peak", peak, .is_largest = true),
	FIGURE("floods", floods, 0),
	FIGURE("first", first, .is_largest = true),
	FIGURE("cleared", cleared, 0),
	FIGURE("chattering", chattering, 0),
	FIGURE("fleeting", fleeting, 0),
	FIGURE("stale", stale, .is_largest = true),
	FIGURE("consequence", kept[MERIT_KEPT_CONSEQUENCE], 0),
	FIGURE("shelved", kept[MERIT_KEPT_SHELVED], 0),
	FIGURE("maintenance", kept[MERIT_KEPT_MAINTENANCE], 0),
	FIGURE("controlled", kept[MERIT_KEPT_CONTROLLED], 0),
	FIGURE("held-chattering", kept[MERIT_KEPT_CHATTERING], 0),
	FIGURE("waiting", kept[MERIT_KEPT_WAITING], 0),
	FIGURE("unconfirmed", kept[MERIT_KEPT_UNCONFIRMED], 0),
	FIGURE("budget", kept[MERIT_KEPT_BUDGET], 0),
#undef FIGURE
};

#define FIGURES (sizeof(figures) / sizeof(figures[0]))

static int64_t
figure_get(const struct merit_day *day, const struct figure *figure)
{
	const char *at = (const char *)day + figure->offset;

	return figure->is_wide ? *(const int64_t *)(const void *)at : *(const uint32_t *)(const void *)at;
}

static void
figure_set(struct merit_day *day, const struct figure *figure, int64_t value)
{
	char *at = (char *)day + figure->offset;

	if (figure->is_wide)
		*(int64_t *)(void *)at = value;
	else
		*(uint32_t *)(void *)at = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* Rows of one name are one type. */
static const struct alarm_type *
type_at(uint64_t number)
{
	return number < alarm_type_count() ? alarm_type_at((unsigned)number) : NULL;
}

static void
top_write(const struct merit_top *top, bool is_types, const char *key, struct towerd_json_writer *out)
{
	towerd_json_open(out, key, '[');
	for (uint32_t i = 0; i < top->used; i++) {
		const struct sketch_item *item = &top->items[i];
		const struct alarm_type *type = is_types ? type_at(item->key) : NULL;
		if (is_types && type == NULL)
			continue;
		towerd_json_open(out, NULL, '[');
		if (is_types)
			towerd_json_put_text(out, NULL, type->name);
		else
			towerd_json_put_uint(out, NULL, item->key);
		towerd_json_put_uint(out, NULL, item->count);
		towerd_json_put_uint(out, NULL, item->error);
		towerd_json_close(out, ']');
	}
	towerd_json_close(out, ']');
}

void
merit_day_write(const struct merit_day *day, struct towerd_json_writer *out)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (figure_get(day, &figures[i]) != 0)
			towerd_json_put_int(out, figures[i].name, figure_get(day, &figures[i]));
	top_write(&day->types, true, "types", out);
	towerd_json_put_uint(out, "types-rest", day->types.rest);
	top_write(&day->sites, false, "sites", out);
	towerd_json_put_uint(out, "sites-rest", day->sites.rest);
}

static bool
number_take(const struct towerd_json *from, int64_t most, int64_t *out)
{
	return towerd_json_int(from, out) == 0 && *out >= 0 && *out <= most;
}

static int
top_key(const struct towerd_json *from, bool is_types, uint64_t *key)
{
	const char *name;
	size_t len;
	int64_t number;

	if (!is_types) {
		if (!number_take(from, UINT32_MAX, &number))
			return -EBADMSG;
		*key = (uint64_t)number;
		return 0;
	}
	if (towerd_json_text(from, &name, &len) < 0)
		return -EBADMSG;
	int found = alarm_type_number(alarm_type_find(name));
	*key = (uint64_t)found;
	return found < 0 ? -ENOENT : 0;
}

static int
top_parse(
    const struct towerd_json *from, const struct towerd_json *rest, bool is_types, struct merit_top *out)
{
	int64_t count, error, least;

	if (!towerd_json_is_array(from) || !number_take(rest, UINT32_MAX, &least))
		return -EBADMSG;
	out->rest = (uint32_t)least;
	for (size_t i = 0; i < towerd_json_count(from) && out->used < MERIT_TOP; i++) {
		const struct towerd_json *item = towerd_json_item(from, i);
		uint64_t key;
		int rc = top_key(towerd_json_item(item, 0), is_types, &key);
		if (rc == -EBADMSG || !number_take(towerd_json_item(item, 1), UINT32_MAX, &count) ||
		    !number_take(towerd_json_item(item, 2), UINT32_MAX, &error))
			return -EBADMSG;
		if (rc == 0)
			out->items[out->used++] = (struct sketch_item){
				.key = key, .count = (uint32_t)count, .error = (uint32_t)error
			};
	}
	return 0;
}

int
merit_day_parse(const struct towerd_json *from, struct merit_day *out)
{
	struct merit_day day = { 0 };
	int64_t value;

	if (!towerd_json_is_object(from))
		return -EBADMSG;
	for (size_t i = 0; i < FIGURES; i++) {
		const struct towerd_json *member = towerd_json_get(from, figures[i].name);
		if (member == NULL)
			continue;
		if (!number_take(member, figures[i].is_wide ? INT64_MAX : UINT32_MAX, &value))
			return -EBADMSG;
		figure_set(&day, &figures[i], value);
	}
	int rc =
	    top_parse(towerd_json_get(from, "types"), towerd_json_get(from, "types-rest"), true, &day.types);
	if (rc == 0)
		rc = top_parse(
		    towerd_json_get(from, "sites"), towerd_json_get(from, "sites-rest"), false, &day.sites);
	if (rc == 0)
		*out = day;
	return rc;
}

static void
top_add(struct sketch *to, const struct merit_top *top)
{
	for (uint32_t i = 0; i < top->used; i++)
		sketch_add(to, top->items[i].key, top->items[i].count, top->items[i].error,
		    (uint32_t)top->items[i].key);
}

static void
day_add(struct merit_day *sum, const struct merit_day *day)
{
	for (size_t i = 0; i < FIGURES; i++) {
		int64_t a = figure_get(sum, &figures[i]), b = figure_get(day, &figures[i]);
		if (!figures[i].is_largest)
			figure_set(sum, &figures[i], a + b);
		else if (b > a)
			figure_set(sum, &figures[i], b);
	}
}

static bool
top_has(const struct merit_top *top, uint64_t key)
{
	for (uint32_t i = 0; i < top->used; i++)
		if (top->items[i].key == key)
			return true;
	return false;
}

static void
rest_add(struct sketch *to, const struct merit_top *top)
{
	for (uint32_t i = 0; top->rest > 0 && i < to->used; i++)
		if (!top_has(top, to->items[i].key)) {
			to->items[i].count += top->rest;
			to->items[i].error += top->rest;
		}
}

static int
by_count(const void *a, const void *b)
{
	uint32_t x = ((const struct sketch_item *)a)->count, y = ((const struct sketch_item *)b)->count;

	return (x < y) - (x > y);
}

void
merit_days_sum(const struct merit_day *const *days, size_t count, struct merit_day *sum, struct sketch *types,
    struct sketch *sites)
{
	*sum = (struct merit_day){ 0 };
	sketch_reset(types);
	sketch_reset(sites);
	for (size_t i = 0; i < count; i++) {
		day_add(sum, days[i]);
		top_add(types, &days[i]->types);
		top_add(sites, &days[i]->sites);
	}
	for (size_t i = 0; i < count; i++) {
		rest_add(types, &days[i]->types);
		rest_add(sites, &days[i]->sites);
	}
	qsort(types->items, types->used, sizeof(types->items[0]), by_count);
	qsort(sites->items, sites->used, sizeof(sites->items[0]), by_count);
}

void
merit_top_take(struct merit_top *top, const struct sketch *from)
{
	top->used = from->used < MERIT_TOP ? from->used : MERIT_TOP;
	for (uint32_t i = 0; i < top->used; i++)
		top->items[i] = from->items[i];
	top->rest = from->used > MERIT_TOP ? from->items[MERIT_TOP].count : 0;
}
