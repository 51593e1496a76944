/* SPDX-License-Identifier: ISC */
/* Messages between plugin and workers: what was written is read, and nothing is read that was not written. */
#include "plugins/snmp/message.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

/* number, long number, text, two items of 4 octets, text */
static void
write_all(struct message_writer *w)
{
	const uint32_t items[] = { 7, UINT32_MAX };

	message_begin(w, MESSAGE_REJECT);
	message_put_u32(w, 4711);
	message_put_i64(w, INT64_MIN);
	message_put_text(w, "first");
	message_put_bytes(w, items, sizeof(items));
	message_put_text(w, "");
}

static void
what_is_written_is_read(void)
{
	struct message_writer w = { 0 };
	uint32_t items[2];

	write_all(&w);
	CU_ASSERT_FALSE_FATAL(w.failed);
	struct message_reader r = message_open(w.data, w.len);
	CU_ASSERT_EQUAL(message_u32(&r), MESSAGE_REJECT);
	CU_ASSERT_EQUAL(message_u32(&r), 4711);
	CU_ASSERT_EQUAL(message_i64(&r), INT64_MIN);
	CU_ASSERT_STRING_EQUAL(message_text(&r), "first");
	const void *found = message_items(&r, 2, sizeof(uint32_t));
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	memcpy(items, found, sizeof(items));
	CU_ASSERT_EQUAL(items[0], 7);
	CU_ASSERT_EQUAL(items[1], UINT32_MAX);
	CU_ASSERT_FALSE(message_is_whole(&r));
	CU_ASSERT_STRING_EQUAL(message_text(&r), "");
	CU_ASSERT_TRUE(message_is_whole(&r));
	message_fini(&w);
}

static void
read_all(struct message_reader *r)
{
	(void)message_u32(r);
	(void)message_u32(r);
	(void)message_i64(r);
	(void)message_text(r);
	(void)message_items(r, 2, sizeof(uint32_t));
	(void)message_text(r);
}

static void
a_message_that_is_cut_anywhere_is_not_whole(void)
{
	struct message_writer w = { 0 };

	write_all(&w);
	for (size_t len = 0; len < w.len; len++) {
		uint8_t *cut = malloc(len + 1); /* of its own: a sanitizer sees what is read beyond it */
		CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
		memcpy(cut, w.data, len);
		uint8_t *exact = realloc(cut, len == 0 ? 1 : len);
		struct message_reader r = message_open(exact, len);
		read_all(&r);
		CU_ASSERT_FALSE(message_is_whole(&r));
		CU_ASSERT_EQUAL(message_u32(&r), 0);
		CU_ASSERT_EQUAL(message_i64(&r), 0);
		CU_ASSERT_STRING_EQUAL(message_text(&r), "");
		CU_ASSERT_PTR_NULL(message_bytes(&r, 0));
		free(exact);
	}
	message_fini(&w);
}

static void
octets_after_the_last_field_are_noticed(void)
{
	struct message_writer w = { 0 };

	write_all(&w);
	message_put_bytes(&w, "x", 1);
	struct message_reader r = message_open(w.data, w.len);
	read_all(&r);
	CU_ASSERT_FALSE(r.failed);
	CU_ASSERT_FALSE(message_is_whole(&r));
	message_fini(&w);
}

static void
a_text_without_its_end_is_no_text(void)
{
	static const char octets[] = { 'a', 'b', 'c' };
	struct message_reader r = message_open(octets, sizeof(octets));

	CU_ASSERT_STRING_EQUAL(message_text(&r), "");
	CU_ASSERT_TRUE(r.failed);
}

static void
a_count_beyond_the_message_gives_no_items(void)
{
	static const uint8_t octets[64];
	static const struct {
		uint32_t count;
		size_t size;
		bool is_there;
	} cases[] = {
		{ 0, 24, true },
		{ 2, 24, true },
		{ 3, 24, false },
		{ 64, 1, true },
		{ UINT32_MAX, 24, false },
		{ UINT32_MAX, 1, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message_reader r = message_open(octets, sizeof(octets));
		CU_ASSERT_EQUAL(message_items(&r, cases[i].count, cases[i].size) != NULL, cases[i].is_there);
		CU_ASSERT_EQUAL(r.failed, !cases[i].is_there);
	}
}

static void
a_writer_is_used_again(void)
{
	struct message_writer w = { 0 };

	write_all(&w);
	message_begin(&w, MESSAGE_REMOVE);
	message_put_u32(&w, 1);
	CU_ASSERT_EQUAL(w.len, 8);
	w.failed = true; /* without memory, nothing more is written */
	message_put_text(&w, "lost");
	CU_ASSERT_EQUAL(w.len, 8);
	message_fini(&w);
	CU_ASSERT_PTR_NULL(w.data);
}

static void
a_fault_is_read_as_it_was_written(void)
{
	const struct towerd_fault fault = { .size = sizeof(fault),
		.type = "power/fuse",
		.is_raised = true,
		.severity = TOWERD_MAJOR,
		.text = "fuse 3",
		.device_ms = 5,
		.expires_ms = 60000,
		.is_hint = true };
	struct message_writer w = { 0 };
	struct towerd_fault read = { .qualifier = "untouched" };

	message_begin(&w, MESSAGE_FAULT);
	message_put_fault(&w, &fault);
	for (size_t len = 4; len < w.len; len++) {
		struct message_reader r = message_open(w.data + 4, len - 4);
		CU_ASSERT_FALSE(message_fault(&r, &read));
	}
	CU_ASSERT_STRING_EQUAL(read.qualifier, "untouched");
	struct message_reader r = message_open(w.data + 4, w.len - 4);
	CU_ASSERT_TRUE_FATAL(message_fault(&r, &read));
	CU_ASSERT_EQUAL(read.size, sizeof(read));
	CU_ASSERT_STRING_EQUAL(read.type, "power/fuse");
	CU_ASSERT_STRING_EQUAL(read.qualifier, "");
	CU_ASSERT_STRING_EQUAL(read.text, "fuse 3");
	CU_ASSERT_TRUE(read.is_raised);
	CU_ASSERT_EQUAL(read.severity, TOWERD_MAJOR);
	CU_ASSERT_EQUAL(read.device_ms, 5);
	CU_ASSERT_EQUAL(read.expires_ms, 60000);
	CU_ASSERT_TRUE(read.is_hint);
	message_fini(&w);
}

static const struct claim claims[] = {
	CLAIM(what_is_written_is_read),
	CLAIM(a_message_that_is_cut_anywhere_is_not_whole),
	CLAIM(octets_after_the_last_field_are_noticed),
	CLAIM(a_text_without_its_end_is_no_text),
	CLAIM(a_count_beyond_the_message_gives_no_items),
	CLAIM(a_writer_is_used_again),
	CLAIM(a_fault_is_read_as_it_was_written),
};

CLAIMS_MAIN("message", claims)
