/* SPDX-License-Identifier: ISC */
/* The fake host, shown on a small plugin with a bit of everything. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/plugin.h>

#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

struct toy_config {
	const char *device, *path;
	int64_t interval_ms;
};

static const struct towerd_option options[] = {
	{ "device", TOWERD_OPT_TEXT, offsetof(struct toy_config, device), .required = true,
	    .help = "where it stands" },
	{ "path", TOWERD_OPT_TEXT, offsetof(struct toy_config, path), .def = "volts",
	    .help = "file to read" },
	{ "interval", TOWERD_OPT_DURATION, offsetof(struct toy_config, interval_ms), .def = "10s",
	    .help = "how often" },
};

enum { VOLTAGE };
static const char *const kinds[] = { [VOLTAGE] = "battery.voltage" };

struct toy {
	struct towerd_timer *timer;
	struct towerd_watch *watch;
	int pipe[2];
	unsigned rings, reads, workers_gone;
	int work_rc;
	uint64_t heard[16];
	unsigned heard_count;
	bool is_lost;
	char answer[32], receipt[32];
	struct towerd_out *out;
};

static void
toy_rings(struct towerd_ctx *ctx, void *arg)
{
	struct toy *toy = arg;

	if (++toy->rings < 3)
		towerd_timer_start(ctx, toy->timer, 1000);
}

static void
toy_reads(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct toy *toy = arg;
	char c;

	(void)ctx;
	toy->reads += (events & TOWERD_READ) != 0 && read(toy->pipe[0], &c, 1) == 1;
}

static int
toy_computes(void *arg)
{
	(void)arg;
	return 42;
}

static void
toy_computed(struct towerd_ctx *ctx, void *arg, int rc)
{
	(void)ctx;
	((struct toy *)arg)->work_rc = rc;
}

static int
toy_start(struct towerd_ctx *ctx)
{
	struct toy *toy = towerd_state(ctx);
	static const char *const types[] = { "alarm.", NULL };
	const struct towerd_journal_filter filter = { .size = sizeof(filter), .types = types };

	if (pipe(toy->pipe) < 0)
		return towerd_fail(ctx, -errno, "no pipe");
	toy->watch = towerd_watch_new(ctx, toy->pipe[0], TOWERD_READ, toy_reads, toy);
	toy->timer = towerd_timer_new(ctx, toy_rings, toy);
	towerd_timer_start(ctx, toy->timer, 1000);
	towerd_work(ctx, toy_computes, toy_computed, toy);
	towerd_worker_spawn(ctx, "echo");
	return towerd_journal_open(ctx, "toy", &filter, 2);
}

static void
toy_stop(struct towerd_ctx *ctx)
{
	struct toy *toy = towerd_state(ctx);

	towerd_watch_free(ctx, toy->watch);
	close(toy->pipe[0]);
	close(toy->pipe[1]);
}

static int
toy_poll(struct towerd_ctx *ctx)
{
	const struct toy_config *config = towerd_config(ctx);
	char text[32], *end;

	int rc = towerd_read_file(ctx, config->path, text, sizeof(text));
	if (rc < 0)
		return towerd_fail(ctx, rc, "cannot read %s", config->path);
	long microvolts = strtol(text, &end, 10);
	if (end == text)
		return towerd_fail(ctx, -EBADMSG, "%s holds \"%s\", not microvolts", config->path, text);
	return towerd_report(ctx, config->device, VOLTAGE, microvolts / 1000);
}

static void
toy_journal(struct towerd_ctx *ctx, unsigned cursor, const struct towerd_record *record)
{
	struct toy *toy = towerd_state(ctx);

	(void)cursor;
	toy->heard[toy->heard_count++] = record->number;
}

static void
toy_journal_lost(struct towerd_ctx *ctx, unsigned cursor)
{
	(void)cursor;
	((struct toy *)towerd_state(ctx))->is_lost = true;
}

static void
toy_receipt(struct towerd_ctx *ctx, uint64_t cookie, const struct towerd_receipt *receipt)
{
	struct toy *toy = towerd_state(ctx);

	(void)cookie;
	snprintf(toy->receipt, sizeof(toy->receipt), "%s", receipt->result);
}

static void
toy_worker_message(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	struct toy *toy = towerd_state(ctx);

	(void)worker;
	snprintf(toy->answer, sizeof(toy->answer), "%.*s", (int)len, (const char *)data);
}

static void
toy_worker_exit(struct towerd_ctx *ctx, unsigned worker, int status)
{
	(void)worker;
	(void)status;
	((struct toy *)towerd_state(ctx))->workers_gone++;
}

static int
toy_worker_start(struct towerd_ctx *ctx, const char *role)
{
	return strcmp(role, "echo") == 0 ? 0 : towerd_fail(ctx, -EINVAL, "no role %s", role);
}

static void
toy_worker_receive(struct towerd_ctx *ctx, const void *data, size_t len)
{
	towerd_worker_send(ctx, 0, data, len);
}

static int
toy_say(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	if (argc == 0) {
		towerd_print_error(ctx, out, "what?\n");
		return 2;
	}
	towerd_print(ctx, out, towerd_wants_json(ctx, out) ? "\"%s\"\n" : "%s\n", argv[0]);
	if (strcmp(argv[0], "later") != 0)
		return 0;
	((struct toy *)towerd_state(ctx))->out = out;
	return TOWERD_LATER;
}

static const struct towerd_command commands[] = {
	{ .words = "toy say", .usage = "WORD", .help = "say a word", .run = toy_say },
};

static const struct towerd_column_info toy_columns[] = {
	{ 1, "toyName", TOWERD_TEXT, TOWERD_COLUMN_INDEX, "", NULL, 0 },
	{ 2, "toyCount", TOWERD_UNSIGNED, 0, "", NULL, 0 },
};
static const struct towerd_published_view views[] = {
	{ .name = "toyTable",
	    .columns = toy_columns,
	    .column_count = TOWERD_COUNT(toy_columns),
	    .index_count = 1 },
};

TOWERD_PLUGIN(.name = "toy", .summary = "a bit of everything", .config_size = sizeof(struct toy_config),
    .state_size = sizeof(struct toy), TOWERD_LIST(options), TOWERD_LIST(kinds), TOWERD_LIST(commands),
    TOWERD_LIST(views), .start = toy_start, .stop = toy_stop, .poll = toy_poll, .receipt = toy_receipt,
    .journal = toy_journal, .journal_lost = toy_journal_lost, .worker_message = toy_worker_message,
    .worker_exit = toy_worker_exit, .worker_start = toy_worker_start, .worker_receive = toy_worker_receive, );

static const char settings[] = "device: NIN-0042/power";

static struct toy *
toy_of(struct fake_host *host)
{
	return towerd_state(fake_ctx(host));
}

static void
a_reading_is_recorded_at_its_device(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	uint32_t device = fake_device(host, "NIN-0042/power", NULL);

	CU_ASSERT_EQUAL(fake_value(host, device, "battery.voltage", ""), FAKE_NO_VALUE);
	fake_file(host, "volts", "53200000\n");
	CU_ASSERT_EQUAL(fake_poll(host), 0);
	CU_ASSERT_EQUAL(fake_value(host, device, "battery.voltage", ""), 53200);
	fake_host_free(host);
}

static void
a_reading_that_is_not_a_number_says_what_was_read(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	fake_file(host, "volts", "n/a");
	CU_ASSERT_EQUAL(fake_poll(host), -EBADMSG);
	CU_ASSERT_STRING_EQUAL(fake_error(host), "volts holds \"n/a\", not microvolts");
	fake_file(host, "volts", NULL);
	CU_ASSERT_EQUAL(fake_poll(host), -ENOENT);
	fake_host_free(host);
}

static void
settings_are_checked_by_the_rows_and_not_started_when_wrong(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, "path: volts\ninterval: soon\n");

	CU_ASSERT_EQUAL(fake_rc(host), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_error(host), "settings:2:11: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(fake_error(host), "device"));
	CU_ASSERT_EQUAL(fake_worker_count(host), 0);
	fake_host_free(host);
}

static void
time_stands_until_it_is_stepped(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	CU_ASSERT_EQUAL(toy_of(host)->rings, 0);
	fake_step(host, 999);
	CU_ASSERT_EQUAL(toy_of(host)->rings, 0);
	fake_step(host, 1);
	CU_ASSERT_EQUAL(toy_of(host)->rings, 1);
	fake_step(host, 60000);
	CU_ASSERT_EQUAL(toy_of(host)->rings, 3);
	CU_ASSERT_EQUAL(towerd_now_ms(fake_ctx(host)), fake_now_ms(host));
	fake_host_free(host);
}

static void
descriptors_and_work_are_real(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct toy *toy = toy_of(host);

	CU_ASSERT_EQUAL(write(toy->pipe[1], "x", 1), 1);
	fake_step(host, 0);
	CU_ASSERT_EQUAL(toy->reads, 1);
	CU_ASSERT_EQUAL(toy->work_rc, 42);
	fake_host_free(host);
}

static void
a_worker_answers_and_its_death_is_told(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct toy *toy = toy_of(host);

	CU_ASSERT_EQUAL(towerd_worker_send(fake_ctx(host), 0, "hello", 5), 0);
	fake_step(host, 0);
	CU_ASSERT_STRING_EQUAL(toy->answer, "hello");
	CU_ASSERT_PTR_NOT_EQUAL(towerd_state(fake_worker(host, 0)), (void *)toy);
	fake_worker_kill(host, 0, 9);
	CU_ASSERT_EQUAL(towerd_worker_send(fake_ctx(host), 0, "hello", 5), -EPIPE);
	fake_step(host, 0);
	CU_ASSERT_EQUAL(toy->workers_gone, 1);
	fake_host_free(host);
}

static void
a_lone_worker_can_be_tested(void)
{
	struct fake_host *host = fake_host_make(&towerd_plugin, settings);
	size_t len;

	CU_ASSERT_EQUAL(fake_worker_start(host, "echo"), 0);
	fake_worker_receive(host, "abc", 3);
	CU_ASSERT_EQUAL_FATAL(fake_sent_count(host), 1);
	CU_ASSERT_EQUAL(memcmp(fake_sent_at(host, 0, &len), "abc", 3), 0);
	CU_ASSERT_EQUAL(len, 3);
	fake_host_free(host);
}

static void
records_come_in_order_and_only_up_to_the_credit(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct toy *toy = toy_of(host);

	for (uint64_t n = 1; n <= 5; n++)
		fake_record(host,
		    &(struct towerd_record){ .number = n, .type = n == 2 ? "ticket.open" : "alarm.raise" });
	CU_ASSERT_EQUAL(toy->heard_count, 0);
	fake_step(host, 0);
	CU_ASSERT_EQUAL_FATAL(toy->heard_count, 2);
	CU_ASSERT_EQUAL(toy->heard[1], 3);
	towerd_journal_ack(fake_ctx(host), 0, 1);
	fake_step(host, 0);
	CU_ASSERT_EQUAL(toy->heard_count, 3);
	towerd_journal_ack(fake_ctx(host), 0, 4);
	fake_step(host, 0);
	CU_ASSERT_EQUAL_FATAL(toy->heard_count, 4);
	CU_ASSERT_EQUAL(toy->heard[3], 5);
	CU_ASSERT_EQUAL(fake_acked(host, fake_cursor(host, "toy")), 4);
	fake_journal_lose(host, 0);
	fake_step(host, 0);
	CU_ASSERT_TRUE(toy->is_lost);
	fake_host_free(host);
}

static void
a_receipt_comes_after_the_call(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	towerd_crew_update(fake_ctx(host), "crew-3", "a.b.c", 5, 7);
	CU_ASSERT_EQUAL_FATAL(fake_update_count(host), 1);
	CU_ASSERT_STRING_EQUAL(fake_update_at(host, 0)->token, "a.b.c");
	fake_receipt(host, 7, "id", "applied", "on-site", "");
	CU_ASSERT_STRING_EQUAL(toy_of(host)->receipt, "");
	fake_step(host, 0);
	CU_ASSERT_STRING_EQUAL(toy_of(host)->receipt, "applied");
	fake_host_free(host);
}

static void
a_command_prints_and_may_answer_later(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);

	CU_ASSERT_EQUAL(fake_run(host, "toy say hi --json"), 0);
	CU_ASSERT_STRING_EQUAL(fake_out(host), "\"hi\"\n");
	CU_ASSERT_EQUAL(fake_run(host, "toy say"), 2);
	CU_ASSERT_STRING_EQUAL(fake_err(host), "what?\n");
	CU_ASSERT_EQUAL(fake_run(host, "toy sing"), 127);
	CU_ASSERT_EQUAL(fake_run(host, "toy say later"), TOWERD_LATER);
	towerd_exit(fake_ctx(host), toy_of(host)->out, 3);
	CU_ASSERT_EQUAL(fake_exit_status(host), 3);
	fake_host_free(host);
}

static void
a_view_shows_a_scope_only_what_it_may_see(void)
{
	static const struct towerd_column_info columns[] = {
		{ 1, "siteId", TOWERD_TEXT, 0, "", NULL, 0 },
		{ 2, "siteLatitude", TOWERD_INTEGER, TOWERD_COLUMN_LOCATION, "", NULL, 0 },
		{ 3, "siteCrew", TOWERD_TEXT, TOWERD_COLUMN_OPERATE, "", NULL, 0 },
	};
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct towerd_ctx *ctx = fake_ctx(host);
	unsigned view = fake_view(host, "siteTable", (const uint32_t[]){ 1, 3, 6 }, 3, false, columns, 3);
	struct towerd_value cells[] = { towerd_bytes(TOWERD_TEXT, "B", 1), towerd_int(TOWERD_INTEGER, 5),
		towerd_int(TOWERD_NONE, 0) };
	struct towerd_cell got[4];

	fake_row(host, view, "B", (const uint32_t[]){ 512 }, 1, cells);
	cells[0] = towerd_bytes(TOWERD_TEXT, "A", 1);
	fake_row(host, view, "A", (const uint32_t[]){ 256 }, 1, cells);
	fake_reader(host, "wall", false);
	fake_site(host, "B");
	struct towerd_scope_request request = { .size = sizeof(request), .reader = "wall" };
	int open = towerd_scope_open(ctx, &request);
	CU_ASSERT_EQUAL(towerd_scope_open(ctx, &request), open);
	CU_ASSERT_EQUAL(towerd_view_read(ctx, view, (unsigned)open, 1, NULL, 0, false, got, 4), 2);
	CU_ASSERT_EQUAL(got[0].value.text.data[0], 'A');
	CU_ASSERT_EQUAL(towerd_view_read(ctx, view, (unsigned)open, 1, got[0].key, 1, false, got, 4), 1);
	CU_ASSERT_EQUAL(towerd_view_read(ctx, view, (unsigned)open, 2, NULL, 0, false, got, 4), -ENOENT);
	CU_ASSERT_EQUAL(towerd_view_read(ctx, view, (unsigned)open, 3, NULL, 0, false, got, 4), -ENOENT);
	request.is_secure = true;
	request.site = "B";
	int one = towerd_scope_open(ctx, &request);
	CU_ASSERT_NOT_EQUAL(one, open);
	CU_ASSERT_EQUAL(towerd_view_read(ctx, view, (unsigned)one, 2, NULL, 0, false, got, 4), 1);
	request.site = "nowhere";
	CU_ASSERT_EQUAL(towerd_scope_open(ctx, &request), -ENOENT);
	fake_host_free(host);
}

static void
a_published_row_is_replaced_and_dropped(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct towerd_ctx *ctx = fake_ctx(host);
	struct towerd_value row[] = { towerd_bytes(TOWERD_TEXT, "x", 1), towerd_int(TOWERD_UNSIGNED, 1) };

	CU_ASSERT_EQUAL(towerd_row_put(ctx, 0, row, 2), 0);
	row[1].u = 2;
	CU_ASSERT_EQUAL(towerd_row_put(ctx, 0, row, 2), 0);
	CU_ASSERT_EQUAL(fake_published_count(host, 0), 1);
	CU_ASSERT_EQUAL(fake_published(host, 0, "x")[1].u, 2);
	CU_ASSERT_EQUAL(towerd_row_put(ctx, 0, row, 1), -EINVAL);
	CU_ASSERT_EQUAL(towerd_row_drop(ctx, 0, row, 1), 0);
	CU_ASSERT_EQUAL(fake_published_count(host, 0), 0);
	fake_host_free(host);
}

static void
what_it_says_of_devices_is_kept(void)
{
	struct fake_host *host = fake_host_new(&towerd_plugin, settings);
	struct towerd_ctx *ctx = fake_ctx(host);
	uint32_t device = fake_device(host, "COW-7/tower", NULL);

	towerd_presence(ctx, device, TOWERD_PRESENCE_UNREACHABLE, "no reply for 15 s");
	CU_ASSERT_EQUAL(fake_presence(host, device), TOWERD_PRESENCE_UNREACHABLE);
	CU_ASSERT_STRING_EQUAL(fake_presence_reason(host, device), "no reply for 15 s");
	towerd_attribute(ctx, device, "model", "T-1");
	towerd_attribute(ctx, device, "model", "T-2");
	CU_ASSERT_STRING_EQUAL(fake_attribute(host, device, "model"), "T-2");
	towerd_reject(ctx, device, "towers/site/COW-7/telemetry", "not JSON");
	CU_ASSERT_EQUAL(fake_reject_count(host), 1);
	towerd_unclaimed(ctx, "COW-9", "towers/site/COW-9/status");
	CU_ASSERT_TRUE(fake_is_unclaimed(host, "COW-9"));
	towerd_learned_put(ctx, "seq", "17");
	CU_ASSERT_STRING_EQUAL(fake_learned(host, "seq"), "17");
	towerd_count(ctx, "messages", 2);
	CU_ASSERT_EQUAL(fake_counter(host, "messages"), 2);
	towerd_log(ctx, TOWERD_LOG_WARNING, "%s went", "COW-7");
	CU_ASSERT_TRUE(fake_has_logged(host, "COW-7 went"));
	towerd_status(ctx, "connected");
	CU_ASSERT_STRING_EQUAL(fake_status(host), "connected");
	CU_ASSERT_EQUAL(towerd_presence(ctx, 9999, TOWERD_PRESENCE_REACHABLE, NULL), -ENOENT);
	fake_host_free(host);
}

static const struct claim claims[] = {
	CLAIM(a_reading_is_recorded_at_its_device),
	CLAIM(a_reading_that_is_not_a_number_says_what_was_read),
	CLAIM(settings_are_checked_by_the_rows_and_not_started_when_wrong),
	CLAIM(time_stands_until_it_is_stepped),
	CLAIM(descriptors_and_work_are_real),
	CLAIM(a_worker_answers_and_its_death_is_told),
	CLAIM(a_lone_worker_can_be_tested),
	CLAIM(records_come_in_order_and_only_up_to_the_credit),
	CLAIM(a_receipt_comes_after_the_call),
	CLAIM(a_command_prints_and_may_answer_later),
	CLAIM(a_view_shows_a_scope_only_what_it_may_see),
	CLAIM(a_published_row_is_replaced_and_dropped),
	CLAIM(what_it_says_of_devices_is_kept),
};

CLAIMS_MAIN("fake host", claims)
