/* SPDX-License-Identifier: ISC */
/* entPhysicalTable (ENTITY-MIB, RFC 6933): the agent, sites, devices, sensors, and groups of sites. Uris never holds a position: any reader walks it. */
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

#define ROWS                                                                                              \
	(ROWS_OF(ENTITY_AGENT) | ROWS_OF(ENTITY_SITE) | ROWS_OF(ENTITY_DEVICE) | ROWS_OF(ENTITY_SENSOR) | \
	    ROWS_OF(ENTITY_GROUP))
#define ALIAS_MAX 32 /* SnmpAdminString (SIZE (0..32)) */

static const char *const group_titles[] = { "power feeder", "area" };

static bool
seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	return rows_seek(view->arg, ROWS_BY_NUMBER, ROWS, row, key, key_len, inclusive);
}

static bool
next(const struct view *view, struct view_row *row)
{
	return rows_next(view->arg, ROWS_BY_NUMBER, ROWS, row);
}

static struct towerd_value
own_text(const char *text)
{
	return towerd_bytes(TOWERD_TEXT, text, strlen(text));
}

static const struct site *
site_of(const struct view_row *row)
{
	return ((const struct entity *)row->object)->kind_of == ENTITY_SITE ? row->object : NULL;
}

static const struct device *
device_of(const struct view_row *row)
{
	return ((const struct entity *)row->object)->kind_of == ENTITY_DEVICE ? row->object : NULL;
}

static const struct sensor *
sensor_of(const struct view_row *row)
{
	return ((const struct entity *)row->object)->kind_of == ENTITY_SENSOR ? row->object : NULL;
}

static const struct group *
group_of(const struct view_row *row)
{
	return ((const struct entity *)row->object)->kind_of == ENTITY_GROUP ? row->object : NULL;
}

static struct towerd_value
descr(const struct view_row *row)
{
	if (site_of(row) != NULL)
		return own_text(site_of(row)->kind == SITE_PORTABLE ? "portable tower" : "cell site");
	if (device_of(row) != NULL) {
		const char *model = attribute_get(device_of(row), "model");
		return model[0] != '\0' ? own_text(model)
					: view_text(row, "device, driver %s", device_of(row)->driver);
	}
	if (group_of(row) != NULL)
		return own_text(group_titles[group_of(row)->kind - 1]);
	if (sensor_of(row) == NULL)
		return own_text("towerd " TOWERD_VERSION);
	const struct sensor *sensor = sensor_of(row);
	return sensor->label[0] != '\0' ? own_text(sensor->label)
					: own_text(catalogue_at(sensor->kind)->title);
}

/* The box's own sysObjectID when its driver learned one. */
static struct towerd_value
vendor_type(const struct view_row *row)
{
	static const uint32_t zero[] = { 0, 0 };
	const char *text = device_of(row) == NULL ? "" : attribute_get(device_of(row), "sys-object-id");
	uint32_t *ids = text[0] == '\0' ? NULL : view_scratch(row, TOWERD_OID_MAX * sizeof(*ids));
	size_t len = 0;
	while (ids != NULL && *text != '\0' && len < TOWERD_OID_MAX) {
		char *end;
		unsigned long id = strtoul(text, &end, 10);
		if (end == text || id > UINT32_MAX || (*end != '.' && *end != '\0'))
			return towerd_oid(zero, 2);
		ids[len++] = (uint32_t)id;
		text = end + (*end == '.');
	}
	return len < 2 ? towerd_oid(zero, 2) : towerd_oid(ids, len);
}

/* A portable tower is contained in nothing: where it stands, and for whom, is secret. Nor is a group of sites, which is no place. */
static struct towerd_value
contained_in(const struct view_row *row)
{
	int64_t number = 0;
	if (device_of(row) != NULL)
		number = device_of(row)->site->entity.number;
	else if (sensor_of(row) != NULL)
		number = sensor_of(row)->device->entity.number;
	return towerd_int(TOWERD_INTEGER, number);
}

enum physical_class {
	CLASS_OTHER = 1,
	CLASS_CHASSIS = 3,
	CLASS_CONTAINER = 5,
	CLASS_SENSOR = 8,
	CLASS_MODULE = 9
};
/* IANA-ENTITY-MIB, IANAPhysicalClass. */
static const char *const class_names[] = { "other", "unknown", "chassis", "backplane", "container",
	"powerSupply", "fan", "sensor", "module", "port", "stack", "cpu", "energyObject", "battery",
	"storageDrive", NULL };

static struct towerd_value
class_of(const struct view_row *row)
{
	enum physical_class class = CLASS_OTHER;
	if (site_of(row) != NULL)
		class = site_of(row)->kind == SITE_PORTABLE ? CLASS_CHASSIS : CLASS_CONTAINER;
	else if (device_of(row) != NULL)
		class = CLASS_MODULE;
	else if (sensor_of(row) != NULL)
		class = CLASS_SENSOR;
	return towerd_int(TOWERD_ENUM, class);
}

/* Devices of a site and sensors of a device stand in the order of their numbers and never leave it. */
static struct towerd_value
position_among_siblings(const struct view_row *row)
{
	const struct device *device = device_of(row);
	const struct sensor *sensor = sensor_of(row);
	int64_t place = -1;
	for (size_t i = 0; device != NULL && i < device->site->device_count; i++)
		if (device->site->devices[i] == device)
			place = (int64_t)i + 1;
	if (sensor != NULL) {
		size_t low = 0, high = sensor->device->sensor_count;
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (sensor->device->sensors[middle]->entity.number < sensor->entity.number)
				low = middle + 1;
			else
				high = middle;
		}
		place = (int64_t)low + 1;
	}
	return towerd_int(TOWERD_INTEGER, place);
}

static struct towerd_value
name(const struct view_row *row)
{
	if (site_of(row) != NULL)
		return own_text(site_of(row)->id);
	if (device_of(row) != NULL)
		return view_text(row, "%s/%s", device_of(row)->site->id, device_of(row)->slot);
	if (group_of(row) != NULL)
		return own_text(group_of(row)->name);
	const struct sensor *sensor = sensor_of(row);
	if (sensor == NULL)
		return own_text("towerd");
	const char *kind = catalogue_at(sensor->kind)->kind.name;
	return view_text(row, "%s/%s/%s%s%s", sensor->device->site->id, sensor->device->slot, kind,
	    sensor->instance[0] == '\0' ? "" : ":", sensor->instance);
}

static struct towerd_value
software(const struct view_row *row)
{
	const struct entity *entity = row->object;
	return entity->kind_of == ENTITY_AGENT ? own_text(TOWERD_VERSION) : attribute_software(row);
}

static struct towerd_value
alias(const struct view_row *row)
{
	const char *text = site_of(row) == NULL ? "" : site_of(row)->name;
	return towerd_bytes(TOWERD_TEXT, text, model_cut(text, ALIAS_MAX));
}

static struct towerd_value
empty(const struct view_row *row)
{
	(void)row;
	return own_text("");
}

static struct towerd_value
is_fru(const struct view_row *row)
{
	return towerd_int(TOWERD_TRUTH, device_of(row) != NULL);
}

/* "If the manufacturing date is unknown": eight octets of zero (RFC 6933, entPhysicalMfgDate). */
static struct towerd_value
made(const struct view_row *row)
{
	(void)row;
	return towerd_bytes(TOWERD_OCTETS, "\0\0\0\0\0\0\0", 8);
}

static struct towerd_value
no_octets(const struct view_row *row)
{
	(void)row;
	return towerd_bytes(TOWERD_OCTETS, "", 0);
}

static const struct view_column columns[] = {
	VIEW_COLUMN(1, "entPhysicalIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct entity, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "entPhysicalDescr", TOWERD_TEXT, .get = descr),
	VIEW_COLUMN(3, "entPhysicalVendorType", TOWERD_OID, .get = vendor_type),
	VIEW_COLUMN(4, "entPhysicalContainedIn", TOWERD_INTEGER, .get = contained_in),
	VIEW_COLUMN(5, "entPhysicalClass", TOWERD_ENUM, .get = class_of, VIEW_NAMES(class_names)),
	VIEW_COLUMN(6, "entPhysicalParentRelPos", TOWERD_INTEGER, .get = position_among_siblings),
	VIEW_COLUMN(7, "entPhysicalName", TOWERD_TEXT, .get = name),
	VIEW_COLUMN(8, "entPhysicalHardwareRev", TOWERD_TEXT, .get = attribute_hardware),
	VIEW_COLUMN(9, "entPhysicalFirmwareRev", TOWERD_TEXT, .get = attribute_firmware),
	VIEW_COLUMN(10, "entPhysicalSoftwareRev", TOWERD_TEXT, .get = software),
	VIEW_COLUMN(11, "entPhysicalSerialNum", TOWERD_TEXT, .get = attribute_serial),
	VIEW_COLUMN(12, "entPhysicalMfgName", TOWERD_TEXT, .get = attribute_maker),
	VIEW_COLUMN(13, "entPhysicalModelName", TOWERD_TEXT, .get = attribute_model),
	VIEW_COLUMN(14, "entPhysicalAlias", TOWERD_TEXT, .get = alias),
	VIEW_COLUMN(15, "entPhysicalAssetID", TOWERD_TEXT, .get = empty),
	VIEW_COLUMN(16, "entPhysicalIsFRU", TOWERD_TRUTH, .get = is_fru),
	VIEW_COLUMN(17, "entPhysicalMfgDate", TOWERD_OCTETS, .get = made),
	VIEW_COLUMN(18, "entPhysicalUris", TOWERD_OCTETS, .get = no_octets),
	VIEW_COLUMN(19, "entPhysicalUUID", TOWERD_OCTETS, .get = no_octets),
};

const struct view entity_view = { .name = "entPhysicalTable",
	.title = "physical entities",
	.oid = "1.3.6.1.2.1.47.1.1.1.1",
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.seek = seek,
	.next = next };
