/* SPDX-License-Identifier: ISC */
/*
 * Scopes. What the areas of a reader let through is a reach: a bit for each block, shared by all scopes with the same areas. A scope of one
 * site needs no bits of its own: it walks the site's chain of blocks and asks its reach, so there may be one for each site.
 */
#include "agent/view/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/view/bits.h"
#include "agent/view/names.h"

struct block {
	uint32_t site; /* 0: the agent's own, or none */
	uint32_t area; /* number in scopes.areas; 0: no area */
	uint32_t next; /* the site's next block, ascending; 0: the last */
};

struct reach {
	unsigned number;
	bool is_all;
	char **areas;
	size_t area_count;
	struct bits blocks;
};

struct scope {
	const struct scopes *scopes;
	char *name;
	unsigned number;
	enum scope_role role;
	bool is_secure, may_locate;
	enum scope_location location;
	uint32_t site;
	const struct reach *reach;
};

struct scopes {
	struct block *blocks;
	uint32_t block_count;
	struct names areas;
	struct reach **reaches; /* [0]: every row */
	unsigned reach_count;
	struct scope **all; /* [0]: scopes_all() */
	unsigned count;
	uint32_t *table; /* scope numbers by hash of reader and site; 0: free */
	uint32_t table_size;
	uint64_t generation;
};

bool
scope_area_covers(const char *pattern, const char *area)
{
	if (strcmp(pattern, "*") == 0)
		return true;
	size_t len = strlen(pattern);
	return len > 0 && strncmp(pattern, area, len) == 0 && (area[len] == '\0' || area[len] == '/');
}

static bool
reach_covers(const struct reach *reach, const char *area)
{
	if (reach->is_all)
		return true;
	for (size_t i = 0; i < reach->area_count; i++)
		if (scope_area_covers(reach->areas[i], area))
			return true;
	return false;
}

static void
reach_free(struct reach *reach)
{
	if (reach == NULL)
		return;
	for (size_t i = 0; i < reach->area_count; i++)
		free(reach->areas[i]);
	free(reach->areas);
	bits_fini(&reach->blocks);
	free(reach);
}

/* A row of pointers with room for one more: doubled at each power of two. NULL: out of memory, and `array` stands. */
static void *
room(void *array, size_t count, size_t size)
{
	return (count & (count - 1)) != 0 ? array : realloc(array, (count == 0 ? 1 : count * 2) * size);
}

static struct reach *
reach_new(const struct scope_reader *reader)
{
	struct reach *reach = calloc(1, sizeof(*reach));
	if (reach == NULL)
		return NULL;
	reach->areas = calloc(reader->area_count + 1, sizeof(*reach->areas));
	if (reach->areas == NULL) {
		reach_free(reach);
		return NULL;
	}
	for (size_t i = 0; i < reader->area_count; i++) {
		reach->areas[i] = strdup(reader->areas[i]);
		if (reach->areas[i] == NULL) {
			reach_free(reach);
			return NULL;
		}
		reach->area_count = i + 1;
		reach->is_all |= strcmp(reader->areas[i], "*") == 0;
	}
	return reach;
}

static int
reaches_add(struct scopes *scopes, struct reach *reach)
{
	struct reach **reaches = room(scopes->reaches, scopes->reach_count, sizeof(*reaches));
	if (reaches == NULL)
		return -ENOMEM;
	scopes->reaches = reaches;
	/* The agent's own block stands outside all areas: its health concerns every reader. */
	if (bits_set(&reach->blocks, 0) < 0)
		return -ENOMEM;
	for (uint32_t block = 1; block < scopes->block_count; block++)
		if (scopes->blocks[block].site != 0 &&
		    reach_covers(reach, names_at(&scopes->areas, scopes->blocks[block].area)) &&
		    bits_set(&reach->blocks, block) < 0)
			return -ENOMEM;
	reach->number = scopes->reach_count;
	scopes->reaches[scopes->reach_count++] = reach;
	return 0;
}

static bool
reach_is_of(const struct reach *reach, const struct scope_reader *reader)
{
	if (reach->area_count != reader->area_count)
		return false;
	for (size_t i = 0; i < reader->area_count; i++)
		if (strcmp(reach->areas[i], reader->areas[i]) != 0)
			return false;
	return true;
}

static const struct reach *
reach_of(struct scopes *scopes, const struct scope_reader *reader)
{
	for (size_t i = 0; i < reader->area_count; i++)
		if (strcmp(reader->areas[i], "*") == 0)
			return scopes->reaches[0];
	for (unsigned i = 1; i < scopes->reach_count; i++)
		if (reach_is_of(scopes->reaches[i], reader))
			return scopes->reaches[i];
	struct reach *reach = reach_new(reader);
	if (reach == NULL)
		return NULL;
	if (reaches_add(scopes, reach) < 0) {
		reach_free(reach);
		return NULL;
	}
	return reach;
}

static uint32_t
hash_of(const char *name, bool is_secure, uint32_t site)
{
	uint32_t hash = 2166136261u;
	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	hash = (hash ^ site ^ (is_secure ? 0x80000000u : 0)) * 2654435761u;
	return hash ^ hash >> 16;
}

static void
table_put(struct scopes *scopes, const struct scope *scope)
{
	uint32_t at = hash_of(scope->name, scope->is_secure, scope->site) & (scopes->table_size - 1);
	while (scopes->table[at] != 0)
		at = (at + 1) & (scopes->table_size - 1);
	scopes->table[at] = scope->number;
}

static int
table_grow(struct scopes *scopes)
{
	if (scopes->count * 2 < scopes->table_size)
		return 0;
	uint32_t size = scopes->table_size == 0 ? 64 : scopes->table_size * 2;
	uint32_t *table = calloc(size, sizeof(*table));
	if (table == NULL)
		return -ENOMEM;
	free(scopes->table);
	scopes->table = table;
	scopes->table_size = size;
	for (unsigned i = 1; i < scopes->count; i++)
		table_put(scopes, scopes->all[i]);
	return 0;
}

static struct scope *
scope_new(struct scopes *scopes, const struct scope_reader *reader, bool is_secure, uint32_t site)
{
	struct scope **all = room(scopes->all, scopes->count, sizeof(*all));
	if (all == NULL)
		return NULL;
	scopes->all = all;
	if (table_grow(scopes) < 0)
		return NULL;
	const struct reach *reach = reach_of(scopes, reader);
	struct scope *scope = reach == NULL ? NULL : calloc(1, sizeof(*scope));
	if (scope == NULL)
		return NULL;
	scope->name = strdup(reader->name);
	if (scope->name == NULL) {
		free(scope);
		return NULL;
	}
	scope->scopes = scopes;
	scope->number = scopes->count;
	scope->role = reader->role;
	scope->is_secure = is_secure;
	scope->location = reader->location;
	scope->may_locate =
	    reader->location == LOCATION_ALWAYS || (reader->location == LOCATION_SECURE && is_secure);
	scope->site = site;
	scope->reach = reach;
	scopes->all[scopes->count++] = scope;
	return scope;
}

struct scopes *
scopes_new(void)
{
	static const char *const everything[] = { "*" };
	static const struct scope_reader agent = { .name = "agent",
		.role = ROLE_ADMIN,
		.location = LOCATION_ALWAYS,
		.areas = everything,
		.area_count = 1 };
	struct scopes *scopes = calloc(1, sizeof(*scopes));
	if (scopes == NULL)
		return NULL;
	struct reach *reach = reach_new(&agent);
	if (reach != NULL && reaches_add(scopes, reach) < 0) {
		reach_free(reach);
		reach = NULL;
	}
	if (reach == NULL || scope_new(scopes, &agent, true, 0) == NULL ||
	    scopes_set_block(scopes, 0, 0, "") < 0) {
		scopes_free(scopes);
		return NULL;
	}
	return scopes;
}

void
scopes_free(struct scopes *scopes)
{
	if (scopes == NULL)
		return;
	for (unsigned i = 0; i < scopes->count; i++) {
		free(scopes->all[i]->name);
		free(scopes->all[i]);
	}
	for (unsigned i = 0; i < scopes->reach_count; i++)
		reach_free(scopes->reaches[i]);
	free(scopes->all);
	free(scopes->reaches);
	names_fini(&scopes->areas);
	free(scopes->table);
	free(scopes->blocks);
	free(scopes);
}

const struct scope *
scopes_all(const struct scopes *scopes)
{
	return scopes->all[0];
}

static bool
scope_is_of(const struct scope *scope, const struct scope_reader *reader, bool is_secure, uint32_t site)
{
	if (scope->site != site || scope->is_secure != is_secure || strcmp(scope->name, reader->name) != 0 ||
	    scope->role != reader->role || scope->location != reader->location)
		return false;
	if (scope->reach->number == 0) {
		for (size_t i = 0; i < reader->area_count; i++)
			if (strcmp(reader->areas[i], "*") == 0)
				return true;
		return false;
	}
	return reach_is_of(scope->reach, reader);
}

const struct scope *
scopes_open(struct scopes *scopes, const struct scope_reader *reader, bool is_secure, uint32_t site)
{
	if (scopes->table_size > 0) {
		uint32_t at = hash_of(reader->name, is_secure, site) & (scopes->table_size - 1);
		for (; scopes->table[at] != 0; at = (at + 1) & (scopes->table_size - 1))
			if (scope_is_of(scopes->all[scopes->table[at]], reader, is_secure, site))
				return scopes->all[scopes->table[at]];
	}
	struct scope *scope = scope_new(scopes, reader, is_secure, site);
	if (scope != NULL)
		table_put(scopes, scope);
	return scope;
}

static int
blocks_grow(struct scopes *scopes, uint32_t block)
{
	if (block < scopes->block_count)
		return 0;
	uint32_t count = scopes->block_count == 0 ? 64 : scopes->block_count;
	while (count <= block)
		count *= 2;
	struct block *blocks = realloc(scopes->blocks, count * sizeof(*blocks));
	if (blocks == NULL)
		return -ENOMEM;
	memset(blocks + scopes->block_count, 0, (count - scopes->block_count) * sizeof(*blocks));
	scopes->blocks = blocks;
	scopes->block_count = count;
	return 0;
}

static void
chain(struct scopes *scopes, uint32_t block, uint32_t site)
{
	uint32_t first = site >> 8;
	if (first == block || first >= scopes->block_count)
		return;
	uint32_t at = first;
	while (scopes->blocks[at].next != 0 && scopes->blocks[at].next <= block)
		at = scopes->blocks[at].next;
	if (at == block)
		return;
	scopes->blocks[block].next = scopes->blocks[at].next;
	scopes->blocks[at].next = block;
}

int
scopes_set_block(struct scopes *scopes, uint32_t block, uint32_t site, const char *area)
{
	uint32_t area_at;
	if (block >= BITS_LIMIT)
		return -ERANGE;
	if (blocks_grow(scopes, block) < 0 || names_number(&scopes->areas, area, &area_at) < 0)
		return -ENOMEM;
	struct block *b = &scopes->blocks[block];
	if (b->site == site && site != 0 && b->area == area_at)
		return 0;
	for (unsigned i = 0; i < scopes->reach_count; i++) {
		struct reach *reach = scopes->reaches[i];
		if (site == 0 || reach_covers(reach, area)) {
			if (bits_set(&reach->blocks, block) < 0)
				return -ENOMEM;
		} else {
			bits_clear(&reach->blocks, block);
		}
	}
	b->site = site;
	b->area = area_at;
	if (site != 0)
		chain(scopes, block, site);
	scopes->generation++;
	return 0;
}

void
scopes_drop_block(struct scopes *scopes, uint32_t block)
{
	if (block == 0 || block >= scopes->block_count || scopes->blocks[block].site == 0)
		return;
	/* The chain stays: a site that comes back has its blocks again. */
	scopes->blocks[block].site = 0;
	for (unsigned i = 0; i < scopes->reach_count; i++)
		bits_clear(&scopes->reaches[i]->blocks, block);
	scopes->generation++;
}

uint64_t
scopes_generation(const struct scopes *scopes)
{
	return scopes->generation;
}

uint32_t
scopes_site(const struct scopes *scopes, uint32_t block)
{
	return block < scopes->block_count ? scopes->blocks[block].site : 0;
}

const char *
scope_name(const struct scope *scope)
{
	return scope->name;
}

unsigned
scope_number(const struct scope *scope)
{
	return scope->number;
}

unsigned
scope_reach(const struct scope *scope)
{
	return scope->reach->number;
}

bool
scope_is_all(const struct scope *scope)
{
	return scope->reach->number == 0 && scope->site == 0;
}

enum scope_role
scope_role(const struct scope *scope)
{
	return scope->role;
}

bool
scope_may_locate(const struct scope *scope)
{
	return scope->may_locate;
}

uint32_t
scope_site(const struct scope *scope)
{
	return scope->site;
}

bool
scope_has_block(const struct scope *scope, uint32_t block)
{
	if (scope->site != 0 && scopes_site(scope->scopes, block) != scope->site)
		return false;
	return bits_has(&scope->reach->blocks, block);
}

bool
scope_has_entity(const struct scope *scope, uint32_t entity)
{
	return scope_has_block(scope, entity >> 8);
}

bool
scopes_reach_has(const struct scopes *scopes, unsigned reach, uint32_t entity)
{
	return bits_has(&scopes->reaches[reach]->blocks, entity >> 8);
}

bool
scope_reaches_area(const struct scope *scope, const char *area)
{
	return reach_covers(scope->reach, area);
}

uint32_t
scope_next_block(const struct scope *scope, uint32_t block)
{
	uint32_t found;
	if (scope->site == 0)
		return bits_next(&scope->reach->blocks, block == 0 ? 1 : block, &found) ? found : 0;
	uint32_t at = scope->site >> 8;
	while (at != 0 && at < block)
		at = at < scope->scopes->block_count ? scope->scopes->blocks[at].next : 0;
	while (at != 0 && !scope_has_block(scope, at))
		at = at < scope->scopes->block_count ? scope->scopes->blocks[at].next : 0;
	return at;
}
