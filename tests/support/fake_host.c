/* SPDX-License-Identifier: ISC */
/* The fake host: life, settings, files, what the plugin says of itself. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/alarm/alarm_types.h"
#include "agent/model/catalogue.h"
#include "tests/support/fake_inside.h"

#define UTC_START_MS 1767225600000 /* 2026-01-01T00:00:00Z */
#define LINE_MAX_LEN 4096

_Noreturn void
fake_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("fake host: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

/* Memory. */

void *
fake_grow(void *items, size_t *count, size_t size)
{
	/* Doubling at each power of two keeps the room implicit in the count. */
	if ((*count & (*count + 1)) == 0) {
		items = realloc(items, (*count + 1) * 2 * size);
		if (items == NULL)
			fake_die("out of memory");
	}
	memset((char *)items + *count * size, 0, size);
	++*count;
	return items;
}

void *
fake_alloc(struct fake_host *host, size_t size)
{
	void *p = calloc(1, size == 0 ? 1 : size);

	if (p == NULL)
		fake_die("out of memory");
	*FAKE_ADD(&host->kept) = p;
	return p;
}

void *
fake_copy(struct fake_host *host, const void *data, size_t len)
{
	char *copy = fake_alloc(host, len + 1);

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
fake_text(struct fake_host *host, const char *text)
{
	return text == NULL ? NULL : fake_copy(host, text, strlen(text));
}

const char *
fake_pair_get(const struct fake_pair *pairs, size_t count, uint32_t device, const char *key)
{
	for (size_t i = count; i-- > 0;) /* the newest wins */
		if (pairs[i].device == device && strcmp(pairs[i].key, key) == 0)
			return pairs[i].value;
	return NULL;
}

/* What the plugin asks of the host. */

struct fake_ctx *
fake_ctx_of(struct towerd_ctx *ctx)
{
	return (struct fake_ctx *)ctx;
}

struct fake_host *
fake_host_of(struct towerd_ctx *ctx)
{
	return fake_ctx_of(ctx)->host;
}

static void __attribute__((format(printf, 3, 0)))
serve_log(struct towerd_ctx *ctx, enum towerd_log_level level, const char *format, va_list ap)
{
	struct fake_host *host = fake_host_of(ctx);
	char text[LINE_MAX_LEN];

	vsnprintf(text, sizeof(text), format, ap);
	*FAKE_ADD(&host->log) = (struct fake_line){ level, fake_text(host, text) };
}

static int __attribute__((format(printf, 3, 0)))
serve_fail(struct towerd_ctx *ctx, int rc, const char *format, va_list ap)
{
	struct fake_host *host = fake_host_of(ctx);

	vsnprintf(host->error, sizeof(host->error), format, ap);
	return rc;
}

static void
serve_status(struct towerd_ctx *ctx, const char *text)
{
	struct fake_host *host = fake_host_of(ctx);

	snprintf(host->status, sizeof(host->status), "%s", text);
}

static void
serve_count(struct towerd_ctx *ctx, const char *counter, uint64_t add)
{
	struct fake_host *host = fake_host_of(ctx);

	for (size_t i = 0; i < host->totals.count; i++)
		if (strcmp(host->totals.items[i].name, counter) == 0) {
			host->totals.items[i].value += add;
			return;
		}
	*FAKE_ADD(&host->totals) = (struct fake_total){ fake_text(host, counter), add };
}

static int
read_from_disk(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t len = read(fd, text, size);
	int rc = len < 0 ? -errno : (size_t)len == size ? -E2BIG : (int)len;
	close(fd);
	return rc;
}

static int
serve_read_file(struct towerd_ctx *ctx, const char *path, char *text, size_t size)
{
	struct fake_host *host = fake_host_of(ctx);
	int len = -ENOENT;

	for (size_t i = host->files.count; i-- > 0;)
		if (strcmp(host->files.items[i].key, path) == 0) {
			const char *value = host->files.items[i].value;
			if (value == NULL)
				return -ENOENT;
			if (strlen(value) >= size)
				return -E2BIG;
			strcpy(text, value);
			return (int)strlen(value);
		}
	if (size > 0)
		len = read_from_disk(path, text, size);
	if (len >= 0)
		text[len] = '\0';
	return len;
}

static const char *
serve_setting(struct towerd_ctx *ctx, const char *name)
{
	struct fake_host *host = fake_host_of(ctx);

	return fake_pair_get(host->agent_settings.items, host->agent_settings.count, 0, name);
}

static const struct towerd_kind *
serve_kind_find(struct towerd_ctx *ctx, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)ctx;
	return kind == NULL ? NULL : &kind->kind;
}

static bool
serve_fault_type_known(struct towerd_ctx *ctx, const char *name)
{
	const struct alarm_type *type = alarm_type_find(name);

	(void)ctx;
	return type != NULL && !type->is_computed;
}

static const struct towerd_kind *
serve_kind_at(struct towerd_ctx *ctx, unsigned number)
{
	const struct catalogue_kind *kind = catalogue_at(number);

	(void)ctx;
	return kind == NULL ? NULL : &kind->kind;
}

const struct towerd_host *
fake_services(bool is_worker)
{
	static struct towerd_host agent, worker;

	agent = worker = (struct towerd_host){
		.size = sizeof(struct towerd_host),
		.log = serve_log,
		.fail = serve_fail,
		.status = serve_status,
		.count = serve_count,
		.read_file = serve_read_file,
		.setting = serve_setting,
		.kind_find = serve_kind_find,
		.kind_at = serve_kind_at,
		.fault_type_known = serve_fault_type_known,
	};
	fake_loop_services(&agent);
	fake_loop_services(&worker);
	fake_model_services(&agent);
	fake_north_services(&agent);
	fake_view_services(&agent);
	fake_command_services(&agent);
	return is_worker ? &worker : &agent;
}

/* Life. */

static void
settings_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	struct fake_host *host = arg;
	size_t len = strlen(host->error);

	snprintf(host->error + len, sizeof(host->error) - len, "%s%s:%u:%u: %s", len > 0 ? "\n" : "", file,
	    line, column, message);
}

static void
settings_fill(struct fake_host *host, const char *settings)
{
	const struct towerd_plugin *plugin = host->plugin;
	struct towerd_fault_sink faults = { settings_fault, host, 0 };
	const char *text = settings == NULL ? "" : settings;

	host->config = fake_alloc(host, plugin->config_size);
	host->settings = towerd_yaml_parse("settings", text, strlen(text), &faults);
	host->is_bad = host->settings == NULL ||
	    towerd_yaml_options(host->settings, towerd_yaml_root(host->settings), plugin->options,
		plugin->option_count, host->config, &faults) < 0;
	if (host->is_bad)
		host->rc = -EINVAL;
}

struct fake_host *
fake_host_make(const struct towerd_plugin *plugin, const char *settings)
{
	struct fake_host *host = calloc(1, sizeof(*host));
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP, .utc_start_ms = UTC_START_MS };

	if (host == NULL || (host->loop = loop_new(&clock)) == NULL)
		fake_die("out of memory");
	host->plugin = plugin;
	host->next_number = 256;
	host->owner.name = plugin->name;
	for (size_t i = 0; i < plugin->kind_count; i++)
		if (catalogue_find(plugin->kinds[i]) == NULL)
			fake_die("%s: the catalogue has no kind \"%s\"", plugin->name, plugin->kinds[i]);
	settings_fill(host, settings);
	host->agent = (struct fake_ctx){
		.ctx = { fake_services(false), host->config, fake_alloc(host, plugin->state_size) },
		.host = host,
		.worker = -1,
		.is_alive = true,
		.held = { .ctx = &host->agent.ctx, .loop = host->loop, .owner = &host->owner },
	};
	fake_set(host, "name", "test");
	return host;
}

int
fake_start(struct fake_host *host)
{
	if (host->is_bad)
		return -EINVAL;
	host->is_started = true;
	host->rc = host->plugin->start == NULL ? 0 : host->plugin->start(&host->agent.ctx);
	int rc = host->rc;
	if (rc < 0)
		fake_stop(host);
	else
		fake_devices_tell(host);
	return rc;
}

struct fake_host *
fake_host_new(const struct towerd_plugin *plugin, const char *settings)
{
	struct fake_host *host = fake_host_make(plugin, settings);

	fake_start(host);
	return host;
}

void
fake_stop(struct fake_host *host)
{
	if (!host->is_started)
		return;
	host->is_started = false;
	if (host->plugin->stop != NULL)
		host->plugin->stop(&host->agent.ctx);
	host->agent.is_alive = false;
	fake_workers_end(host);
	ctx_loop_release(&host->agent.held);
	loop_post_drop(host->loop, &host->owner);
	loop_step(host->loop, 0); /* done() of work that was under way */
}

void
fake_host_free(struct fake_host *host)
{
	if (host == NULL)
		return;
	fake_stop(host);
	fake_workers_end(host); /* a lone one */
	loop_post_drop(host->loop, &host->owner);
	loop_step(host->loop, 0);
	loop_free(host->loop);
	towerd_yaml_free(host->settings);
	for (size_t i = 0; i < host->tables.count; i++)
		free(host->tables.items[i].rows);
	void *const lists[] = { host->files.items, host->agent_settings.items, host->learned.items,
		host->attributes.items, host->devices.items, host->sensors.items, host->faults.items,
		host->sweeps.items, host->rejects.items, host->unclaimed.items, host->log.items,
		host->totals.items, host->updates.items, host->records.items, host->cursors.items,
		host->tables.items, host->published.items, host->scopes.items, host->readers.items,
		host->sites.items, host->workers.items, host->sent.items, host->out.out, host->out.err };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		free(lists[i]);
	for (size_t i = 0; i < host->kept.count; i++)
		free(host->kept.items[i]);
	free(host->kept.items);
	free(host);
}

struct towerd_ctx *
fake_ctx(struct fake_host *host)
{
	return &host->agent.ctx;
}

int
fake_rc(const struct fake_host *host)
{
	return host->rc;
}

const char *
fake_error(const struct fake_host *host)
{
	return host->error;
}

int
fake_poll(struct fake_host *host)
{
	if (host->plugin->poll == NULL)
		fake_die("%s has no poll", host->plugin->name);
	host->error[0] = '\0';
	return host->rc = host->plugin->poll(&host->agent.ctx);
}

int
fake_reload(struct fake_host *host)
{
	if (host->plugin->reload == NULL)
		fake_die("%s has no reload", host->plugin->name);
	host->error[0] = '\0';
	return host->rc = host->plugin->reload(&host->agent.ctx);
}

void
fake_file(struct fake_host *host, const char *path, const char *text)
{
	*FAKE_ADD(&host->files) = (struct fake_pair){ 0, fake_text(host, path), fake_text(host, text) };
}

void
fake_set(struct fake_host *host, const char *setting, const char *value)
{
	*FAKE_ADD(&host->agent_settings) =
	    (struct fake_pair){ 0, fake_text(host, setting), fake_text(host, value) };
}

/* What it said of itself. */

size_t
fake_log_count(const struct fake_host *host)
{
	return host->log.count;
}

const char *
fake_log_at(const struct fake_host *host, size_t i, enum towerd_log_level *level)
{
	if (i >= host->log.count)
		fake_die("there is no log line %zu", i);
	if (level != NULL)
		*level = host->log.items[i].level;
	return host->log.items[i].text;
}

bool
fake_has_logged(const struct fake_host *host, const char *part)
{
	for (size_t i = 0; i < host->log.count; i++)
		if (strstr(host->log.items[i].text, part) != NULL)
			return true;
	return false;
}

uint64_t
fake_counter(const struct fake_host *host, const char *name)
{
	for (size_t i = 0; i < host->totals.count; i++)
		if (strcmp(host->totals.items[i].name, name) == 0)
			return host->totals.items[i].value;
	return 0;
}

const char *
fake_status(const struct fake_host *host)
{
	return host->status;
}
