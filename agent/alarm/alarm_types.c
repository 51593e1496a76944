/* SPDX-License-Identifier: ISC */
/* The table of alarm types. The first row of a name is its default; numbers and spellings are those of IANA-ITU-ALARM-TC-MIB. */
#include "agent/alarm/alarm_types.h"

#include <stddef.h>
#include <string.h>

const char *const alarm_severity_names[] = { "none", "cleared", "indeterminate", "warning", "minor", "major",
	"critical", NULL };

#define CAUSE(name, number) (number), #name

enum {
	WARNING = 1 << TOWERD_WARNING,
	MINOR = 1 << TOWERD_MINOR,
	MAJOR = 1 << TOWERD_MAJOR,
	CRITICAL = 1 << TOWERD_CRITICAL,
};

/* clang-format off */
static const struct alarm_type types[] = {
	/* power */
	{ "power/mains-failure", ITU_ENVIRONMENTAL, CAUSE(commercialPowerFailure, 106), MINOR | MAJOR, TOWERD_MINOR, .is_reserve = true,
	    .description = "the site has lost its mains supply and lives on its reserve",
	    .repair_action = "ask the utility for the feeder's state; check the incoming breaker and the meter; plan a genset or fuel before the reserve ends" },
	{ "power/feeder-outage", ITU_ENVIRONMENTAL, CAUSE(commercialPowerFailure, 106), MINOR | MAJOR | CRITICAL, TOWERD_MAJOR, .is_computed = true,
	    .description = "a power feeder is out: its sites have lost their mains together",
	    .repair_action = "ask the utility for the feeder's state and when it returns; plan fuel for the sites that go dark first" },
	{ "power/area-outage", ITU_ENVIRONMENTAL, CAUSE(commercialPowerFailure, 106), MINOR | MAJOR | CRITICAL, TOWERD_MAJOR, .is_computed = true,
	    .description = "the mains of an area are out: its sites have lost them together",
	    .repair_action = "ask the utility for the area's state and when it returns; plan fuel for the sites that go dark first" },
	{ "power/mains-out-of-range", ITU_EQUIPMENT, CAUSE(powerProblem, 58), WARNING, TOWERD_WARNING,
	    .description = "the mains supply is there, but its voltage or frequency is outside what the plant tolerates",
	    .repair_action = "measure each phase at the incoming terminals; report it to the utility" },
	{ "power/rectifier-failure", ITU_ENVIRONMENTAL, CAUSE(rectifierFailure, 114), MINOR | MAJOR | CRITICAL, TOWERD_MINOR,
	    .description = "one or more rectifiers of the DC plant have failed",
	    .repair_action = "swap the failed rectifier module; check its breaker first" },
	{ "power/rectifier-high-voltage", ITU_ENVIRONMENTAL, CAUSE(rectifierHighVoltage, 115), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a rectifier delivers a voltage above its limit",
	    .repair_action = "switch the module off and swap it; check the float setting of the controller" },
	{ "power/rectifier-low-voltage", ITU_ENVIRONMENTAL, CAUSE(rectifierLowFVoltage, 116), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a rectifier delivers a voltage below its limit",
	    .repair_action = "check its AC input and load share; swap the module" },
	{ "power/dc-undervoltage", ITU_ENVIRONMENTAL, CAUSE(lowBatteryThreshold, 112), MINOR | MAJOR | CRITICAL, TOWERD_MINOR,
	    .description = "the DC bus has fallen below its limit: the load will soon be disconnected",
	    .repair_action = "bring mains or a genset back now; shed load that is not needed" },
	{ "power/load-disconnected", ITU_EQUIPMENT, CAUSE(powerSupplyFailure, 78), CRITICAL, TOWERD_CRITICAL,
	    .description = "the low-voltage disconnect is open: the load has no power",
	    .repair_action = "restore the supply; the disconnect closes when the bus has recovered, or close it by hand" },
	{ "power/fuse-open", ITU_ENVIRONMENTAL, CAUSE(fuseFailure, 110), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a fuse or breaker of the distribution is open",
	    .repair_action = "find the fault behind the fuse before it is replaced" },
	/* batteries */
	{ "battery/discharging", ITU_ENVIRONMENTAL, CAUSE(batteryDischarging, 104), WARNING | MAJOR, TOWERD_WARNING, .is_reserve = true,
	    .description = "the battery carries the load",
	    .repair_action = "find out why mains or rectifiers do not; watch the time left" },
	{ "battery/charge-failure", ITU_EQUIPMENT, CAUSE(batteryChargingFailure, 72), MINOR, TOWERD_MINOR,
	    .description = "the battery is not being charged although there is supply",
	    .repair_action = "check the battery breaker, the charge limit and the rectifiers" },
	{ "battery/failed", ITU_ENVIRONMENTAL, CAUSE(batteryFailure, 105), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the battery failed a test or reports a fault",
	    .repair_action = "test each block; replace the string" },
	{ "battery/aged", ITU_ENVIRONMENTAL, CAUSE(batteryFailure, 105), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the battery has lost so much capacity that its reserve is not what it was planned for",
	    .repair_action = "plan its replacement" },
	{ "battery/high-temperature", ITU_ENVIRONMENTAL, CAUSE(highTemperature, 123), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the battery is hotter than its limit",
	    .repair_action = "check cooling and charge current; a swollen block must be disconnected" },
	{ "battery/theft", ITU_PHYSICAL_VIOLATION, CAUSE(replaceableUnitMissing, 62), CRITICAL, TOWERD_CRITICAL,
	    .description = "a battery string is missing",
	    .repair_action = "send security; the reserve is gone or halved until the string is replaced" },
	/* generators */
	{ "genset/fail-to-start", ITU_ENVIRONMENTAL, CAUSE(generatorFailure, 111), MAJOR | CRITICAL, TOWERD_MAJOR,
	    .description = "the generator was told to start and did not",
	    .repair_action = "check fuel, start battery and emergency stop; start it by hand" },
	{ "genset/failed", ITU_ENVIRONMENTAL, CAUSE(generatorFailure, 111), MAJOR | CRITICAL, TOWERD_MAJOR,
	    .description = "the generator has shut down by a fault",
	    .repair_action = "read the fault on its controller; reset it after the cause is removed" },
	{ "genset/engine-fault", ITU_ENVIRONMENTAL, CAUSE(engineFailure, 108), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the generator's engine reports a fault: oil, coolant, overspeed or its electronics",
	    .repair_action = "read the engine's fault code; check oil and coolant before a restart" },
	{ "genset/low-fuel", ITU_ENVIRONMENTAL, CAUSE(lowFuel, 127), WARNING | MINOR | MAJOR | CRITICAL, TOWERD_WARNING,
	    .description = "the generator's fuel will last for few hours only",
	    .repair_action = "send fuel" },
	{ "genset/fuel-drop", ITU_ENVIRONMENTAL, CAUSE(leakDetected, 524), MAJOR, TOWERD_MAJOR,
	    .description = "the fuel level fell faster than the engine can burn it: theft or a leak",
	    .repair_action = "look at the site's door and cameras; check the tank and its lines for a leak" },
	{ "genset/running-without-mains-fault", ITU_EQUIPMENT, CAUSE(externalEquipmentFailure, 135), WARNING, TOWERD_WARNING,
	    .description = "the generator runs although mains is present",
	    .repair_action = "check the transfer switch and the controller's mode" },
	/* cooling */
	{ "cooling/unit-failed", ITU_ENVIRONMENTAL, CAUSE(airConditioningFailure, 102), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "an air conditioner or cooling unit has failed",
	    .repair_action = "reset the unit; check its breaker, filter and pressure" },
	{ "cooling/unit-failed", ITU_ENVIRONMENTAL, CAUSE(coolingSystemFailure, 134), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the cooling system as a whole does not cool",
	    .repair_action = "check its controller and supply; open the shelter if equipment overheats" },
	{ "cooling/fan-failed", ITU_ENVIRONMENTAL, CAUSE(coolingFanFailure, 107), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a cooling fan stands still or turns too slowly",
	    .repair_action = "clean the filter; swap the fan" },
	/* environment */
	{ "env/temperature-high", ITU_ENVIRONMENTAL, CAUSE(highTemperature, 123), WARNING | MINOR | MAJOR, TOWERD_WARNING,
	    .description = "it is too hot for the equipment",
	    .repair_action = "check cooling and doors; shed load if it still rises" },
	{ "env/temperature-low", ITU_ENVIRONMENTAL, CAUSE(lowTemperatue, 130), WARNING | MINOR | MAJOR, TOWERD_WARNING,
	    .description = "it is too cold for the equipment or its batteries",
	    .repair_action = "check the heater and the doors" },
	{ "env/humidity", ITU_ENVIRONMENTAL, CAUSE(highHumidity, 122), WARNING, TOWERD_WARNING,
	    .description = "the air is more humid than the equipment tolerates",
	    .repair_action = "check for water, open doors and the air conditioner's drain" },
	{ "env/flood", ITU_ENVIRONMENTAL, CAUSE(flood, 121), MINOR, TOWERD_MINOR, .is_safety = true,
	    .description = "there is water where equipment stands",
	    .repair_action = "switch off what stands in the water, from outside; then pump and dry" },
	{ "env/smoke", ITU_ENVIRONMENTAL, CAUSE(smoke, 132), MAJOR, TOWERD_MAJOR, .is_safety = true,
	    .description = "smoke has been detected",
	    .repair_action = "call the fire brigade; nobody goes in alone" },
	{ "env/fire", ITU_ENVIRONMENTAL, CAUSE(fire, 120), CRITICAL, TOWERD_CRITICAL, .is_safety = true,
	    .description = "a fire has been detected",
	    .repair_action = "call the fire brigade; nobody goes in" },
	{ "env/wind", ITU_ENVIRONMENTAL, CAUSE(highWind, 124), WARNING | MINOR, TOWERD_WARNING,
	    .description = "the wind is stronger than people may climb in, or the tower is built for",
	    .repair_action = "no climbing; take a mobile mast down" },
	{ "env/ice", ITU_ENVIRONMENTAL, CAUSE(iceBuildUp, 125), WARNING | MINOR, TOWERD_WARNING,
	    .description = "ice builds up on the tower",
	    .repair_action = "keep people from under the tower; no climbing" },
	{ "env/tower-tilt-or-vibration", ITU_ENVIRONMENTAL, CAUSE(excessiveVibration, 515), MINOR | CRITICAL, TOWERD_MINOR, .is_safety = true,
	    .description = "the tower leans or shakes more than it may",
	    .repair_action = "keep everybody away from the tower until a structural engineer has seen it" },
	/* the site itself */
	{ "site/door-open", ITU_ENVIRONMENTAL, CAUSE(enclosureDoorOpen, 118), WARNING, TOWERD_WARNING,
	    .description = "a door of the site is open",
	    .repair_action = "ask who is on site; close it" },
	{ "site/intrusion", ITU_PHYSICAL_VIOLATION, CAUSE(intrusionDetection, 126), MAJOR, TOWERD_MAJOR, .is_safety = true,
	    .description = "somebody is on site who is not expected",
	    .repair_action = "send security; crews wait outside" },
	{ "site/cable-tamper", ITU_PHYSICAL_VIOLATION, CAUSE(cableTamper, 602), MAJOR, TOWERD_MAJOR,
	    .description = "a feeder or fibre has been cut or tampered with",
	    .repair_action = "send security, then a line crew" },
	{ "site/obstruction-light", ITU_ENVIRONMENTAL, CAUSE(externalEquipmentFailure, 135), MAJOR, TOWERD_MAJOR,
	    .description = "the tower's obstruction light is dark: a danger to aircraft",
	    .repair_action = "tell the aviation authority; replace the lamp" },
	{ "site/damaged", ITU_OTHER, CAUSE(externalPointFailure, 136), MAJOR | CRITICAL, TOWERD_MAJOR, .is_manual = true,
	    .description = "people report that the site is damaged or destroyed",
	    .repair_action = "inspect the structure before anybody works on it" },
	{ "site/unsafe", ITU_OTHER, CAUSE(other, 1024), CRITICAL, TOWERD_CRITICAL, .is_safety = true, .is_manual = true,
	    .description = "people report that the site is not safe to enter",
	    .repair_action = "nobody enters before clearance is granted" },
	/* portable towers */
	{ "portable/moved-outside-area", ITU_PHYSICAL_VIOLATION, CAUSE(other, 1024), MAJOR, TOWERD_MAJOR,
	    .description = "a portable tower is outside the area that it was sent to",
	    .repair_action = "call its crew; if nobody answers, treat it as stolen" },
	/* radio */
	{ "radio/cell-out-of-service", ITU_COMMUNICATIONS, CAUSE(unavailable, 14), CRITICAL, TOWERD_CRITICAL,
	    .description = "a cell serves nobody",
	    .repair_action = "check power and backhaul first, then the radio" },
	{ "radio/transmitter", ITU_EQUIPMENT, CAUSE(transmitterFailure, 67), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a radio's transmitter has failed or lost power",
	    .repair_action = "reset the radio; swap it" },
	{ "radio/receiver", ITU_EQUIPMENT, CAUSE(receiverFailure, 61), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a radio's receiver has failed or gone deaf",
	    .repair_action = "reset the radio; swap it" },
	{ "radio/transceiver", ITU_EQUIPMENT, CAUSE(tranceiverFailure, 80), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "a radio unit has failed",
	    .repair_action = "reset the radio; swap it" },
	{ "radio/antenna-line", ITU_EQUIPMENT, CAUSE(antennaFailure, 71), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the antenna line reflects too much power: a connector, feeder or antenna is damaged",
	    .repair_action = "measure the line; tighten or replace connectors and feeder" },
	{ "radio/sync-lost", ITU_EQUIPMENT, CAUSE(lossOfSynchronisation, 76), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the radio has lost its synchronisation source",
	    .repair_action = "check the GNSS antenna and its view of the sky, or the timing path" },
	{ "radio/sync-lost", ITU_EQUIPMENT, CAUSE(timingProblem, 66), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "the clock runs on its own and drifts away",
	    .repair_action = "check the timing sources; replace the clock module" },
	{ "radio/degraded", ITU_QUALITY_OF_SERVICE, CAUSE(performanceDegraded, 532), WARNING | MINOR, TOWERD_WARNING,
	    .description = "the cell serves worse than it should",
	    .repair_action = "look for interference, antenna faults and missing carriers" },
	{ "radio/degraded", ITU_QUALITY_OF_SERVICE, CAUSE(congestion, 202), WARNING | MINOR, TOWERD_WARNING,
	    .description = "the cell has more traffic than it can carry",
	    .repair_action = "add capacity or shift traffic to neighbours" },
	/* backhaul */
	{ "transport/link-down", ITU_COMMUNICATIONS, CAUSE(lossOfSignal, 8), MINOR | CRITICAL, TOWERD_MINOR,
	    .description = "a backhaul link is down",
	    .repair_action = "check both ends' power; then alignment, feeder and radio" },
	{ "transport/degraded", ITU_COMMUNICATIONS, CAUSE(degradedSignal, 3), WARNING | MINOR, TOWERD_WARNING,
	    .description = "a backhaul link receives a weak signal",
	    .repair_action = "check alignment, rain fade and interference" },
	{ "transport/degraded", ITU_COMMUNICATIONS, CAUSE(excessiveBER, 12), WARNING | MINOR, TOWERD_WARNING,
	    .description = "a backhaul link has too many bit errors",
	    .repair_action = "check alignment, interference and connectors" },
	{ "transport/redundancy-lost", ITU_EQUIPMENT, CAUSE(lossOfRedundancy, 77), MINOR, TOWERD_MINOR,
	    .description = "one of the site's backhaul paths is gone: the next fault cuts it off",
	    .repair_action = "repair the failed path before the other one fails" },
	/* what a device says of itself and no type above says better */
	{ "device/alarm", ITU_OTHER, CAUSE(other, 1024), WARNING | MINOR | MAJOR | CRITICAL, TOWERD_MINOR,
	    .description = "a device reports an alarm of its own",
	    .repair_action = "read its text; look the alarm up in the device's manual" },
	/* what we hear, and do not */
	{ "comms/device-unreachable", ITU_COMMUNICATIONS, CAUSE(communicationsSubsystemFailure, 505), MAJOR, TOWERD_MAJOR, .is_computed = true,
	    .description = "a device should answer and does not",
	    .repair_action = "check its power and network; then its management port" },
	{ "comms/site-unreachable", ITU_COMMUNICATIONS, CAUSE(communicationsSubsystemFailure, 505), MAJOR, TOWERD_MAJOR, .is_computed = true,
	    .description = "no device of the site answers",
	    .repair_action = "check backhaul and power of the site" },
	{ "comms/data-stale", ITU_TIME_DOMAIN_VIOLATION, CAUSE(delayedInformation, 603), WARNING | MINOR, TOWERD_WARNING, .is_computed = true,
	    .description = "readings of a device have not been refreshed when they were due",
	    .repair_action = "check the device's measuring side and the path of its data" },
	{ "comms/sequence-gap", ITU_INTEGRITY_VIOLATION, CAUSE(informationOutOfSequence, 608), WARNING, TOWERD_WARNING,
	    .description = "messages of a gateway come out of order",
	    .repair_action = "check its connection and its software" },
	{ "comms/sequence-gap", ITU_INTEGRITY_VIOLATION, CAUSE(duplicateInformation, 605), WARNING, TOWERD_WARNING,
	    .description = "messages of a gateway come twice",
	    .repair_action = "check whether two gateways use one identity" },
	{ "comms/sequence-gap", ITU_INTEGRITY_VIOLATION, CAUSE(informationMissing, 606), WARNING, TOWERD_WARNING,
	    .description = "messages of a gateway are missing",
	    .repair_action = "check its connection and its buffers" },
	{ "comms/clock-skew", ITU_EQUIPMENT, CAUSE(realTimeClockFailure, 70), WARNING | MINOR, TOWERD_WARNING,
	    .description = "a device's clock is far from the agent's",
	    .repair_action = "set the device's clock; check its time source" },
	{ "comms/identity-changed", ITU_INTEGRITY_VIOLATION, CAUSE(unexpectedInformation, 615), MINOR, TOWERD_MINOR, .is_computed = true,
	    .description = "a device answers with another identity than before",
	    .repair_action = "confirm that the box was swapped on purpose: acknowledge the alarm, or accept the box where it is held" },
	/* security */
	{ "security/auth-failure", ITU_SECURITY_VIOLATION, CAUSE(authenticationFailure, 600), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "somebody used a wrong credential against a device",
	    .repair_action = "look at the source address; change the credential if it is known to others" },
	{ "security/access-attempt", ITU_SECURITY_VIOLATION, CAUSE(unauthorizedAccessAttempt, 614), MINOR | MAJOR, TOWERD_MINOR,
	    .description = "somebody tried what they are not allowed to do",
	    .repair_action = "look at the source and the account; block it" },
	/* repairs */
	{ "repair/overdue", ITU_PROCESSING_ERROR, CAUSE(timeoutExpired, 164), WARNING | MINOR | MAJOR, TOWERD_WARNING, .is_computed = true,
	    .description = "a repair has passed the time it was promised for",
	    .repair_action = "call the crew; plan anew" },
	/* the agent itself */
	{ "agent/restarted", ITU_PROCESSING_ERROR, CAUSE(lossOfRealTimel, 157), WARNING, TOWERD_WARNING, .is_manual = true, .is_computed = true, .is_event = true,
	    .description = "the agent has started anew: what a manager holds may be out of date",
	    .repair_action = "read the list of active alarms again" },
	{ "agent/list-unreliable", ITU_PROCESSING_ERROR, CAUSE(databaseInconsistency, 160), WARNING, TOWERD_WARNING, .is_computed = true,
	    .description = "the list of active alarms may be wrong",
	    .repair_action = "wait until it is rebuilt, then read it again" },
	{ "agent/storage", ITU_PROCESSING_ERROR, CAUSE(storageCapacityProblem, 151), MINOR | MAJOR, TOWERD_MAJOR, .is_computed = true,
	    .description = "the agent cannot write to its disk: it promises nothing until it can",
	    .repair_action = "make room on the disk or replace it" },
	{ "agent/overload", ITU_PROCESSING_ERROR, CAUSE(systemResourcesOverload, 207), MINOR | MAJOR, TOWERD_MINOR, .is_computed = true,
	    .description = "the agent has more to do than it can",
	    .repair_action = "look which plugin or device causes the load" },
	{ "agent/alarm-flood", ITU_PROCESSING_ERROR, CAUSE(systemResourcesOverload, 207), WARNING | MINOR, TOWERD_WARNING, .is_computed = true,
	    .description = "more alarms are told than people can read: its text says how many, and of what",
	    .repair_action = "look at the worst severity and the top contributors that its text names; what waits is told in the order of severity" },
};
/* clang-format on */

#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

unsigned
alarm_type_count(void)
{
	return TYPE_COUNT;
}

const struct alarm_type *
alarm_type_at(unsigned i)
{
	return i < TYPE_COUNT ? &types[i] : NULL;
}

const struct alarm_type *
alarm_type_find(const char *name)
{
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

int
alarm_type_number(const struct alarm_type *type)
{
	if (type == NULL)
		return -1;
	while (type > types && strcmp(type[-1].name, type->name) == 0)
		type--;
	return (int)(type - types);
}

int
alarm_type_severity(const struct alarm_type *type, int claimed)
{
	if (claimed == 0)
		return type->severity;
	for (int s = claimed; s <= TOWERD_CRITICAL; s++)
		if (type->severities & (1u << s))
			return s;
	int worst = TOWERD_CRITICAL;
	while (!(type->severities & (1u << worst)))
		worst--;
	return worst;
}
