/* SPDX-License-Identifier: ISC */
/* The inventory as YAML, as inventory_import() reads it back to the same. Every text is quoted: no value is ever mistaken for another. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/model/decimal_text.h"
#include "agent/model/inside.h"
#include "agent/model/inventory_doc.h"

/* A double-quoted YAML scalar (YAML 1.2, 7.3.1). */
static void
put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void
put_text(FILE *out, const char *key, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(out, "    %s: ", key);
	put_quoted(out, text);
	fputc('\n', out);
}

/* "A | B & C" as [["A"], ["B", "C"]]; "A B" as ["A", "B"]. */
static void
put_ids(FILE *out, const char *key, const char *text, bool is_nested)
{
	char id[INVENTORY_ID_MAX + 1];
	if (text[0] == '\0')
		return;
	fprintf(out, "    %s: %s", key, is_nested ? "[[" : "[");
	for (const char *at = text, *before = at; inventory_next_id(&at, id); before = at) {
		const char *bar = strchr(before, '|');
		if (before != text)
			fputs(is_nested && bar != NULL && bar < at ? "], [" : ", ", out);
		put_quoted(out, id);
	}
	fputs(is_nested ? "]]\n" : "]\n", out);
}

static void
put_thresholds(FILE *out, const struct site *site)
{
	char number[DECIMAL_TEXT];
	for (size_t i = 0; i < site->threshold_count; i++) {
		const struct model_threshold *t = &site->thresholds[i];
		const struct catalogue_kind *kind = catalogue_at(t->kind);
		if (i == 0)
			fputs("    thresholds:\n", out);
		if (i == 0 || site->thresholds[i - 1].kind != t->kind)
			fprintf(out, "      \"%s\":\n", kind->kind.name);
		fprintf(out, "        %s: %s\n", kind->rules[t->rule].words[t->step],
		    decimal_text(t->limit, kind->kind.decimals, number));
	}
}

static void
put_device(FILE *out, const struct device *device)
{
	char size[TOWERD_TIME_TEXT];
	fputs("      - { id: ", out);
	put_quoted(out, device->slot);
	fputs(", driver: ", out);
	put_quoted(out, device->driver);
	if (device->address[0] != '\0') {
		fputs(", address: ", out);
		put_quoted(out, device->address);
	}
	if (device->link_budget > 0)
		fprintf(out, ", link-budget: %s", towerd_size_format(device->link_budget, size));
	if (device->identity_policy != IDENTITY_DEFAULT)
		fprintf(
		    out, ", identity: %s", identity_policy_names[device->identity_policy - IDENTITY_ACCEPT]);
	for (size_t i = 0; i < device->setting_count; i++) {
		fputs(", ", out);
		put_quoted(out, device->keys[i]);
		fputs(": ", out);
		put_quoted(out, device->values[i]);
	}
	fputs(" }\n", out);
}

static void
put_devices(FILE *out, const struct site *site)
{
	bool is_first = true;
	for (size_t i = 0; i < site->device_count; i++) {
		if (site->devices[i]->is_removed)
			continue;
		if (is_first)
			fputs("    devices:\n", out);
		is_first = false;
		put_device(out, site->devices[i]);
	}
}

static void
put_site(FILE *out, const struct model *model, const struct scope *scope, const struct site *site)
{
	struct towerd_position p;
	char latitude[DECIMAL_TEXT], longitude[DECIMAL_TEXT], size[TOWERD_TIME_TEXT];
	fputs("  - id: ", out);
	put_quoted(out, site->id);
	fputc('\n', out);
	put_text(out, "name", site->name);
	fprintf(out, "    kind: %s\n", site_kind_names[site->kind - 1]);
	put_text(out, "area", site->area);
	/* What the inventory gave, not where the tower says it is: but the same rule holds for both. */
	if (scope_may_locate(scope) && position_given(model, site->entity.number, &p))
		fprintf(out, "    location: { lat: %s, lon: %s }\n", decimal_text(p.latitude_e7, 7, latitude),
		    decimal_text(p.longitude_e7, 7, longitude));
	if (site->population > 0)
		fprintf(out, "    population: %u\n", site->population);
	put_text(out, "power-feeder", site->power_feeder);
	if (site->link_budget > 0)
		fprintf(out, "    link-budget: %s\n", towerd_size_format(site->link_budget, size));
	put_ids(out, "depends-on", site->depends_on, true);
	if (scope_may_locate(scope))
		put_ids(out, "covers", site->covers, false);
	put_thresholds(out, site);
	if (scope_role(scope) != ROLE_READ) /* addresses and credentials */
		put_devices(out, site);
}

char *
inventory_export(const struct model *model, const struct scope *scope)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	fputs("sites:\n", out);
	for (struct site *site = model_next_site(model, 0); site != NULL;
	     site = model_next_site(model, site->entity.number))
		if (scope_has_entity(scope, site->entity.number))
			put_site(out, model, scope, site);
	bool failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}
