/* SPDX-License-Identifier: ISC */
/* What the tests of the agent's half share: the plugin on a fake host, and a worker's words. */
#ifndef PLUGINS_SNMP_FLEET_TESTING_H
#define PLUGINS_SNMP_FLEET_TESTING_H

#include "plugins/snmp/message.h"
#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

static inline void
host_free(struct fake_host *host)
{
	for (unsigned i = 0; i < 64; i++)
		if (fake_worker(host, i) != NULL)
			towerd_plugin.stop(fake_worker(host, i)); /* a real worker ends with its process */
	fake_host_free(host);
}

static inline void
say(struct fake_host *host, unsigned worker, const struct message_writer *w)
{
	towerd_plugin.worker_message(fake_ctx(host), worker, w->data, w->len);
}

#endif
