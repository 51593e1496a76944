/* SPDX-License-Identifier: ISC */
/* towerdPluginTable (TOWERD-AGENT-MIB): plugins, whether they run, and their manners; towerdPluginCounterTable: what they count. */
#include <stdlib.h>
#include <string.h>

#include "agent/control/table.h"
#include "agent/host/inside.h"
#include "agent/view/view.h"

static const struct plugin *
plugin_in(const struct view_row *row)
{
	return row->object;
}

static struct towerd_value
text_of(const char *text)
{
	return towerd_bytes(TOWERD_TEXT, text, strlen(text));
}

static struct towerd_value
get_summary(const struct view_row *row)
{
	const char *summary = plugin_in(row)->has.summary;

	return text_of(summary == NULL ? "" : summary);
}

static struct towerd_value
get_status(const struct view_row *row)
{
	return text_of(plugin_in(row)->status);
}

static struct towerd_value
get_reason(const struct view_row *row)
{
	return text_of(plugin_in(row)->reason);
}

static struct towerd_value
get_devices(const struct view_row *row)
{
	return towerd_int(TOWERD_UNSIGNED, (int64_t)plugin_in(row)->devices.count);
}

static struct towerd_value
get_workers(const struct view_row *row)
{
	int64_t count = 0;

	for (unsigned i = 0; i < PLUGIN_WORKERS; i++)
		count += plugin_in(row)->workers[i] != NULL;
	return towerd_int(TOWERD_UNSIGNED, count);
}

static struct towerd_value
get_cpu(const struct view_row *row)
{
	return towerd_int(TOWERD_COUNTER64, plugin_in(row)->owner.cpu_ns / 1000000);
}

static struct towerd_value
get_longest(const struct view_row *row)
{
	return towerd_int(TOWERD_UNSIGNED, plugin_in(row)->owner.longest_wall_ns / 1000000);
}

#define PLUGIN(member) VIEW_FIELD(struct plugin, member)

static const struct view_column plugin_columns[] = {
	VIEW_COLUMN(
	    1, "towerdPluginIndex", TOWERD_UNSIGNED, PLUGIN(number), .info.flags = TOWERD_COLUMN_INDEX),
	VIEW_COLUMN(2, "towerdPluginName", TOWERD_TEXT, VIEW_TEXT(struct plugin, name)),
	VIEW_COLUMN(3, "towerdPluginSummary", TOWERD_TEXT, .get = get_summary),
	VIEW_COLUMN(4, "towerdPluginState", TOWERD_ENUM, PLUGIN(run), .info.names = plugin_run_names,
	    .info.first_name = PLUGIN_REFUSED),
	VIEW_COLUMN(5, "towerdPluginStatus", TOWERD_TEXT, .get = get_status),
	VIEW_COLUMN(6, "towerdPluginReason", TOWERD_TEXT, .get = get_reason),
	VIEW_COLUMN(7, "towerdPluginDevices", TOWERD_UNSIGNED, .get = get_devices),
	VIEW_COLUMN(8, "towerdPluginWorkers", TOWERD_UNSIGNED, .get = get_workers),
	VIEW_COLUMN(9, "towerdPluginCalls", TOWERD_COUNTER64, PLUGIN(owner.calls)),
	VIEW_COLUMN(10, "towerdPluginCpu", TOWERD_COUNTER64, .get = get_cpu, .info.unit = "ms"),
	VIEW_COLUMN(11, "towerdPluginLongest", TOWERD_UNSIGNED, .get = get_longest, .info.unit = "ms"),
	VIEW_COLUMN(12, "towerdPluginOverstays", TOWERD_COUNTER, PLUGIN(owner.overstays)),
};

/* The agent's own: not in the virtual device of a single site. */
static bool
plugin_seek(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct host *host = view->arg;
	uint64_t first = key_len == 0 ? 1 : inclusive && key_len == 1 ? key[0] : (uint64_t)key[0] + 1;

	if (first == 0)
		first = 1;
	if (scope_site(row->scope) != 0 || first > host->count)
		return false;
	row->object = host->plugins[first - 1];
	row->key[0] = (uint32_t)first;
	row->key_len = 1;
	return true;
}

/* Counters: (plugin, counter). */

static const struct plugin_counter *
counter_in(const struct view_row *row)
{
	return row->object;
}

static struct towerd_value
get_counter_plugin(const struct view_row *row)
{
	return towerd_int(TOWERD_UNSIGNED, row->key[0]);
}

static struct towerd_value
get_counter_number(const struct view_row *row)
{
	return towerd_int(TOWERD_UNSIGNED, row->key[1]);
}

static struct towerd_value
get_counter_of(const struct view_row *row)
{
	const struct host *host = row->view->arg;

	return text_of(host->plugins[row->key[0] - 1]->name);
}

static struct towerd_value
get_counter_name(const struct view_row *row)
{
	return text_of(counter_in(row)->name);
}

static const struct view_column counter_columns[] = {
	VIEW_COLUMN(1, "towerdPluginCounterPlugin", TOWERD_UNSIGNED, .get = get_counter_plugin,
	    .info.flags = TOWERD_COLUMN_INDEX),
	VIEW_COLUMN(2, "towerdPluginCounterIndex", TOWERD_UNSIGNED, .get = get_counter_number,
	    .info.flags = TOWERD_COLUMN_INDEX),
	VIEW_COLUMN(3, "towerdPluginCounterPluginName", TOWERD_TEXT, .get = get_counter_of),
	VIEW_COLUMN(4, "towerdPluginCounterName", TOWERD_TEXT, .get = get_counter_name),
	VIEW_COLUMN(
	    5, "towerdPluginCounterValue", TOWERD_COUNTER64, VIEW_FIELD(struct plugin_counter, value)),
};

static bool
counter_seek(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct host *host = view->arg;
	uint64_t plugin = key_len == 0 || key[0] == 0 ? 1 : key[0];
	uint64_t counter = key_len < 2 || key[0] == 0 ? 1
	    : inclusive && key_len == 2               ? key[1]
						      : (uint64_t)key[1] + 1;

	if (counter == 0)
		counter = 1;
	for (; scope_site(row->scope) == 0 && plugin <= host->count; plugin++, counter = 1) {
		if (counter > host->plugins[plugin - 1]->counter_count)
			continue;
		row->object = &host->plugins[plugin - 1]->counters[counter - 1];
		row->key[0] = (uint32_t)plugin;
		row->key[1] = (uint32_t)counter;
		row->key_len = 2;
		return true;
	}
	return false;
}

int
host_add_views(struct host *host)
{
	host->plugin_table = (struct view){ .name = "towerdPluginTable",
		.title = "plugins",
		.oid = ".5.1.2.1",
		.columns = plugin_columns,
		.column_count = sizeof(plugin_columns) / sizeof(plugin_columns[0]),
		.seek = plugin_seek,
		.arg = host };
	host->counter_table = (struct view){ .name = "towerdPluginCounterTable",
		.title = "counters of plugins",
		.oid = ".5.1.4.1",
		.columns = counter_columns,
		.column_count = sizeof(counter_columns) / sizeof(counter_columns[0]),
		.seek = counter_seek,
		.arg = host };
	int rc = views_add(host->parts.views, &host->plugin_table);
	return rc < 0 ? rc : views_add(host->parts.views, &host->counter_table);
}

void
plugin_list(void *arg, struct control_call *call)
{
	const struct host *host = arg;

	control_print_view(call, &host->plugin_table, NULL, 0);
	if (!call->want_json)
		control_print_view(call, &host->counter_table, NULL, 0);
	control_exit(call, 0);
}
