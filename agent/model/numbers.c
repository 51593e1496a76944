/* SPDX-License-Identifier: ISC */
/*
 * Numbers, in blocks of 256 that belong to one site or group each. A row of the store says of each block whose it is and how many slots are reserved;
 * only reserved slots are given to what shows at once (sensors), and after a start a block goes on beyond its reserve, because what
 * was given below it may have been seen. So a crash costs numbers, never a second use of one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

#define RESERVE_NEW \
	128u /* slots that a new block's first commit reserves beyond those in use: most devices have fewer sensors */
#define RESERVE   64u    /* and later ones */
#define LOW_WATER 32u    /* so few left: time to reserve more */
#define RESTORE   16384u /* blocks that may have been given out since a copy was made: as many new sites */

int
numbers_init(struct model *model)
{
	model->block_capacity = 64;
	model->blocks = calloc(model->block_capacity, sizeof(*model->blocks));
	if (model->blocks == NULL)
		return -ENOMEM;
	model->block_count = 1;
	model->blocks[0].next = model->blocks[0].reserved = BLOCK_SLOTS;
	model->agent = (struct entity){ ENTITY_AGENT_NUMBER, ENTITY_AGENT };
	return numbers_place(model, &model->agent);
}

void
numbers_fini(struct model *model)
{
	for (uint32_t i = 0; i < model->block_count; i++)
		free(model->blocks[i].entities);
	free(model->blocks);
}

/* Makes the block exist, and all before it. */
static int
block_make(struct model *model, uint32_t block)
{
	if (block >= 1u << 24)
		return -ENOSPC;
	if (block >= model->block_capacity) {
		uint32_t capacity = model->block_capacity;
		while (capacity <= block)
			capacity *= 2;
		struct block *blocks = realloc(model->blocks, capacity * sizeof(*blocks));
		if (blocks == NULL)
			return -ENOMEM;
		memset(
		    blocks + model->block_capacity, 0, (capacity - model->block_capacity) * sizeof(*blocks));
		model->blocks = blocks;
		model->block_capacity = capacity;
	}
	if (block >= model->block_count)
		model->block_count = block + 1;
	return 0;
}

static void
chain(struct model *model, uint32_t block, uint32_t site)
{
	uint32_t at = ENTITY_BLOCK(site);
	if (at == block)
		return;
	while (model->blocks[at].after != 0 && model->blocks[at].after < block)
		at = model->blocks[at].after;
	model->blocks[block].after = model->blocks[at].after;
	model->blocks[at].after = block;
}

int
numbers_load(struct model *model, uint32_t block, uint32_t site, uint32_t reserved)
{
	if (block == 0 || reserved > BLOCK_SLOTS || (site != 0 && ENTITY_BLOCK(site) == 0) ||
	    ENTITY_BLOCK(site) > block || (site & (BLOCK_SLOTS - 1)) != 0)
		return -EUCLEAN;
	int rc = block_make(model, block);
	if (rc < 0 || site == 0) /* nobody's: numbers go on behind it */
		return rc;
	struct block *b = &model->blocks[block];
	b->site = site;
	b->next = b->reserved = b->asked = (uint16_t)reserved;
	chain(model, block, site);
	return 0;
}

int
numbers_restore(struct model *model, struct store_txn *txn)
{
	uint32_t count = model->block_count;
	for (uint32_t at = 1; at < count; at++) {
		struct block *b = &model->blocks[at];
		b->next = b->reserved = b->asked = BLOCK_SLOTS;
		if (b->site != 0)
			persist_block(txn, at, b->site, BLOCK_SLOTS);
	}
	persist_block(txn, count + RESTORE, 0, BLOCK_SLOTS);
	return block_make(model, count + RESTORE);
}

static uint32_t
last_block(const struct model *model, uint32_t site)
{
	uint32_t at = ENTITY_BLOCK(site);
	while (model->blocks[at].after != 0)
		at = model->blocks[at].after;
	return at;
}

int
numbers_new_site(struct model *model, uint32_t *number)
{
	uint32_t block = model->block_count;
	int rc = block_make(model, block);
	if (rc < 0)
		return rc;
	model->blocks[block].site = block << 8;
	model->blocks[block].next = 1;
	*number = block << 8;
	return 0;
}

int
numbers_new_group(struct model *model, uint32_t *number)
{
	int rc = numbers_new_site(model, number);
	if (rc < 0)
		return rc;
	struct block *b = &model->blocks[ENTITY_BLOCK(*number)];
	b->next = b->reserved = b->asked = BLOCK_SLOTS;
	return 0;
}

int
numbers_stage(struct model *model, uint32_t site, uint32_t *number)
{
	uint32_t block = last_block(model, site);
	if (model->blocks[block].next == BLOCK_SLOTS) {
		block = model->block_count;
		int rc = block_make(model, block);
		if (rc < 0)
			return rc;
		model->blocks[block].site = site;
		chain(model, block, site);
	}
	*number = block << 8 | model->blocks[block].next++;
	return 0;
}

void
numbers_write(struct model *model, uint32_t site, struct store_txn *txn)
{
	model->blocks[ENTITY_BLOCK(site)].flights++;
	for (uint32_t at = ENTITY_BLOCK(site); at != 0; at = model->blocks[at].after) {
		struct block *b = &model->blocks[at];
		if (b->reserved == BLOCK_SLOTS || (b->asked > b->reserved && b->asked >= b->next + LOW_WATER))
			continue;
		uint32_t want = b->next + (b->reserved == 0 ? RESERVE_NEW : RESERVE);
		b->asked = (uint16_t)(want < BLOCK_SLOTS ? want : BLOCK_SLOTS);
		if (txn != NULL)
			persist_block(txn, at, site, b->asked);
	}
}

int
numbers_written(struct model *model, uint32_t site, const char *area)
{
	/* While another commit is under way it may be its reserve that was asked for: wait for that one. */
	bool is_last = --model->blocks[ENTITY_BLOCK(site)].flights == 0;
	int rc = 0;
	for (uint32_t at = ENTITY_BLOCK(site); at != 0 && rc == 0; at = model->blocks[at].after) {
		if (is_last)
			model->blocks[at].reserved = model->blocks[at].asked;
		if (area != NULL)
			rc = scopes_set_block(model->scopes, at, site, area);
	}
	return rc;
}

void
numbers_refused(struct model *model, uint32_t site)
{
	if (--model->blocks[ENTITY_BLOCK(site)].flights > 0)
		return;
	for (uint32_t at = ENTITY_BLOCK(site); at != 0; at = model->blocks[at].after)
		model->blocks[at].asked = model->blocks[at].reserved;
}

struct ask {
	struct model *model;
	uint32_t site;
};

static void
asked(struct model *model, uint32_t number, int rc)
{
	const struct entity *entity = numbers_find(model, number);
	if (rc < 0) {
		numbers_refused(model, number);
	} else {
		const struct site *site = (const struct site *)(const void *)entity;
		numbers_written(model, number, site == NULL || site->is_removed ? NULL : site->area);
	}
}

static void
ask_done(void *arg, int rc, bool final)
{
	struct ask *ask = arg;
	if (rc < 0 && !final)
		return; /* the disk fails; it is told again */
	asked(ask->model, ask->site, rc);
	free(ask);
}

/* Reserves more, in a commit of its own. */
static void
ask_for_more(struct model *model, uint32_t site)
{
	uint32_t last = last_block(model, site);
	if (model->blocks[ENTITY_BLOCK(site)].flights > 0)
		return; /* under way */
	if (model->blocks[last].reserved == BLOCK_SLOTS) {
		uint32_t block = model->block_count;
		if (block_make(model, block) < 0)
			return;
		model->blocks[block].site = site;
		chain(model, block, site);
	}
	if (model->store == NULL) {
		numbers_write(model, site, NULL);
		asked(model, site, 0);
		return;
	}
	struct ask *ask = malloc(sizeof(*ask));
	if (ask == NULL)
		return;
	*ask = (struct ask){ model, site };
	struct store_txn *txn = store_begin(model->store);
	numbers_write(model, site, txn);
	if (store_submit(txn, STORE_KEEP, ask_done, ask) < 0) {
		numbers_refused(model, site);
		free(ask);
	}
}

/* The first block of the chain with a number that may be given. */
static struct block *
block_with_room(struct model *model, uint32_t site, uint32_t *block)
{
	for (uint32_t at = ENTITY_BLOCK(site); at != 0; at = model->blocks[at].after) {
		if (model->blocks[at].next < model->blocks[at].reserved) {
			*block = at;
			return &model->blocks[at];
		}
	}
	return NULL;
}

int
numbers_take(struct model *model, uint32_t site, uint32_t *number)
{
	uint32_t block;
	struct block *b = block_with_room(model, site, &block);
	if (b == NULL) {
		ask_for_more(model, site);
		b = block_with_room(model, site, &block); /* at once, when there is no store */
	}
	if (b == NULL)
		return -EAGAIN;
	*number = block << 8 | b->next++;
	if (b->reserved - b->next < (int)LOW_WATER && model->blocks[block].after == 0)
		ask_for_more(model, site);
	return 0;
}

uint32_t
numbers_at(const struct block *block, uint32_t number)
{
	/* Blocks without gaps, nearly all, answer at once. */
	uint32_t slot = number & (BLOCK_SLOTS - 1);
	if (slot < block->count && block->entities[slot]->number == number)
		return slot;
	uint32_t low = 0, high = block->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (block->entities[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
numbers_place(struct model *model, struct entity *entity)
{
	struct block *b = &model->blocks[ENTITY_BLOCK(entity->number)];
	uint32_t at = numbers_at(b, entity->number);
	if (at < b->count && b->entities[at]->number == entity->number)
		return -EEXIST;
	if (b->count == b->capacity) {
		/* Few sites fill a block: grow by little. */
		uint16_t capacity = (uint16_t)(b->capacity + (b->capacity < 16 ? 4 : 16));
		struct entity **entities = realloc(b->entities, capacity * sizeof(struct entity *));
		if (entities == NULL)
			return -ENOMEM;
		b->entities = entities;
		b->capacity = capacity;
	}
	memmove(b->entities + at + 1, b->entities + at, (b->count - at) * sizeof(struct entity *));
	b->entities[at] = entity;
	b->count++;
	if (b->next <= (entity->number & (BLOCK_SLOTS - 1)))
		b->next = (uint16_t)((entity->number & (BLOCK_SLOTS - 1)) + 1);
	return 0;
}

struct entity *
numbers_find(const struct model *model, uint32_t number)
{
	uint32_t block = ENTITY_BLOCK(number);
	if (block >= model->block_count)
		return NULL;
	const struct block *b = &model->blocks[block];
	uint32_t at = numbers_at(b, number);
	return at < b->count && b->entities[at]->number == number ? b->entities[at] : NULL;
}
