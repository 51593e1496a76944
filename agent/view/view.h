/* SPDX-License-Identifier: ISC */
/*
 * Views: tables that the world may see, each declared once as columns over an ordered index and rendered by every face (SNMP,
 * towerctl, metrics, pages). A row's key is its SNMP index as sub-identifiers. Reads carry a scope.
 */
#ifndef AGENT_VIEW_VIEW_H
#define AGENT_VIEW_VIEW_H

#include <towerd/view.h>

#include "agent/view/scope.h"

struct view;
struct view_arena;

/* Where a read stands, and room for the values that its getters make. Valid until the model changes: never kept over a return to the loop. */
struct view_row {
	uint32_t key[TOWERD_OID_MAX];
	size_t key_len;
	const void *object; /* what the getters read: a struct site, a struct alarm, … */
	uint64_t mark;      /* the view's own: a second half of the position */
	const struct scope *scope;
	const struct view *view;
	struct view_arena *arena; /* for view_scratch(); NULL: one that each view_get() empties */
};

/*
 * A column: what a face needs to know (towerd_column_info) and how to get the value: a getter, or FIELD(), a member of the row's object.
 * A getter answers from memory and never fails: TOWERD_NONE says that the column is not instantiated in this row. What it must build
 * goes to view_scratch(), which lives until the reader has copied the value.
 */
struct view_column {
	struct towerd_column_info info;
	struct towerd_value (*get)(const struct view_row *row);
	size_t offset, width; /* FIELD(): unsigned or signed by info.type; width 0: not a field */
	bool is_text;         /* VIEW_TEXT(): a const char * member, NULL reads as "" */
	bool is_value;        /* VIEW_VALUE(): a struct towerd_value member */
};

#define VIEW_COLUMN(id_, name_, type_, ...)                                            \
	{                                                                              \
		.info = { .id = (id_), .name = (name_), .type = (type_) }, __VA_ARGS__ \
	}
#define VIEW_FIELD(object, member) .offset = offsetof(object, member), .width = sizeof(((object *)0)->member)
#define VIEW_TEXT(object, member) \
	.offset = offsetof(object, member), .width = sizeof(const char *), .is_text = true
#define VIEW_VALUE(object, member) \
	.offset = offsetof(object, member), .width = sizeof(struct towerd_value), .is_value = true
/* An ENUM column's names, of which the first stands for 1; further members of the column's info. */
#define VIEW_NAMES(names_) .info.names = (names_), .info.first_name = 1
#define VIEW_FLAGS(flags_) .info.flags = (flags_)
#define VIEW_UNIT(unit_)   .info.unit = (unit_)

struct view {
	const char *name;  /* "towerdSiteTable" */
	const char *title; /* for people: "sites" */
	const char *
	    oid; /* of the entry, dotted; relative to towerd's own root when it starts with '.'; NULL: not on SNMP */
	const struct view_column *columns;
	size_t column_count;
	bool is_scalars;
	/*
	 * Positions `row` (key, key_len, object, mark) at the first row in `row->scope` whose key is > `key` (or >= it, when `inclusive`). `key` is any
	 * sequence of sub-identifiers, also an impossible index. O(log n). False: there is none. For scalars NULL: the one row { 0 }, object = arg.
	 */
	bool (*seek)(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len,
	    bool inclusive);
	/* Moves to the next row in the scope; O(1), at most O(log n). NULL: seek from the row's own key. */
	bool (*next)(const struct view *view, struct view_row *row);
	void *arg; /* of the module that declares it */
};

/*
 * For seek(): the smallest tuple of `parts` sub-identifiers that a row must not come before to be > `key` (>= it, when
 * `inclusive`): so that any key, shorter or longer than the index, becomes one inclusive bound. False: no row can follow.
 */
bool view_key_bound(const uint32_t *key, size_t key_len, bool inclusive, uint32_t *bound, size_t parts);
/* < 0, 0, > 0 in the order of SNMP: a prefix comes before what it begins. */
int view_key_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len);

/* Room for a getter's value, aligned for 64 bits; NULL when the batch is full (the getter then answers TOWERD_NONE, and the batch ends before that row). */
void *view_scratch(const struct view_row *row, size_t size);
/* printf into scratch, as a TEXT value. */
struct towerd_value
view_text(const struct view_row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All views of the agent, in the order of their names. Views given must outlive the registry. */
struct views;
struct views *views_new(void);
void views_free(struct views *views);
/* -EEXIST: name or OID taken; -EINVAL: a fault of the declaration; views_fault() has the sentence for both. -ENOMEM. */
int views_add(struct views *views, const struct view *view);
int views_remove(struct views *views, const struct view *view); /* -ENOENT */
const char *views_fault(const struct views *views);
size_t views_count(const struct views *views);
const struct view *views_at(const struct views *views, size_t i);
const struct view *views_find(const struct views *views, const char *name);
/* The entry's OID with the root put in front; length 0: not on SNMP. */
size_t views_oid(const struct views *views, size_t i, uint32_t oid[TOWERD_OID_MAX]);

/* Reading: rows, and cells of rows. A column outside the scope reads as TOWERD_NONE. */
bool view_seek(const struct view *view, const struct scope *scope, const uint32_t *key, size_t key_len,
    bool inclusive, struct view_row *row);
bool view_next(struct view_row *row);
struct towerd_value view_get(const struct view_row *row, const struct view_column *column);
bool view_column_is_visible(const struct view_column *column, const struct scope *scope);
/* By its MIB descriptor ("towerdSiteName") or its word ("name"); NULL: there is none in this scope. */
const struct view_column *
view_column_find(const struct view *view, const struct scope *scope, const char *name);
/* The column's name without the table's, as people type it: "towerdSiteLastSeen" -> "last-seen". Returns `out`. */
const char *
view_column_word(const struct view *view, const struct view_column *column, char *out, size_t size);
/*
 * A batch of one column: towerd_view_read()'s meaning. Keys and values lie in `arena` until its next use. Fewer than `max` cells
 * say nothing about the end: 0 does.
 */
struct view_arena *view_arena_new(void);
void view_arena_free(struct view_arena *arena);
int view_read(const struct view *view, const struct scope *scope, uint32_t column, const uint32_t *key,
    size_t key_len, bool inclusive, struct view_arena *arena, struct towerd_cell *cells, size_t max);

/* Faces for people and scripts. */
struct towerd_json_writer;
struct view_filter { /* rows whose column `name` reads as `text` (or begins with it, when it ends in '*') */
	const char *name, *text;
};
/* As the member `key` of an object that is being written (NULL: an item, or the root). */
void view_put_json(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, const char *key, struct towerd_json_writer *out);
void view_put_row(const struct view_row *row, struct towerd_json_writer *out); /* its cells, as members */
void view_print_json(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, struct towerd_json_writer *out);
/* A table with aligned columns. `write` gets whole lines. */
void view_print_text(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, void (*write)(void *arg, const char *text, size_t len), void *arg);
/* One cell as a person reads it: names for numbers, RFC 3339 for dates, "1h 5m" for durations. Returns `out`. */
const char *
view_cell_text(const struct view_column *column, const struct towerd_value *value, char *out, size_t size);

#endif
