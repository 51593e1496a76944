/* SPDX-License-Identifier: ISC */
/*
 * A scope: what one reader may see, on any face: role, areas, whether positions, and at most one site (a virtual device). What is outside
 * does not exist for it. Scopes are few (readers x security levels x sites asked for) and live until the configuration is reloaded.
 *
 * Entities are numbered in blocks of 256, each block belonging to one site (model/model.h), so "may this scope see entity i" is one bit.
 */
#ifndef AGENT_VIEW_SCOPE_H
#define AGENT_VIEW_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scope_role { ROLE_READ = 1, ROLE_OPERATE = 2, ROLE_ADMIN = 4 };

enum scope_location {
	LOCATION_NEVER,
	LOCATION_SECURE, /* only to requests that were authenticated and encrypted */
	LOCATION_ALWAYS,
};

struct scope;
struct scopes; /* all scopes of the agent */

struct scope_reader {
	const char *name;
	enum scope_role role;
	enum scope_location location;
	const char *const *areas; /* "nineveh/east" covers "nineveh/east/…" too; "*" covers everything */
	size_t area_count;
};

struct scopes *scopes_new(void);
void scopes_free(struct scopes *scopes);

/* The scope that sees everything: the agent itself, and towerctl of the agent's own user. */
const struct scope *scopes_all(const struct scopes *scopes);
/*
 * Finds or makes. `site`: the number of the only site that it shall see; 0: all that the reader may see. A site outside the reader's areas
 * gives a scope that sees nothing. A reader whose rights have changed gets another scope: who keeps one over a reload opens it again.
 * NULL: out of memory.
 */
const struct scope *
scopes_open(struct scopes *scopes, const struct scope_reader *reader, bool is_secure, uint32_t site);
/*
 * The model says which area a block's site is in, when it is made or moves; "": no area (only "*" covers it). `site`: its number; 0: the
 * agent's own block, which every reader sees, but no virtual device shows. 0 or -ENOMEM.
 */
int scopes_set_block(struct scopes *scopes, uint32_t block, uint32_t site, const char *area);
void scopes_drop_block(struct scopes *scopes, uint32_t block);

/* Counts up whenever what any scope covers changes: whoever keeps an index per scope rebuilds it then. */
uint64_t scopes_generation(const struct scopes *scopes);

const char *scope_name(const struct scope *scope); /* the reader's, for logs and the journal */
unsigned scope_number(const struct scope *scope);  /* small, dense, from 0; 0: scopes_all() */
/* The rows that the areas let through, whatever the role and the site: the same number for the same areas; small, dense; 0: every row. */
unsigned scope_reach(const struct scope *scope);
bool scope_is_all(const struct scope *scope); /* no row is outside it, and it is of no single site */
enum scope_role scope_role(const struct scope *scope);
bool scope_may_locate(const struct scope *scope);
uint32_t scope_site(const struct scope *scope); /* the one site, or 0 */
bool scope_has_entity(const struct scope *scope, uint32_t entity);
bool scope_has_block(const struct scope *scope, uint32_t block);
/* Whether a reach lets an entity through: for indexes by reach. */
bool scopes_reach_has(const struct scopes *scopes, unsigned reach, uint32_t entity);
bool scope_reaches_area(const struct scope *scope, const char *area); /* all of it */
/* The first block >= `block` in the scope, or 0: there is none. Never the agent's own (block 0): scope_has_block() tells of that. O(log n). */
uint32_t scope_next_block(const struct scope *scope, uint32_t block);
/* The site that owns the block, 0: none. */
uint32_t scopes_site(const struct scopes *scopes, uint32_t block);
/* "nineveh/east" covers itself and "nineveh/east/x", not "nineveh/eastern"; "*" covers everything. */
bool scope_area_covers(const char *pattern, const char *area);

#endif
