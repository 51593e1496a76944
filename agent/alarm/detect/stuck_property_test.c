/* SPDX-License-Identifier: ISC */
/*
 * No sequence of what devices say leaves an alarm that nothing can clear: random readings, faults, hints, silences of devices, operators, purges
 * and restarts, in any order; then every reading is normal, every device answers, what is not reported any more is swept or ends by its time,
 * and nothing may be active, and nobody may hold anything. TOWERD_SEED repeats one.
 */
#include <stdarg.h>
#include <time.h>

#include "agent/alarm/list/alarm_fixture.h"
#include "agent/alarm/list/inside.h"

#define SHORT_MS 15000
#define LONG_N   50000u

static const struct {
	const char *site, *slot;
} devices[] = { { "NIN-1", "power" }, { "NIN-1", "radio" }, { "NIN-2", "power" } };
static const char *const types[] = { "site/door-open", "power/fuse-open", "env/smoke" };

static struct fixture f;
static uint32_t voltage, fire;
static uint64_t random_state;
static char did[4096]; /* in words */

static int
random_below(int n)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (int)((z ^ z >> 31) % (uint64_t)n);
}

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t at = strlen(did);
	va_list args;

	va_start(args, format);
	vsnprintf(did + at, sizeof(did) - at, format, args);
	va_end(args);
}

static void
fault(int device, int type, bool is_raised)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = fixture_device(&f, devices[device].site, devices[device].slot)->entity.number,
		.type = types[type],
		.qualifier = random_below(2) == 0 ? "" : "b",
		.is_raised = is_raised,
		.text = "said by the device",
		.is_hint = random_below(3) == 0,
		.expires_ms = random_below(3) == 0 ? 20000 : 0 };

	note("  %s/%s %s %s \"%s\"%s%s\n", devices[device].site, devices[device].slot,
	    is_raised ? "raises" : "clears", fault.type, fault.qualifier, fault.is_hint ? ", a hint" : "",
	    fault.expires_ms != 0 ? ", for 20 s" : "");
	(void)model_fault(f.model, &fault);
}

static void
read_both(int64_t millivolts, int64_t is_fire)
{
	fixture_read(&f, voltage, millivolts);
	fixture_read(&f, fire, is_fire);
}

static void
presence(int device, enum towerd_presence state)
{
	note("  %s/%s is %s\n", devices[device].site, devices[device].slot, presence_names[state]);
	fixture_presence(&f, devices[device].site, devices[device].slot, state);
}

/* An operator acknowledges or closes what there is at a site. */
static int
operate_one(void *arg, const struct alarm *alarm)
{
	*(uint64_t *)arg = alarm->number;
	return random_below(2);
}

static void
operate(void)
{
	uint64_t number = 0;

	(void)alarms_each_at(
	    f.alarms, model_site(f.model, devices[random_below(3)].site), operate_one, &number);
	note("  an operator says something of alarm %" PRIu64 "\n", number);
	if (number != 0)
		(void)alarm_set_operator_state(f.alarms, number,
		    (enum operator_state)(OPERATOR_NONE + random_below(3)), "uid 7", "", NULL, NULL);
}

static void
restart(void)
{
	int64_t utc = loop_utc_ms(f.loop);

	note("  the agent starts anew\n");
	fixture_close(&f);
	fixture_open(&f, utc);
	voltage = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	fire = fixture_sensor(&f, "NIN-1", "radio", "env.fire", "");
}

static void
something(void)
{
	static const int steps_ms[] = { 1, 2000, 6000, 31000, 65000 };
	static const int volts[] = { 54000, 46000, 44000 };
	int device = random_below(3), which = random_below(40);

	if (which < 12) {
		fault(device, random_below(3), random_below(3) != 0);
	} else if (which < 17) {
		int v = volts[random_below(3)], on = random_below(2);
		note("  readings: %d mV, fire %d\n", v, on);
		read_both(v, on);
	} else if (which < 23) {
		presence(
		    device, random_below(2) == 0 ? TOWERD_PRESENCE_UNREACHABLE : TOWERD_PRESENCE_REACHABLE);
	} else if (which < 25) {
		operate();
	} else if (which < 26) {
		note("  everything is purged\n");
		(void)alarms_purge(f.alarms, &(struct alarm_filter){ 0 }, "uid 7");
	} else if (which < 28) {
		note("  the listener is away\n");
		audience_close(f.alarms, f.audience);
	} else if (which < 31) {
		note("  the listener is back\n");
		(void)audience_open(f.alarms, "nms", &(struct audience_filter){ .notify = NOTIFY_ALL });
	} else if (which == 31 && random_below(4) == 0) {
		restart();
	} else {
		int ms = steps_ms[random_below(5)];
		note("  %d ms pass\n", ms);
		fixture_step(&f, ms);
	}
}

static void
all_is_well(void)
{
	(void)audience_open(f.alarms, "nms", &(struct audience_filter){ .notify = NOTIFY_ALL });
	audience_acknowledged(f.alarms, f.audience, UINT64_MAX);
	for (int i = 0; i < 3; i++) {
		presence(i, TOWERD_PRESENCE_REACHABLE);
		(void)model_fault_sweep(f.model,
		    fixture_device(&f, devices[i].site, devices[i].slot)->entity.number,
		    loop_now_ms(f.loop) + 1);
	}
	for (int i = 0; i < 3; i++) {
		read_both(54000, 0);
		fixture_step(&f, 65000);
	}
	for (int i = 0; i < 12; i++) { /* what chatters is told when it was steady for ten minutes */
		read_both(54000, 0);
		fixture_step(&f, 60000);
	}
	f.told[0] = '\0';
}

static int
left_over(void *arg, const struct alarm *alarm)
{
	snprintf(arg, 256, "%s \"%s\" is left (%s)", alarm->type->name, alarm->qualifier,
	    alarm_stand_names[alarm->stand]);
	return 1;
}

static const char *
what_is_left(void)
{
	static char text[256];

	for (int i = 0; i < 3; i++)
		if (alarms_each_at(f.alarms, model_site(f.model, devices[i].site), left_over, text) != 0)
			return text;
	size_t held =
	    order_count(f.alarms->audiences[f.audience].rows, scopes_all(f.scopes)); /* cleared ones too */
	if (held == 0)
		return NULL;
	snprintf(text, sizeof(text), "%zu are held", held);
	return text;
}

static int64_t
clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
nothing_is_left_that_nothing_can_clear(void)
{
	const char *seed = getenv("TOWERD_SEED"), *is_long = getenv("TOWERD_LONG"), *left;
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) << 24;
	int64_t end_ms = clock_ms() + SHORT_MS;
	unsigned count = 0;

	fixture_start(&f);
	voltage = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	fire = fixture_sensor(&f, "NIN-1", "radio", "env.fire", "");
	for (bool is_more = true; is_more; count++) {
		random_state = first + count;
		did[0] = '\0';
		for (int i = 5 + random_below(36); i > 0; i--)
			something();
		all_is_well();
		if ((left = what_is_left()) != NULL) {
			printf("\nTOWERD_SEED=%llu\n%s%s\n", (unsigned long long)(first + count), did, left);
			CU_FAIL("something is left");
			break;
		}
		is_more = seed != NULL ? false : is_long != NULL ? count + 1 < LONG_N : clock_ms() < end_ms;
	}
	fixture_stop(&f);
	printf("%u sequences from seed %llu on ... ", count, (unsigned long long)first);
}

static const struct claim claims[] = {
	CLAIM(nothing_is_left_that_nothing_can_clear),
};

CLAIMS_MAIN("alarms that would be stuck", claims)
