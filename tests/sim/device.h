/* SPDX-License-Identifier: ISC */
/* One simulated SNMP device: a shared recording, the values that it has on its own, and how it behaves. */
#ifndef TESTS_SIM_DEVICE_H
#define TESTS_SIM_DEVICE_H

#include "tests/sim/engine.h"
#include "tests/sim/quirk.h"
#include "tests/sim/record.h"

#define DEVICE_OWN_MAX   256
#define DEVICE_LIMIT_MAX 65507 /* what a UDP datagram holds over IPv4 */

enum own_kind { OWN_FIXED, OWN_RAMP, OWN_HIDDEN, OWN_ERROR };

/* A value that stands before the recording's. */
struct own_value {
	enum own_kind kind;
	uint32_t hash;
	struct varbind varbind; /* its value counts for OWN_FIXED only */
	uint8_t *bytes;
	uint8_t ramp_tag;
	uint8_t error; /* OWN_ERROR: the status of a request that meets it */
	int64_t ramp_from, ramp_to, ramp_start_ms, ramp_over_ms;
};

struct device_counts {
	uint64_t requests, answers, lost, refused, too_big, choked, reports;
};

/* How evenly a device is asked, since the last look. */
struct spacing {
	int64_t asked_ms;    /* when it was asked last; 0: never */
	int64_t widest_ms;   /* between two requests */
	int64_t together_ms; /* of all distances */
	uint32_t distances;
};

struct device {
	uint32_t address; /* host order */
	uint32_t number;  /* of the box, for RECORD_NUMBER: its first address, another one after a swap */
	const struct record *record;
	struct own_value *own; /* in OID order */
	uint32_t own_count;
	char community[32];
	bool is_dead;
	bool is_v1_only, is_v3_only;
	uint8_t loss_percent;
	uint16_t limit; /* octets of the largest answer */
	int64_t delay_ms;
	int64_t boot_ms;       /* scaled time at which sysUpTime was 0; may lie before the start */
	struct quirks *quirks; /* NULL: none */
	struct engine *engine; /* NULL: does not speak version 3 */
	struct device_counts counts;
	struct spacing spacing;
};

/* What a lookup found: put it with device_put. */
struct device_hit {
	const struct varbind *varbind;
	const struct own_value *own; /* NULL: the recording's */
	uint32_t position;           /* in the recording: the next hint */
	struct ber_slice name;       /* the name it goes by when that is another one; else empty */
};

struct device *device_new(uint32_t address, const struct record *record, int64_t now_ms);
void device_free(struct device *device);

bool device_find(const struct device *device, struct ber_slice oid, struct device_hit *hit);
bool device_after(const struct device *device, struct ber_slice oid, uint32_t hint, struct device_hit *hit);

/* The name to answer with. */
struct ber_slice device_hit_oid(const struct device_hit *hit);

/* The tag of the value found: a ramp's, or the recorded one. */
uint8_t device_hit_tag(const struct device_hit *hit);

/* Writes the varbind into out; its size, or 0 when `room` is too small. */
size_t device_put(
    const struct device *device, const struct device_hit *hit, int64_t now_ms, uint8_t *out, size_t room);

/* 0, -ENOMEM, -ENOSPC (DEVICE_OWN_MAX reached). */
int device_set(struct device *device, struct ber_slice oid, uint8_t tag, struct ber_slice body);
int device_hide(struct device *device, struct ber_slice oid);

/* Requests that meet the OID fail with the status. */
int device_refuse(struct device *device, struct ber_slice oid, uint8_t status);

/* Also -ENOENT (nothing to ramp there), -EINVAL (not a number, or out of its type's range). */
int device_ramp(
    struct device *device, struct ber_slice oid, int64_t from, int64_t to, int64_t start_ms, int64_t over_ms);

/* Removes one own value, or all with an empty OID; -ENOENT when there is none. */
int device_unset(struct device *device, struct ber_slice oid);

/* A request has come. */
void device_asked(struct device *device, int64_t now_ms);

/* Its quirks, made when it had none; NULL without memory. */
struct quirks *device_quirks(struct device *device);

#endif
