/* SPDX-License-Identifier: ISC */
/*
 * Views: tables that the world may see, declared once and rendered on every face. A row's key is its SNMP index as
 * sub-identifiers (RFC 2578, 7.7), so that there is one order for all faces. A group of scalars is a view with one row, key { 0 }.
 *
 * Every read carries a scope: rows and columns outside it do not exist for that reader.
 */
#ifndef TOWERD_VIEW_H
#define TOWERD_VIEW_H

#include <stdbool.h>

#include <towerd/value.h>

#ifdef __cplusplus
extern "C" {
#endif

enum towerd_column_flags {
	TOWERD_COLUMN_INDEX = 1,    /* part of the key: not-accessible in the MIB unless READABLE */
	TOWERD_COLUMN_READABLE = 2, /* with INDEX: also a readable column */
	TOWERD_COLUMN_LOCATION = 4, /* tells where something or someone is: only for scopes that may know */
	TOWERD_COLUMN_OPERATE = 8,  /* personal or operational: not for role `read` */
	TOWERD_COLUMN_LOCAL = 16,   /* not in the MIB: for towerctl and pages only */
};

/* What a face needs to know of a column. */
struct towerd_column_info {
	uint32_t id; /* sub-identifier below the entry; 0 for LOCAL columns */
	const char *name;
	enum towerd_type type;
	unsigned flags;
	const char *unit;         /* "" when it has none */
	const char *const *names; /* ENUM: names[i - first]; NULL at the end */
	int first_name;           /* the number of names[0]; 1 in most MIBs */
};

struct towerd_view_info {
	uint32_t size;
	const char *name;    /* "towerdSiteTable" */
	const uint32_t *oid; /* of the entry (table) or of the scalars' parent; length 0: not on SNMP */
	size_t oid_len;
	bool is_scalars;
	const struct towerd_column_info *columns;
	size_t column_count;
};

/* One cell of an answer: the row's key and the value. Borrowed until the plugin's next read or until it returns to the loop. */
struct towerd_cell {
	const uint32_t *key;
	size_t key_len;
	struct towerd_value value;
};

/* Opens a scope. */
struct towerd_scope_request {
	uint32_t size;
	/* a name of `readers:` in the configuration; NULL: everything (for what the operator himself configured, a sink) */
	const char *reader;
	bool is_secure;   /* the request was authenticated and encrypted */
	const char *site; /* only this site, as a virtual device; NULL: all that the reader may see */
};

/* A view that a plugin declares and fills by pushing rows. The first `index_count` columns are its index: UNSIGNED or TEXT. */
struct towerd_published_view {
	const char *name;
	const char *oid; /* dotted, or NULL */
	const struct towerd_column_info *columns;
	size_t column_count;
	size_t index_count;
};

#ifdef __cplusplus
}
#endif
#endif
