/* SPDX-License-Identifier: ISC */
/* The engine of our own: kept, counted, and no reason not to poll. */
#include "plugins/snmp/usm/usm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/snmp/usm/engine.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

static struct fake_host *
host_with_folder(char *folder)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);

	strcpy(folder, "/tmp/towerd-usm-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	fake_set(host, "state-dir", folder);
	return host;
}

static void
clean(struct fake_host *host, const char *folder)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/engine", folder);
	unlink(path);
	rmdir(folder);
	fake_host_free(host);
}

static void
the_engine_is_kept_and_its_boots_rise(void)
{
	char folder[32];
	struct fake_host *host = host_with_folder(folder);
	struct engine first, next;

	engine_open(fake_ctx(host), &first);
	CU_ASSERT_TRUE(first.id_len >= USM_ENGINE_MIN && first.id_len <= USM_ENGINE_MAX && first.boots == 1);
	CU_ASSERT_EQUAL(memcmp(first.id, "\x80\x00\x1f\x88\x05", 5), 0);
	for (uint32_t boots = 2; boots < 12; boots++) {
		engine_open(fake_ctx(host), &next);
		CU_ASSERT_EQUAL(next.boots, boots);
		CU_ASSERT_TRUE(next.id_len == first.id_len && memcmp(next.id, first.id, first.id_len) == 0);
	}
	CU_ASSERT_EQUAL(fake_log_count(host), 0);
	clean(host, folder);
}

static void
a_file_that_holds_no_engine_is_told_and_replaced(void)
{
	static const char *const texts[] = { "nonsense\n", "80001f8805 \n", "80001f8805", "8000 1\n",
		"80001f880501 2147483647\n", "80001f880501 7 8\n" };

	for (size_t i = 0; i < TOWERD_COUNT(texts); i++) {
		char folder[32], path[64];
		struct fake_host *host = host_with_folder(folder);
		struct engine engine, next;
		snprintf(path, sizeof(path), "%s/engine", folder);
		FILE *file = fopen(path, "w");
		CU_ASSERT_PTR_NOT_NULL_FATAL(file);
		fputs(texts[i], file);
		fclose(file);
		engine_open(fake_ctx(host), &engine);
		CU_ASSERT_TRUE(fake_has_logged(host, "a new one is made"));
		CU_ASSERT_EQUAL(engine.boots, 1);
		engine_open(fake_ctx(host), &next);
		CU_ASSERT_TRUE(next.boots == 2 && memcmp(next.id, engine.id, engine.id_len) == 0);
		clean(host, folder);
	}
}

static void
what_cannot_be_kept_is_told_and_costs_nothing_else(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);
	struct engine engine;
	struct usm *usm;

	fake_set(host, "state-dir", "/nonexistent");
	engine_open(fake_ctx(host), &engine);
	CU_ASSERT_TRUE(
	    fake_has_logged(host, "are not kept in /nonexistent/engine: No such file or directory"));
	CU_ASSERT_TRUE(engine.id_len > 0 && engine.boots == 1);
	CU_ASSERT_EQUAL(usm_new(fake_ctx(host), &usm), 0);
	usm_free(usm);
	usm_free(NULL);
	fake_host_free(host);
}

static const struct claim claims[] = {
	CLAIM(the_engine_is_kept_and_its_boots_rise),
	CLAIM(a_file_that_holds_no_engine_is_told_and_replaced),
	CLAIM(what_cannot_be_kept_is_told_and_costs_nothing_else),
};

CLAIMS_MAIN("usm", claims)
