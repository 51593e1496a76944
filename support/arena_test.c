/* SPDX-License-Identifier: ISC */
/* The arena: what it hands out is zeroed, aligned, apart from the rest, and bounded. */
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "support/arena.h"
#include "tests/support/cunit_main.h"

static void
memory_is_zeroed_aligned_and_apart(void)
{
	struct arena arena = { 0 };
	char *texts[500];
	for (size_t i = 0; i < 500; i++) {
		uint8_t *memory = arena_alloc(&arena, i);
		CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
		CU_ASSERT_EQUAL((uintptr_t)memory % alignof(max_align_t), 0);
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_EQUAL(memory[k], 0);
		memset(memory, 0xff, i);
		texts[i] = arena_text(&arena, "0123456789", i % 11);
		CU_ASSERT_PTR_NOT_NULL_FATAL(texts[i]);
	}
	for (size_t i = 0; i < 500; i++)
		CU_ASSERT_TRUE(strlen(texts[i]) == i % 11 && memcmp(texts[i], "0123456789", i % 11) == 0);
	arena_fini(&arena);
}

static void
a_piece_larger_than_a_block_has_one_of_its_own(void)
{
	struct arena arena = { 0 };
	char *large = arena_alloc(&arena, 5 << 20);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	large[(5 << 20) - 1] = 'x';
	CU_ASSERT_PTR_NOT_NULL(arena_text(&arena, "small", 5));
	arena_fini(&arena);
	CU_ASSERT_PTR_NULL(arena.blocks);
	arena_fini(&arena);
}

static void
a_size_that_does_not_fit_is_refused(void)
{
	struct arena arena = { 0 };
	CU_ASSERT_PTR_NULL(arena_alloc(&arena, SIZE_MAX));
	CU_ASSERT_PTR_NULL(arena_alloc(&arena, SIZE_MAX / 2));
	CU_ASSERT_PTR_NULL(arena_array(&arena, SIZE_MAX / 4, 8));
	CU_ASSERT_PTR_NULL(arena_text(&arena, "x", SIZE_MAX));
	CU_ASSERT_PTR_NOT_NULL(arena_array(&arena, 0, 8));
	arena_fini(&arena);
}

static const struct claim claims[] = {
	CLAIM(memory_is_zeroed_aligned_and_apart),
	CLAIM(a_piece_larger_than_a_block_has_one_of_its_own),
	CLAIM(a_size_that_does_not_fit_is_refused),
};

CLAIMS_MAIN("arena", claims)
