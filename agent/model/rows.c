/* SPDX-License-Identifier: ISC */
/*
 * Entities as rows: in the order of their numbers (key { number }) or site by site (key { site, number }). A site's numbers stand in
 * blocks of its own, so both orders walk blocks, and what the scope does not see is not met.
 */
#include "agent/model/inside.h"

static bool
is_row(const struct entity *entity, unsigned classes)
{
	const void *object = entity;
	if ((classes & ROWS_OF(entity->kind_of)) == 0)
		return false;
	if (entity->kind_of == ENTITY_SENSOR)
		return !((const struct sensor *)object)->is_retired &&
		    !((const struct sensor *)object)->device->is_removed;
	if (entity->kind_of == ENTITY_GROUP)
		return ((const struct group *)object)->site_count > 0;
	return entity->kind_of != ENTITY_DEVICE || !((const struct device *)object)->is_removed;
}

/* The first row of the block from position `at` on. */
static const struct entity *
row_in(const struct block *block, uint32_t at, unsigned classes, uint64_t *mark)
{
	for (; at < block->count; at++) {
		if (is_row(block->entities[at], classes)) {
			*mark = at;
			return block->entities[at];
		}
	}
	return NULL;
}

/* In the block that holds `number`, and then in those that follow in the scope. */
static const struct entity *
by_number(
    const struct model *model, unsigned classes, const struct scope *scope, uint32_t number, uint64_t *mark)
{
	uint32_t block = ENTITY_BLOCK(number);
	const struct entity *found = NULL;
	if (block == 0 && scope_has_block(scope, 0))
		found = row_in(&model->blocks[0], numbers_at(&model->blocks[0], number), classes, mark);
	for (block = found != NULL ? 0 : scope_next_block(scope, block);
	     block != 0 && block < model->block_count; block = scope_next_block(scope, block + 1)) {
		const struct block *b = &model->blocks[block];
		found = row_in(b, block == ENTITY_BLOCK(number) ? numbers_at(b, number) : 0, classes, mark);
		if (found != NULL)
			break;
	}
	return found;
}

/* The first site of the scope at or after `block`: its first block. */
static uint32_t
next_site(const struct model *model, const struct scope *scope, uint32_t block)
{
	block = scope_next_block(scope, block);
	while (block != 0 && block < model->block_count && model->blocks[block].site != block << 8)
		block = scope_next_block(scope, block + 1);
	return block < model->block_count ? block : 0;
}

static const struct entity *
in_site(const struct model *model, unsigned classes, uint32_t block, uint32_t number, uint64_t *mark)
{
	for (; block != 0; block = model->blocks[block].after) {
		if (block < ENTITY_BLOCK(number))
			continue;
		const struct block *b = &model->blocks[block];
		uint32_t at = block == ENTITY_BLOCK(number) ? numbers_at(b, number) : 0;
		const struct entity *found = row_in(b, at, classes, mark);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static const struct entity *
by_site(const struct model *model, unsigned classes, const struct scope *scope, uint32_t site,
    uint32_t number, uint64_t *mark)
{
	/* Not a site's number: the first site after it, from its beginning. */
	uint32_t block = ENTITY_BLOCK(site);
	if ((site & (BLOCK_SLOTS - 1)) != 0) {
		block++;
		number = 0;
	}
	uint32_t at = next_site(model, scope, block);
	while (at != 0) {
		const struct entity *found = in_site(model, classes, at, at == block ? number : 0, mark);
		if (found != NULL)
			return found;
		at = next_site(model, scope, at + 1);
	}
	return NULL;
}

static bool
set_row(const struct model *model, enum rows_by by, struct view_row *row, const struct entity *entity)
{
	if (entity == NULL)
		return false;
	row->object = entity;
	if (by == ROWS_BY_NUMBER) {
		row->key[0] = entity->number;
		row->key_len = 1;
	} else {
		row->key[0] = model->blocks[ENTITY_BLOCK(entity->number)].site;
		row->key[1] = entity->number;
		row->key_len = 2;
	}
	return true;
}

bool
rows_seek(const struct model *model, enum rows_by by, unsigned classes, struct view_row *row,
    const uint32_t *key, size_t key_len, bool inclusive)
{
	uint32_t bound[2];
	if (!view_key_bound(key, key_len, inclusive, bound, by == ROWS_BY_NUMBER ? 1 : 2))
		return false;
	const struct entity *found = by == ROWS_BY_NUMBER
	    ? by_number(model, classes, row->scope, bound[0], &row->mark)
	    : by_site(model, classes, row->scope, bound[0], bound[1], &row->mark);
	return set_row(model, by, row, found);
}

bool
rows_next(const struct model *model, enum rows_by by, unsigned classes, struct view_row *row)
{
	uint32_t number = ((const struct entity *)row->object)->number;
	const struct entity *found =
	    row_in(&model->blocks[ENTITY_BLOCK(number)], (uint32_t)row->mark + 1, classes, &row->mark);
	if (found == NULL && by == ROWS_BY_NUMBER)
		found = by_number(model, classes, row->scope, (ENTITY_BLOCK(number) + 1) << 8, &row->mark);
	if (found == NULL && by == ROWS_BY_SITE) {
		uint32_t site = model->blocks[ENTITY_BLOCK(number)].site;
		found =
		    by_site(model, classes, row->scope, site, (ENTITY_BLOCK(number) + 1) << 8, &row->mark);
	}
	return set_row(model, by, row, found);
}
