/* SPDX-License-Identifier: ISC */
/* `device …`: the slots, what stands in them and what was told of it; and an operator's word for a box that was swapped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/control/commands.h"
#include "agent/model/identity.h"
#include "agent/view/view.h"

static void
run_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdDeviceTable");
}

/* The device "SITE/SLOT", as far as the caller may see it; NULL: it was refused. */
static struct device *
device_of(const struct command_parts *parts, struct control_call *call, const char *usage)
{
	const char *slash = call->argc == 1 ? strchr(call->argv[0], '/') : NULL;
	char id[64];

	if (slash == NULL || (size_t)(slash - call->argv[0]) >= sizeof(id)) {
		command_usage(call, usage);
		return NULL;
	}
	snprintf(id, sizeof(id), "%.*s", (int)(slash - call->argv[0]), call->argv[0]);
	struct site *site = model_site(parts->model, id);
	struct device *device = site == NULL ? NULL : model_device_at(site, slash + 1);
	if (device == NULL || !scope_has_entity(call->scope, device->entity.number)) {
		command_refuse(call, "there is no device \"%s\"", call->argv[0]);
		return NULL;
	}
	return device;
}

/* The parts of `device show`, each a table of its own, bounded by the site's number where the table begins with it. */
static const struct part {
	const char *view, *key;  /* of JSON */
	const char *site, *slot; /* columns */
	const char *bound;       /* the index's first column, a site number; NULL: none */
} parts_shown[] = {
	{ "towerdIdentityTable", "boxes", "site", "slot", "site-number" },
	{ "towerdAlarmTable", "alarms", "site", "device", NULL },
	{ "towerdSensorTable", "sensors", "site", "device", "site-number" },
};

struct part_filters {
	struct view_filter items[3];
	size_t count;
	char number[16];
};

static void
filters_make(struct part_filters *f, const struct part *part, const struct device *device)
{
	snprintf(f->number, sizeof(f->number), "%u", device->site->entity.number);
	f->items[0] = (struct view_filter){ part->site, device->site->id };
	f->items[1] = (struct view_filter){ part->slot, device->slot };
	f->items[2] = (struct view_filter){ part->bound, f->number };
	f->count = part->bound != NULL ? 3 : 2;
}

static const struct part device_part = { "towerdDeviceTable", "", "site", "slot", "site-number" };

/* Engine IDs are for those who operate. */
static bool
may_see(const struct control_call *call, const struct device_attribute *attribute)
{
	return attribute->value[0] != '\0' &&
	    (scope_role(call->scope) != ROLE_READ ||
		strcmp(attribute->name, identity_field_names[IDENTITY_ENGINE_ID]) != 0);
}

static void
show_text(const struct command_parts *parts, struct control_call *call, const struct device *device)
{
	const struct towerd_pace pace = model_pace(device);
	struct part_filters f;
	char text[256];

	control_print(call, "%-20s %s%s%s\n", "pace", pace.is_on_battery ? "on battery" : "",
	    pace.is_on_battery && pace.is_verifying ? ", " : "",
	    pace.is_verifying         ? "a repair is being verified"
		: !pace.is_on_battery ? "as configured"
				      : "");
	if (pace.bytes_a_day > 0)
		control_print(
		    call, "%-20s %s a day\n", "link-budget", towerd_size_format(pace.bytes_a_day, text));
	if (identity_news(device) != NULL)
		control_print(call, "%-20s %s%s\n", "box", identity_news_text(device, text, sizeof(text)),
		    identity_is_held(device) ? "; held: `device accept` accepts it" : "");
	control_print(call, "\nattributes\n");
	for (size_t i = 0; i < device->attribute_count; i++) {
		const struct device_attribute *a = &device->attributes[i];
		if (may_see(call, a))
			control_print(call, "  %-18s %s  (since %s)\n", a->name, a->value,
			    towerd_time_format(a->since_ms, text));
	}
	for (size_t i = 0; i < sizeof(parts_shown) / sizeof(parts_shown[0]); i++) {
		const struct view *view = views_find(parts->views, parts_shown[i].view);
		filters_make(&f, &parts_shown[i], device);
		if (view == NULL)
			continue;
		control_print(call, "\n%s\n", view->title);
		control_print_view(call, view, f.items, f.count);
	}
}

static void
put_pace(struct towerd_json_writer *json, const struct device *device)
{
	const struct towerd_pace pace = model_pace(device);

	towerd_json_open(json, "pace", '{');
	towerd_json_put_bool(json, "is-on-battery", pace.is_on_battery);
	towerd_json_put_bool(json, "is-verifying", pace.is_verifying);
	towerd_json_put_int(json, "bytes-a-day", pace.bytes_a_day);
	towerd_json_close(json, '}');
}

static void
put_attributes(struct towerd_json_writer *json, const struct control_call *call, const struct device *device)
{
	char text[TOWERD_TIME_TEXT];

	towerd_json_open(json, "attributes", '{');
	for (size_t i = 0; i < device->attribute_count; i++) {
		const struct device_attribute *a = &device->attributes[i];
		if (!may_see(call, a))
			continue;
		towerd_json_open(json, a->name, '{');
		towerd_json_put_text(json, "value", a->value);
		towerd_json_put_text(json, "since", towerd_time_format(a->since_ms, text));
		towerd_json_close(json, '}');
	}
	towerd_json_close(json, '}');
}

/* An array of one object: the row's columns, and behind them what belongs to it. */
static void
show_json(const struct command_parts *parts, struct control_call *call, const struct device *device,
    const struct view_row *row)
{
	struct towerd_json_writer json = { 0 };
	struct part_filters f;
	char text[256];

	towerd_json_open(&json, NULL, '[');
	towerd_json_open(&json, NULL, '{');
	view_put_row(row, &json);
	towerd_json_put_text(&json, "news", identity_news_text(device, text, sizeof(text)));
	towerd_json_put_bool(&json, "is-held", identity_is_held(device));
	put_pace(&json, device);
	put_attributes(&json, call, device);
	for (size_t i = 0; i < sizeof(parts_shown) / sizeof(parts_shown[0]); i++) {
		const struct view *view = views_find(parts->views, parts_shown[i].view);
		filters_make(&f, &parts_shown[i], device);
		if (view != NULL)
			view_put_json(view, call->scope, f.items, f.count, parts_shown[i].key, &json);
	}
	towerd_json_close(&json, '}');
	towerd_json_close(&json, ']');
	control_print_json(call, &json);
	towerd_json_fini(&json);
}

static void
run_show(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	const struct view *view = views_find(parts->views, device_part.view);
	struct device *device = device_of(parts, call, "device show SITE/SLOT");
	struct part_filters f;
	struct view_row row;

	if (device == NULL)
		return;
	filters_make(&f, &device_part, device);
	const uint32_t key[] = { device->site->entity.number, device->entity.number };
	if (view == NULL || !view_seek(view, call->scope, key, 2, true, &row) || row.object != device) {
		command_refuse(call, "there is no device \"%s\"", call->argv[0]);
		return;
	}
	if (call->want_json) {
		show_json(parts, call, device, &row);
	} else {
		control_print_row(call, view, f.items, f.count);
		show_text(parts, call, device);
	}
	control_exit(call, 0);
}

/* Accept. */

struct acceptance {
	const struct command_parts *parts;
	struct control_call *call;
};

static void
accept_done(void *arg, int rc)
{
	struct acceptance *acceptance = arg;

	if (rc < 0)
		command_refuse(
		    acceptance->call, "nothing was accepted: %s", command_reason(acceptance->parts, rc));
	else
		control_exit(acceptance->call, 0);
	free(acceptance);
}

static void
run_accept(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;
	struct device *device = device_of(parts, call, "device accept SITE/SLOT");

	if (device == NULL)
		return;
	struct acceptance *acceptance = malloc(sizeof(*acceptance));
	int rc = -ENOMEM;
	if (acceptance != NULL) {
		*acceptance = (struct acceptance){ parts, call };
		rc = identity_accept(parts->model, device, call->actor, accept_done, acceptance);
	}
	if (rc == 0)
		return;
	free(acceptance);
	if (rc == -EALREADY)
		command_refuse(call, "%s has the box that it is known to have: there is nothing to accept",
		    call->argv[0]);
	else
		command_refuse(call, "nothing was accepted: %s", command_reason(parts, rc));
}

static const struct control_command rows[] = {
	{ .words = "device list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "devices, whether they answer, and what they sent that was refused",
	    .run = run_list },
	{ .words = "device show",
	    .usage = "SITE/SLOT",
	    .help = "everything about one device: what it says it is and was, its alarms, sensors and pace",
	    .run = run_show },
	{ .words = "device accept",
	    .usage = "SITE/SLOT",
	    .help = "the box that stands there now is the right one",
	    .needs_operate = true,
	    .run = run_accept },
};

int
device_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
