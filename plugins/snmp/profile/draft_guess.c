/* SPDX-License-Identifier: ISC */
/* Guesses: tables of words, tried from the most telling to the least. */
#include "plugins/snmp/profile/draft_guess.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugins/snmp/profile/profile_parts.h"

/* All words must be in the name or the text; a number should lie between low and high, else its scale is tried. */
static const struct {
	const char *words[3], *kind;
	double low, high;
} by_words[] = {
	{ { "batt", "volt" }, "battery.voltage", 10, 300 },
	{ { "batt", "curr" }, "battery.current", -500, 500 },
	{ { "batt", "temp" }, "battery.temperature", -30, 80 },
	{ { "batt", "time" }, "battery.runtime", 0, 1e6 },
	{ { "minute", "remain" }, "battery.runtime", 0, 1e6 },
	{ { "runtime" }, "battery.runtime", 0, 1e6 },
	{ { "batt", "charge" }, "battery.charge", 0, 100 },
	{ { "charge", "remain" }, "battery.charge", 0, 100 },
	{ { "batt", "capacity" }, "battery.charge", 0, 100 },
	{ { "batt", "stat" }, "battery.state", 0, 0 },
	{ { "rect", "volt" }, "rectifier.voltage", 20, 75 },
	{ { "rect", "curr" }, "rectifier.current", 0, 500 },
	{ { "rect", "temp" }, "rectifier.temperature", -30, 120 },
	{ { "rect", "stat" }, "rectifier.state", 0, 0 },
	{ { "solar", "volt" }, "solar.voltage", 0, 1000 },
	{ { "solar", "curr" }, "solar.current", 0, 500 },
	{ { "genset", "volt" }, "genset.voltage", 80, 600 },
	{ { "generator", "volt" }, "genset.voltage", 80, 600 },
	{ { "fuel", "level" }, "genset.fuel", 0, 100 },
	{ { "fuel" }, "genset.fuel", 0, 100 },
	{ { "engine", "speed" }, "genset.rpm", 0, 5000 },
	{ { "oil", "press" }, "genset.oil-pressure", 0, 20 },
	{ { "coolant", "temp" }, "genset.coolant-temperature", -30, 150 },
	{ { "input", "volt" }, "mains.voltage", 80, 600 },
	{ { "input", "freq" }, "mains.frequency", 40, 70 },
	{ { "input", "curr" }, "mains.current", 0, 500 },
	{ { "mains", "volt" }, "mains.voltage", 80, 600 },
	{ { "mains", "freq" }, "mains.frequency", 40, 70 },
	{ { "phase", "volt" }, "mains.voltage", 80, 600 },
	{ { "output", "volt" }, "output.voltage", 5, 600 },
	{ { "output", "freq" }, "output.frequency", 40, 70 },
	{ { "output", "curr" }, "output.current", 0, 500 },
	{ { "output", "load" }, "output.load", 0, 150 },
	{ { "output", "power" }, "output.power", 0, 1e6 },
	{ { "load", "curr" }, "load.current", 0, 2000 },
	{ { "load", "volt" }, "load.voltage", 5, 600 },
	{ { "bus", "volt" }, "dc.voltage", 20, 75 },
	{ { "system", "volt" }, "dc.voltage", 20, 75 },
	{ { "rssi" }, "radio.rssi", -130, 0 },
	{ { "rx", "level" }, "backhaul.rx-level", -120, 0 },
	{ { "rsl" }, "backhaul.rx-level", -120, 0 },
	{ { "tx", "power" }, "backhaul.tx-power", -30, 50 },
	{ { "snr" }, "backhaul.snr", -10, 60 },
	{ { "humid" }, "humidity", 0, 100 },
	{ { "fan", "speed" }, "cooling.fan-speed", 0, 30000 },
	{ { "door" }, "door.open", 0, 0 },
	{ { "smoke" }, "env.smoke", 0, 0 },
	{ { "water" }, "env.water", 0, 0 },
	{ { "fuse" }, "load.fuse", 0, 0 },
	{ { "cpu", "temp" }, "device.temperature", -30, 120 },
	{ { "cpu" }, "device.cpu", 0, 100 },
	{ { "uptime" }, "device.uptime", 0, 1e9 },
	{ { "temp" }, "device.temperature", -40, 120 },
	{ { "volt" }, "device.voltage", 0, 1000 },
	{ { "curr" }, "device.current", -500, 500 },
	{ { "power", "stat" }, "device.power-supply", 0, 0 },
	{ { "power" }, "device.power", 0, 1e6 },
	{ { "status" }, "device.status", 0, 0 },
	{ { "state" }, "device.status", 0, 0 },
};

/* A unit as MIBs and devices write it; `kind_unit` is the unit that a kind must have for it. */
static const struct {
	const char *text, *kind_unit, *kind, *scale;
} by_units[] = {
	{ "volt-amp", "VA", "output.apparent-power", "" },
	{ "voltamp", "VA", "output.apparent-power", "" },
	{ "millivolt", "V", "device.voltage", "divide: 1000" },
	{ "mV", "V", "device.voltage", "divide: 1000" },
	{ "decivolt", "V", "device.voltage", "divide: 10" },
	{ "volt", "V", "device.voltage", "" },
	{ "milliamp", "A", "device.current", "divide: 1000" },
	{ "mA", "A", "device.current", "divide: 1000" },
	{ "amp", "A", "device.current", "" },
	{ "kilowatt", "W", "device.power", "multiply: 1000" },
	{ "kW", "W", "device.power", "multiply: 1000" },
	{ "watt", "W", "device.power", "" },
	{ "hertz", "Hz", "mains.frequency", "" },
	{ "Hz", "Hz", "mains.frequency", "" },
	{ "fahrenheit", "°C", "device.temperature", "offset: -32, divide: 1.8" },
	{ "celsius", "°C", "device.temperature", "" },
	{ "centigrade", "°C", "device.temperature", "" },
	{ "degrees", "°C", "device.temperature", "" },
	{ "minute", "s", NULL, "multiply: 60" },
	{ "second", "s", NULL, "" },
	{ "hour", "h", NULL, "" },
	{ "percent", "%", NULL, "" },
	{ "%", "%", NULL, "" },
	{ "dBm", "dBm", "backhaul.rx-level", "" },
	{ "dB", "dB", NULL, "" },
	{ "rpm", "rpm", "cooling.fan-speed", "" },
};

/* What stands in front of a unit for a part of it. */
static const struct {
	const char *text, *scale;
} by_parts[] = {
	{ "0.001", "divide: 1000" },
	{ "0.01", "divide: 100" },
	{ "0.1", "divide: 10" },
	{ "1/1000", "divide: 1000" },
	{ "1/100", "divide: 100" },
	{ "1/10", "divide: 10" },
	{ "hundredth", "divide: 100" },
	{ "thousandth", "divide: 1000" },
	{ "tenth", "divide: 10" },
};

static const char *
unit_part(const char *units)
{
	for (size_t i = 0; i < sizeof(by_parts) / sizeof(by_parts[0]); i++)
		if (strcasestr(units, by_parts[i].text) != NULL)
			return by_parts[i].scale;
	return NULL;
}

/* Single letters count only as they are written. */
static bool
has_unit(const char *units, const char *unit)
{
	return strlen(unit) > 3 ? strcasestr(units, unit) != NULL : strstr(units, unit) != NULL;
}

static bool
has_words(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count && words[i] != NULL; i++)
		if (strcasestr(text, words[i]) == NULL)
			return false;
	return true;
}

/* The scale by which the number becomes one that such things have; NULL: none does. */
static const char *
scale_by_value(double number, double low, double high)
{
	static const struct {
		double divide;
		const char *scale;
	} steps[] = { { 1, "" }, { 10, "divide: 10" }, { 100, "divide: 100" }, { 1000, "divide: 1000" } };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (number / steps[i].divide >= low && number / steps[i].divide <= high)
			return steps[i].scale;
	return NULL;
}

/* What the unit says of the scale, when the kind has a unit of its family. */
static const char *
scale_by_units(const char *units, const struct towerd_kind *kind)
{
	const char *part = unit_part(units);

	if (part != NULL)
		return part;
	for (size_t i = 0; i < sizeof(by_units) / sizeof(by_units[0]); i++)
		if (has_unit(units, by_units[i].text) && strcmp(by_units[i].kind_unit, kind->unit) == 0)
			return by_units[i].scale;
	return NULL;
}

static void
guess_scale(struct guess *out, const char *units, const struct snmp_value *value, double low, double high)
{
	const struct profile_field field = profile_field_of(value);
	double number = (double)field.number.digits;

	for (unsigned i = 0; i < field.number.decimals; i++)
		number /= 10;
	const char *scale = scale_by_units(units, out->kind);
	if (scale != NULL) {
		out->scale = scale;
		return;
	}
	out->scale = "";
	out->reason = "its unit is not known";
	if (!field.has_number || number == 0)
		return;
	scale = scale_by_value(number, low, high);
	if (scale == NULL)
		out->reason = "its unit is not known, and no power of ten makes its value a likely one";
	else if (scale[0] != '\0')
		out->reason = "its unit is not known: the scale is guessed from its value";
	if (scale != NULL)
		out->scale = scale;
}

/* A text of the device with a number and a unit in it: "53.2 V". */
static bool
guess_by_value(const struct profile_catalogue *catalogue, const struct snmp_value *value, struct guess *out)
{
	char text[64];
	size_t len = value->octets.len;

	if (value->tag != SNMP_OCTETS || len == 0 || len >= sizeof(text) ||
	    !profile_field_of(value).has_number)
		return false;
	memcpy(text, value->octets.data, len);
	text[len] = '\0';
	const char *unit = text + strspn(text, " +-.0123456789");
	static const struct {
		const char *text, *kind;
	} signs[] = { { "V", "device.voltage" }, { "A", "device.current" }, { "W", "device.power" },
		{ "C", "device.temperature" }, { "°C", "device.temperature" }, { "Hz", "mains.frequency" },
		{ "dBm", "backhaul.rx-level" } };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t sign_len = strlen(signs[i].text);
		if (strncmp(unit, signs[i].text, sign_len) != 0 || isalpha((unsigned char)unit[sign_len]))
			continue;
		out->kind = catalogue->kind(catalogue->arg, signs[i].kind);
		out->reason = "the text has its unit, but not what it measures";
		return out->kind != NULL;
	}
	return false;
}

/* What somebody has set is no measurement. */
static bool
is_setting(const char *name)
{
	static const char *const words[] = { "config", "threshold", "limit", "nominal", "rated", "setpoint",
		"enable", "timeout", "delay", "hyster", "calib", "transferpoint" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(name, words[i]) != NULL)
			return true;
	return false;
}

bool
guess_kind(const struct profile_catalogue *catalogue, const struct mib_node *node, const char *text,
    const struct snmp_value *value, struct guess *out)
{
	const char *units = node == NULL ? "" : node->units;
	const char *name = node == NULL ? text : node->name;
	const bool has_enum = node != NULL && node->enum_count > 0;

	*out = (struct guess){ .scale = "" };
	if (name != NULL && is_setting(name))
		return false;
	for (size_t i = 0; name != NULL && i < sizeof(by_words) / sizeof(by_words[0]); i++) {
		if (!has_words(name, by_words[i].words, 3))
			continue;
		out->kind = catalogue->kind(catalogue->arg, by_words[i].kind);
		if (out->kind == NULL)
			continue;
		/* An enumeration is a state or a truth, and a number is none. */
		if (has_enum != (out->kind->value_class != TOWERD_KIND_NUMBER))
			continue;
		if (!has_enum && !profile_field_of(value).has_number)
			continue;
		if (!has_enum)
			guess_scale(out, units, value, by_words[i].low, by_words[i].high);
		return true;
	}
	for (size_t i = 0; !has_enum && units[0] != '\0' && i < sizeof(by_units) / sizeof(by_units[0]); i++) {
		if (by_units[i].kind == NULL || !has_unit(units, by_units[i].text))
			continue;
		out->kind = catalogue->kind(catalogue->arg, by_units[i].kind);
		out->scale = scale_by_units(units, out->kind);
		out->reason = "only its unit is known";
		return true;
	}
	return guess_by_value(catalogue, value, out);
}

const char *
guess_state(const struct towerd_kind *kind, const char *word)
{
	static const struct {
		const char *word, *state;
	} words[] = { { "unknown", "unknown" }, { "notfitted", "absent" }, { "absent", "absent" },
		{ "notpresent", "absent" }, { "disconnect", "disconnected" }, { "disable", "disabled" },
		{ "critical", "critical" }, { "major", "major" }, { "minor", "minor" }, { "warn", "warning" },
		{ "deplet", "depleted" }, { "low", "low" }, { "fail", "failed" }, { "fault", "failed" },
		{ "error", "failed" }, { "alarm", "failed" }, { "blown", "open" }, { "open", "open" },
		{ "test", "testing" }, { "abnormal", "warning" }, { "normal", "normal" }, { "normal", "ok" },
		{ "ok", "ok" }, { "ok", "normal" }, { "good", "ok" }, { "active", "ok" }, { "online", "ok" },
		{ "off", "off" }, { "on", "ok" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasestr(word, words[i].word) == NULL)
			continue;
		for (size_t s = 0; kind->states[s] != NULL; s++)
			if (strcmp(kind->states[s], words[i].state) == 0)
				return kind->states[s];
	}
	return NULL;
}

const char *
guess_identity(const char *name)
{
	static const struct {
		const char *word, *attribute;
	} words[] = { { "serial", "serial" }, { "model", "model" }, { "productname", "model" },
		{ "software", "software" }, { "firmware", "software" }, { "manufacturer", "manufacturer" },
		{ "vendorname", "manufacturer" }, { "hardwarever", "hardware" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(name, words[i].word) != NULL)
			return words[i].attribute;
	return NULL;
}
