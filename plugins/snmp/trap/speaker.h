/* SPDX-License-Identifier: ISC */
/* The devices that traps may come from: found by address, by engine ID (SNMPv3) or by number. */
#ifndef PLUGINS_SNMP_SPEAKER_H
#define PLUGINS_SNMP_SPEAKER_H

#include <netinet/in.h>

#include "plugins/snmp/codec/codec.h"
#include "plugins/snmp/trap/rate.h"

#define SPEAKER_ADDRESSES  16 /* of a device, its polled one included */
#define SPEAKER_INFORMS    8  /* the last ones, to know a repeat by */
#define SPEAKER_ENGINE_MAX 32

struct speaker {
	uint32_t device;
	char *name;      /* "SITE/SLOT" */
	char *community; /* that its traps bear; NULL: none, they are of v3 */
	char *user;      /* of SNMPv3, whose traps they are; NULL: none */
	char *profile;   /* names of the profiles that fit it, "" when not known */
	struct in6_addr hosts[SPEAKER_ADDRESSES];
	size_t host_count;
	uint8_t engine[SPEAKER_ENGINE_MAX];
	size_t engine_len; /* 0: not known */
	struct rate rate;
	struct speaker_inform {
		uint32_t id;
		uint32_t hash; /* of all its octets */
	} informs[SPEAKER_INFORMS];
	unsigned inform_next;
	/* A confirming poll: asked for at once, then less often while traps keep coming. */
	bool wants_poll;
	int64_t poll_ms, poll_gap_ms; /* asked for last, at 0 never; and how long not again */
};

struct speakers;
struct speakers *speakers_new(void);
void speakers_free(struct speakers *speakers);
size_t speakers_count(const struct speakers *speakers);

/* Copies the texts; replaces what was known of the device, but for rate, informs and polls. -ENOMEM. */
int speakers_put(struct speakers *speakers, const struct speaker *speaker);
void speakers_remove(struct speakers *speakers, uint32_t device);
int speakers_set_profile(struct speaker *speaker, const char *profile);
/* "80001f88…", two digits an octet; "" and what is none: not known any more. -ENOMEM. */
int speakers_set_engine(struct speakers *speakers, struct speaker *speaker, const char *hex);

struct speaker *speakers_find(const struct speakers *speakers, uint32_t device);
/* The first device of this address, and the next one after it; NULL: there is none. */
struct speaker *
speakers_at(const struct speakers *speakers, const struct in6_addr *host, const struct speaker *after);
/* The only device of this engine ID; NULL: none, or several claim it. */
struct speaker *speakers_of_engine(const struct speakers *speakers, const uint8_t *engine, size_t len);

#endif
