/* SPDX-License-Identifier: ISC */
/* Finds: kept by address, printed for people and for scripts. */
#include "plugins/snmp/fleet/find.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#define SLOT_MAX 32

static int
compare(const void *a, const void *b)
{
	const struct wire_address *x = &((const struct find *)a)->address,
				  *y = &((const struct find *)b)->address;
	int order = memcmp(&x->host, &y->host, sizeof(x->host));

	return order != 0 ? order : (int)x->port - (int)y->port;
}

static void
find_fini(struct find *find)
{
	free((char *)(uintptr_t)find->profile);
	free((char *)(uintptr_t)find->sys_name);
	free((char *)(uintptr_t)find->sys_object_id);
	free((char *)(uintptr_t)find->sys_descr);
	free((char *)(uintptr_t)find->device);
}

int
finds_add(struct finds *finds, const struct find *find)
{
	struct find *grown = realloc(finds->items, (finds->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return -ENOMEM;
	finds->items = grown;
	struct find *copy = &grown[finds->count];
	*copy = (struct find){ .address = find->address,
		.credentials = find->credentials,
		.profile = strdup(find->profile),
		.sys_name = strdup(find->sys_name),
		.sys_object_id = strdup(find->sys_object_id),
		.sys_descr = strdup(find->sys_descr) };
	if (copy->profile == NULL || copy->sys_name == NULL || copy->sys_object_id == NULL ||
	    copy->sys_descr == NULL) {
		find_fini(copy);
		return -ENOMEM;
	}
	finds->count++;
	return 0;
}

void
finds_sort(struct finds *finds)
{
	if (finds->count > 1)
		qsort(finds->items, finds->count, sizeof(*finds->items), compare);
}

void
finds_mark(struct finds *finds, const struct wire_address *address, const char *name)
{
	const struct find key = { .address = *address };
	struct find *find = finds->count == 0
	    ? NULL
	    : bsearch(&key, finds->items, finds->count, sizeof(*finds->items), compare);

	if (find == NULL || find->device != NULL)
		return;
	find->device = strdup(name);
}

void
finds_clear(struct finds *finds)
{
	for (size_t i = 0; i < finds->count; i++)
		find_fini(&finds->items[i]);
	finds->count = 0;
}

void
finds_fini(struct finds *finds)
{
	finds_clear(finds);
	free(finds->items);
	*finds = (struct finds){ 0 };
}

/* A word of YAML as it is, or quoted as JSON would. */
static void
put_word(struct towerd_json_writer *w, const char *word)
{
	towerd_json_reset(w);
	towerd_json_put_text(w, NULL, word);
}

static bool
is_plain(const char *word)
{
	bool has_letter = false;

	for (const char *c = word; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			return false;
		has_letter |= isalpha((unsigned char)*c) != 0;
	}
	return has_letter && isalpha((unsigned char)word[0]);
}

static void
print_word(struct towerd_ctx *ctx, struct towerd_out *out, struct towerd_json_writer *w, const char *word)
{
	if (is_plain(word)) {
		towerd_print(ctx, out, "%s", word);
		return;
	}
	put_word(w, word);
	towerd_print(ctx, out, "%s", towerd_json_done(w) == NULL ? "?" : towerd_json_done(w));
}

/* A line of an inventory. The slot is named by what stands in it: whoever takes the line over knows better. */
static void
print_proposal(
    const struct find *find, struct towerd_ctx *ctx, struct towerd_out *out, struct towerd_json_writer *w)
{
	char address[WIRE_ADDRESS_TEXT];
	const char *slot = find->profile[0] == '\0' ? "device" : find->profile;
	int len = (int)strcspn(slot, "+"); /* the vendor's profile; modules follow it */

	towerd_print(
	    ctx, out, "  - { id: %.*s, driver: snmp, address: ", len < SLOT_MAX ? len : SLOT_MAX, slot);
	print_word(ctx, out, w, wire_address_format(&find->address, address, sizeof(address)));
	towerd_print(ctx, out, ", credentials: ");
	print_word(ctx, out, w, find->credentials);
	put_word(w, find->sys_name);
	towerd_print(ctx, out, " } # %s\n", towerd_json_done(w) == NULL ? "" : towerd_json_done(w));
}

static void
print_json(const struct finds *finds, struct towerd_ctx *ctx, struct towerd_out *out, uint32_t asked)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '{');
	towerd_json_put_uint(&w, "asked", asked);
	towerd_json_open(&w, "found", '[');
	for (size_t i = 0; i < finds->count; i++) {
		const struct find *find = &finds->items[i];
		char address[WIRE_ADDRESS_TEXT];
		towerd_json_open(&w, NULL, '{');
		towerd_json_put_text(
		    &w, "address", wire_address_format(&find->address, address, sizeof(address)));
		towerd_json_put_text(&w, "credentials", find->credentials);
		towerd_json_put_text(&w, "profile", find->profile[0] == '\0' ? NULL : find->profile);
		towerd_json_put_text(&w, "sysName", find->sys_name);
		towerd_json_put_text(&w, "sysObjectID", find->sys_object_id);
		towerd_json_put_text(&w, "sysDescr", find->sys_descr);
		towerd_json_put_text(&w, "device", find->device);
		towerd_json_close(&w, '}');
	}
	towerd_json_close(&w, ']');
	towerd_json_close(&w, '}');
	towerd_print(ctx, out, "%s\n", towerd_json_done(&w) == NULL ? "{}" : towerd_json_done(&w));
	towerd_json_fini(&w);
}

void
finds_print(const struct finds *finds, struct towerd_ctx *ctx, struct towerd_out *out, uint32_t asked)
{
	struct towerd_json_writer w = { 0 };
	size_t known = 0;

	if (towerd_wants_json(ctx, out)) {
		print_json(finds, ctx, out, asked);
		return;
	}
	for (size_t i = 0; i < finds->count; i++) {
		const struct find *find = &finds->items[i];
		char address[WIRE_ADDRESS_TEXT];
		known += find->device != NULL;
		towerd_print(ctx, out, "%-22s %-22s %-24s %.60s\n",
		    wire_address_format(&find->address, address, sizeof(address)),
		    find->device != NULL ? find->device : "new",
		    find->profile[0] == '\0' ? "no profile" : find->profile, find->sys_descr);
	}
	towerd_print(ctx, out, "%u addresses asked, %zu answered, %zu of them new\n", asked, finds->count,
	    finds->count - known);
	if (known < finds->count)
		towerd_print(ctx, out, "lines for an inventory (nothing was added):\n");
	for (size_t i = 0; i < finds->count; i++)
		if (finds->items[i].device == NULL)
			print_proposal(&finds->items[i], ctx, out, &w);
	towerd_json_fini(&w);
}
