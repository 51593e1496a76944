/* SPDX-License-Identifier: ISC */
/* What the files of the fake host know of each other. */
#ifndef TESTS_SUPPORT_FAKE_INSIDE_H
#define TESTS_SUPPORT_FAKE_INSIDE_H

#include <towerd/yaml.h>

#include "agent/host/ctx_loop.h"
#include "agent/loop/loop.h"
#include "tests/support/fake_host.h"

/* The plugin in the agent, or one of its workers. */
struct fake_ctx {
	struct towerd_ctx ctx; /* first: what the plugin holds */
	struct fake_host *host;
	int worker; /* -1: the agent's half */
	bool is_alive;
	struct ctx_loop held;
};

struct fake_sweep { /* of a device's faults */
	uint32_t device;
	int64_t since_ms;
};

struct fake_pair { /* of strings: files, settings, learned values, attributes */
	uint32_t device;
	char *key, *value; /* value NULL: known not to be there */
};

struct fake_box { /* a device */
	uint32_t number;
	char *site, *slot, *address;
	const char *const *settings; /* key, value, …, NULL; owned */
	bool is_portable, is_removed, is_told;
	enum towerd_presence presence;
	const char *presence_reason;
	unsigned presence_changes;
	enum towerd_deployment deployment;
	struct towerd_position position; /* size 0: none */
};

struct fake_line {
	enum towerd_log_level level;
	const char *text;
};

struct fake_total {
	const char *name;
	uint64_t value;
};

struct fake_message {
	void *data;
	size_t len;
};

struct fake_cursor {
	const char *name;
	const char *const *types;
	int min_severity;
	unsigned credit;
	uint64_t acked, delivered;
	unsigned in_flight;
	bool is_lost;
	size_t next; /* position in `records` */
};

struct fake_table {
	struct towerd_view_info info;
	struct fake_row *rows; /* in the order of keys */
	size_t count;
};

struct fake_published_row {
	unsigned view;
	struct towerd_value *cells;
	size_t count;
};

struct fake_scope {
	const char *reader, *site; /* site NULL: all */
	bool is_secure;
};

struct towerd_out {
	struct fake_host *host;
	char *out, *err;
	size_t out_len, err_len;
	bool wants_json;
	int status;
};

/* A growing list: `items` of `count`. */
#define FAKE_LIST(type)       \
	struct {              \
		type *items;  \
		size_t count; \
	}

struct fake_host {
	struct fake_ctx agent;
	const struct towerd_plugin *plugin;
	struct loop *loop;
	struct loop_owner owner; /* of what is posted */
	struct towerd_yaml *settings;
	void *config;
	bool is_started, is_bad, is_delivering;
	int rc;
	char error[4096];
	char status[256];

	FAKE_LIST(struct fake_pair) files;
	FAKE_LIST(struct fake_pair) agent_settings;
	FAKE_LIST(struct fake_pair) learned;
	FAKE_LIST(struct fake_pair) attributes;
	FAKE_LIST(struct fake_box) devices;
	FAKE_LIST(struct fake_sensor) sensors;
	FAKE_LIST(struct towerd_fault) faults;
	FAKE_LIST(struct fake_sweep) sweeps;
	FAKE_LIST(struct fake_reject) rejects;
	FAKE_LIST(const char *) unclaimed;
	FAKE_LIST(struct fake_line) log;
	FAKE_LIST(struct fake_total) totals;
	FAKE_LIST(struct fake_update) updates;
	FAKE_LIST(struct towerd_record) records;
	FAKE_LIST(struct fake_cursor) cursors;
	FAKE_LIST(struct fake_table) tables;
	FAKE_LIST(struct fake_published_row) published;
	FAKE_LIST(struct fake_scope) scopes;
	FAKE_LIST(struct fake_pair) readers;
	FAKE_LIST(const char *) sites;
	FAKE_LIST(struct fake_ctx *) workers;
	FAKE_LIST(struct fake_message) sent;
	FAKE_LIST(void *) kept; /* freed with the host */
	unsigned readings;
	uint32_t next_number;
	struct towerd_out out;
};

/* Memory that lives as long as the host. */
void *fake_alloc(struct fake_host *host, size_t size);
void *fake_copy(struct fake_host *host, const void *data, size_t len);
char *fake_text(struct fake_host *host, const char *text); /* NULL stays NULL */
/* Room for one more, zeroed. */
void *fake_grow(void *items, size_t *count, size_t size);
#define FAKE_ADD(list)                                                                     \
	((list)->items = fake_grow((list)->items, &(list)->count, sizeof(*(list)->items)), \
	    &(list)->items[(list)->count - 1])
/* Ends the program: the test itself is wrong. */
_Noreturn void fake_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct fake_host *fake_host_of(struct towerd_ctx *ctx);
struct fake_ctx *fake_ctx_of(struct towerd_ctx *ctx);
/* Calls `fn(arg)` from the loop, at the present time. */
void fake_later(struct fake_host *host, void (*fn)(void *arg), void *arg);
const char *fake_pair_get(const struct fake_pair *pairs, size_t count, uint32_t device, const char *key);

/* The services, by file. */
void fake_loop_services(struct towerd_host *services);  /* fake_loop.c */
void fake_model_services(struct towerd_host *services); /* fake_model.c */
void fake_north_services(struct towerd_host *services); /* fake_north.c */
void fake_view_services(struct towerd_host *services);
void fake_command_services(struct towerd_host *services);
const struct towerd_host *fake_services(bool is_worker);

struct fake_ctx *fake_ctx_new(struct fake_host *host, int worker);
void fake_workers_end(struct fake_host *host);
void fake_devices_tell(struct fake_host *host);
void fake_records_pump(struct fake_host *host);

#endif
