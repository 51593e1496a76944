/* SPDX-License-Identifier: ISC */
/* The catalogue's rows, in the order of their names: that is how catalogue_find() finds one. */
#include "agent/model/catalogue.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/plugin.h>

/* Quantities: unit, decimals, then how ENTITY-SENSOR-MIB shows them: type, precision, scale (8 milli, 9 units, 10 kilo). */
#define VOLTS_DC     "V", 3, ENTITY_SENSOR_VOLTS_DC, 3, 9
#define VOLTS_AC     "V", 3, ENTITY_SENSOR_VOLTS_AC, 3, 9
#define AMPERES      "A", 3, ENTITY_SENSOR_AMPERES, 3, 9
#define MILLIAMPERES "mA", 3, ENTITY_SENSOR_AMPERES, 3, 8
#define WATTS        "W", 1, ENTITY_SENSOR_WATTS, 1, 9
#define VOLTAMPERES  "VA", 1, ENTITY_SENSOR_OTHER, 1, 9
#define WATTHOURS    "Wh", 0, ENTITY_SENSOR_OTHER, 0, 10
#define AMPEREHOURS  "Ah", 2, ENTITY_SENSOR_OTHER, 2, 9
#define HERTZ        "Hz", 3, ENTITY_SENSOR_HERTZ, 3, 9
#define MEGAHERTZ    "MHz", 3, ENTITY_SENSOR_HERTZ, 3, 11
#define PERCENT      "%", 2, ENTITY_SENSOR_OTHER, 2, 9
#define HUMIDITY     "%", 2, ENTITY_SENSOR_PERCENT_RH, 2, 9
#define CELSIUS      "°C", 3, ENTITY_SENSOR_CELSIUS, 3, 9
#define REVOLUTIONS  "rpm", 0, ENTITY_SENSOR_RPM, 0, 9
#define SECONDS      "s", 0, ENTITY_SENSOR_OTHER, 0, 9
#define MILLISECONDS "ms", 2, ENTITY_SENSOR_OTHER, 2, 9
#define NANOSECONDS  "ns", 0, ENTITY_SENSOR_OTHER, 0, 9
#define YEARS        "years", 1, ENTITY_SENSOR_OTHER, 1, 9
#define HOURS        "h", 2, ENTITY_SENSOR_OTHER, 2, 9
#define LITRES       "L", 1, ENTITY_SENSOR_OTHER, 1, 9
#define LITRES_HOUR  "L/h", 2, ENTITY_SENSOR_OTHER, 2, 9
#define BAR          "bar", 2, ENTITY_SENSOR_OTHER, 2, 9
#define HECTOPASCAL  "hPa", 1, ENTITY_SENSOR_OTHER, 1, 9
#define METRES_S     "m/s", 2, ENTITY_SENSOR_OTHER, 2, 9
#define CUBIC_M_MIN  "m³/min", 2, ENTITY_SENSOR_CMM, 2, 9
#define MILLIMETRES  "mm", 1, ENTITY_SENSOR_OTHER, 1, 9
#define MILLIM_S     "mm/s", 2, ENTITY_SENSOR_OTHER, 2, 9
#define DEGREES      "°", 3, ENTITY_SENSOR_OTHER, 3, 9
#define WATTS_M2     "W/m²", 1, ENTITY_SENSOR_OTHER, 1, 9
#define MILLIOHMS    "mΩ", 3, ENTITY_SENSOR_OTHER, 3, 9
#define PPM          "ppm", 0, ENTITY_SENSOR_OTHER, 0, 9
#define DBM          "dBm", 2, ENTITY_SENSOR_OTHER, 2, 9
#define DECIBELS     "dB", 2, ENTITY_SENSOR_OTHER, 2, 9
#define RATIO        "", 3, ENTITY_SENSOR_OTHER, 3, 9
#define COUNT        "", 0, ENTITY_SENSOR_OTHER, 0, 9
#define BITS_S       "bit/s", 0, ENTITY_SENSOR_OTHER, 0, 10
#define OCTETS       "B", 0, ENTITY_SENSOR_OTHER, 0, 9
#define EVENTS_S     "1/s", 3, ENTITY_SENSOR_OTHER, 3, 9

/* A row's position is its number: __COUNTER__ goes up by one with each row. */
enum { BEFORE_FIRST = __COUNTER__ };
#define NUMBER_HERE      (unsigned)(__COUNTER__ - BEFORE_FIRST - 1)

#define TEN_TO(decimals) ((decimals) == 0 ? 1 : (decimals) == 1 ? 10 : (decimals) == 2 ? 100 : 1000)

/* What a row begins with: its name, its title, and for numbers the plausible range in whole units. */
#define NUMBER(...) NUMBER_OF(__VA_ARGS__)
#define NUMBER_OF(name_, title_, min_, max_, unit_, decimals_, type_, precision_, scale_) \
	.kind = { .size = sizeof(struct towerd_kind),                                     \
		.number = NUMBER_HERE,                                                    \
		.name = name_,                                                            \
		.value_class = TOWERD_KIND_NUMBER,                                        \
		.unit = unit_,                                                            \
		.decimals = decimals_,                                                    \
		.min = (int64_t)(min_)*TEN_TO(decimals_),                                 \
		.max = (int64_t)(max_)*TEN_TO(decimals_) },                               \
	.title = title_, .sensor_type = type_, .precision = precision_, .scale = scale_

#define TRUTH(name_, title_)                          \
	.kind = { .size = sizeof(struct towerd_kind), \
		.number = NUMBER_HERE,                \
		.name = name_,                        \
		.value_class = TOWERD_KIND_TRUTH,     \
		.unit = "",                           \
		.max = 1 },                           \
	.title = title_, .sensor_type = ENTITY_SENSOR_TRUTHVALUE, .scale = 9

#define STATE(name_, title_, states_)                        \
	.kind = { .size = sizeof(struct towerd_kind),        \
		.number = NUMBER_HERE,                       \
		.name = name_,                               \
		.value_class = TOWERD_KIND_STATE,            \
		.unit = "",                                  \
		.states = states_,                           \
		.max = (int64_t)TOWERD_COUNT(states_) - 2 }, \
	.title = title_, .sensor_type = ENTITY_SENSOR_OTHER, .scale = 9

/* Rules. Limits and hysteresis are in the kind's decimals. */
#define NO_DEFAULT  INT64_MIN
#define ABOVE(...)  .when = WHEN_ABOVE, .words = { "high", "very-high", "critical-high" }, __VA_ARGS__
#define BELOW(...)  .when = WHEN_BELOW, .words = { "low", "very-low", "critical-low" }, __VA_ARGS__
#define LIMITS(...) .limits = { __VA_ARGS__ }
#define LADDER(...) .severities = { __VA_ARGS__ }

#define WHEN_IT_IS(truth_, type_, severity_, hold_)                                      \
	{                                                                                \
		.when = truth_, .alarm_type = type_, LADDER(severity_), .hold_ms = hold_ \
	}
#define IN_STATES(states_, type_, severity_)                                                  \
	{                                                                                     \
		.when = WHEN_STATE, .alarm_type = type_, .states = states_, LADDER(severity_) \
	}

#define AT_ONCE (-1)

/* The health of anything, in the words of most agents. */
static const char *const statuses[] = { "unknown", "ok", "warning", "minor", "major", "critical", "failed",
	"off", "disabled", "disconnected", "absent", "testing", NULL };
static const char *const battery_states[] = { "unknown", "normal", "low", "depleted", "failed",
	"disconnected", "absent", NULL };
static const char *const charging_states[] = { "unknown", "charging", "float", "idle", "discharging",
	"equalising", "testing", NULL };
static const char *const test_states[] = { "unknown", "passed", "warning", "failed", "aborted", "running",
	"never", NULL };
static const char *const plant_modes[] = { "unknown", "float", "boost", "discharging", "testing", "standby",
	"saving", "commissioning", "fallback", "off", NULL };
static const char *const fuse_states[] = { "unknown", "ok", "open", "warning", "disabled", "absent", NULL };
static const char *const genset_states[] = { "unknown", "off", "starting", "running", "cooling", "stopping",
	"fault", NULL };
static const char *const genset_modes[] = { "unknown", "auto", "manual", "test", "blocked", "off", NULL };
static const char *const control_modes[] = { "unknown", "auto", "manual", "off", NULL };
static const char *const transfer_states[] = { "unknown", "mains", "genset", "open", NULL };
static const char *const transfer_sources[] = { "unknown", "none", "source-1", "source-2", "fault", NULL };
static const char *const switch_states[] = { "unknown", "open", "closed", "tripped", NULL };
static const char *const power_states[] = { "unknown", "off", "sleep", "standby", "ready", "on", NULL };
static const char *const power_sources[] = { "unknown", "none", "mains", "bypass", "battery", "booster",
	"reducer", "genset", "inverter", "solar", NULL };
static const char *const charger_states[] = { "unknown", "night", "bulk", "absorption", "float", "equalising",
	"disconnected", "off", "fault", NULL };
static const char *const unit_states[] = { "unknown", "off", "idle", "cooling", "heating", "free-cooling",
	"failed", "manual", NULL };
static const char *const damper_states[] = { "unknown", "closed", "open", "regulating", NULL };
static const char *const cooling_modes[] = { "unknown", "standard", "free-cooling", "saving",
	"air-conditioning", NULL };
static const char *const fan_states[] = { "unknown", "ok", "warning", "failed", "off", "absent", NULL };
static const char *const link_states[] = { "unknown", "up", "down", "degraded", "testing", "dormant",
	"absent", "lower-layer-down", NULL };
static const char *const timing_states[] = { "unknown", "free-running", "acquiring", "locked", "holdover",
	"local", "failed", "none", NULL };
static const char *const relay_states[] = { "unknown", "off", "on", "disconnected", "connected", "failed",
	NULL };
static const char *const radio_states[] = { "unknown", "active", "inactive", "standby", "failed", "testing",
	NULL };
static const char *const modulations[] = { "unknown", "bpsk", "qpsk", "8-psk", "16-psk", "8-qam", "16-qam",
	"32-qam", "64-qam", "128-qam", "256-qam", "512-qam", "1024-qam", "2048-qam", "4096-qam", "8192-qam",
	NULL };
static const char *const redundancy_states[] = { "unknown", "none", "active", "standby", "cold-standby",
	"warm-standby", "hot-standby", "load-sharing", "starting", "disabled", NULL };
static const char *const poe_states[] = { "unknown", "off", "searching", "on", "overload", "short-circuit",
	"failed", NULL };
static const char *const radar_states[] = { "unknown", "not-needed", "checking", "clear", "radar", "blocked",
	NULL };
static const char *const sim_states[] = { "unknown", "ready", "locked", "absent", "rejected", "failed",
	NULL };
static const char *const technologies[] = { "unknown", "none", "2g", "3g", "4g", "5g", NULL };
static const char *const timing_inputs[] = { "unknown", "ok", "selected", "disabled", "rejected", "failed",
	NULL };
static const char *const timing_sources[] = { "unknown", "none", "gnss", "ptp", "ntp", "sync-e", "line",
	"long-wave", "central", "internal", NULL };
static const char *const directions[] = { "unknown", "input", "output", NULL };
static const char *const peer_states[] = { "unknown", "up", "down", "disabled", NULL };
static const char *const antenna_states[] = { "unknown", "ok", "open", "short", NULL };

#define FAULTY "major critical failed disconnected absent"

static const struct catalogue_kind kinds[] = {
	{ NUMBER("backhaul.bandwidth", "backhaul channel bandwidth", 0, 10000, MEGAHERTZ) },
	/* ITU-T G.826: blocks and seconds counted since the device began to count. */
	{ NUMBER("backhaul.blocks", "backhaul blocks", 0, INT64_MAX / 2, COUNT) },
	{ NUMBER("backhaul.capacity", "backhaul link capacity", 0, 1000000000000, BITS_S) },
	{ NUMBER("backhaul.errored-seconds", "backhaul errored seconds", 0, 4294967295, SECONDS) },
	{ NUMBER("backhaul.errors", "backhaul errored blocks", 0, INT64_MAX / 2, COUNT) },
	{ NUMBER("backhaul.jitter", "backhaul jitter", 0, 60000, MILLISECONDS) },
	{ NUMBER("backhaul.latency", "backhaul round-trip time", 0, 60000, MILLISECONDS) },
	{ NUMBER("backhaul.loss", "backhaul packet loss", 0, 100, PERCENT),
	    .rules = { { ABOVE(.alarm_type = "transport/degraded", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(200, 1000), .hysteresis = 100) } } },
	{ NUMBER("backhaul.measured-seconds", "seconds over which the backhaul's errors are counted", 0,
	    4294967295, SECONDS) },
	{ STATE("backhaul.modulation", "backhaul modulation", modulations) },
	{ NUMBER("backhaul.mse", "backhaul mean square error", -100, 0, DECIBELS),
	    .rules = { { ABOVE(.alarm_type = "transport/degraded", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 100) } } },
	{ STATE("backhaul.remote-state", "far end of the backhaul", radio_states) },
	{ NUMBER("backhaul.rx-frequency", "backhaul receive frequency", 0, 300000, MEGAHERTZ) },
	{ NUMBER("backhaul.rx-level", "backhaul receive level", -140, 20, DBM),
	    .rules = { { BELOW(.alarm_type = "transport/degraded", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 200) } } },
	{ NUMBER("backhaul.rx-rate", "backhaul receive rate", 0, 1000000000000, BITS_S) },
	{ NUMBER("backhaul.severely-errored-seconds", "backhaul severely errored seconds", 0, 4294967295,
	    SECONDS) },
	{ NUMBER("backhaul.snr", "backhaul signal-to-noise ratio", -50, 100, DECIBELS),
	    .rules = { { BELOW(.alarm_type = "transport/degraded", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 100) } } },
	{ STATE("backhaul.state", "backhaul radio state", radio_states),
	    .rules = { IN_STATES("inactive failed", "transport/link-down", TOWERD_MINOR) } },
	{ NUMBER("backhaul.tx-frequency", "backhaul transmit frequency", 0, 300000, MEGAHERTZ) },
	{ TRUTH("backhaul.tx-mute", "backhaul transmitter muted") },
	{ NUMBER("backhaul.tx-power", "backhaul transmit power", -60, 80, DBM) },
	{ NUMBER("backhaul.tx-rate", "backhaul transmit rate", 0, 1000000000000, BITS_S) },
	{ NUMBER("backhaul.unavailable-seconds", "backhaul unavailable seconds", 0, 4294967295, SECONDS) },
	{ NUMBER("backhaul.utilisation", "backhaul utilisation", 0, 100, PERCENT) },
	{ NUMBER("backhaul.xpi", "cross-polarisation interference", -100, 100, DECIBELS) },

	{ NUMBER("battery.age", "battery age", 0, 100, YEARS) },
	{ NUMBER("battery.asymmetry", "battery mid-point asymmetry", -100, 100, VOLTS_DC),
	    .rules = { { ABOVE(.alarm_type = "battery/failed", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 100) } } },
	{ NUMBER("battery.capacity", "battery capacity when full", 0, 100000, AMPEREHOURS),
	    .battery_object = "batteryActualCapacity" },
	{ NUMBER("battery.charge", "battery state of charge", 0, 100, PERCENT),
	    .ups_object = "upsEstimatedChargeRemaining",
	    .rules = { { BELOW(.alarm_type = "battery/discharging", LADDER(TOWERD_WARNING, TOWERD_MAJOR),
		LIMITS(5000, 2000), .hysteresis = 500) } } },
	{ NUMBER("battery.charged", "charge put into the battery", 0, 10000000, AMPEREHOURS) },
	{ STATE("battery.charging", "battery charging state", charging_states),
	    .battery_object = "batteryChargingOperState",
	    .rules = { IN_STATES("discharging", "battery/discharging", TOWERD_WARNING) } },
	{ NUMBER("battery.count", "battery strings", 0, 1000, COUNT) },
	{ NUMBER("battery.current", "battery current, charging positive", -10000, 10000, AMPERES),
	    .ups_object = "upsBatteryCurrent", .battery_object = "batteryActualCurrent" },
	{ TRUTH("battery.current-limited", "battery charging current limited") },
	{ NUMBER("battery.cycles", "battery charging cycles", 0, 1000000, COUNT),
	    .battery_object = "batteryChargingCycleCount" },
	{ STATE("battery.fuse", "battery fuse", fuse_states),
	    .rules = { IN_STATES("open", "power/fuse-open", TOWERD_MAJOR) } },
	{ NUMBER("battery.health", "battery state of health", 0, 100, PERCENT),
	    .rules = { { BELOW(.alarm_type = "battery/failed", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 500) } } },
	{ TRUTH("battery.missing", "battery string missing"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "battery/theft", TOWERD_CRITICAL, AT_ONCE) } },
	{ NUMBER("battery.remaining", "charge left in the battery", 0, 100000, AMPEREHOURS),
	    .battery_object = "batteryActualCharge" },
	{ NUMBER("battery.resistance", "battery internal resistance", 0, 1000000, MILLIOHMS) },
	{ NUMBER("battery.runtime", "battery time left", 0, 31536000, SECONDS),
	    .ups_object = "upsEstimatedMinutesRemaining",
	    .rules = { { BELOW(.alarm_type = "battery/discharging", LADDER(TOWERD_WARNING, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 300) } } },
	{ STATE("battery.state", "battery state", battery_states), .ups_object = "upsBatteryStatus",
	    .rules = { IN_STATES("low depleted", "power/dc-undervoltage", TOWERD_MAJOR),
		IN_STATES("failed disconnected", "battery/failed", TOWERD_MAJOR) } },
	{ STATE("battery.status", "battery health", statuses),
	    .rules = { IN_STATES(FAULTY, "battery/failed", TOWERD_MAJOR) } },
	{ NUMBER("battery.temperature", "battery temperature", -60, 150, CELSIUS),
	    .ups_object = "upsBatteryTemperature", .battery_object = "batteryTemperature",
	    .rules = { { ABOVE(.alarm_type = "battery/high-temperature", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(45000, 55000), .hysteresis = 2000) } } },
	{ NUMBER("battery.test-count", "battery tests on record", 0, 1000000, COUNT) },
	{ NUMBER("battery.test-duration", "battery test duration", 0, 31536000, SECONDS) },
	{ STATE("battery.test-result", "battery test result", test_states),
	    .rules = { IN_STATES("failed", "battery/failed", TOWERD_MINOR) } },
	{ NUMBER("battery.time-discharging", "time on battery", 0, 31536000, SECONDS),
	    .ups_object = "upsSecondsOnBattery",
	    .rules = { { ABOVE(.alarm_type = "battery/discharging", LADDER(TOWERD_WARNING),
		LIMITS(NO_DEFAULT)) } } },
	{ NUMBER("battery.used", "charge taken from the battery", 0, 10000000, AMPEREHOURS) },
	/* ETSI EN 300 132-2: equipment works down to -40.5 V; -43 V at the plant leaves room for the cables. Magnitudes, as agents report them. */
	{ NUMBER("battery.voltage", "battery voltage", 0, 1500, VOLTS_DC),
	    .battery_object = "batteryActualVoltage",
	    .rules = { { BELOW(.alarm_type = "power/dc-undervoltage",
		LADDER(TOWERD_MINOR, TOWERD_MAJOR, TOWERD_CRITICAL), LIMITS(47000, 45000, 43000),
		.hysteresis = 500) } } },

	{ NUMBER("bypass.current", "bypass current", -10000, 10000, AMPERES),
	    .ups_object = "upsBypassCurrent" },
	{ NUMBER("bypass.frequency", "bypass frequency", 0, 1000, HERTZ),
	    .ups_object = "upsBypassFrequency" },
	{ NUMBER("bypass.power", "bypass power", -10000000, 10000000, WATTS),
	    .ups_object = "upsBypassPower" },
	{ NUMBER("bypass.voltage", "bypass voltage", 0, 1000, VOLTS_AC), .ups_object = "upsBypassVoltage" },

	{ NUMBER("converter.current", "DC/DC converter current", -10000, 10000, AMPERES) },
	{ STATE("converter.state", "DC/DC converter state", statuses) },
	{ NUMBER("converter.temperature", "DC/DC converter temperature", -60, 200, CELSIUS) },
	{ NUMBER("converter.voltage", "DC/DC converter voltage", 0, 1500, VOLTS_DC) },

	{ TRUTH("cooling.compressor", "compressor running") },
	{ STATE("cooling.damper", "damper", damper_states) },
	{ NUMBER("cooling.fan-duty", "fan duty", 0, 100, PERCENT) },
	{ NUMBER("cooling.fan-speed", "fan speed", 0, 100000, REVOLUTIONS),
	    .rules = { { BELOW(.alarm_type = "cooling/fan-failed", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 50) } } },
	{ STATE("cooling.fan-state", "fan state", fan_states),
	    .rules = { IN_STATES("failed", "cooling/fan-failed", TOWERD_MINOR) } },
	{ TRUTH("cooling.filter-clogged", "air filter clogged") },
	{ NUMBER("cooling.load", "cooling unit load", 0, 100, PERCENT) },
	{ STATE("cooling.mode", "cooling mode", cooling_modes) },
	{ NUMBER("cooling.opening", "opening of a damper or valve", 0, 100, PERCENT) },
	{ NUMBER("cooling.run-hours", "cooling unit run hours", 0, 1000000, HOURS) },
	{ NUMBER("cooling.setpoint", "cooling set point", -60, 100, CELSIUS) },
	{ STATE("cooling.state", "cooling unit state", unit_states),
	    .rules = { IN_STATES("failed", "cooling/unit-failed", TOWERD_MAJOR) } },
	{ NUMBER("cooling.supply-temperature", "supply air temperature", -60, 150, CELSIUS) },

	{ NUMBER("dc.current", "DC bus current", -10000, 10000, AMPERES) },
	{ NUMBER("dc.energy", "DC energy delivered", 0, 1000000000000, WATTHOURS) },
	{ NUMBER("dc.load", "DC plant load", 0, 200, PERCENT) },
	{ STATE("dc.mode", "DC plant mode", plant_modes) },
	{ NUMBER("dc.power", "DC bus power", -10000000, 10000000, WATTS) },
	{ STATE("dc.status", "DC plant health", statuses) },
	{ NUMBER("dc.voltage", "DC bus voltage", 0, 1500, VOLTS_DC),
	    .rules = { { BELOW(.alarm_type = "power/dc-undervoltage",
			   LADDER(TOWERD_MINOR, TOWERD_MAJOR, TOWERD_CRITICAL), LIMITS(47000, 45000, 43000),
			   .hysteresis = 500) },
		{ ABOVE(.alarm_type = "power/rectifier-high-voltage", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		    LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 500) } } },
	{ NUMBER("dc.voltage-setpoint", "voltage that the DC plant is set to", 0, 1500, VOLTS_DC) },

	{ NUMBER("device.alarms", "active alarms of the device itself", 0, 1000000, COUNT) },
	{ STATE("device.control-mode", "who is in control: the device or a person", control_modes) },
	{ NUMBER("device.cpu", "processor load", 0, 100, PERCENT) },
	{ NUMBER("device.current", "supply current of the device", -10000, 10000, AMPERES) },
	{ NUMBER("device.leases", "addresses that the device's DHCP server has lent", 0, 100000000, COUNT) },
	{ NUMBER("device.memory", "memory in use", 0, 100, PERCENT) },
	{ STATE("device.module", "state of a card or module", statuses),
	    .rules = { IN_STATES("minor major critical failed", "device/alarm", TOWERD_MINOR) } },
	{ NUMBER("device.parts", "parts of one sort that the device has", 0, 1000000, COUNT) },
	{ NUMBER("device.power", "power drawn by the device", 0, 1000000, WATTS) },
	{ STATE("device.power-state", "power state", power_states) },
	{ STATE("device.power-supply", "power supply state", statuses),
	    .rules = { IN_STATES("minor major critical failed", "device/alarm", TOWERD_MINOR) } },
	{ STATE("device.redundancy", "redundancy of the device or of one unit", redundancy_states) },
	{ NUMBER("device.sessions", "sessions that pass through the device", 0, 1000000000, COUNT) },
	{ NUMBER("device.state-changes", "times a power state was entered", 0, INT64_MAX / 2, COUNT) },
	{ STATE("device.status", "device status", statuses) },
	{ NUMBER("device.storage", "storage in use", 0, 100, PERCENT) },
	{ NUMBER("device.temperature", "temperature inside the device", -60, 200, CELSIUS),
	    .rules = { { ABOVE(.alarm_type = "env/temperature-high",
		LADDER(TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT, NO_DEFAULT), .hysteresis = 2000) } } },
	{ NUMBER("device.uptime", "device uptime", 0, 10000000000, SECONDS) },
	{ NUMBER("device.voltage", "supply voltage of the device", 0, 1500, VOLTS_DC) },

	{ TRUTH("door.open", "door open"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "site/door-open", TOWERD_WARNING, 0) } },

	{ NUMBER("env.air-flow", "air flow", 0, 100000, CUBIC_M_MIN) },
	{ NUMBER("env.dew-point", "dew point", -100, 100, CELSIUS) },
	{ TRUTH("env.fire", "fire"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "env/fire", TOWERD_CRITICAL, AT_ONCE) } },
	{ NUMBER("env.gas", "gas concentration", 0, 1000000, PPM) },
	{ NUMBER("env.heat-index", "temperature as people feel it", -100, 150, CELSIUS) },
	{ TRUTH("env.ice", "ice build-up"), .rules = { WHEN_IT_IS(WHEN_TRUE, "env/ice", TOWERD_MINOR, 0) } },
	{ NUMBER("env.light", "light level", 0, 100, PERCENT) },
	{ NUMBER("env.pressure", "air pressure", 300, 1200, HECTOPASCAL) },
	{ NUMBER("env.rain", "rainfall", 0, 10000, MILLIMETRES) },
	{ TRUTH("env.smoke", "smoke"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "env/smoke", TOWERD_MAJOR, AT_ONCE) } },
	{ TRUTH("env.water", "water on the floor"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "env/flood", TOWERD_MINOR, AT_ONCE) } },
	{ NUMBER("env.wind-direction", "wind direction", 0, 360, DEGREES) },
	{ NUMBER("env.wind-speed", "wind speed", 0, 120, METRES_S),
	    .rules = { { ABOVE(.alarm_type = "env/wind", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(2000, 3000), .hysteresis = 200) } } },

	{ TRUTH("genset.alarm", "genset alarm"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "genset/failed", TOWERD_MAJOR, 0) } },
	{ NUMBER("genset.alternator", "charging alternator voltage", 0, 60, VOLTS_DC) },
	{ NUMBER("genset.apparent-power", "genset apparent power", 0, 10000000, VOLTAMPERES) },
	{ NUMBER("genset.coolant-temperature", "coolant temperature", -60, 250, CELSIUS),
	    .rules = { { ABOVE(.alarm_type = "genset/engine-fault", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(100000, 108000), .hysteresis = 3000) } } },
	{ NUMBER("genset.current", "genset current", 0, 10000, AMPERES) },
	{ NUMBER("genset.energy", "genset energy", 0, 1000000000000, WATTHOURS) },
	{ NUMBER("genset.exhaust-temperature", "exhaust temperature", -60, 1200, CELSIUS) },
	{ NUMBER("genset.frequency", "genset frequency", 0, 1000, HERTZ) },
	{ NUMBER("genset.fuel", "fuel level", 0, 100, PERCENT),
	    .rules = { { BELOW(.alarm_type = "genset/low-fuel",
		LADDER(TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR), LIMITS(4000, 2500, 1500),
		.hysteresis = 300) } } },
	{ NUMBER("genset.fuel-rate", "fuel consumption", 0, 10000, LITRES_HOUR) },
	{ NUMBER("genset.fuel-volume", "fuel in the tank", 0, 1000000, LITRES),
	    .rules = { { BELOW(.alarm_type = "genset/low-fuel",
		LADDER(TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT, NO_DEFAULT), .hysteresis = 20) } } },
	{ NUMBER("genset.load", "genset load", 0, 200, PERCENT) },
	{ STATE("genset.mode", "genset mode", genset_modes) },
	{ NUMBER("genset.oil-pressure", "oil pressure", 0, 50, BAR),
	    .rules = { { BELOW(.alarm_type = "genset/engine-fault", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 20) } } },
	{ NUMBER("genset.oil-temperature", "oil temperature", -60, 250, CELSIUS) },
	{ NUMBER("genset.power", "genset power", -10000000, 10000000, WATTS) },
	{ NUMBER("genset.power-factor", "genset power factor", -1, 1, RATIO) },
	{ TRUTH("genset.pump", "fuel transfer pump running") },
	{ NUMBER("genset.rpm", "engine speed", 0, 10000, REVOLUTIONS) },
	{ NUMBER("genset.run-hours", "engine run hours", 0, 1000000, HOURS) },
	{ TRUTH("genset.running", "engine running") },
	{ NUMBER("genset.service-due", "hours to the next service", -100000, 100000, HOURS),
	    .rules = { { BELOW(.alarm_type = "genset/engine-fault", LADDER(TOWERD_MINOR),
		LIMITS(NO_DEFAULT)) } } },
	{ NUMBER("genset.start-battery", "start battery voltage", 0, 60, VOLTS_DC),
	    .rules = { { BELOW(.alarm_type = "genset/engine-fault", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 200) } } },
	{ TRUTH("genset.start-signal", "genset asked to run") },
	{ NUMBER("genset.starts", "engine starts", 0, 10000000, COUNT) },
	{ STATE("genset.state", "genset state", genset_states),
	    .rules = { IN_STATES("fault", "genset/failed", TOWERD_MAJOR) } },
	{ STATE("genset.status", "part of a genset as its controller judges it", statuses),
	    .rules = { IN_STATES(FAULTY, "genset/engine-fault", TOWERD_MINOR) } },
	{ STATE("genset.test-result", "genset test result", test_states),
	    .rules = { IN_STATES("failed", "genset/failed", TOWERD_MAJOR) } },
	{ TRUTH("genset.testing", "genset test running") },
	{ STATE("genset.transfer", "transfer switch position", transfer_states) },
	{ NUMBER("genset.voltage", "genset voltage", 0, 50000, VOLTS_AC) },

	{ NUMBER("humidity", "relative humidity", 0, 100, HUMIDITY),
	    .rules = { { ABOVE(.alarm_type = "env/humidity", LADDER(TOWERD_WARNING), LIMITS(9000),
		.hysteresis = 300) } } },

	{ TRUTH("input.active", "digital input active") },
	{ STATE("input.direction", "which way a digital connector works", directions) },
	{ STATE("input.status", "input as the device judges it", statuses) },
	{ NUMBER("input.voltage", "voltage at an analogue input", -1500, 1500, VOLTS_DC) },

	{ NUMBER("inverter.ac-voltage", "inverter AC input voltage", 0, 1000, VOLTS_AC) },
	{ NUMBER("inverter.current", "inverter output current", 0, 10000, AMPERES) },
	{ NUMBER("inverter.dc-current", "inverter DC input current", -10000, 10000, AMPERES) },
	{ NUMBER("inverter.dc-voltage", "inverter DC input voltage", 0, 1500, VOLTS_DC) },
	{ NUMBER("inverter.frequency", "inverter output frequency", 0, 1000, HERTZ) },
	{ NUMBER("inverter.load", "inverter load", 0, 300, PERCENT) },
	{ NUMBER("inverter.power", "inverter output power", -10000000, 10000000, WATTS) },
	{ NUMBER("inverter.rated-power", "inverter power installed", 0, 10000000, WATTS) },
	{ STATE("inverter.state", "inverter state", statuses) },
	{ NUMBER("inverter.temperature", "inverter temperature", -60, 200, CELSIUS) },
	{ NUMBER("inverter.voltage", "inverter output voltage", 0, 1000, VOLTS_AC) },

	/* What a metered link has used. */
	{ NUMBER("link.received", "octets received over a link", 0, INT64_MAX / 2, OCTETS) },
	{ NUMBER("link.sent", "octets sent over a link", 0, INT64_MAX / 2, OCTETS) },

	{ STATE("link.state", "link state", link_states),
	    .rules = { IN_STATES("down lower-layer-down", "transport/link-down", TOWERD_MINOR) } },
	{ NUMBER("link.uptime", "time since the link came up", 0, 10000000000, SECONDS) },

	{ NUMBER("load.current", "load current", -10000, 10000, AMPERES) },
	{ NUMBER("load.disconnect-voltage", "voltage at which the load is disconnected", 0, 1500, VOLTS_DC) },
	{ TRUTH("load.disconnected", "load disconnected (LVD open)"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "power/load-disconnected", TOWERD_CRITICAL, 0) } },
	{ NUMBER("load.energy", "energy taken by the load", 0, 1000000000000, WATTHOURS) },
	{ STATE("load.fuse", "load fuse", fuse_states),
	    .rules = { IN_STATES("open", "power/fuse-open", TOWERD_MINOR) } },
	{ NUMBER("load.power", "load power", -10000000, 10000000, WATTS) },
	{ TRUTH("load.powered", "outlet is powered") },
	{ NUMBER("load.voltage", "load voltage", 0, 1500, VOLTS_DC) },

	{ NUMBER("mains.apparent-power", "mains apparent power", 0, 10000000, VOLTAMPERES) },
	{ NUMBER("mains.current", "mains current", -10000, 10000, AMPERES), .ups_object = "upsInputCurrent" },
	{ NUMBER("mains.energy", "energy taken from the mains", 0, 1000000000000, WATTHOURS) },
	{ NUMBER("mains.frequency", "mains frequency", 0, 1000, HERTZ), .ups_object = "upsInputFrequency" },
	{ NUMBER("mains.outages", "mains outages counted", 0, INT32_MAX, COUNT),
	    .ups_object = "upsInputLineBads" },
	{ NUMBER("mains.phases", "mains phases", 0, 100, COUNT), .ups_object = "upsInputNumLines" },
	{ NUMBER("mains.power", "power taken from the mains", -10000000, 10000000, WATTS),
	    .ups_object = "upsInputTruePower" },
	{ NUMBER("mains.power-factor", "mains power factor", -1, 1, RATIO) },
	{ TRUTH("mains.present", "mains present"),
	    .rules = { WHEN_IT_IS(WHEN_FALSE, "power/mains-failure", TOWERD_MINOR, 0) } },
	{ STATE("mains.status", "mains as the device judges it", statuses),
	    .rules = { IN_STATES(FAULTY, "power/mains-failure", TOWERD_MINOR),
		IN_STATES("warning minor", "power/mains-out-of-range", TOWERD_WARNING) } },
	{ NUMBER("mains.voltage", "mains voltage", 0, 1000, VOLTS_AC), .ups_object = "upsInputVoltage",
	    .rules = { { ABOVE(.alarm_type = "power/mains-out-of-range", LADDER(TOWERD_WARNING),
			   LIMITS(NO_DEFAULT), .hysteresis = 3000) },
		{ BELOW(.alarm_type = "power/mains-out-of-range", LADDER(TOWERD_WARNING), LIMITS(NO_DEFAULT),
		    .hysteresis = 3000) } } },

	{ TRUTH("obstruction-light.failed", "obstruction light failed"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "site/obstruction-light", TOWERD_MAJOR, 0) } },

	{ NUMBER("optics.bias", "laser bias current", 0, 1000, MILLIAMPERES) },
	{ NUMBER("optics.rx-power", "optical receive power", -60, 30, DBM),
	    .rules = { { BELOW(.alarm_type = "transport/degraded", LADDER(TOWERD_WARNING, TOWERD_MINOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 100) } } },
	{ NUMBER("optics.temperature", "temperature of the optical module", -60, 150, CELSIUS) },
	{ NUMBER("optics.tx-power", "optical transmit power", -60, 30, DBM) },
	{ NUMBER("optics.voltage", "supply voltage of the optical module", 0, 10, VOLTS_DC) },

	{ NUMBER("output.apparent-power", "AC output apparent power", 0, 10000000, VOLTAMPERES) },
	{ NUMBER("output.current", "AC output current", -10000, 10000, AMPERES),
	    .ups_object = "upsOutputCurrent" },
	{ NUMBER("output.energy", "energy delivered at the AC output", 0, 1000000000000, WATTHOURS) },
	{ NUMBER("output.frequency", "AC output frequency", 0, 1000, HERTZ),
	    .ups_object = "upsOutputFrequency" },
	{ NUMBER("output.load", "AC output load", 0, 300, PERCENT), .ups_object = "upsOutputPercentLoad" },
	{ NUMBER("output.power", "AC output power", -10000000, 10000000, WATTS),
	    .ups_object = "upsOutputPower" },
	{ NUMBER("output.power-factor", "AC output power factor", -1, 1, RATIO) },
	{ NUMBER("output.voltage", "AC output voltage", 0, 1000, VOLTS_AC),
	    .ups_object = "upsOutputVoltage" },

	{ NUMBER("poe.current", "current fed into the cable of a port", 0, 10, AMPERES) },
	{ NUMBER("poe.power", "power fed into the cable of a port", 0, 10000, WATTS) },
	{ STATE("poe.state", "power feed of a port", poe_states) },
	{ NUMBER("poe.voltage", "voltage fed into the cable of a port", 0, 100, VOLTS_DC) },

	/* A port that is down is no alarm by itself: most down ports are spare. A link that must be up is a link.state. */
	{ NUMBER("port.rx-errors", "port receive errors", 0, 1000000000, EVENTS_S) },
	{ NUMBER("port.rx-load", "port receive load", 0, 200, PERCENT) },
	{ NUMBER("port.rx-rate", "port receive rate", 0, 10000000000000, BITS_S) },
	{ NUMBER("port.speed", "port speed", 0, 10000000000000, BITS_S) },
	{ STATE("port.state", "port state", link_states) },
	{ NUMBER("port.tx-errors", "port transmit errors", 0, 1000000000, EVENTS_S) },
	{ NUMBER("port.tx-load", "port transmit load", 0, 200, PERCENT) },
	{ NUMBER("port.tx-rate", "port transmit rate", 0, 10000000000000, BITS_S) },

	{ NUMBER("radio.access-points", "access points in service", 0, 1000000, COUNT) },
	{ NUMBER("radio.band", "operating band", 0, 10000, COUNT) },
	{ NUMBER("radio.bandwidth", "radio channel bandwidth", 0, 10000, MEGAHERTZ) },
	{ NUMBER("radio.cell", "cell that the radio is attached to", 0, 100000000000, COUNT) },
	{ NUMBER("radio.clients", "radio clients attached", 0, 1000000, COUNT) },
	{ STATE("radio.dfs", "search for radar on the channel", radar_states) },
	{ NUMBER("radio.forward-power", "power sent towards the antenna", 0, 100000, WATTS) },
	{ NUMBER("radio.frequency", "radio frequency", 0, 300000, MEGAHERTZ) },
	{ NUMBER("radio.mcs", "modulation and coding scheme", 0, 1000, COUNT) },
	{ STATE("radio.modulation", "radio modulation", modulations) },
	{ NUMBER("radio.noise-floor", "radio noise floor", -200, 0, DBM) },
	{ NUMBER("radio.quality", "quality of the radio link as the device judges it", 0, 100, PERCENT) },
	{ NUMBER("radio.radar-events", "radar signals counted", 0, 4294967295, COUNT) },
	{ NUMBER("radio.return-loss", "antenna return loss", 0, 60, DECIBELS),
	    .rules = { { BELOW(.alarm_type = "radio/antenna-line", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 100) } } },
	{ TRUTH("radio.roaming", "radio is in a foreign network") },
	{ NUMBER("radio.rsrp", "reference signal received power", -200, 0, DBM) },
	{ NUMBER("radio.rsrq", "reference signal received quality", -60, 20, DECIBELS) },
	{ NUMBER("radio.rx-level", "radio receive level", -200, 20, DBM) },
	{ NUMBER("radio.rx-rate", "radio receive rate", 0, 1000000000000, BITS_S) },
	{ STATE("radio.sim", "SIM card", sim_states) },
	{ NUMBER("radio.snr", "radio signal-to-noise ratio", -50, 100, DECIBELS) },
	{ STATE("radio.state", "cell or radio state", radio_states),
	    .rules = { IN_STATES("inactive failed", "radio/cell-out-of-service", TOWERD_CRITICAL) } },
	{ STATE("radio.technology", "radio technology in use", technologies) },
	{ NUMBER("radio.tx-power", "radio transmit power", -60, 80, DBM) },
	{ NUMBER("radio.tx-rate", "radio transmit rate", 0, 1000000000000, BITS_S) },
	{ NUMBER("radio.vswr", "antenna standing wave ratio", 1, 100, RATIO),
	    .rules = { { ABOVE(.alarm_type = "radio/antenna-line", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(1500, 2000), .hysteresis = 100) } } },

	{ NUMBER("rectifier.count", "rectifiers installed", 0, 10000, COUNT) },
	{ NUMBER("rectifier.current", "rectifier output current", -10000, 10000, AMPERES) },
	{ NUMBER("rectifier.failed-count", "rectifiers failed", 0, 10000, COUNT),
	    .rules = { { ABOVE(.alarm_type = "power/rectifier-failure", LADDER(TOWERD_MINOR, TOWERD_MAJOR),
		LIMITS(0, 1)) } } },
	{ NUMBER("rectifier.input-voltage", "rectifier input voltage", 0, 1000, VOLTS_AC) },
	{ NUMBER("rectifier.load", "rectifier capacity in use", 0, 200, PERCENT) },
	{ NUMBER("rectifier.power", "rectifier output power", -10000000, 10000000, WATTS) },
	{ NUMBER("rectifier.rated-current", "rectifier current installed", 0, 100000, AMPERES) },
	{ NUMBER("rectifier.rated-power", "rectifier power installed", 0, 10000000, WATTS) },
	{ TRUTH("rectifier.sleep-enabled", "rectifiers may sleep while the load is small") },
	{ STATE("rectifier.state", "rectifier state", statuses),
	    .rules = { IN_STATES(FAULTY, "power/rectifier-failure", TOWERD_MINOR) } },
	{ NUMBER("rectifier.temperature", "rectifier temperature", -60, 200, CELSIUS) },
	{ NUMBER("rectifier.voltage", "rectifier output voltage", 0, 1500, VOLTS_DC), .rules = { { ABOVE(.alarm_type = "power/rectifier-high-voltage", LADDER(TOWERD_MINOR, TOWERD_MAJOR), LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 500) }, { BELOW(.alarm_type = "power/rectifier-low-voltage", LADDER(TOWERD_MINOR, TOWERD_MAJOR), LIMITS(NO_DEFAULT, NO_DEFAULT), .hysteresis = 500) } } },

	{ TRUTH("relay.closed", "relay closed") },
	{ STATE("relay.state", "relay state", relay_states) },

	{ STATE("routing.peer", "neighbour of a routing protocol", peer_states),
	    .rules = { IN_STATES("down", "transport/redundancy-lost", TOWERD_MINOR) } },

	{ TRUTH("security.intrusion", "intrusion"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "site/intrusion", TOWERD_MAJOR, AT_ONCE) } },
	{ TRUTH("security.motion", "motion") },
	{ TRUTH("security.tamper", "cable or cabinet tampered with"),
	    .rules = { WHEN_IT_IS(WHEN_TRUE, "site/cable-tamper", TOWERD_MAJOR, AT_ONCE) } },

	{ NUMBER("solar.charging-current", "current from the solar charger", -10000, 10000, AMPERES) },
	{ NUMBER("solar.current", "solar array current", -10000, 10000, AMPERES) },
	{ NUMBER("solar.energy", "solar yield", 0, 1000000000000, WATTHOURS) },
	{ NUMBER("solar.irradiance", "solar irradiance", 0, 2000, WATTS_M2) },
	{ NUMBER("solar.power", "solar array power", 0, 10000000, WATTS) },
	{ STATE("solar.state", "solar controller state", charger_states) },
	{ NUMBER("solar.voltage", "solar array voltage", 0, 1500, VOLTS_DC) },

	{ NUMBER("structure.tilt", "tower tilt", -90, 90, DEGREES),
	    .rules = { { ABOVE(.alarm_type = "env/tower-tilt-or-vibration",
		LADDER(TOWERD_MINOR, TOWERD_CRITICAL), LIMITS(NO_DEFAULT, NO_DEFAULT),
		.hysteresis = 50) } } },
	{ NUMBER("structure.vibration", "tower vibration", 0, 10000, MILLIM_S),
	    .rules = { { ABOVE(.alarm_type = "env/tower-tilt-or-vibration",
		LADDER(TOWERD_MINOR, TOWERD_CRITICAL), LIMITS(NO_DEFAULT, NO_DEFAULT),
		.hysteresis = 100) } } },

	{ NUMBER("temperature", "temperature", -60, 150, CELSIUS),
	    .rules = { { ABOVE(.alarm_type = "env/temperature-high",
			   LADDER(TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR), LIMITS(40000, 45000, 55000),
			   .hysteresis = 2000) },
		{ BELOW(.alarm_type = "env/temperature-low",
		    LADDER(TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR),
		    LIMITS(NO_DEFAULT, NO_DEFAULT, NO_DEFAULT), .hysteresis = 2000) } } },

	{ STATE("timing.antenna", "antenna of the satellite receiver", antenna_states),
	    .rules = { IN_STATES("open short", "device/alarm", TOWERD_MINOR) } },
	{ STATE("timing.input", "input of the clock", timing_inputs),
	    .rules = { IN_STATES("failed rejected", "device/alarm", TOWERD_WARNING) } },
	{ NUMBER("timing.offset", "clock offset", -2000000000, 2000000000, NANOSECONDS) },
	{ NUMBER("timing.satellites", "satellites in use", 0, 200, COUNT) },
	{ STATE("timing.source", "what the clock follows", timing_sources) },
	{ STATE("timing.state", "clock state", timing_states),
	    .rules = { IN_STATES("free-running failed", "radio/sync-lost", TOWERD_MINOR) } },
	{ NUMBER("timing.stratum", "NTP stratum", 0, 16, COUNT) },

	{ STATE("transfer.source", "source that a transfer switch has selected", transfer_sources),
	    .rules = { IN_STATES("none", "power/load-disconnected", TOWERD_CRITICAL),
		IN_STATES("fault", "power/mains-failure", TOWERD_MAJOR) } },
	{ STATE("transfer.switch", "switch of a transfer switch", switch_states) },

	/* Not battery.voltage: its limits are of 48 V plants, and UPSs have batteries of 12 to 480 V (battery.state and battery.charge warn). */
	{ NUMBER("ups.battery-voltage", "voltage of a UPS's battery", 0, 1500, VOLTS_DC),
	    .ups_object = "upsBatteryVoltage" },
	{ STATE("ups.output-source", "source of the UPS output", power_sources),
	    .ups_object = "upsOutputSource",
	    .rules = { IN_STATES("battery", "battery/discharging", TOWERD_WARNING),
		IN_STATES("none", "power/load-disconnected", TOWERD_CRITICAL) } },
};

unsigned
catalogue_count(void)
{
	return TOWERD_COUNT(kinds);
}

const struct catalogue_kind *
catalogue_at(unsigned number)
{
	return number < TOWERD_COUNT(kinds) ? &kinds[number] : NULL;
}

static int
compare_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct catalogue_kind *)row)->kind.name);
}

const struct catalogue_kind *
catalogue_find(const char *name)
{
	return bsearch(name, kinds, TOWERD_COUNT(kinds), sizeof(kinds[0]), compare_name);
}
