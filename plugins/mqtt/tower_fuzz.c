/* SPDX-License-Identifier: ISC */
/* Any bytes on any topic: the first octet chooses the topic and whether it is retained, the rest is the payload. */
#include <stdlib.h>

#include "plugins/mqtt/mqtt.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const topics[] = {
		"towers/site/COW-7/status",
		"towers/site/COW-7/telemetry",
		"towers/site/COW-7/position",
		"towers/site/COW-7/alarm",
		"towers/crew/crew-3/update",
		"towers/site/UNKNOWN/status",
	};

	if (size == 0)
		return 0;
	struct fake_host *host = fake_host_make(&towerd_plugin, "broker: mqtt://127.0.0.1:1");
	(void)fake_device(host, "COW-7/tower", "");
	if (fake_start(host) < 0)
		abort();
	const struct message message = {
		.topic = topics[(data[0] >> 1) % TOWERD_COUNT(topics)],
		.payload = data + 1,
		.len = size - 1,
		.is_retained = data[0] & 1,
	};
	mqtt_message(towerd_state(fake_ctx(host)), &message);
	fake_host_free(host);
	return 0;
}
