/* SPDX-License-Identifier: ISC */
/* The plugin's options (snmp.c), as its halves read them in agent and worker. */
#ifndef PLUGINS_SNMP_SNMP_H
#define PLUGINS_SNMP_SNMP_H

#include <stdint.h>

#include <towerd/option.h>

struct snmp_config {
	int64_t interval_ms, timeout_ms, retries, workers;
	int64_t deadline_ms;     /* of a round */
	int64_t battery_factor;  /* of the interval, while a site lives on its reserve */
	int64_t verify_ms;       /* the interval while a repair is verified */
	int64_t discovery_ms;    /* how often a device's objects are looked at anew */
	const char *credentials; /* path of the credentials' file, or NULL */
	const char *source;      /* address to poll from, or NULL: the host chooses */
	struct towerd_texts traps, trap_relays, trap_credentials;
	int64_t trap_rate, trap_burst; /* of one source: traps a second, and at once */
};

#endif
