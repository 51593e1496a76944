/* SPDX-License-Identifier: ISC */
/* Drafts a profile: finds scalars and tables in a recording, and guesses what they mean. */
#include "plugins/snmp/profile/draft.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/draft_guess.h"
#include "plugins/snmp/profile/draft_parts.h"
#include "plugins/snmp/profile/profile_parts.h"

#define COLUMNS_MAX 256
#define ROWS_SHOWN  3 /* values of a column that nobody understands */
/* A part of the recording whose names have the same first `len` sub-identifiers. */
struct range {
	size_t from, to, len;
};

/* Of a part of a range: the objects that go on with the same sub-identifier. */
static size_t
group_end(const struct draft *d, size_t from, size_t to, size_t len)
{
	size_t i = from + 1;

	while (i < to && draft_object_at(d, i)->len > len &&
	    draft_object_at(d, i)->ids[len] == draft_object_at(d, from)->ids[len])
		i++;
	return i;
}

static void
head(struct draft *d, const char *text)
{
	if (!d->has_head)
		fprintf(d->out, "\n%s:\n", text);
	d->has_head = true;
}

/* " map: { 1: ok, 2: failed, else: unknown }"; states that no word speaks of are left to else. */
static void
write_map(struct draft *d, const struct towerd_kind *kind, const struct mib_node *node)
{
	const bool is_truth = kind->value_class == TOWERD_KIND_TRUTH;

	fprintf(d->out, ", map: {");
	for (size_t i = 0; i < node->enum_count; i++) {
		const char *state =
		    is_truth ? (i == 0 ? "false" : "true") : guess_state(kind, node->enums[i].name);
		if (state != NULL)
			fprintf(d->out, " %" PRId64 ": %s%s%s,", node->enums[i].value, is_truth ? "" : "\"",
			    state, is_truth ? "" : "\"");
	}
	fprintf(d->out, " else: %s }", is_truth ? "false" : kind->states[0]);
}

/* The rest of a sensor's line, behind its place. */
static void
write_guess(struct draft *d, const struct guess *guess, const struct mib_node *node,
    const struct snmp_value *value, const char *label)
{
	/* States are guessed of an enumeration alone, which a MIB names. */
	const bool has_map = node != NULL && guess->kind->value_class != TOWERD_KIND_NUMBER;
	char text[VALUE_TEXT];

	fprintf(d->out, ", kind: %s", guess->kind->name);
	if (label != NULL)
		fprintf(d->out, ", label: %s", label);
	if (guess->scale[0] != '\0')
		fprintf(d->out, ", %s", guess->scale);
	if (has_map)
		write_map(d, guess->kind, node);
	fprintf(d->out, " } # %s%s%s", draft_value_text(value, text, sizeof(text)), node == NULL ? "" : ", ",
	    node == NULL ? "" : node->name);
	if (node != NULL && node->units[0] != '\0')
		fprintf(d->out, " in %s", node->units);
	if (guess->reason != NULL)
		fprintf(d->out, " # ? %s", guess->reason);
	else if (has_map)
		fprintf(d->out, " # ? the words of the enumeration");
	fputc('\n', d->out);
	for (size_t i = 0; has_map && i < node->enum_count; i++)
		fprintf(d->out, "%s%s(%" PRId64 ")%s", i == 0 ? "    #   " : "", node->enums[i].name,
		    node->enums[i].value, i + 1 == node->enum_count ? "\n" : " ");
}

static void
write_scalar(struct draft *d, const struct snmp_object *object)
{
	const bool ends_in_zero = object->ids[object->len - 1] == 0;
	const struct mib_node *node = mib_find(d->mib, object->ids, object->len - (ends_in_zero ? 1 : 0));
	char text[VALUE_TEXT];
	struct guess guess;

	head(d, "sensors");
	if (guess_kind(d->catalogue, node, NULL, &object->value, &guess)) {
		fprintf(d->out, "  - { oid: %s", draft_oid_text(object->ids, object->len));
		fprintf(d->out, ", instance: \"%s\"",
		    node != NULL
			? node->name
			: draft_oid_text(object->ids + ENTERPRISE_LEN, object->len - ENTERPRISE_LEN));
		write_guess(d, &guess, node, &object->value, NULL);
		return;
	}
	fprintf(d->out, "  # ? %s = %s", draft_oid_text(object->ids, object->len),
	    draft_value_text(&object->value, text, sizeof(text)));
	if (node != NULL)
		fprintf(d->out, "  %s: %s", node->name, node->description);
	fputc('\n', d->out);
}

struct column {
	uint32_t number;
	size_t from, to;
};

/* How often the text changes from row to row; 0: it does not, or these are no names. */
static size_t
changes(const struct draft *d, const struct column *column)
{
	size_t count = 0;

	for (size_t i = column->from; i < column->to; i++) {
		const struct snmp_value *value = &draft_object_at(d, i)->value;
		const struct snmp_value *before =
		    i == column->from ? NULL : &draft_object_at(d, i - 1)->value;
		if (value->tag != SNMP_OCTETS)
			return 0;
		if (value->octets.len < 2 || !isalpha(value->octets.data[0]))
			continue;
		count += before == NULL || before->octets.len != value->octets.len ||
		    memcmp(before->octets.data, value->octets.data, value->octets.len) != 0;
	}
	return count;
}

/* The column of texts that differ most: what names the rows. 0: none. */
static uint32_t
naming_column(const struct draft *d, const struct column *columns, size_t count)
{
	size_t most = 0;
	uint32_t best = 0;

	for (size_t c = 0; c < count; c++) {
		size_t here = changes(d, &columns[c]);
		if (here > most) {
			most = here;
			best = columns[c].number;
		}
	}
	return best;
}

static const struct snmp_value *
cell(const struct draft *d, struct range r, uint32_t column, const struct snmp_object *row)
{
	uint32_t ids[TOWERD_OID_MAX];

	memcpy(ids, row->ids, row->len * sizeof(ids[0]));
	ids[r.len] = column;
	const struct snmp_object *object = object_set_find(d->objects, ids, row->len);
	return object == NULL ? NULL : &object->value;
}

static const struct {
	const char *word, *kind;
} row_words[] = { { "humid", "humidity" }, { "temp", "device.temperature" }, { "volt", "device.voltage" },
	{ "current", "device.current" }, { "power", "device.power" } };

#define ROW_WORDS (sizeof(row_words) / sizeof(row_words[0]))

/* Which of the words a column of texts has in the rows in which `column` has a number; a bit each. */
static unsigned
words_in(struct draft *d, struct range r, const struct column *column, uint32_t texts)
{
	unsigned found = 0;

	for (size_t i = column->from; i < column->to; i++) {
		const struct snmp_object *row = draft_object_at(d, i);
		const struct snmp_value *name = cell(d, r, texts, row);
		char text[VALUE_TEXT];
		if (name == NULL || name->tag != SNMP_OCTETS || !profile_field_of(&row->value).has_number)
			continue;
		draft_value_text(name, text, sizeof(text));
		for (size_t w = 0; w < ROW_WORDS; w++)
			if (strcasestr(text, row_words[w].word) != NULL)
				found |= 1u << w;
	}
	return found;
}

/*
 * Where a column's own name says nothing: the kinds that texts of its rows speak of. Only one that has a value of more than a digit is taken for
 * a measurement. false: they speak of none.
 */
static bool
write_kinds_by_text(struct draft *d, struct range r, const struct column *columns, size_t count,
    const struct column *column, const char *label)
{
	unsigned best = 0;
	uint32_t texts = 0;
	bool is_measured = false;

	for (size_t i = column->from; i < column->to; i++) {
		const struct snmp_object *object = draft_object_at(d, i);
		const struct profile_field field = profile_field_of(&object->value);
		if (field.has_number && field.number.digits == object->ids[object->len - 1])
			continue; /* it repeats the index */
		is_measured =
		    is_measured || (field.has_number && (field.number.digits > 9 || field.number.digits < 0));
	}
	for (size_t c = 0; is_measured && c < count; c++) {
		unsigned found =
		    columns[c].number == column->number ? 0 : words_in(d, r, column, columns[c].number);
		if (__builtin_popcount(found) > __builtin_popcount(best)) {
			best = found;
			texts = columns[c].number;
		}
	}
	if (best == 0)
		return false;
	fprintf(d->out, "      - { column: %u, instance: \"%u.{index}\", kind: { column: %u, map: {",
	    column->number, column->number, texts);
	const char *comma = "";
	for (size_t w = 0; w < ROW_WORDS; w++)
		if ((best & 1u << w) != 0) {
			fprintf(d->out, "%s \"*%s*\": %s", comma, row_words[w].word, row_words[w].kind);
			comma = ",";
		}
	fprintf(d->out,
	    " } }, label: %s } # ? by texts of the rows; is it the measured value, and in which unit?\n",
	    label);
	return true;
}

static void
write_column(struct draft *d, struct range r, const struct column *columns, size_t count,
    const struct column *column, uint32_t names)
{
	const struct snmp_object *first = draft_object_at(d, column->from);
	const struct mib_node *node = mib_find(d->mib, first->ids, r.len + 1);
	char text[VALUE_TEXT], label[64] = "\"{index}\"";
	struct guess guess;

	if (names != 0)
		snprintf(label, sizeof(label), "[\"{%u}\", \"{index}\"]", names);
	if (guess_kind(d->catalogue, node, NULL, &first->value, &guess)) {
		fprintf(
		    d->out, "      - { column: %u, instance: \"%u.{index}\"", column->number, column->number);
		write_guess(d, &guess, node, &first->value, label);
		return;
	}
	if (write_kinds_by_text(d, r, columns, count, column, label))
		return;
	fprintf(d->out, "      # %s%u%s%s:", column->number == names ? "" : "? ", column->number,
	    node == NULL ? "" : " ", node == NULL ? "" : node->name);
	for (size_t i = column->from; i < column->to && i < column->from + ROWS_SHOWN; i++)
		fprintf(d->out, " %s%s", draft_value_text(&draft_object_at(d, i)->value, text, sizeof(text)),
		    i + 1 < column->to ? "," : "");
	fprintf(d->out, "%s\n", column->to - column->from > ROWS_SHOWN ? " …" : "");
}

static size_t
find_columns(const struct draft *d, struct range r, struct column *columns)
{
	size_t count = 0;

	for (size_t i = r.from; i < r.to && count < COLUMNS_MAX;) {
		size_t end = group_end(d, i, r.to, r.len);
		columns[count++] = (struct column){ draft_object_at(d, i)->ids[r.len], i, end };
		i = end;
	}
	return count;
}

static void
write_table(struct draft *d, struct range r)
{
	struct column columns[COLUMNS_MAX];
	const size_t count = find_columns(d, r, columns);
	const uint32_t *ids = draft_object_at(d, r.from)->ids;
	const uint32_t names = naming_column(d, columns, count);
	const struct mib_node *node = mib_find(d->mib, ids, r.len);

	head(d, "tables");
	fprintf(d->out, "  - entry: %s%s%s\n    sensors:\n", draft_oid_text(ids, r.len),
	    node == NULL ? "" : " # ", node == NULL ? "" : node->name);
	for (size_t c = 0; c < count; c++)
		write_column(d, r, columns, count, &columns[c], names);
}

/* Whether what is below these columns has the same indexes in nearly all of them, which is what makes a table. */
static bool
is_table(const struct draft *d, struct range r)
{
	struct column columns[COLUMNS_MAX];
	const uint32_t *ids = draft_object_at(d, r.from)->ids;
	const struct mib_node *node = mib_find(d->mib, ids, r.len);
	size_t same = 0, all = 0;

	for (size_t i = r.from; i < r.to; i++)
		if (draft_object_at(d, i)->len < r.len + 2 || draft_object_at(d, i)->ids[r.len] == 0)
			return false;
	if (node != NULL && node->type == MIB_ENTRY)
		return true;
	if (ids[r.len - 1] != 1)
		return false;
	const size_t count = find_columns(d, r, columns);
	for (size_t c = 1; c < count; c++)
		for (size_t i = columns[c].from; i < columns[c].to; i++) {
			const struct snmp_object *object = draft_object_at(d, i);
			all++;
			same += object->ids[object->len - 1] != 0 &&
			    cell(d, r, columns[0].number, object) != NULL;
		}
	return count >= 2 && same * 10 >= all * 7;
}

/* One column alone: all that is left of each name is its index. */
static bool
is_lone_column(const struct draft *d, struct range r)
{
	for (size_t i = r.from; i < r.to; i++)
		if (draft_object_at(d, i)->len != r.len + 1 || draft_object_at(d, i)->ids[r.len] == 0)
			return false;
	return r.len > ENTERPRISE_LEN + 1;
}

static void
write_range(struct draft *d, struct range r)
{
	const bool is_column = is_lone_column(d, r);

	if (is_column || is_table(d, r)) {
		if (d->is_table_pass)
			write_table(d, is_column ? (struct range){ r.from, r.to, r.len - 1 } : r);
		return;
	}
	for (size_t i = r.from; i < r.to;) {
		if (draft_object_at(d, i)->len <= r.len + 1) {
			if (!d->is_table_pass)
				write_scalar(d, draft_object_at(d, i));
			i++;
			continue;
		}
		size_t end = group_end(d, i, r.to, r.len);
		write_range(d, (struct range){ i, end, r.len + 1 });
		i = end;
	}
}

/* What a vendor's profile is about: the enterprises' subtree, and what the MIB files name. */
static void
write_pass(struct draft *d, bool is_table_pass)
{
	d->is_table_pass = is_table_pass;
	d->has_head = false;
	for (size_t i = 0; i < object_set_count(d->objects);) {
		const struct snmp_object *object = draft_object_at(d, i);
		size_t len = draft_is_of_vendor(object) ? ENTERPRISE_LEN : 0;
		for (size_t k = object->len; len == 0 && k > ENTERPRISE_LEN; k--)
			if (mib_find(d->mib, object->ids, k) != NULL)
				len = ENTERPRISE_LEN;
		size_t end = i + 1;
		while (end < object_set_count(d->objects) && len > 0 &&
		    oid_has_prefix(
			draft_object_at(d, end)->ids, draft_object_at(d, end)->len, object->ids, len))
			end++;
		if (len > 0)
			write_range(d, (struct range){ i, end, len });
		i = end;
	}
}

void
draft_write(FILE *out, const struct profile_catalogue *catalogue, struct object_set *objects,
    const struct mib *mib, const char *name)
{
	struct draft d = { .out = out, .catalogue = catalogue, .objects = objects, .mib = mib };

	draft_head(&d, name);
	write_pass(&d, false);
	write_pass(&d, true);
	draft_traps(&d);
}
