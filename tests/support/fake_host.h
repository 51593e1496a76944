/* SPDX-License-Identifier: ISC */
/*
 * A host for one plugin in a unit test: no daemon, a clock that stands until it is stepped, everything that the plugin says recorded.
 *
 *	struct fake_host *host = fake_host_new(&towerd_plugin, "interval: 10s");
 *	uint32_t device = fake_device(host, "NIN-0042/power", "127.0.0.1:161");
 *	fake_step(host, 10000);
 *	CU_ASSERT_EQUAL(fake_value(host, device, "battery.voltage", ""), 5320);
 *	fake_host_free(host);
 *
 * Kinds come from the real catalogue, settings are checked by the plugin's own option rows, descriptors and work are real, workers
 * live in this process with a context of their own. Nothing is called from inside a service: receipts, records, messages and done() come
 * with the next fake_step() or fake_turn(). A mistake of the test itself (no such device, out of memory) ends the program with a message.
 *
 * Strings and pointers that are returned live until the next call, unless said otherwise.
 */
#ifndef TESTS_SUPPORT_FAKE_HOST_H
#define TESTS_SUPPORT_FAKE_HOST_H

#include <towerd/plugin.h>

struct fake_host;

/* Life. `settings`: YAML, what would stand below the plugin's name; NULL: none. */
struct fake_host *
fake_host_make(const struct towerd_plugin *plugin, const char *settings); /* not started yet */
/* Starts it and tells it of the devices that were added before; what start() returned, or -EINVAL when the settings have a fault. */
int fake_start(struct fake_host *host);
struct fake_host *
fake_host_new(const struct towerd_plugin *plugin, const char *settings); /* make and start */
void fake_stop(struct fake_host *host);
void fake_host_free(struct fake_host *host); /* stops it first; NULL is fine */
struct towerd_ctx *fake_ctx(struct fake_host *host);
/* What the callback that was called last returned: start, poll, device_added, worker_start, a command. */
int fake_rc(const struct fake_host *host);
/* The last sentence of towerd_fail(), or the faults of the settings, a line each: "settings:1:9: …". "" when none. */
const char *fake_error(const struct fake_host *host);

/* Time. Poll never comes by itself: fake_poll() calls it, so that a test sees each. */
void fake_step(struct fake_host *host, int64_t ms);
/* Waits (in real time, a few seconds at most) until is_true(arg); false: it did not come. For descriptors with a peer on the other end. */
bool fake_wait(struct fake_host *host, bool (*is_true)(void *arg), void *arg);
int fake_poll(struct fake_host *host);
int fake_reload(struct fake_host *host);
int64_t fake_now_ms(struct fake_host *host);
int64_t fake_utc_ms(struct fake_host *host);

/* The world that it sees. A path that was not given is read from the disk; text NULL: there is no such file. */
void fake_file(struct fake_host *host, const char *path, const char *text);
void fake_set(struct fake_host *host, const char *setting, const char *value); /* towerd_setting() */
/* Adds a device, "SITE/SLOT", of this driver; its settings as key, value, …, NULL. Returns its number; device_added()'s result is fake_rc(). */
uint32_t fake_device(struct fake_host *host, const char *path, const char *address);
uint32_t fake_device_with(struct fake_host *host, const char *path, const char *address, bool is_portable,
    const char *const *settings);
void fake_device_remove(struct fake_host *host, uint32_t device);
/* What the agent says of its pace; `pace` needs no size. A device that is added has one of zeros. */
void fake_pace(struct fake_host *host, uint32_t device, struct towerd_pace pace);
/* The agent wants a fresh verdict on it. */
void fake_ask(struct fake_host *host, uint32_t device);

/* What it reported of devices. */
struct fake_sensor {
	uint32_t number, device;
	const struct towerd_kind *kind;
	const char *instance, *label;
	int64_t interval_ms;
	struct towerd_reading last; /* of any quality; sensor 0: none came */
	int64_t value;              /* of the last good one */
	unsigned readings;
};
#define FAKE_NO_VALUE INT64_MIN
size_t fake_sensor_count(const struct fake_host *host);
const struct fake_sensor *fake_sensor_at(const struct fake_host *host, size_t i);
const struct fake_sensor *fake_sensor(
    const struct fake_host *host, uint32_t device, const char *kind, const char *instance); /* or NULL */
/* The last good value; FAKE_NO_VALUE: no such sensor, or no good reading. */
int64_t fake_value(const struct fake_host *host, uint32_t device, const char *kind, const char *instance);
unsigned fake_readings(const struct fake_host *host); /* all so far */

enum towerd_presence fake_presence(const struct fake_host *host, uint32_t device);
const char *fake_presence_reason(const struct fake_host *host, uint32_t device);
unsigned fake_presence_changes(const struct fake_host *host, uint32_t device);
const char *fake_attribute(const struct fake_host *host, uint32_t device, const char *name); /* NULL: none */
enum towerd_deployment fake_deployment(const struct fake_host *host, uint32_t device);
const struct towerd_position *fake_position(const struct fake_host *host, uint32_t device); /* NULL: none */
size_t fake_fault_count(const struct fake_host *host);
/* towerd_fault_sweep(): how often, and of which device since when. */
size_t fake_sweep_count(const struct fake_host *host);
int64_t fake_sweep_at(const struct fake_host *host, size_t i, uint32_t *device);
const struct towerd_fault *fake_fault_at(const struct fake_host *host, size_t i);

struct fake_reject {
	uint32_t device;
	const char *source, *reason;
};
size_t fake_reject_count(const struct fake_host *host);
const struct fake_reject *fake_reject_at(const struct fake_host *host, size_t i);
size_t fake_unclaimed_count(const struct fake_host *host);
bool fake_is_unclaimed(const struct fake_host *host, const char *site);
void fake_learn(struct fake_host *host, const char *key, const char *value);
const char *fake_learned(const struct fake_host *host, const char *key); /* NULL: not known */

/* What it said of itself. Log lines without the plugin's name. */
size_t fake_log_count(const struct fake_host *host);
const char *
fake_log_at(const struct fake_host *host, size_t i, enum towerd_log_level *level); /* level may be NULL */
bool fake_has_logged(const struct fake_host *host, const char *part);
uint64_t fake_counter(const struct fake_host *host, const char *name);
const char *fake_status(const struct fake_host *host);

/* Crew updates. */
struct fake_update {
	const char *crew, *token;
	size_t len;
	uint64_t cookie;
};
size_t fake_update_count(const struct fake_host *host);
const struct fake_update *fake_update_at(const struct fake_host *host, size_t i);
void fake_receipt(struct fake_host *host, uint64_t cookie, const char *id, const char *result,
    const char *state, const char *reason);

/* The journal: records (copied) reach each cursor whose filter takes them, in order, as its credit allows. Scopes are not looked at. */
void fake_record(struct fake_host *host, const struct towerd_record *record);
int fake_cursor(const struct fake_host *host, const char *name); /* its number, or -ENOENT */
uint64_t fake_acked(const struct fake_host *host, int cursor);
void fake_journal_lose(struct fake_host *host, int cursor);

/*
 * Views, small ones. A reader has a role and sees, as in the agent, no OPERATE columns with role read and LOCATION columns by secure requests
 * alone; a scope of one site sees only rows given with this site. Without a call of fake_reader() there is no reader.
 */
void fake_reader(struct fake_host *host, const char *name, bool may_operate);
void
fake_site(struct fake_host *host, const char *site); /* known to towerd_scope_open(); sites of devices are */
/* `columns` and `oid` are borrowed. Returns the view's number. */
unsigned fake_view(struct fake_host *host, const char *name, const uint32_t *oid, size_t oid_len,
    bool is_scalars, const struct towerd_column_info *columns, size_t column_count);
/* Sets (copies) or, cells NULL, removes a row: a cell for each column. */
void fake_row(struct fake_host *host, unsigned view, const char *site, const uint32_t *key, size_t key_len,
    const struct towerd_value *cells);
/* Rows that the plugin published in its own view: what stands in a row whose first index cell is this text or number. */
size_t fake_published_count(const struct fake_host *host, unsigned view);
const struct towerd_value *
fake_published(const struct fake_host *host, unsigned view, const char *index); /* NULL: no such row */

/* Runs a command, "profile test --walk x": words and arguments separated by blanks. Its exit status (TOWERD_LATER while it runs), 127: no such command. */
int fake_run(struct fake_host *host, const char *line);
int fake_exit_status(const struct fake_host *host); /* of the last one, after towerd_exit() */
const char *fake_out(const struct fake_host *host);
const char *fake_err(const struct fake_host *host);

/* Workers. The context of worker `n`; NULL: none, or it ended. */
struct towerd_ctx *fake_worker(struct fake_host *host, unsigned worker);
size_t fake_worker_count(const struct fake_host *host); /* alive */
/* It dies: messages that wait are lost, worker_exit() gets `status`. */
void fake_worker_kill(struct fake_host *host, unsigned worker, int status);
/* A lone worker, for tests of the worker's half: `host` was made and not started. What worker_start() returned. */
int fake_worker_start(struct fake_host *host, const char *role);
void fake_worker_receive(struct fake_host *host, const void *data, size_t len);
/* What the lone worker sent. */
size_t fake_sent_count(const struct fake_host *host);
const void *fake_sent_at(const struct fake_host *host, size_t i, size_t *len);

#endif
