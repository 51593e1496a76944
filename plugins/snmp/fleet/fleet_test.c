/* SPDX-License-Identifier: ISC */
/* The plugin's half in the agent: devices and their faults, workers and their words. The workers are the real ones, without devices that answer. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/model/catalogue.h"
#include "plugins/snmp/fleet/fleet_testing.h"
#include "plugins/snmp/message.h"
#include "tests/support/cunit_main.h"
#include "tests/support/fake_host.h"

#define HOST(settings) fake_host_new(&towerd_plugin, settings)
/* A device of the fake host: settings as key, value, … */
#define DEVICE(host, slot, address, ...) \
	fake_device_with(host, "S-1/" slot, address, false, (const char *const[]){ __VA_ARGS__, NULL })

static void
worker_kill(struct fake_host *host, unsigned worker)
{
	towerd_plugin.stop(fake_worker(host, worker));
	fake_worker_kill(host, worker, SIGKILL);
}

static void
put_sensor(struct message_writer *w, const char *kind, const char *instance, const char *label)
{
	message_put_u32(w, catalogue_find(kind)->kind.number);
	message_put_i64(w, 20000);
	message_put_text(w, instance);
	message_put_text(w, label);
}

static void
an_entry_with_a_fault_is_refused_with_its_reason(void)
{
	static const struct {
		const char *address, *settings[13], *reason; /* NULL: taken */
	} cases[] = {
		{ "127.0.0.9", { "community", "public" }, NULL },
		{ "127.0.0.9:1161", { "community", "public", "version", "1" }, NULL },
		{ "[::1]:1161", { "community", "public", "interval", "5m" }, NULL },
		{ "", { "community", "public" },
		    "address \"\" is not ADDRESS[:PORT] with a literal address" },
		{ "plant", { "community", "public" },
		    "address \"plant\" is not ADDRESS[:PORT] with a literal address" },
		{ "127.0.0.9", { NULL }, "it needs `credentials`, `community` or `user`" },
		{ "127.0.0.9", { "community", "public", "version", "4" },
		    "\"version\" is \"4\"; accepted are: 1, 2c, 3" },
		{ "127.0.0.9", { "user", "poller" }, NULL },
		{ "127.0.0.9",
		    { "version", "3", "user", "poller", "auth", "SHA-256", "auth-key", "secret one", "priv",
			"AES-128", "priv-key", "secret two" },
		    NULL },
		{ "127.0.0.9", { "community", "public", "version", "3" },
		    "\"community\" is for versions 1 and 2c; version 3 has a `user`" },
		{ "127.0.0.9", { "user", "poller", "version", "2c", "community", "public" },
		    "\"user\" is for version 3; `version` says another one" },
		{ "127.0.0.9", { "user", "poller", "auth", "SHA-3" },
		    "\"auth\" is \"SHA-3\"; accepted are: none, MD5, SHA-1, SHA-224, SHA-256, SHA-384, "
		    "SHA-512, "
		    "SHA" },
		{ "127.0.0.9", { "user", "poller", "auth", "SHA" },
		    "\"auth\" needs an `auth-key` or `auth-key-file`" },
		{ "127.0.0.9", { "user", "poller", "auth", "SHA", "auth-key", "sec:{ret" }, NULL },
		{ "127.0.0.9", { "user", "poller", "auth", "SHA", "auth-key", "seven.." },
		    "\"auth-key\" is shorter than 8 octets, which a pass phrase may not be" },
		{ "127.0.0.9", { "user", "poller", "auth-key", "secret one" },
		    "\"auth-key\" is of no use without `auth`: MD5, SHA-1, SHA-224, SHA-256, SHA-384 or "
		    "SHA-512" },
		{ "127.0.0.9", { "user", "poller", "priv", "DES", "priv-key", "secret two" },
		    "\"priv\" needs `auth` too: there is no privacy without authentication" },
		{ "127.0.0.9", { "user", "poller", "auth", "SHA", "auth-key-file", "/nonexistent/key" },
		    "\"auth-key-file\": /nonexistent/key cannot be read: No such file or directory" },
		{ "127.0.0.9", { "community", "public", "interval", "soon" },
		    "interval \"soon\" is not a duration from 1s to 1d" },
		{ "127.0.0.9", { "community", "public", "interval", "999ms" },
		    "interval \"999ms\" is not a duration from 1s to 1d" },
		{ "127.0.0.9", { "community", "public", "interval", "2d" },
		    "interval \"2d\" is not a duration from 1s to 1d" },
		{ "127.0.0.9", { "community", "public", "colour", "red" },
		    "unknown key \"colour\": an snmp device has profile, interval, answers-from, traps-from "
		    "and "
		    "credentials, or in place of what these say version, community, user, auth, auth-key, "
		    "priv, "
		    "priv-key and context" },
		{ "127.0.0.9", { "community", "public", "answers-from", "127.0.0.10" }, NULL },
		{ "127.0.0.9", { "community", "public", "answers-from", "127.0.0.10:161" },
		    "answers-from \"127.0.0.10:161\" is not a literal address" },
		{ "127.0.0.9", { "credentials", "plants" },
		    "credentials \"plants\": the option `credentials` names no file" },
		{ "127.0.0.9",
		    { "community", "12345678901234567890123456789012345678901234567890123456789012345" },
		    "\"community\" is longer than 64 octets" },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		struct fake_host *host = HOST(NULL);
		fake_device_with(host, "S-1/power", cases[i].address, false, cases[i].settings);
		if (cases[i].reason == NULL) {
			CU_ASSERT_EQUAL(fake_rc(host), 0);
		} else {
			CU_ASSERT_TRUE(fake_rc(host) < 0);
			CU_ASSERT_STRING_EQUAL(fake_error(host), cases[i].reason);
		}
		host_free(host);
	}
}

static void
a_source_of_the_other_family_does_not_reach_a_device(void)
{
	struct fake_host *host = HOST("source: 127.0.0.1");

	DEVICE(host, "a", "127.0.0.9", "community", "public");
	CU_ASSERT_EQUAL(fake_rc(host), 0);
	DEVICE(host, "b", "::1", "community", "public");
	CU_ASSERT_STRING_EQUAL(fake_error(host), "address \"::1\" cannot be polled from `source` 127.0.0.1");
	host_free(host);
	host = HOST("source: eth0");
	CU_ASSERT_STRING_EQUAL(fake_error(host), "source \"eth0\" is not a literal address");
	host_free(host);
}

/* A host whose credentials file has this text and mode; the file's path in `path`. */
static struct fake_host *
host_with_credentials(const char *text, mode_t mode, char *path)
{
	char settings[128];

	strcpy(path, "/tmp/towerd-credentials-XXXXXX");
	int fd = mkstemp(path);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
	snprintf(settings, sizeof(settings), "credentials: %s", path);
	return HOST(settings);
}

static void
a_fault_in_the_credentials_is_told_with_its_place_and_costs_its_entry_alone(void)
{
	static const char good[] = "good: { version: 1, community: x }\n";
	static const struct {
		const char *text;
		mode_t mode;
		bool has_good;
		const char *said;
	} cases[] = {
		{ "good: { version: 1, community: x }\n", 0600, true, NULL },
		{ "good: { community: x }\nbad: { version: 3, community: x }\n", 0640, true,
		    ":2:31: bad: \"community\" is for versions 1 and 2c" },
		{ "good: { community: x }\nbad: { version: 3 }\n", 0600, true,
		    ":2:17: bad: \"version\" 3 needs" },
		{ "good: { community: x }\nbad: { user: u, auth: MD5, auth-key: hush... }\n", 0600, true,
		    ":2:38: bad: \"auth-key\" is shorter than 8 octets" },
		{ "good: { community: x }\nbad: { version: 1 }\n", 0600, true,
		    ":2:17: bad: \"version\" 1 and 2c need a `community`" },
		{ "good: { community: x }\nbad: 7\n", 0600, true, ":2:6: " },
		{ "- good\n", 0600, false, ":1:1: a map of names is needed" },
		{ "good: { community: x\n", 0600, false, ":" },
		{ good, 0644, false, "is not used: others may read or write it; chmod o-rw" },
		{ good, 0602, false, "is not used: others may read or write it; chmod o-rw" },
	};

	for (size_t i = 0; i < TOWERD_COUNT(cases); i++) {
		char path[64], reason[128];
		struct fake_host *host = host_with_credentials(cases[i].text, cases[i].mode, path);
		CU_ASSERT_EQUAL(fake_rc(host), 0);
		if (cases[i].said != NULL)
			CU_ASSERT_TRUE(fake_has_logged(host, cases[i].said) && fake_has_logged(host, path));
		DEVICE(host, "other", "127.0.0.9", "community", "public");
		CU_ASSERT_EQUAL(fake_rc(host), 0);
		DEVICE(host, "power", "127.0.0.9", "credentials", "good");
		snprintf(reason, sizeof(reason), "credentials \"good\": %s has none of that name", path);
		CU_ASSERT_EQUAL(fake_rc(host), cases[i].has_good ? 0 : -ENOENT);
		if (!cases[i].has_good)
			CU_ASSERT_STRING_EQUAL(fake_error(host), reason);
		host_free(host);
		unlink(path);
	}
	struct fake_host *host = HOST("credentials: /nonexistent/credentials.yaml");
	CU_ASSERT_EQUAL(fake_rc(host), 0);
	CU_ASSERT_TRUE(fake_has_logged(host, "/nonexistent/credentials.yaml: No such file or directory"));
	host_free(host);
}

static void
a_plan_becomes_sensors_and_readings_reach_them(void)
{
	struct fake_host *host = HOST("interval: 20s");
	uint32_t device = DEVICE(host, "power", "127.0.0.9", "community", "public");
	struct message_writer w = { 0 };

	fake_step(host, 0);
	message_begin(&w, MESSAGE_PLAN);
	message_put_u32(&w, device);
	message_put_u32(&w, 1);
	message_put_u32(&w, 2);
	put_sensor(&w, "battery.voltage", "", "Battery");
	put_sensor(&w, "rectifier.current", "2", "Rectifier 2");
	say(host, 0, &w);
	CU_ASSERT_EQUAL_FATAL(fake_sensor_count(host), 2);
	const struct fake_sensor *sensor = fake_sensor(host, device, "rectifier.current", "2");
	CU_ASSERT_PTR_NOT_NULL_FATAL(sensor);
	CU_ASSERT_STRING_EQUAL(sensor->label, "Rectifier 2");
	CU_ASSERT_EQUAL(sensor->interval_ms, 20000);

	const struct towerd_reading reading = { .sensor = sensor->number, .value = 12400 };
	message_begin(&w, MESSAGE_READINGS);
	message_put_u32(&w, 1);
	message_put_bytes(&w, &reading, sizeof(reading));
	say(host, 0, &w);
	CU_ASSERT_EQUAL(fake_value(host, device, "rectifier.current", "2"), 12400);
	message_fini(&w);
	host_free(host);
}

static void
tell(struct fake_host *host, unsigned worker, uint32_t device, uint32_t presence, const char *reason)
{
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_PRESENCE);
	message_put_u32(&w, device);
	message_put_u32(&w, presence);
	message_put_text(&w, reason);
	say(host, worker, &w);
	message_fini(&w);
}

static void
a_worker_is_believed_of_its_own_devices_alone(void)
{
	struct fake_host *host = HOST("workers: 2");
	uint32_t a = DEVICE(host, "a", "127.0.0.9", "community", "public"),
		 b = DEVICE(host, "b", "127.0.0.9", "community", "public");

	fake_step(host, 0);
	CU_ASSERT_EQUAL_FATAL(fake_worker_count(host), 2);
	CU_ASSERT_NOT_EQUAL_FATAL(a % 2, b % 2);
	tell(host, a % 2, a, TOWERD_PRESENCE_REACHABLE, "");
	tell(host, a % 2, b, TOWERD_PRESENCE_REACHABLE, "");
	tell(host, b % 2, b, 77, "");
	CU_ASSERT_EQUAL(fake_presence(host, a), TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(fake_presence(host, b), TOWERD_PRESENCE_UNKNOWN);
	CU_ASSERT_EQUAL(fake_presence_changes(host, b), 0);
	tell(host, b % 2, b, TOWERD_PRESENCE_UNREACHABLE, "no reply");
	CU_ASSERT_EQUAL(fake_presence(host, b), TOWERD_PRESENCE_UNREACHABLE);
	CU_ASSERT_STRING_EQUAL(fake_presence_reason(host, b), "no reply");
	host_free(host);
}

static void
say_fault(struct fake_host *host, unsigned worker, uint32_t device, bool is_raised)
{
	const struct towerd_fault fault = { .type = "site/door-open", .is_raised = is_raised };
	struct message_writer w = { 0 };

	message_begin(&w, MESSAGE_FAULT);
	message_put_u32(&w, device);
	message_put_fault(&w, &fault);
	say(host, worker, &w);
	message_fini(&w);
}

static void
a_fault_reaches_the_agent_from_the_devices_own_worker_alone(void)
{
	struct fake_host *host = HOST("workers: 2");
	uint32_t device = DEVICE(host, "a", "127.0.0.9", "community", "public");

	fake_step(host, 0);
	say_fault(host, (device + 1) % 2, device, true);
	CU_ASSERT_EQUAL(fake_fault_count(host), 0);
	say_fault(host, device % 2, device, true);
	CU_ASSERT_EQUAL(fake_fault_count(host), 1);
	say_fault(host, device % 2, device, false);
	CU_ASSERT_EQUAL(fake_fault_count(host), 2);
	host_free(host);
}

static void
what_a_device_taught_is_kept_until_its_entry_changes(void)
{
	struct fake_host *host = HOST(NULL);
	uint32_t device = DEVICE(host, "a", "127.0.0.9", "community", "public");
	struct message_writer w = { 0 };
	char key[32];

	snprintf(key, sizeof(key), "device/%u", device);
	fake_step(host, 0);
	message_begin(&w, MESSAGE_LEARNED);
	message_put_u32(&w, device);
	message_put_text(&w, "1 8 0 0 0 5");
	message_put_text(&w, "8 objects a request");
	say(host, 0, &w);
	CU_ASSERT_STRING_EQUAL(fake_learned(host, key), "1 8 0 0 0 5");
	CU_ASSERT_STRING_EQUAL(fake_attribute(host, device, "snmp-learned"), "8 objects a request");
	DEVICE(host, "a", "127.0.0.9", "community", "public");
	CU_ASSERT_STRING_EQUAL(fake_learned(host, key), "1 8 0 0 0 5");
	DEVICE(host, "a", "127.0.0.10", "community", "public");
	CU_ASSERT_PTR_NULL(fake_learned(host, key));
	say(host, 0, &w);
	message_begin(&w, MESSAGE_LEARNED);
	message_put_u32(&w, device);
	message_put_text(&w, "");
	message_put_text(&w, "");
	say(host, 0, &w);
	CU_ASSERT_PTR_NULL(fake_learned(host, key));
	CU_ASSERT_STRING_EQUAL(fake_attribute(host, device, "snmp-learned"), "");
	message_fini(&w);
	host_free(host);
}

static void
what_is_not_whole_or_not_known_changes_nothing(void)
{
	struct fake_host *host = HOST(NULL);
	uint32_t device = DEVICE(host, "power", "127.0.0.9", "community", "public");
	struct message_writer w = { 0 };

	fake_step(host, 0);
	for (uint32_t type = 0; type < 12; type++) {
		message_begin(&w, (enum message_type)type);
		say(host, 0, &w);
		message_put_u32(&w, device);
		say(host, 0, &w);
		message_put_u32(&w, UINT32_MAX);
		say(host, 0, &w);
		message_put_u32(&w, UINT32_MAX);
		say(host, 0, &w);
	}
	say(host, 9, &w); /* of a worker that there is not */
	CU_ASSERT_EQUAL(fake_sensor_count(host), 0);
	CU_ASSERT_EQUAL(fake_readings(host), 0);
	CU_ASSERT_EQUAL(fake_reject_count(host), 0);
	CU_ASSERT_TRUE(fake_counter(host, "unknown-messages") > 0);
	message_fini(&w);
	host_free(host);
}

static void
a_worker_that_dies_leaves_its_devices_unknown_and_is_started_again(void)
{
	struct fake_host *host = HOST(NULL);
	uint32_t device = DEVICE(host, "power", "127.0.0.9", "community", "public");

	fake_step(host, 0);
	tell(host, 0, device, TOWERD_PRESENCE_REACHABLE, "");
	unsigned worker = 0;
	for (int64_t pause_ms = 1000; pause_ms <= 64000; pause_ms *= 2) { /* longer each time, to a minute */
		int64_t expected_ms = pause_ms > 60000 ? 60000 : pause_ms;
		worker_kill(host, worker);
		fake_step(host, 0);
		CU_ASSERT_EQUAL(fake_presence(host, device), TOWERD_PRESENCE_UNKNOWN);
		CU_ASSERT_STRING_EQUAL(fake_presence_reason(host, device), "its poll worker ended");
		CU_ASSERT_EQUAL(fake_worker_count(host), 0);
		fake_step(host, expected_ms - 1);
		CU_ASSERT_EQUAL(fake_worker_count(host), 0);
		fake_step(host, 1);
		CU_ASSERT_EQUAL(fake_worker_count(host), 1);
		worker++;
	}
	fake_step(host, 60001); /* it lived long: the next pause is short again */
	worker_kill(host, worker);
	fake_step(host, 0);
	fake_step(host, 1000);
	CU_ASSERT_EQUAL(fake_worker_count(host), 1);
	host_free(host);
}

static void
devices_that_are_asked_about_have_their_turn_once_at_a_bounded_rate(void)
{
	struct fake_host *host = HOST(NULL);
	uint32_t devices[120];

	for (unsigned i = 0; i < 120; i++) {
		char name[32];
		snprintf(name, sizeof(name), "S-%u/power", i);
		devices[i] = fake_device_with(
		    host, name, "127.0.0.9", false, (const char *const[]){ "community", "public", NULL });
	}
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < 120; i++)
			fake_ask(host, devices[i]);
	fake_ask(host, 99999); /* none of its own */
	fake_step(host, 0);
	CU_ASSERT_EQUAL(fake_counter(host, "devices-asked"), 50);
	fake_step(host, 100);
	CU_ASSERT_EQUAL(fake_counter(host, "devices-asked"), 100);
	fake_step(host, 1000);
	CU_ASSERT_EQUAL(fake_counter(host, "devices-asked"), 120);
	fake_ask(host, devices[7]);
	fake_step(host, 0);
	CU_ASSERT_EQUAL(fake_counter(host, "devices-asked"), 121);
	host_free(host);
}

static const struct claim claims[] = {
	CLAIM(devices_that_are_asked_about_have_their_turn_once_at_a_bounded_rate),
	CLAIM(an_entry_with_a_fault_is_refused_with_its_reason),
	CLAIM(a_source_of_the_other_family_does_not_reach_a_device),
	CLAIM(a_fault_in_the_credentials_is_told_with_its_place_and_costs_its_entry_alone),
	CLAIM(a_plan_becomes_sensors_and_readings_reach_them),
	CLAIM(a_worker_is_believed_of_its_own_devices_alone),
	CLAIM(a_fault_reaches_the_agent_from_the_devices_own_worker_alone),
	CLAIM(what_a_device_taught_is_kept_until_its_entry_changes),
	CLAIM(what_is_not_whole_or_not_known_changes_nothing),
	CLAIM(a_worker_that_dies_leaves_its_devices_unknown_and_is_started_again),
};

CLAIMS_MAIN("fleet", claims)
