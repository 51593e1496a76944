/* SPDX-License-Identifier: ISC */
/*
 * The plugin interface. A plugin is one shared object with one exported symbol, `towerd_plugin`, written by TOWERD_PLUGIN(). It
 * declares what it is as constant data, implements the callbacks that it needs, and reaches the agent through the services of its
 * context alone: so the same object runs in the daemon, in a worker process, offline in towerctl, and in a test with a fake host.
 *
 * Threads: every callback comes on the loop's thread and must not block; the work function of towerd_work() alone runs elsewhere.
 * Ownership: strings and arrays given to a callback live until it returns; what is given to a service is copied before that returns.
 * Errors: 0 or a count on success, a negative errno on failure; say the sentence with towerd_fail().
 *
 * Versions: a plugin built for another MAJOR is refused; one built for a newer MINOR than the agent's is refused too.
 *   1.0  the first
 *   1.1  the callbacks device_pace(), reload() and check(); towerd_fault_sweep(), towerd_fault_type_known(),
 *        towerd_sensors_keep(); expires_ms of struct towerd_fault
 *   1.2  the callback device_ask(); is_hint of struct towerd_fault; list, notify and budget of struct towerd_journal_filter; cause,
 *        consequences, is_backed_up and stand of struct towerd_alarm_record
 * A plugin built for an older one runs as before: the sizes of its descriptor and of what it passes say what it has.
 */
#ifndef TOWERD_PLUGIN_H
#define TOWERD_PLUGIN_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/journal.h>
#include <towerd/observe.h>
#include <towerd/option.h>
#include <towerd/value.h>
#include <towerd/view.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOWERD_ABI_MAJOR 1
#define TOWERD_ABI_MINOR 2

struct towerd_ctx;
struct towerd_timer;
struct towerd_watch;
struct towerd_out;

/*
 * A command of towerctl that the plugin brings. `argv` holds what follows the command's own words, without --json (towerd_wants_json()).
 * run() returns the exit status, or TOWERD_LATER: then towerd_exit() ends the command, from another callback, and `out` lives until then,
 * also when the caller has left. In the daemon a command must not open files that its caller names: it runs with the daemon's rights.
 */
#define TOWERD_LATER (-1)
struct towerd_command {
	const char *words; /* "profile test" */
	const char *usage; /* "--walk FILE [--json]" */
	const char *help;  /* one sentence, no capital, no full stop */
	/* runs in towerctl, without a daemon: only the services of a plugin that is not started may be used */
	bool is_offline;
	bool needs_operate; /* changes something: not for role `read` */
	int (*run)(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out);
};

/* How the agent answered a crew update (interfaces.md, PREFIX/crew/CREW/ack). */
struct towerd_receipt {
	uint32_t size;
	const char *id; /* of the update; "" when the token could not be read */
	/* applied, duplicate, rejected, conflict, or retry: the disk failed, send it again */
	const char *result;
	const char *state;  /* of the ticket afterwards; "" when rejected */
	const char *reason; /* "" when applied */
};

struct towerd_fault_sink; /* towerd/yaml.h */

struct towerd_plugin {
	uint32_t size;
	uint16_t abi_major, abi_minor;
	const char *name; /* as under `plugins:` in the configuration, and as `driver:` of a device */
	const char *summary;
	size_t config_size; /* the struct that `options` fill; zeroed before */
	size_t state_size; /* the plugin's own struct: zeroed before start, released by the host after stop */
	const struct towerd_option *options;
	size_t option_count;
	/* kinds that it reports by position (towerd_report()); unknown ones are an error at load */
	const char *const *kinds;
	size_t kind_count;
	const struct towerd_command *commands;
	size_t command_count;
	const struct towerd_published_view *views;
	size_t view_count;

	/* Before anything else; on failure the plugin is out until it is reloaded, and the agent runs on. */
	int (*start)(struct towerd_ctx *ctx);
	/*
	 * Also after a start() that failed. Timers, watches, workers and cursors that are left are released by the host; after it nothing is
	 * called but the done() of work that was still under way.
	 */
	void (*stop)(struct towerd_ctx *ctx);
	/* Every `interval` (an option that the host adds unless the plugin declares it); backed off while it fails. */
	int (*poll)(struct towerd_ctx *ctx);

	/* Devices whose `driver` is this plugin. A failure is shown at the device. A change is told by `added` again. */
	int (*device_added)(struct towerd_ctx *ctx, const struct towerd_device *device);
	void (*device_removed)(struct towerd_ctx *ctx, uint32_t device);

	void (*receipt)(struct towerd_ctx *ctx, uint64_t cookie, const struct towerd_receipt *receipt);
	/* Up to the credit of the cursor; each record is to be acknowledged, in order, by towerd_journal_ack(). */
	void (*journal)(struct towerd_ctx *ctx, unsigned cursor, const struct towerd_record *record);
	/*
	 * The journal's retention passed the cursor: records are lost and the listener's list is to be built anew (alarmActiveTable has it). Records go
	 * on with the oldest that is kept.
	 */
	void (*journal_lost)(struct towerd_ctx *ctx, unsigned cursor);

	/* The parent's half of a worker process. `status` as of waitpid(2). */
	void (*worker_message)(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len);
	void (*worker_exit)(struct towerd_ctx *ctx, unsigned worker, int status);
	/* The worker's half, which ends with its process, without a callback: `ctx` has the same state_size, the same config, and the services marked [worker] only. */
	int (*worker_start)(struct towerd_ctx *ctx, const char *role);
	void (*worker_receive)(struct towerd_ctx *ctx, const void *data, size_t len);

	/* 1.1. After each device_added(), and whenever it changes, never from inside a call of the plugin's. A device that was never told of has a pace of zeros. */
	void (*device_pace)(struct towerd_ctx *ctx, uint32_t device, const struct towerd_pace *pace);
	/*
	 * 1.1. `towerctl reload`, after the inventory: reads again what the plugin keeps in files of its own (its options are those of the start).
	 * On failure (towerd_fail()) what it had goes on; who asked is told the sentence. Then device_added() comes again for every device, since what
	 * was read may concern any of them, also one that was refused.
	 */
	int (*reload)(struct towerd_ctx *ctx);
	/*
	 * 1.1. `towerd -t`, instead of start(), with the services of an offline command; stop() comes at the end. First without a device, for the files
	 * that the options name: their faults go to `faults`. Then for each device of the inventory whose driver it is. A failure is reported with the
	 * sentence of towerd_fail(), at the plugin's options or at the device's place.
	 */
	int (*check)(
	    struct towerd_ctx *ctx, const struct towerd_device *device, struct towerd_fault_sink *faults);
	/*
	 * 1.2. What is known of the device decides something now (a cause has ended: is this one still silent for a reason of its own?): look at it soon, outside
	 * its interval, and tell its presence and its faults also when they are as before. At most once in a turn of the loop for a device, never from
	 * inside a call of the plugin's; a whole area may be asked about at once, so the plugin bounds its rate. Who has nothing to ask leaves it NULL.
	 */
	void (*device_ask)(struct towerd_ctx *ctx, uint32_t device);
};

enum towerd_log_level { TOWERD_LOG_ERROR, TOWERD_LOG_WARNING, TOWERD_LOG_INFO, TOWERD_LOG_DEBUG };
enum { TOWERD_READ = 1, TOWERD_WRITE = 2 };

/* The services, size-tagged: it grows only at its end. Use the functions below it. */
struct towerd_host {
	uint32_t size;
	void (*log)(struct towerd_ctx *ctx, enum towerd_log_level level, const char *format, va_list ap);
	int (*fail)(struct towerd_ctx *ctx, int rc, const char *format, va_list ap);
	int64_t (*now_ms)(struct towerd_ctx *ctx);
	int64_t (*utc_ms)(struct towerd_ctx *ctx);
	struct towerd_timer *(*timer_new)(
	    struct towerd_ctx *ctx, void (*fn)(struct towerd_ctx *ctx, void *arg), void *arg);
	void (*timer_start)(struct towerd_timer *timer, int64_t delay_ms);
	void (*timer_stop)(struct towerd_timer *timer);
	void (*timer_free)(struct towerd_timer *timer);
	struct towerd_watch *(*watch_new)(struct towerd_ctx *ctx, int fd, unsigned events,
	    void (*fn)(struct towerd_ctx *ctx, void *arg, unsigned events), void *arg);
	void (*watch_set)(struct towerd_watch *watch, unsigned events);
	void (*watch_free)(struct towerd_watch *watch);
	int (*work)(struct towerd_ctx *ctx, int (*fn)(void *arg),
	    void (*done)(struct towerd_ctx *ctx, void *arg, int rc), void *arg);
	int (*worker_spawn)(struct towerd_ctx *ctx, const char *role);
	int (*worker_send)(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len);
	void (*worker_stop)(struct towerd_ctx *ctx, unsigned worker);
	int (*read_file)(struct towerd_ctx *ctx, const char *path, char *text, size_t size);
	const char *(*setting)(struct towerd_ctx *ctx, const char *name);

	const struct towerd_kind *(*kind_find)(struct towerd_ctx *ctx, const char *name);
	const struct towerd_kind *(*kind_at)(struct towerd_ctx *ctx, unsigned number);
	int (*device_find)(struct towerd_ctx *ctx, const char *site, const char *slot, uint32_t *device);
	int (*sensor)(
	    struct towerd_ctx *ctx, uint32_t device, const struct towerd_sensor *sensor, uint32_t *number);
	int (*observe)(struct towerd_ctx *ctx, const struct towerd_reading *readings, size_t count);
	int (*report)(struct towerd_ctx *ctx, const char *device, unsigned kind, int64_t value);
	int (*presence)(
	    struct towerd_ctx *ctx, uint32_t device, enum towerd_presence presence, const char *reason);
	int (*fault)(struct towerd_ctx *ctx, const struct towerd_fault *fault);
	int (*position)(struct towerd_ctx *ctx, uint32_t device, const struct towerd_position *position);
	int (*deployment)(
	    struct towerd_ctx *ctx, uint32_t device, enum towerd_deployment deployment, int64_t device_ms);
	int (*attribute)(struct towerd_ctx *ctx, uint32_t device, const char *name, const char *value);
	void (*reject)(struct towerd_ctx *ctx, uint32_t device, const char *source, const char *reason);
	int (*unclaimed)(struct towerd_ctx *ctx, const char *site, const char *source);
	int (*crew_update)(
	    struct towerd_ctx *ctx, const char *crew, const char *token, size_t len, uint64_t cookie);
	int (*learned_put)(struct towerd_ctx *ctx, const char *key, const char *value);
	int (*learned_get)(struct towerd_ctx *ctx, const char *key, char *value, size_t size);

	unsigned (*view_count)(struct towerd_ctx *ctx);
	int (*view_info)(struct towerd_ctx *ctx, unsigned view, struct towerd_view_info *info);
	int (*scope_open)(struct towerd_ctx *ctx, const struct towerd_scope_request *request);
	int (*view_read)(struct towerd_ctx *ctx, unsigned view, unsigned scope, uint32_t column,
	    const uint32_t *key, size_t key_len, bool inclusive, struct towerd_cell *cells, size_t max);
	int (*row_put)(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *cells, size_t count);
	int (*row_drop)(
	    struct towerd_ctx *ctx, unsigned view, const struct towerd_value *index, size_t count);
	int (*journal_open)(struct towerd_ctx *ctx, const char *name,
	    const struct towerd_journal_filter *filter, unsigned credit);
	int (*journal_ack)(struct towerd_ctx *ctx, unsigned cursor, uint64_t number);
	void (*count)(struct towerd_ctx *ctx, const char *counter, uint64_t add);
	void (*print)(struct towerd_out *out, const char *format, va_list ap);
	void (*print_error)(struct towerd_out *out, const char *format, va_list ap);
	bool (*wants_json)(struct towerd_out *out);
	void (*exit)(struct towerd_out *out, int status);
	void (*status)(struct towerd_ctx *ctx, const char *text);
	/* 1.1 */
	int (*fault_sweep)(struct towerd_ctx *ctx, uint32_t device, int64_t since_ms);
	bool (*fault_type_known)(struct towerd_ctx *ctx, const char *type);
	int (*sensors_keep)(struct towerd_ctx *ctx, uint32_t device, const uint32_t *numbers, size_t count);
};

/* Laid out by the host; a plugin reads it through the functions below. */
struct towerd_ctx {
	const struct towerd_host *host;
	const void *config;
	void *state;
};

static inline const void *
towerd_config(const struct towerd_ctx *ctx)
{
	return ctx->config;
}

static inline void *
towerd_state(const struct towerd_ctx *ctx)
{
	return ctx->state;
}

/* Logs one line, prefixed with the plugin's name. [worker] */
static inline void __attribute__((format(printf, 3, 4)))
towerd_log(struct towerd_ctx *ctx, enum towerd_log_level level, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	ctx->host->log(ctx, level, format, ap);
	va_end(ap);
}

/* Says why the callback fails and returns `rc`; whoever handles the failure logs the sentence, once. [worker] */
static inline int __attribute__((format(printf, 3, 4)))
towerd_fail(struct towerd_ctx *ctx, int rc, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	int out = ctx->host->fail(ctx, rc, format, ap);
	va_end(ap);
	return out;
}

/* What the plugin is about, for `towerctl plugin list`: "connected to mqtt://127.0.0.1:1883"; "" when there is nothing to say. */
static inline void
towerd_status(struct towerd_ctx *ctx, const char *text)
{
	ctx->host->status(ctx, text);
}

/* Monotonic and UTC milliseconds, on the agent's (in tests: scaled or stepped) clock; the same one in agent and worker. [worker] */
static inline int64_t
towerd_now_ms(struct towerd_ctx *ctx)
{
	return ctx->host->now_ms(ctx);
}

static inline int64_t
towerd_utc_ms(struct towerd_ctx *ctx)
{
	return ctx->host->utc_ms(ctx);
}

/* A one-shot timer, created idle; start it again from its own callback if it is to repeat. NULL: out of memory. [worker] */
static inline struct towerd_timer *
towerd_timer_new(struct towerd_ctx *ctx, void (*fn)(struct towerd_ctx *ctx, void *arg), void *arg)
{
	return ctx->host->timer_new(ctx, fn, arg);
}

static inline void
towerd_timer_start(struct towerd_ctx *ctx, struct towerd_timer *timer, int64_t delay_ms)
{
	ctx->host->timer_start(timer, delay_ms);
}

static inline void
towerd_timer_stop(struct towerd_ctx *ctx, struct towerd_timer *timer)
{
	ctx->host->timer_stop(timer);
}

static inline void
towerd_timer_free(struct towerd_ctx *ctx, struct towerd_timer *timer)
{
	ctx->host->timer_free(timer);
}

/* Watches a descriptor, level-triggered; the plugin owns and closes it, after towerd_watch_free(). [worker] */
static inline struct towerd_watch *
towerd_watch_new(struct towerd_ctx *ctx, int fd, unsigned events,
    void (*fn)(struct towerd_ctx *ctx, void *arg, unsigned events), void *arg)
{
	return ctx->host->watch_new(ctx, fd, events, fn, arg);
}

static inline void
towerd_watch_set(struct towerd_ctx *ctx, struct towerd_watch *watch, unsigned events)
{
	ctx->host->watch_set(watch, events);
}

static inline void
towerd_watch_free(struct towerd_ctx *ctx, struct towerd_watch *watch)
{
	ctx->host->watch_free(watch);
}

/*
 * Runs fn(arg) on a thread, then done(ctx, arg, rc) on the loop, always, also after stop(); `fn` must not use `ctx`.
 * -EAGAIN: too many wait already; then neither is called.
 */
static inline int
towerd_work(struct towerd_ctx *ctx, int (*fn)(void *arg),
    void (*done)(struct towerd_ctx *ctx, void *arg, int rc), void *arg)
{
	return ctx->host->work(ctx, fn, done, arg);
}

/*
 * Starts a process that loads this plugin and runs worker_start(role). Returns its number (from 0). Messages are whole and in order, up to
 * 4 MiB; towerd_worker_send() says -EAGAIN when too many wait, -EPIPE when the process is dead. In a worker, number 0 is the agent. [worker: send]
 */
static inline int
towerd_worker_spawn(struct towerd_ctx *ctx, const char *role)
{
	return ctx->host->worker_spawn(ctx, role);
}

static inline int
towerd_worker_send(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	return ctx->host->worker_send(ctx, worker, data, len);
}

static inline void
towerd_worker_stop(struct towerd_ctx *ctx, unsigned worker)
{
	ctx->host->worker_stop(ctx, worker);
}

/* Reads a small file as text, NUL-terminated; its length, or -E2BIG and the errors of open(2) and read(2). For files that do not block. [worker] */
static inline int
towerd_read_file(struct towerd_ctx *ctx, const char *path, char *text, size_t size)
{
	return ctx->host->read_file(ctx, path, text, size);
}

/* A setting of the agent: "state-dir" (this plugin's own folder below it, created 0700), "name", "profile-dir" (joined by ':'); NULL: no such. [worker] */
static inline const char *
towerd_setting(struct towerd_ctx *ctx, const char *name)
{
	return ctx->host->setting(ctx, name);
}

/* The catalogue; NULL: no such kind. Valid for ever. [worker] */
static inline const struct towerd_kind *
towerd_kind_find(struct towerd_ctx *ctx, const char *name)
{
	return ctx->host->kind_find(ctx, name);
}

static inline const struct towerd_kind *
towerd_kind_at(struct towerd_ctx *ctx, unsigned number)
{
	return ctx->host->kind_at(ctx, number);
}

/* The device with `slot` at `site`, of this driver; `slot` NULL: the site's only one of this driver. -ENOENT, -ENOTUNIQ. */
static inline int
towerd_device_find(struct towerd_ctx *ctx, const char *site, const char *slot, uint32_t *device)
{
	return ctx->host->device_find(ctx, site, slot, device);
}

/*
 * Finds or creates a sensor of a device. The number is its entPhysicalIndex: stable for ever, also over restarts.
 * -ENOENT (no such device), -EINVAL (kind, or a text too long), -ENOSPC (more than 1,024 sensors at a device), -EAGAIN (numbers are being reserved on
 * the disk: declare it again with its next reading).
 */
static inline int
towerd_sensor(struct towerd_ctx *ctx, uint32_t device, const struct towerd_sensor *sensor, uint32_t *number)
{
	return ctx->host->sensor(ctx, device, sensor, number);
}

/* Readings in one batch. Unknown sensor numbers are skipped and counted. Returns how many were taken. */
static inline int
towerd_observe(struct towerd_ctx *ctx, const struct towerd_reading *readings, size_t count)
{
	return ctx->host->observe(ctx, readings, count);
}

/* The short way for small plugins: `device` is "SITE/SLOT", `kind` a position in the descriptor's `kinds`; instance "". */
static inline int
towerd_report(struct towerd_ctx *ctx, const char *device, unsigned kind, int64_t value)
{
	return ctx->host->report(ctx, device, kind, value);
}

/*
 * Whether the device answers; `reason` is for people and may be NULL. Repeats cost little. That of UNKNOWN says what is broken on the plugin's own side, in words
 * that name no device: the alarms of all that it concerns are told as doubtful for it, to listeners of every area.
 */
static inline int
towerd_presence(struct towerd_ctx *ctx, uint32_t device, enum towerd_presence presence, const char *reason)
{
	return ctx->host->presence(ctx, device, presence, reason);
}

/*
 * -ENOENT (device), -EINVAL (no such alarm type, or severity). A repeat that changes nothing, and the clear of what does not stand, cost a
 * look-up and leave no record: they may come at thousands a second.
 */
static inline int
towerd_fault(struct towerd_ctx *ctx, const struct towerd_fault *fault)
{
	return ctx->host->fault(ctx, fault);
}

/*
 * 1.1. Ends what nobody evaluates any more, because a profile lost a rule or another make stands in the slot: each fault of the device that
 * was not told as raised since `since_ms` (towerd_now_ms()) is cleared, those of before a restart among them; one with expires_ms is left
 * to its expiry. Call it after the first full round under a new plan (each start makes one), with the time before that round's
 * first fault was told. 0, or -ENOENT (device).
 */
static inline int
towerd_fault_sweep(struct towerd_ctx *ctx, uint32_t device, int64_t since_ms)
{
	return ctx->host->fault_sweep(ctx, device, since_ms);
}

/*
 * 1.1. The device has these sensors (zeros are passed over) and no others: what a box lost is retired, so that nobody waits for its readings. A
 * retired sensor is in no view, its alarms are cleared, and declaring it brings it back under its number. One that is missing
 * may be in a module that is still starting: it is retired by a call five minutes later that does not name it either, at once when the attribute
 * "profile" or "sys-object-id" has changed since the last call. Returns how many are missing and not retired yet (look at the device again
 * then), or -ENOENT (device), -ENOMEM.
 */
static inline int
towerd_sensors_keep(struct towerd_ctx *ctx, uint32_t device, const uint32_t *numbers, size_t count)
{
	return ctx->host->sensors_keep(ctx, device, numbers, count);
}

/* 1.1. Whether devices may report faults of this type: it is in the alarm catalogue, and not the agent's own finding. Also offline. [worker] */
static inline bool
towerd_fault_type_known(struct towerd_ctx *ctx, const char *type)
{
	return ctx->host->fault_type_known(ctx, type);
}

static inline int
towerd_position(struct towerd_ctx *ctx, uint32_t device, const struct towerd_position *position)
{
	return ctx->host->position(ctx, device, position);
}

static inline int
towerd_deployment(
    struct towerd_ctx *ctx, uint32_t device, enum towerd_deployment deployment, int64_t device_ms)
{
	return ctx->host->deployment(ctx, device, deployment, device_ms);
}

/* An attribute of the box in the slot, with a history: "model", "software", "serial", "sys-object-id", "engine-id", "profile". */
static inline int
towerd_attribute(struct towerd_ctx *ctx, uint32_t device, const char *name, const char *value)
{
	return ctx->host->attribute(ctx, device, name, value);
}

/* Counts and, at a limited rate, logs input that was refused. `device` 0: not of a known one. `source`: address or topic. Never fatal. */
static inline void
towerd_reject(struct towerd_ctx *ctx, uint32_t device, const char *source, const char *reason)
{
	ctx->host->reject(ctx, device, source, reason);
}

/* A site that speaks but is not in the inventory: shown as unclaimed (bounded); never trusted. -ENOSPC: too many of them, counted. */
static inline int
towerd_unclaimed(struct towerd_ctx *ctx, const char *site, const char *source)
{
	return ctx->host->unclaimed(ctx, site, source);
}

/* Hands a signed update (compact JWS, RFC 7515) of `crew` to the agent. The answer comes as receipt(cookie), after the commit. */
static inline int
towerd_crew_update(struct towerd_ctx *ctx, const char *crew, const char *token, size_t len, uint64_t cookie)
{
	return ctx->host->crew_update(ctx, crew, token, len, cookie);
}

/* What the plugin learned and must know after a restart; value NULL forgets. get: the length, or -ENOENT, -E2BIG. */
static inline int
towerd_learned_put(struct towerd_ctx *ctx, const char *key, const char *value)
{
	return ctx->host->learned_put(ctx, key, value);
}

static inline int
towerd_learned_get(struct towerd_ctx *ctx, const char *key, char *value, size_t size)
{
	return ctx->host->learned_get(ctx, key, value, size);
}

/* Views are numbered from 0; their number and columns do not change once the first plugin starts. */
static inline unsigned
towerd_view_count(struct towerd_ctx *ctx)
{
	return ctx->host->view_count(ctx);
}

static inline int
towerd_view_info(struct towerd_ctx *ctx, unsigned view, struct towerd_view_info *info)
{
	info->size = sizeof(*info);
	return ctx->host->view_info(ctx, view, info);
}

/* A scope's number (the same for the same request), or -ENOENT: no such reader or site. */
static inline int
towerd_scope_open(struct towerd_ctx *ctx, const struct towerd_scope_request *request)
{
	return ctx->host->scope_open(ctx, request);
}

/*
 * Reads one column (its sub-identifier) of up to `max` rows whose key comes after `key` (or at it, when `inclusive`), in order. Rows in
 * which the column has no value are passed over. Returns the number of cells, 0 at the end; -ENOENT: no such view or
 * column in this scope. Costs O(log n) to begin and O(1) a row.
 */
static inline int
towerd_view_read(struct towerd_ctx *ctx, unsigned view, unsigned scope, uint32_t column, const uint32_t *key,
    size_t key_len, bool inclusive, struct towerd_cell *cells, size_t max)
{
	return ctx->host->view_read(ctx, view, scope, column, key, key_len, inclusive, cells, max);
}

/* Sets a row of a view that this plugin publishes (cells for all columns, the index first), or removes one. `view`: its position in `views`. */
static inline int
towerd_row_put(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *cells, size_t count)
{
	return ctx->host->row_put(ctx, view, cells, count);
}

static inline int
towerd_row_drop(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *index, size_t count)
{
	return ctx->host->row_drop(ctx, view, index, count);
}

/*
 * Opens a durable cursor `name`; records come by journal(), never from inside a call of the plugin's. Acknowledging a number acknowledges
 * all before it. At most `credit` are out at a time: not acknowledged, or not durably so yet; after a kill no more than these come
 * again (unless the disk failed). Returns the cursor's number.
 */
static inline int
towerd_journal_open(
    struct towerd_ctx *ctx, const char *name, const struct towerd_journal_filter *filter, unsigned credit)
{
	return ctx->host->journal_open(ctx, name, filter, credit);
}

static inline int
towerd_journal_ack(struct towerd_ctx *ctx, unsigned cursor, uint64_t number)
{
	return ctx->host->journal_ack(ctx, cursor, number);
}

/* Adds to a counter of this plugin, shown by `towerctl plugin list` and as a metric; made when first counted (at most 64). [worker] */
static inline void
towerd_count(struct towerd_ctx *ctx, const char *counter, uint64_t add)
{
	ctx->host->count(ctx, counter, add);
}

/* Output of a command: to the caller's standard output and standard error. */
static inline void __attribute__((format(printf, 3, 4)))
towerd_print(struct towerd_ctx *ctx, struct towerd_out *out, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	ctx->host->print(out, format, ap);
	va_end(ap);
}

static inline void __attribute__((format(printf, 3, 4)))
towerd_print_error(struct towerd_ctx *ctx, struct towerd_out *out, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	ctx->host->print_error(out, format, ap);
	va_end(ap);
}

static inline bool
towerd_wants_json(struct towerd_ctx *ctx, struct towerd_out *out)
{
	return ctx->host->wants_json(out);
}

/* Ends a command whose run() returned TOWERD_LATER. */
static inline void
towerd_exit(struct towerd_ctx *ctx, struct towerd_out *out, int status)
{
	ctx->host->exit(out, status);
}

/* In a descriptor: TOWERD_LIST(options) gives .options and .option_count from an array of that name. */
#define TOWERD_COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define TOWERD_LIST(list)    TOWERD_LIST_##list
#define TOWERD_LIST_options  .options = options, .option_count = TOWERD_COUNT(options)
#define TOWERD_LIST_kinds    .kinds = kinds, .kind_count = TOWERD_COUNT(kinds)
#define TOWERD_LIST_commands .commands = commands, .command_count = TOWERD_COUNT(commands)
#define TOWERD_LIST_views    .views = views, .view_count = TOWERD_COUNT(views)

#define TOWERD_PLUGIN_SYMBOL "towerd_plugin"
#define TOWERD_PLUGIN(...)                                                                 \
	extern const struct towerd_plugin towerd_plugin;                                   \
	__attribute__((visibility("default")))                                             \
	const struct towerd_plugin towerd_plugin = { .size = sizeof(struct towerd_plugin), \
		.abi_major = TOWERD_ABI_MAJOR,                                             \
		.abi_minor = TOWERD_ABI_MINOR,                                             \
		__VA_ARGS__ }

#ifdef __cplusplus
}
#endif
#endif
