/* SPDX-License-Identifier: ISC */
/*
 * What a site's service is, derived from what is known; the one place for the rule:
 *
 *  destroyed                                          off air
 *  portable  deployment not known                     unknown
 *            parked, en route, set up                 off air
 *            on air or draining, tower reachable      on air
 *            on air or draining, not heard from       unknown
 *  fixed     no device reachable                      unknown: the link may be cut and the cells may serve
 *            cells report (kind radio.state)          all inactive or failed: off air; some: degraded; none: on air
 *            no cell reports                          on air: devices answer, so power and backhaul work
 *
 *  then      on air, with an alarm of major or worse  degraded
 *            off air or unknown, and a portable tower that stands in for the site is on air or degraded: covered
 *
 * The operational state follows: enabled while the site itself serves, disabled while it is off air, else unknown (never a guess).
 */
#include <string.h>

#include "agent/model/inside.h"

static enum service
portable_service(const struct site *site)
{
	enum service service = SERVICE_UNKNOWN;
	for (size_t i = 0; i < site->device_count; i++) {
		const struct device *device = site->devices[i];
		if (device->is_removed || device->deployment == TOWERD_DEPLOYMENT_UNKNOWN)
			continue;
		if (device->deployment == TOWERD_ON_AIR || device->deployment == TOWERD_DRAINING)
			return device->presence == TOWERD_PRESENCE_REACHABLE ? SERVICE_ON_AIR
									     : SERVICE_UNKNOWN;
		service = SERVICE_OFF_AIR;
	}
	return service;
}

struct cells {
	unsigned serving, out;
};

static void
count_cells(const struct model *model, const struct device *device, struct cells *cells)
{
	for (size_t i = 0; i < device->sensor_count; i++) {
		const struct sensor *sensor = device->sensors[i];
		if (sensor->kind != model->cell_kind || !sensor->has_value || sensor->is_stale ||
		    sensor->quality != TOWERD_GOOD)
			continue;
		const char *state = catalogue_at(sensor->kind)->kind.states[sensor->value];
		if (strcmp(state, "active") == 0)
			cells->serving++;
		else if (strcmp(state, "inactive") == 0 || strcmp(state, "failed") == 0)
			cells->out++;
	}
}

static enum service
fixed_service(const struct model *model, const struct site *site)
{
	bool is_reachable = false;
	struct cells cells = { 0, 0 };
	for (size_t i = 0; i < site->device_count; i++) {
		if (site->devices[i]->is_removed)
			continue;
		is_reachable |= site->devices[i]->presence == TOWERD_PRESENCE_REACHABLE;
		count_cells(model, site->devices[i], &cells);
	}
	if (!is_reachable)
		return SERVICE_UNKNOWN;
	if (cells.out == 0)
		return SERVICE_ON_AIR;
	return cells.serving == 0 ? SERVICE_OFF_AIR : SERVICE_DEGRADED;
}

static enum standby_state
standby_of(const struct site *site, enum service own)
{
	if (own == SERVICE_ON_AIR || own == SERVICE_DEGRADED)
		return STANDBY_PROVIDING_SERVICE;
	for (size_t i = 0; site->kind == SITE_PORTABLE && i < site->device_count; i++) {
		const struct device *device = site->devices[i];
		if (device->is_removed)
			continue;
		if (device->deployment == TOWERD_SET_UP)
			return STANDBY_HOT;
		if (device->deployment == TOWERD_PARKED || device->deployment == TOWERD_EN_ROUTE)
			return STANDBY_COLD;
	}
	return STANDBY_UNKNOWN;
}

static enum oper_state
oper_of(enum service own)
{
	if (own == SERVICE_ON_AIR || own == SERVICE_DEGRADED)
		return OPER_ENABLED;
	return own == SERVICE_OFF_AIR ? OPER_DISABLED : OPER_UNKNOWN;
}

static bool
serves(enum service service)
{
	return service == SERVICE_ON_AIR || service == SERVICE_DEGRADED;
}

/* Tells the sites that it covers that the tower begins (+1) or ceases (-1) to stand in for them. */
static void
cover(struct model *model, const struct site *portable, int by)
{
	char id[64];
	for (const char *at = portable->covers; *at != '\0';) {
		size_t len = strcspn(at, " ");
		if (len < sizeof(id)) {
			memcpy(id, at, len);
			id[len] = '\0';
			struct site *site = site_find(model, id, true);
			if (site != NULL && site != portable) {
				site->covered_by = (uint32_t)((int64_t)site->covered_by + by);
				service_derive(model, site);
			}
		}
		at += len + (at[len] == ' ');
	}
}

void
service_uncover(struct model *model, struct site *portable)
{
	if (!portable->stands_in)
		return;
	portable->stands_in = false;
	cover(model, portable, -1);
}

/* Whether it serves does not depend on who covers it, so towers that cover each other come to an end here. */
static void
cover_as_it_serves(struct model *model, struct site *site)
{
	bool stands_in = site->kind == SITE_PORTABLE && serves(site->service);
	if (!stands_in)
		service_uncover(model, site);
	if (!stands_in || site->stands_in)
		return;
	site->stands_in = true;
	cover(model, site, 1);
}

void
service_derive(struct model *model, struct site *site)
{
	if (site->is_removed)
		return; /* derived when it is placed */
	enum service own = SERVICE_OFF_AIR;
	if (site->structural != STRUCTURAL_DESTROYED)
		own = site->kind == SITE_PORTABLE ? portable_service(site) : fixed_service(model, site);
	if (own == SERVICE_ON_AIR && site->worst_severity >= TOWERD_MAJOR)
		own = SERVICE_DEGRADED;
	site->oper = (uint8_t)oper_of(own);
	site->standby = (uint8_t)standby_of(site, own);
	enum service service = !serves(own) && site->covered_by > 0 ? SERVICE_COVERED : own;
	enum service before = site->service;
	if (service != before) {
		area_count(site->area_node, site, -1);
		site->service = (uint8_t)service;
		area_count(site->area_node, site, 1);
	}
	cover_as_it_serves(model, site);
	if (service != before)
		MODEL_TELL(model, service, site, before);
}
