/* SPDX-License-Identifier: ISC */
/* A device, as the files about one see it: device.c (rounds), device_discover.c, device_silence.c. */
#ifndef PLUGINS_SNMP_DEVICE_INSIDE_H
#define PLUGINS_SNMP_DEVICE_INSIDE_H

#include "plugins/snmp/poll/device.h"
#include "plugins/snmp/poll/discovery.h"
#include "plugins/snmp/poll/pace.h"
#include "plugins/snmp/poll/poll.h"
#include "plugins/snmp/poll/session.h"

enum phase {
	PHASE_DISCOVER,
	PHASE_ASK,
	PHASE_POLL,
	PHASE_CHECK, /* silence in one of the two that ask: does it live? */
	PHASE_DOWN
};
enum about { ABOUT_ROUND, ABOUT_PROBE };

struct device {
	struct session session;
	struct poller *poller;
	struct towerd_timer *timer; /* the session's while it waits, else of the next step */
	struct discovery *discovery;
	struct poll *poll;             /* NULL: there is no plan */
	struct pace *pace;             /* NULL: nothing was said of it */
	char *profile;                 /* a name, or "auto" */
	int64_t interval_ms, paced_ms; /* as configured, and as the pace has it */
	int64_t expected_ms;           /* the interval that the agent was told */
	int64_t round_ms;              /* when this round of polls, or asking for signs of life, began */
	int64_t discover_ms;           /* when it is looked at anew */
	struct poll_box box;
	uint32_t number;
	uint32_t told_reason; /* of the presence that was told: a hash */
	uint32_t generation;  /* of the plan: numbers for an older one are not used */
	uint8_t phase, checked /* the phase that PHASE_CHECK interrupts */, told /* enum towerd_presence */;
	uint8_t down_steps, ask_steps;
	uint8_t attempts;                      /* of the question that PHASE_CHECK is about */
	enum codec_version version : 8;        /* as configured */
	bool is_version_free, is_version_sure; /* it has answered this one */
	bool is_looking;                       /* its discovery has been answered: it takes memory */
	bool is_confirm_wanted;                /* a round is to follow this one */
};

void device_schedule(struct device *device, int64_t delay_ms);
void device_ask_round(struct device *device);
void device_tell_plan(struct device *device);
/* The next thing to do with a device that answers. */
void device_proceed(struct device *device);
/* Sends the round's next request, or ends it. */
void device_poll_on(struct device *device);
void device_reject(struct device *device, const char *source, const char *reason);
int64_t device_now_ms(const struct device *device);
extern const struct poll_sink device_poll_sink;

/* device_discover.c */
void device_discover(struct device *device);
void device_discover_on(struct device *device);
void device_discovery_answered(struct device *device, const struct codec_answer *answer);
void device_drop_discovery(struct device *device);
void device_ask_numbers(struct device *device);

/* device_silence.c */
void device_probe(struct device *device, unsigned tries);
void device_given_up(void *device, unsigned attempts);
void device_denied(void *device, const char *reason);
void device_changed(void *device, bool is_restarted, const char *engine_id);
void device_answered(void *device, const struct codec_answer *answer, unsigned about, bool is_late);

#endif
