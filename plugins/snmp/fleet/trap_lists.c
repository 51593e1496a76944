/* SPDX-License-Identifier: ISC */
/* What the receiver says of traps that came to nothing, kept for people. */
#include "plugins/snmp/fleet/trap_lists.h"

#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "plugins/snmp/trap/origin.h"

/* ---- what was said */

static void
strange_fini(struct strange_trap *s)
{
	free(s->trap);
	free(s->example);
}

/* Found, or made in the place of the oldest one. NULL: no memory. */
static struct strange_trap *
strange_of(struct trap_lists *lists, const char *trap, const char *example, int64_t utc_ms)
{
	struct strange_trap *oldest = NULL;

	for (size_t i = 0; i < lists->strange_count; i++) {
		struct strange_trap *s = &lists->strange[i];
		if (strcmp(s->trap, trap) == 0)
			return s;
		if (oldest == NULL || s->last_ms < oldest->last_ms)
			oldest = s;
	}
	struct strange_trap made = { .trap = strdup(trap), .example = strdup(example), .first_ms = utc_ms };
	if (made.trap == NULL || made.example == NULL) {
		strange_fini(&made);
		return NULL;
	}
	if (lists->strange_count < TRAP_LIST_MAX)
		oldest = &lists->strange[lists->strange_count++];
	else
		strange_fini(oldest);
	*oldest = made;
	return oldest;
}

void
trap_lists_strange(struct trap_lists *lists, uint32_t device, uint32_t count, const char *trap,
    const char *example, int64_t utc_ms)
{
	struct strange_trap *s = strange_of(lists, trap, example, utc_ms);
	uint32_t i = 0;

	if (s == NULL)
		return;
	s->count += count;
	s->last_ms = utc_ms;
	while (i < s->device_count && s->devices[i] != device)
		i++;
	if (i == s->device_count && i < TRAP_LIST_DEVICES)
		s->devices[s->device_count++] = device;
}

bool
trap_lists_refused(struct trap_lists *lists, uint32_t device, const struct in6_addr *host, uint32_t reason,
    uint32_t count, int64_t utc_ms)
{
	struct refused_trap *oldest = NULL;

	for (size_t i = 0; i < lists->refused_count; i++) {
		struct refused_trap *r = &lists->refused[i];
		if (r->reason == reason && r->device == device &&
		    memcmp(&r->host, host, sizeof(*host)) == 0) {
			r->count += count;
			r->last_ms = utc_ms;
			return false;
		}
		if (oldest == NULL || r->last_ms < oldest->last_ms)
			oldest = r;
	}
	if (lists->refused_count < TRAP_LIST_MAX)
		oldest = &lists->refused[lists->refused_count++];
	*oldest = (struct refused_trap){ *host, device, reason, count, utc_ms, utc_ms };
	return true;
}

void
trap_lists_fini(struct trap_lists *lists)
{
	for (size_t i = 0; i < lists->strange_count; i++)
		strange_fini(&lists->strange[i]);
	lists->strange_count = lists->refused_count = 0;
}

/* ---- what is shown: the ones heard last first */

static int
compare_strange(const void *one, const void *other)
{
	const struct strange_trap *a = one, *b = other;
	return (a->last_ms < b->last_ms) - (a->last_ms > b->last_ms);
}

static int
compare_refused(const void *one, const void *other)
{
	const struct refused_trap *a = one, *b = other;
	return (a->last_ms < b->last_ms) - (a->last_ms > b->last_ms);
}

static void
put_time(struct towerd_json_writer *w, const char *key, int64_t utc_ms)
{
	char text[TOWERD_TIME_TEXT];
	towerd_json_put_text(w, key, towerd_time_format(utc_ms, text));
}

static void
print_written(struct towerd_json_writer *w, struct towerd_ctx *ctx, struct towerd_out *out)
{
	const char *text = towerd_json_done(w);

	towerd_print(ctx, out, "%s\n", text == NULL ? "[]" : text);
	towerd_json_fini(w);
}

/* The lines of an example as objects. */
static void
put_varbinds(struct towerd_json_writer *w, const char *example)
{
	towerd_json_open(w, "varbinds", '[');
	while (*example != '\0') {
		size_t len = strcspn(example, "\n");
		const char *mark = memmem(example, len, " = ", 3);
		if (mark != NULL) {
			towerd_json_open(w, NULL, '{');
			towerd_json_put_bytes(w, "oid", example, (size_t)(mark - example));
			towerd_json_put_bytes(w, "value", mark + 3, len - (size_t)(mark + 3 - example));
			towerd_json_close(w, '}');
		}
		example += len + (example[len] == '\n');
	}
	towerd_json_close(w, ']');
}

static const char *
name_or(trap_name_fn *name_of, void *arg, uint32_t device)
{
	const char *name = device == 0 ? NULL : name_of(arg, device);
	return name == NULL ? "(gone)" : name;
}

static void
strange_json(const struct trap_lists *lists, struct towerd_ctx *ctx, struct towerd_out *out,
    trap_name_fn *name_of, void *arg)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '[');
	for (size_t i = 0; i < lists->strange_count; i++) {
		const struct strange_trap *s = &lists->strange[i];
		towerd_json_open(&w, NULL, '{');
		towerd_json_put_text(&w, "trap", s->trap);
		towerd_json_put_uint(&w, "count", s->count);
		put_time(&w, "first", s->first_ms);
		put_time(&w, "last", s->last_ms);
		towerd_json_open(&w, "devices", '[');
		for (uint32_t k = 0; k < s->device_count; k++)
			towerd_json_put_text(&w, NULL, name_or(name_of, arg, s->devices[k]));
		towerd_json_close(&w, ']');
		put_varbinds(&w, s->example);
		towerd_json_close(&w, '}');
	}
	towerd_json_close(&w, ']');
	print_written(&w, ctx, out);
}

void
trap_lists_print_strange(struct trap_lists *lists, struct towerd_ctx *ctx, struct towerd_out *out,
    trap_name_fn *name_of, void *arg)
{
	char first[TOWERD_TIME_TEXT], last[TOWERD_TIME_TEXT];

	qsort(lists->strange, lists->strange_count, sizeof(lists->strange[0]), compare_strange);
	if (towerd_wants_json(ctx, out)) {
		strange_json(lists, ctx, out, name_of, arg);
		return;
	}
	for (size_t i = 0; i < lists->strange_count; i++) {
		const struct strange_trap *s = &lists->strange[i];
		towerd_print(ctx, out, "%s\n    %llu times, from %s to %s, of", s->trap,
		    (unsigned long long)s->count, towerd_time_format(s->first_ms, first),
		    towerd_time_format(s->last_ms, last));
		for (uint32_t k = 0; k < s->device_count; k++)
			towerd_print(
			    ctx, out, "%s %s", k == 0 ? "" : ",", name_or(name_of, arg, s->devices[k]));
		towerd_print(
		    ctx, out, "%s\n", s->device_count == TRAP_LIST_DEVICES ? " and maybe others" : "");
		for (const char *line = s->example; *line != '\0';) {
			size_t len = strcspn(line, "\n");
			towerd_print(ctx, out, "    %.*s\n", (int)len, line);
			line += len + (line[len] == '\n');
		}
	}
	if (lists->strange_count == 0)
		towerd_print(ctx, out, "no trap has come that no profile knows\n");
}

static const char *
host_text(const struct in6_addr *host, char *out)
{
	const struct wire_address address = { .host = *host };

	wire_address_format(&address, out, WIRE_ADDRESS_TEXT);
	*strrchr(out, ':') = '\0'; /* the port says nothing */
	return out;
}

void
trap_lists_print_refused(struct trap_lists *lists, struct towerd_ctx *ctx, struct towerd_out *out,
    trap_name_fn *name_of, void *arg)
{
	struct towerd_json_writer w = { 0 };
	bool wants_json = towerd_wants_json(ctx, out);
	char host[WIRE_ADDRESS_TEXT], last[TOWERD_TIME_TEXT];

	qsort(lists->refused, lists->refused_count, sizeof(lists->refused[0]), compare_refused);
	towerd_json_open(&w, NULL, '[');
	for (size_t i = 0; i < lists->refused_count; i++) {
		const struct refused_trap *r = &lists->refused[i];
		const char *name = r->device == 0 ? NULL : name_or(name_of, arg, r->device);
		host_text(&r->host, host);
		towerd_json_open(&w, NULL, '{');
		towerd_json_put_text(&w, "address", host);
		towerd_json_put_text(&w, "device", name);
		towerd_json_put_text(&w, "reason", origin_reasons[r->reason]);
		towerd_json_put_uint(&w, "count", r->count);
		put_time(&w, "first", r->first_ms);
		put_time(&w, "last", r->last_ms);
		towerd_json_close(&w, '}');
		if (!wants_json)
			towerd_print(ctx, out, "%-24s %-24s %10llu  last %s  %s\n", host,
			    name == NULL ? "-" : name, (unsigned long long)r->count,
			    towerd_time_format(r->last_ms, last), origin_reasons[r->reason]);
	}
	towerd_json_close(&w, ']');
	if (wants_json)
		print_written(&w, ctx, out);
	else
		towerd_json_fini(&w);
	if (!wants_json && lists->refused_count == 0)
		towerd_print(ctx, out, "no sender of traps was refused\n");
}
