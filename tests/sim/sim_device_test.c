/* SPDX-License-Identifier: ISC */
/* Recordings and the devices that play them. */
#include "tests/sim/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

static const char recording[] = "1.3.6.1.2.1.1.5.0|4|first\n"
				"1.3.6.1.2.1.1.3.0|67|1\n"
				"1.3.6.1.4.1.9.1.0|2|10\n"
				"not a record\n"
				"1.3.6.1.4.1.9.3.0|66|30\n"
				"1.3.6.1.2.1.1.5.0|4|second\n";

static struct ber_slice
oid(const char *text)
{
	static uint8_t rooms[4][BER_OID_MAX];
	static unsigned next;
	uint8_t *room = rooms[next++ % 4];
	return (struct ber_slice){ room, ber_oid_parse(text, strlen(text), room) };
}

static struct device *
device_of(struct record **record)
{
	CU_ASSERT_EQUAL_FATAL(record_parse("plant", recording, sizeof(recording) - 1, record), 0);
	struct device *device = device_new(0x7f000001, *record, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	return device;
}

/* The value there as a number; -1 when there is none. */
static int64_t
number_at(const struct device *device, const char *text, int64_t now_ms)
{
	struct device_hit hit;
	uint8_t room[256];
	int64_t value = -1;

	if (!device_find(device, oid(text), &hit))
		return -1;
	struct ber_slice in = { room, device_put(device, &hit, now_ms, room, sizeof(room)) };
	struct ber_tlv varbind, part;
	CU_ASSERT(
	    ber_take(&in, &varbind) && ber_take(&varbind.body, &part) && ber_take(&varbind.body, &part));
	CU_ASSERT(ber_integer(part.body, &value));
	return value;
}

/* The names of a walk, by their last but one number: "1 3 …". */
static void
walk(const struct device *device, char *out)
{
	struct ber_slice at = oid("1.3");
	uint32_t hint = RECORD_NONE;
	struct device_hit hit;

	out[0] = '\0';
	while (device_after(device, at, hint, &hit)) {
		char text[64];
		at = varbind_oid(hit.varbind);
		hint = hit.position;
		ber_oid_format(at, text, sizeof(text));
		text[strlen(text) - 2] = '\0';
		strcat(out, strrchr(text, '.') + 1);
		strcat(out, " ");
	}
}

static void
a_recording_is_sorted_merged_and_counted(void)
{
	struct record *record;
	struct device *device = device_of(&record);
	struct device_hit hit;

	CU_ASSERT_EQUAL(record->count, 4);
	CU_ASSERT_EQUAL(record->skipped, 1);
	CU_ASSERT_EQUAL(record->repeated, 1);
	CU_ASSERT_STRING_EQUAL(record->first_fault, "line 4: not OID|TAG|VALUE");
	CU_ASSERT(device_find(device, oid("1.3.6.1.2.1.1.5.0"), &hit));
	const uint8_t *end = hit.varbind->whole + hit.varbind->whole_size;
	CU_ASSERT_EQUAL(memcmp(end - 6, "second", 6), 0);
	device_free(device);
	record_free(record);
}

static void
a_box_has_its_own_number_in_what_is_shared_and_set(void)
{
	static const char text[] = "1.3.6.1.4.1.9.1.0|4|SIM-%NUMBER%-1\n"
				   "1.3.6.1.4.1.9.2.0|4e|\\x80%NUMBER%\n"
				   "1.3.6.1.4.1.9.3.0|4|%NUMBER\n";
	struct record *record;
	uint8_t room[256];

	CU_ASSERT_EQUAL_FATAL(record_parse("box", text, sizeof(text) - 1, &record), 0);
	struct device *device = device_new(0x7f010b0c, record, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	CU_ASSERT_EQUAL(device_set(device, oid("1.3.6.1.4.1.9.4.0"), BER_OCTETS,
			    (struct ber_slice){ (const uint8_t *)"%NUMBER%", 8 }),
	    0);
	static const struct {
		const char *name, *value;
	} expected[] = {
		{ "1.3.6.1.4.1.9.1.0",
		    "\x0e"
		    "SIM-7f010b0c-1" },
		{ "1.3.6.1.4.1.9.2.0",
		    "\x09\x80"
		    "7f010b0c" },
		{ "1.3.6.1.4.1.9.3.0", "\x07%NUMBER" },
		{ "1.3.6.1.4.1.9.4.0",
		    "\x08"
		    "7f010b0c" },
	};
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct device_hit hit;
		size_t value_size = strlen(expected[i].value);
		CU_ASSERT_FATAL(device_find(device, oid(expected[i].name), &hit));
		size_t size = device_put(device, &hit, 0, room, sizeof(room));
		CU_ASSERT_FATAL(size > value_size);
		CU_ASSERT_EQUAL(memcmp(room + size - value_size, expected[i].value, value_size), 0);
		hit.name = oid("1.3.6.1.4.1.9.77.0");
		size = device_put(device, &hit, 0, room, sizeof(room));
		CU_ASSERT_FATAL(size > value_size);
		CU_ASSERT_EQUAL(memcmp(room + size - value_size, expected[i].value, value_size), 0);
	}
	device_free(device);
	record_free(record);
}

static void
a_recording_without_a_record_is_refused(void)
{
	struct record *record;
	CU_ASSERT_EQUAL(record_parse("none", "", 0, &record), -ENODATA);
	CU_ASSERT_EQUAL(record_parse("none", "# nothing\n", 10, &record), -ENODATA);
	CU_ASSERT_EQUAL(record_load("none", "/does/not/exist", &record), -ENOENT);
}

static void
own_values_stand_before_the_recording_in_get_and_walk(void)
{
	struct record *record;
	struct device *device = device_of(&record);
	char names[64];

	CU_ASSERT_EQUAL(device_set(device, oid("1.3.6.1.4.1.9.1.0"), BER_INTEGER,
			    (struct ber_slice){ (const uint8_t *)"\x0b", 1 }),
	    0);
	CU_ASSERT_EQUAL(device_set(device, oid("1.3.6.1.4.1.9.2.0"), BER_INTEGER,
			    (struct ber_slice){ (const uint8_t *)"\x14", 1 }),
	    0);
	CU_ASSERT_EQUAL(device_set(device, oid("1.3.6.1.4.1.9.9.0"), BER_INTEGER,
			    (struct ber_slice){ (const uint8_t *)"\x5a", 1 }),
	    0);
	CU_ASSERT_EQUAL(device_hide(device, oid("1.3.6.1.4.1.9.3.0")), 0);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", 0), 11);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.2.0", 0), 20);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.3.0", 0), -1);
	walk(device, names);
	CU_ASSERT_STRING_EQUAL(names, "3 5 1 2 9 ");
	CU_ASSERT_EQUAL(device_unset(device, oid("1.3.6.1.4.1.9.3.0")), 0);
	CU_ASSERT_EQUAL(device_unset(device, oid("1.3.6.1.4.1.9.3.0")), -ENOENT);
	walk(device, names);
	CU_ASSERT_STRING_EQUAL(names, "3 5 1 2 3 9 ");
	CU_ASSERT_EQUAL(device_unset(device, (struct ber_slice){ 0 }), 0);
	walk(device, names);
	CU_ASSERT_STRING_EQUAL(names, "3 5 1 3 ");
	device_free(device);
	record_free(record);
}

static void
a_ramp_goes_from_one_value_to_the_other_in_its_time(void)
{
	struct record *record;
	struct device *device = device_of(&record);

	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.1.0"), 100, -100, 1000, 2000), 0);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", 1000), 100);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", 1500), 50);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", 2500), -50);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", 99000), -100);
	/* A second ramp keeps the type of the first. */
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.1.0"), -100, 0, 0, 1), 0);
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.3.0"), 0, UINT32_MAX, 0, 604800000), 0);
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.3.0", 604800000), UINT32_MAX);
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.3.0"), -1, 0, 0, 1), -EINVAL);
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.3.0"), 1, 0, 0, 0), -EINVAL);
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.2.1.1.5.0"), 1, 0, 0, 1), -EINVAL);
	CU_ASSERT_EQUAL(device_ramp(device, oid("1.3.6.1.4.1.9.7.0"), 1, 0, 0, 1), -ENOENT);
	device_free(device);
	record_free(record);
}

static void
the_uptime_counts_from_the_boot(void)
{
	struct record *record;
	struct device *device = device_of(&record);

	device->boot_ms = 5000;
	CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.2.1.1.3.0", 7500), 250);
	device_free(device);
	record_free(record);
}

static void
a_varying_number_stays_within_its_span_and_changes_with_its_period(void)
{
	struct record *record;
	struct device *device = device_of(&record);
	unsigned changes = 0;

	CU_ASSERT_EQUAL(record_vary(record, oid("1.3.6.1.4.1.9.1.0"), 5, 1000), 0);
	CU_ASSERT_EQUAL(record_vary(record, oid("1.3.6.1.4.1.9.3.0"), 5, 1000), -EINVAL);
	CU_ASSERT_EQUAL(record_vary(record, oid("1.3.6.1.4.1.9.9.0"), 5, 1000), -ENOENT);
	for (int64_t ms = 0, last = 0; ms < 100000; ms += 1000) {
		int64_t value = number_at(device, "1.3.6.1.4.1.9.1.0", ms);
		CU_ASSERT(value >= 10 && value <= 15);
		CU_ASSERT_EQUAL(number_at(device, "1.3.6.1.4.1.9.1.0", ms + 999), value);
		changes += value != last;
		last = value;
	}
	CU_ASSERT(changes > 60);
	device_free(device);
	record_free(record);
}

static void
own_values_are_bounded(void)
{
	struct record *record;
	struct device *device = device_of(&record);
	char text[64];

	for (unsigned i = 0; i < DEVICE_OWN_MAX; i++) {
		snprintf(text, sizeof(text), "1.3.6.1.4.1.8.%u", i * 7919 % 1000);
		CU_ASSERT_EQUAL(device_hide(device, oid(text)), 0);
	}
	CU_ASSERT_EQUAL(device_hide(device, oid("1.3.6.1.4.1.9.9")), -ENOSPC);
	device_free(device);
	record_free(record);
}

static const struct claim claims[] = {
	CLAIM(a_recording_is_sorted_merged_and_counted),
	CLAIM(a_box_has_its_own_number_in_what_is_shared_and_set),
	CLAIM(a_recording_without_a_record_is_refused),
	CLAIM(own_values_stand_before_the_recording_in_get_and_walk),
	CLAIM(a_ramp_goes_from_one_value_to_the_other_in_its_time),
	CLAIM(the_uptime_counts_from_the_boot),
	CLAIM(a_varying_number_stays_within_its_span_and_changes_with_its_period),
	CLAIM(own_values_are_bounded),
};
CLAIMS_MAIN("device", claims)
