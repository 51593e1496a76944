/* SPDX-License-Identifier: ISC */
/* Any octets as what a worker says: taken by the plugin's half in a fake agent that has two devices. */
#include <string.h>

#include "tests/support/fake_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct towerd_plugin towerd_plugin;

#define INPUTS_OF_A_HOST 500 /* the fake host keeps what it hears */

static struct fake_host *
host_new(void)
{
	static const char *const settings[] = { "community", "public", NULL };
	struct fake_host *host = fake_host_new(&towerd_plugin, NULL);

	fake_device_with(host, "S-1/a", "127.0.0.9", false, settings);
	fake_device_with(host, "S-1/b", "127.0.0.9", false, settings);
	return host;
}

static void
host_free(struct fake_host *host)
{
	if (fake_worker(host, 0) != NULL)
		towerd_plugin.stop(fake_worker(host, 0)); /* a real worker ends with its process */
	fake_host_free(host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake_host *host;
	static unsigned inputs;

	if (host == NULL)
		host = host_new();
	towerd_plugin.worker_message(fake_ctx(host), 0, data, size);
	if (++inputs == INPUTS_OF_A_HOST) {
		host_free(host);
		host = NULL;
		inputs = 0;
	}
	return 0;
}
