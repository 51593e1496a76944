/* SPDX-License-Identifier: ISC */
/* towerdDeviceTable: the slots of each site and what stands in them. Settings (credentials among them) are no columns. */
#include <string.h>

#include "agent/model/inside.h"

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return rows_seek(view->arg, ROWS_BY_SITE, ROWS_OF(ENTITY_DEVICE), row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_SITE, ROWS_OF(ENTITY_DEVICE), row);
}

static struct towerd_value
site_number(const struct view_row *row)
{
	const struct device *device = row->object;
	return (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = device->site->entity.number };
}

static struct towerd_value
site_id(const struct view_row *row)
{
	const struct device *device = row->object;
	return towerd_bytes(TOWERD_TEXT, device->site->id, strlen(device->site->id));
}

/* Attributes as columns of any entity's row, "" where it is no device: entPhysicalTable has them as well. */
#define ATTRIBUTE_COLUMN(function, name)                                                                     \
	struct towerd_value function(const struct view_row *row)                                             \
	{                                                                                                    \
		const struct entity *entity = row->object;                                                   \
		const char *text = entity->kind_of == ENTITY_DEVICE ? attribute_get(row->object, name) : ""; \
		return towerd_bytes(TOWERD_TEXT, text, strlen(text));                                        \
	}
ATTRIBUTE_COLUMN(attribute_maker, "manufacturer")
ATTRIBUTE_COLUMN(attribute_model, "model")
ATTRIBUTE_COLUMN(attribute_hardware, "hardware")
ATTRIBUTE_COLUMN(attribute_firmware, "firmware")
ATTRIBUTE_COLUMN(attribute_software, "software")
ATTRIBUTE_COLUMN(attribute_serial, "serial")
ATTRIBUTE_COLUMN(attribute_profile, "profile")

static struct towerd_value
sensors(const struct view_row *row)
{
	return (struct towerd_value){ .type = TOWERD_UNSIGNED,
		.u = ((const struct device *)row->object)->sensor_count -
		    ((const struct device *)row->object)->retired_count };
}

static const char *const deployment_names[] = { "unknown", "parked", "en-route", "set-up", "on-air",
	"draining", NULL };

#define DEVICE(member) VIEW_FIELD(struct device, member)
static const struct view_column columns[] = {
	VIEW_COLUMN(1, "towerdDeviceSiteNumber", TOWERD_UNSIGNED, .get = site_number,
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(
	    2, "towerdDeviceNumber", TOWERD_UNSIGNED, DEVICE(entity.number), VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(3, "towerdDeviceSite", TOWERD_TEXT, .get = site_id),
	VIEW_COLUMN(4, "towerdDeviceSlot", TOWERD_TEXT, VIEW_TEXT(struct device, slot)),
	VIEW_COLUMN(5, "towerdDeviceDriver", TOWERD_TEXT, VIEW_TEXT(struct device, driver)),
	VIEW_COLUMN(6, "towerdDeviceAddress", TOWERD_TEXT, VIEW_TEXT(struct device, address),
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
	VIEW_COLUMN(7, "towerdDevicePresence", TOWERD_ENUM, DEVICE(presence), .info.names = presence_names),
	VIEW_COLUMN(8, "towerdDevicePresenceSince", TOWERD_DATE, DEVICE(presence_since_ms)),
	VIEW_COLUMN(9, "towerdDevicePresenceReason", TOWERD_TEXT, VIEW_TEXT(struct device, presence_reason)),
	VIEW_COLUMN(
	    10, "towerdDeviceDeployment", TOWERD_ENUM, DEVICE(deployment), .info.names = deployment_names),
	VIEW_COLUMN(11, "towerdDeviceLastSeen", TOWERD_DATE, DEVICE(last_seen_ms)),
	VIEW_COLUMN(12, "towerdDeviceManufacturer", TOWERD_TEXT, .get = attribute_maker),
	VIEW_COLUMN(13, "towerdDeviceModel", TOWERD_TEXT, .get = attribute_model),
	VIEW_COLUMN(14, "towerdDeviceSoftware", TOWERD_TEXT, .get = attribute_software),
	VIEW_COLUMN(15, "towerdDeviceSerial", TOWERD_TEXT, .get = attribute_serial),
	VIEW_COLUMN(16, "towerdDeviceProfile", TOWERD_TEXT, .get = attribute_profile),
	VIEW_COLUMN(17, "towerdDeviceSensors", TOWERD_UNSIGNED, .get = sensors),
	VIEW_COLUMN(18, "towerdDeviceRejected", TOWERD_COUNTER, DEVICE(rejected)),
	VIEW_COLUMN(19, "towerdDeviceLastReject", TOWERD_TEXT, VIEW_TEXT(struct device, last_reject),
	    VIEW_FLAGS(TOWERD_COLUMN_OPERATE)),
};

const struct view device_view = { .name = "towerdDeviceTable",
	.title = "devices",
	.oid = ".1.1.2.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
