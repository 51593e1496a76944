/* SPDX-License-Identifier: ISC */
/* The plugin under the fake host: no daemon, no battery. */
#include <string.h>

#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

static const char settings[] = "{ device: LAB-1/battery, path: /volts }";

static void
microvolts_become_a_reading_in_millivolts(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	uint32_t device = fake_device(host, "LAB-1/battery", "");

	fake_file(host, "/volts", "12453000\n");
	CU_ASSERT_EQUAL(fake_poll(host), 0);
	CU_ASSERT_EQUAL(fake_value(host, device, "battery.voltage", ""), 12453);
	fake_host_free(host);
}

static void
a_reading_that_is_not_a_number_says_what_was_read(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	uint32_t device = fake_device(host, "LAB-1/battery", "");

	fake_file(host, "/volts", "n/a");
	CU_ASSERT_EQUAL(fake_poll(host), -EBADMSG);
	CU_ASSERT_STRING_EQUAL(fake_error(host), "/volts holds \"n/a\", not microvolts");
	CU_ASSERT_EQUAL(fake_value(host, device, "battery.voltage", ""), FAKE_NO_VALUE);
	fake_host_free(host);
}

static void
a_file_that_is_not_there_is_named(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	fake_device(host, "LAB-1/battery", "");
	fake_file(host, "/volts", NULL);
	CU_ASSERT_EQUAL(fake_poll(host), -ENOENT);
	CU_ASSERT_STRING_EQUAL(fake_error(host), "cannot read /volts");
	fake_host_free(host);
}

static void
a_device_that_the_inventory_lacks_is_an_error_of_the_poll(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	fake_file(host, "/volts", "12453000\n");
	CU_ASSERT_EQUAL(fake_poll(host), -ENOENT);
	fake_host_free(host);
}

static void
it_does_not_start_without_the_name_of_its_device(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, "{ path: /volts }");

	CU_ASSERT_EQUAL(fake_start(host), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_error(host), "device"));
	fake_host_free(host);
}

static const struct claim claims[] = {
	CLAIM(microvolts_become_a_reading_in_millivolts),
	CLAIM(a_reading_that_is_not_a_number_says_what_was_read),
	CLAIM(a_file_that_is_not_there_is_named),
	CLAIM(a_device_that_the_inventory_lacks_is_an_error_of_the_poll),
	CLAIM(it_does_not_start_without_the_name_of_its_device),
};

CLAIMS_MAIN("battery", claims)
