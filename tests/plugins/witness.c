/* SPDX-License-Identifier: ISC */
/*
 * A plugin that uses most services and writes down what it is told, for tests of the whole: devices, the journal by a cursor, a worker that
 * echoes, a view of its own, commands.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/plugin.h>

struct config {
	const char *greeting;
	const char *types;
	int64_t credit;
	bool acknowledges;
};

static const struct towerd_option options[] = {
	{ "greeting", TOWERD_OPT_TEXT, offsetof(struct config, greeting), .def = "hello",
	    .help = "what the worker is told" },
	{ "type", TOWERD_OPT_TEXT, offsetof(struct config, types), .def = "",
	    .help = "records that it wants to hear" },
	{ "credit", TOWERD_OPT_INT, offsetof(struct config, credit), .def = "4", .min = 1, .max = 100,
	    .help = "of its cursor" },
	{ "acknowledges", TOWERD_OPT_BOOL, offsetof(struct config, acknowledges), .def = "true",
	    .help = "each record at once" },
};

enum { VOLTAGE };
static const char *const kinds[] = { [VOLTAGE] = "battery.voltage" };

struct witness {
	int file;
	int worker;
	struct towerd_out *waiting; /* a command that the worker's answer ends */
};

static void __attribute__((format(printf, 2, 3))) note(const struct witness *witness, const char *format, ...)
{
	char line[4096];
	va_list ap;

	va_start(ap, format);
	int len = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof(line) && write(witness->file, line, (size_t)len) < 0)
		abort();
}

static int
start(struct towerd_ctx *ctx)
{
	const struct config *config = towerd_config(ctx);
	struct witness *witness = towerd_state(ctx);
	const char *types[] = { config->types, NULL };
	const struct towerd_journal_filter filter = { .size = sizeof(filter), .types = types };
	char path[4096], value[32];

	snprintf(path, sizeof(path), "%s/heard", towerd_setting(ctx, "state-dir"));
	witness->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (witness->file < 0)
		return towerd_fail(ctx, -errno, "cannot write %s", path);
	note(
	    witness, "start %s\n", towerd_learned_get(ctx, "starts", value, sizeof(value)) > 0 ? value : "0");
	snprintf(value, sizeof(value), "%d", 1 + (value[0] >= '0' && value[0] <= '9' ? atoi(value) : 0));
	towerd_learned_put(ctx, "starts", value);
	towerd_status(ctx, "looks on");
	struct towerd_value row[] = { towerd_bytes(TOWERD_TEXT, "greeting", 8),
		towerd_bytes(TOWERD_TEXT, config->greeting, strlen(config->greeting)) };
	int rc = towerd_row_put(ctx, 0, row, 2);
	if (rc < 0)
		return towerd_fail(ctx, rc, "cannot publish");
	rc = towerd_journal_open(ctx, "heard", &filter, (unsigned)config->credit);
	if (rc < 0)
		return towerd_fail(ctx, rc, "no cursor");
	witness->worker = towerd_worker_spawn(ctx, "echo");
	return witness->worker < 0 ? towerd_fail(ctx, witness->worker, "no worker") : 0;
}

static void
stop(struct towerd_ctx *ctx)
{
	struct witness *witness = towerd_state(ctx);

	if (witness->waiting != NULL)
		towerd_exit(ctx, witness->waiting, 1);
	note(witness, "stop\n");
	close(witness->file);
}

static int
device_added(struct towerd_ctx *ctx, const struct towerd_device *device)
{
	char path[128];

	note(towerd_state(ctx), "device %s/%s %s\n", device->site, device->slot, device->address);
	if (strcmp(device->address, "nowhere") == 0)
		return towerd_fail(ctx, -EINVAL, "address \"nowhere\" is no place");
	towerd_presence(ctx, device->number, TOWERD_PRESENCE_REACHABLE, NULL);
	snprintf(path, sizeof(path), "%s/%s", device->site, device->slot);
	return towerd_report(ctx, path, VOLTAGE, 53200);
}

static void
device_removed(struct towerd_ctx *ctx, uint32_t device)
{
	note(towerd_state(ctx), "removed %u\n", device);
}

static void
device_pace(struct towerd_ctx *ctx, uint32_t device, const struct towerd_pace *pace)
{
	note(towerd_state(ctx), "pace %u%s%s %" PRId64 "\n", device, pace->is_on_battery ? " on-battery" : "",
	    pace->is_verifying ? " verifying" : "", pace->bytes_a_day);
}

static void
device_ask(struct towerd_ctx *ctx, uint32_t device)
{
	note(towerd_state(ctx), "ask %u\n", device);
}

/* Fails while the folder has a file "broken". */
static int
reload(struct towerd_ctx *ctx)
{
	char path[4096], text[64];

	note(towerd_state(ctx), "reload\n");
	snprintf(path, sizeof(path), "%s/broken", towerd_setting(ctx, "state-dir"));
	return towerd_read_file(ctx, path, text, sizeof(text)) < 0 ? 0
								   : towerd_fail(ctx, -EINVAL, "%s", text);
}

static void
journal(struct towerd_ctx *ctx, unsigned cursor, const struct towerd_record *record)
{
	const struct config *config = towerd_config(ctx);

	note(towerd_state(ctx), "record %" PRIu64 " %s %s%s\n", record->number, record->type, record->object,
	    record->is_durable ? "" : " not-durable");
	if (config->acknowledges)
		towerd_journal_ack(ctx, cursor, record->number);
}

static void
worker_message(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	struct witness *witness = towerd_state(ctx);

	(void)worker;
	if (witness->waiting == NULL)
		return;
	towerd_print(ctx, witness->waiting, "%.*s\n", (int)len, (const char *)data);
	towerd_exit(ctx, witness->waiting, 0);
	witness->waiting = NULL;
}

static int
worker_start(struct towerd_ctx *ctx, const char *role)
{
	return strcmp(role, "echo") == 0 ? 0 : towerd_fail(ctx, -EINVAL, "no role \"%s\"", role);
}

static void
worker_receive(struct towerd_ctx *ctx, const void *data, size_t len)
{
	const struct config *config = towerd_config(ctx);
	char answer[256];

	int n = snprintf(answer, sizeof(answer), "%s, %.*s", config->greeting, (int)len, (const char *)data);
	towerd_count(ctx, "echoes", 1);
	towerd_worker_send(ctx, 0, answer, (size_t)n);
}

static int
run_ask(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct witness *witness = towerd_state(ctx);

	if (argc != 1 || witness->waiting != NULL) {
		towerd_print_error(ctx, out, "one word, one at a time\n");
		return 2;
	}
	int rc = towerd_worker_send(ctx, (unsigned)witness->worker, argv[0], strlen(argv[0]));
	if (rc < 0)
		return towerd_fail(ctx, rc, "the worker cannot be told");
	witness->waiting = out;
	return TOWERD_LATER;
}

static int
run_fault(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	uint32_t device;

	if (argc != 3 || towerd_device_find(ctx, argv[0], NULL, &device) < 0) {
		towerd_print_error(ctx, out, "SITE TYPE raise|clear\n");
		return 2;
	}
	const struct towerd_fault fault = { .size = sizeof(fault),
		.device = device,
		.type = argv[1],
		.qualifier = "",
		.is_raised = strcmp(argv[2], "raise") == 0 };
	int rc = towerd_fault(ctx, &fault);
	return rc < 0 ? towerd_fail(ctx, rc, "the fault is not taken") : 0;
}

static int
run_attribute(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	uint32_t device;

	if (argc != 4 || towerd_device_find(ctx, argv[0], argv[1], &device) < 0) {
		towerd_print_error(ctx, out, "SITE SLOT NAME VALUE\n");
		return 2;
	}
	int rc = towerd_attribute(ctx, device, argv[2], argv[3]);
	return rc < 0 ? towerd_fail(ctx, rc, "the attribute is not taken") : 0;
}

static int
run_sweep(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	uint32_t device;

	if (argc != 1 || towerd_device_find(ctx, argv[0], NULL, &device) < 0) {
		towerd_print_error(ctx, out, "SITE\n");
		return 2;
	}
	int rc = towerd_fault_sweep(ctx, device, towerd_now_ms(ctx) + 1);
	return rc < 0 ? towerd_fail(ctx, rc, "not swept") : 0;
}

static int
run_add(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	long sum = 0;

	for (int i = 0; i < argc; i++)
		sum += strtol(argv[i], NULL, 10);
	towerd_print(ctx, out, towerd_wants_json(ctx, out) ? "{\"sum\":%ld}\n" : "%ld\n", sum);
	return 0;
}

static const struct towerd_command commands[] = {
	{ "witness ask", "WORD", "have the worker say it", .run = run_ask },
	{ "witness fault", "SITE TYPE raise|clear", "report a fault of the site's device", .run = run_fault },
	{ "witness attribute", "SITE SLOT NAME VALUE", "say what a device says of itself",
	    .run = run_attribute },
	{ "witness sweep", "SITE", "nothing evaluates the faults of the site's device any more",
	    .run = run_sweep },
	{ "witness add", "NUMBER…", "add numbers, without an agent", .is_offline = true, .run = run_add },
};

static const struct towerd_column_info columns[] = {
	{ 1, "witnessKey", TOWERD_TEXT, TOWERD_COLUMN_INDEX, "", NULL, 0 },
	{ 2, "witnessValue", TOWERD_TEXT, 0, "", NULL, 0 },
};
static const struct towerd_published_view views[] = {
	{ .name = "witnessTable",
	    .columns = columns,
	    .column_count = TOWERD_COUNT(columns),
	    .index_count = 1 },
};

TOWERD_PLUGIN(.name = "test-witness", .summary = "writes down what it is told",
    .config_size = sizeof(struct config), .state_size = sizeof(struct witness), TOWERD_LIST(options),
    TOWERD_LIST(kinds), TOWERD_LIST(commands), TOWERD_LIST(views), .start = start, .stop = stop,
    .device_added = device_added, .device_removed = device_removed, .journal = journal,
    .worker_message = worker_message, .worker_start = worker_start, .worker_receive = worker_receive,
    .device_pace = device_pace, .device_ask = device_ask, .reload = reload, );
