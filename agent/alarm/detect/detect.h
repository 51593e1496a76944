/* SPDX-License-Identifier: ISC */
/* What finds alarms: each raises and clears in the list what the model lets it see. */
#ifndef AGENT_ALARM_DETECT_DETECT_H
#define AGENT_ALARM_DETECT_DETECT_H

#include "agent/alarm/list/correlate.h"
#include "agent/alarm/list/inside.h"
#include "agent/model/identity.h"

/* threshold.c */
int thresholds_new(struct alarms *alarms);
void thresholds_free(struct alarms *alarms);
void threshold_reading(struct alarms *alarms, struct sensor *sensor);
bool threshold_load(struct alarms *alarms, const struct entry *entry); /* false: no rule raises it any more */
void threshold_forget(struct alarms *alarms, struct sensor *sensor);
void threshold_explain(const struct alarms *alarms, const struct entry *entry,
    void (*line)(void *arg, const char *text), void *arg);
/* X.733, thresholdInfo: what was crossed, and by what. */
struct threshold_info {
	const struct towerd_kind *kind; /* of the values */
	enum catalogue_when when;       /* WHEN_BELOW or WHEN_ABOVE */
	const char *word;               /* the limit's name: "critical-low" */
	int64_t limit, hysteresis;
	int64_t observed; /* the reading that crossed it */
	int64_t armed_ms; /* UTC: since when, before that, a crossing would have been news; 0: not known */
};
/* Of the step that an active alarm stands on; false: it has no limit, or the reading is of before the agent's start. */
bool threshold_info(const struct alarms *alarms, const struct entry *entry, struct threshold_info *out);
/* As a member of a record: "threshold". */
void threshold_write(struct alarms *alarms, const struct entry *entry, struct towerd_json_writer *w);
/* Staleness keeps its mark in the sensor's watch. */
bool watch_is_stale(const struct alarms *alarms, const struct sensor *sensor);
int watch_set_stale(struct alarms *alarms, struct sensor *sensor, bool is_stale);

/* reachability.c */
void reachability_presence(struct alarms *alarms, struct device *device);
void reachability_device_removed(struct alarms *alarms, struct device *device);
void reachability_site_removed(struct alarms *alarms, const struct site *site);
void reachability_free(struct alarms *alarms);
bool reachability_is_silent(const struct alarms *alarms, const struct device *device);
/* A hub without devices: its alarm follows what the graph infers. */
void reachability_hub(struct alarms *alarms, const struct site *hub);

/* outage.c */
int outages_new(struct alarms *alarms);
void outage_look(struct alarms *alarms, uint32_t group);
void outage_reading(struct alarms *alarms, const struct sensor *sensor);
void outages_free(struct alarms *alarms);

/* staleness.c */
void staleness_stale(struct alarms *alarms, struct sensor *sensor);
void staleness_fresh(struct alarms *alarms, struct sensor *sensor);
void staleness_presence(struct alarms *alarms, const struct device *device);
bool staleness_load(struct alarms *alarms, const struct device *device);
void staleness_device_removed(struct alarms *alarms, uint32_t device);
void staleness_free(struct alarms *alarms);

/* doubt.c */
int doubts_load(struct alarms *alarms); /* when all else is: tells how far the list can be trusted */
void doubts_free(struct alarms *alarms);

/* fault.c */
void fault_report(struct alarms *alarms, struct device *device, const struct towerd_fault *fault);
void fault_sweep(struct alarms *alarms, const struct device *device, int64_t since_ms);

/* identity.c */
void alarm_identity_change(struct alarms *alarms, struct device *device, const char *ended);
void alarm_identity_twin(struct alarms *alarms, const struct identity_twins *twins);
bool alarm_identity_holds(struct alarms *alarms, struct device *device, const char *qualifier);
void alarm_identity_load(struct alarms *alarms);
void alarm_identity_operated(struct alarms *alarms, struct entry *entry);

#endif
