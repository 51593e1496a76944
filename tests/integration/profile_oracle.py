# SPDX-License-Identifier: ISC
"""Profiles against an independent reading of the same recordings: which sensors both find, with which values.

A sensor agrees when its object is the same, its kind fits the class that the other reading gave, and its value is the same in the
kind's unit; of enumerations the raw number is compared. What only one side has is counted on both sides.
"""
import json
import os
import re
import subprocess
import unittest

import harness

WALKS = os.path.join(harness.SHARED, "walks")
NAMES = ["netmanplus_204", "generex-ups_cs141", "enexus_enexus", "himoinsa-gensets", "ceraos", "siteboss571_siteboss571",
         "cetpower", "aviat-wtm"]
LEAST_FOUND, MOST_SURPLUS = 0.90, 0.20

# class -> (kinds that fit, unit, what the class's unit must be multiplied by)
SENSOR_CLASSES = {
    "voltage": (r".*", "V", 1),
    "current": (r".*", "A", 1),
    "power": (r".*", "W", 1),
    "frequency": (r".*\.frequency", "Hz", 1),
    "load": (r".*\.load|battery\.health", "%", 1),
    "charge": (r"battery\.charge", "%", 1),
    "percent": (r"genset\.fuel|battery\.charge|.*\.load", "%", 1),
    "humidity": (r"humidity", "%", 1),
    "temperature": (r"temperature|.*\.[a-z-]*temperature", "°C", 1),
    "runtime": (r"battery\.(runtime|time-discharging)", "s", 60),
    "count": (r"battery\..*|.*\.(count|phases|alarms)", None, 1),
    "state": (None, None, 1),
}
WIRELESS_CLASSES = {
    "power": (r"(backhaul|radio)\.(tx-power|rx-level)", "dBm", 1),
    "rssi": (r"(backhaul|radio)\.rx-level", "dBm", 1),
    "frequency": (r"(backhaul|radio)\.(tx-|rx-|)frequency", "MHz", 1),
    "rate": (r"(backhaul|radio)\.(tx|rx)-rate", "bit/s", 1),
    "snr": (r".*\.snr", "dB", 1),
    "mse": (r".*\.mse", "dB", 1),
    "xpi": (r".*\.xpi", "dB", 1),
    "errors": (r".*\.errors", "", 1),
}


def expected_of(name):
    """(class table, class, OID, value) of each sensor of the other reading."""
    with open(os.path.join(WALKS, "expected", name + ".json"), encoding="utf-8") as file:
        data = json.load(file)
    for sensor in data["sensors"]:
        yield SENSOR_CLASSES, sensor["sensor_class"], sensor["sensor_oid"].lstrip("."), sensor["sensor_current"]
    for sensor in data.get("wireless", []):
        for oid in json.loads(sensor["sensor_oids"]):
            yield WIRELESS_CLASSES, sensor["sensor_class"], oid.lstrip("."), sensor["sensor_current"]


def is_enumeration(sensor):
    return sensor["state"] is not None or isinstance(sensor["value"], bool)


def disagreement(sensor, classes, name, value, is_shared):
    """Why a sensor of ours is not this one of theirs, or None."""
    kinds, unit, factor = classes[name]
    if name == "state":
        if not is_enumeration(sensor):
            return "%s is no state" % sensor["kind"]
        raw, wanted = int(sensor["raw"]), int(value)
        # They print a field of a bit field, we the word as the device sent it.
        is_same = (raw & wanted) == wanted if is_shared else raw == wanted
        return None if is_same else "raw %s" % raw
    if not re.fullmatch(kinds, sensor["kind"]) or (unit is not None and sensor["unit"] != unit):
        return "a %s in %s" % (sensor["kind"], sensor["unit"])
    if sensor["value"] is None:
        return "no value (%s)" % sensor["quality"]
    wanted = float(value) * factor
    return None if abs(sensor["value"] - wanted) <= 1e-6 * max(1.0, abs(wanted)) + 5e-4 else "value %s" % sensor["value"]


class Comparison:
    def __init__(self, name, ours):
        self.expected = self.found = 0
        self.misses = []
        theirs = list(expected_of(name))
        rest = list(ours)
        for classes, class_name, oid, value in theirs:
            self.expected += 1
            is_shared = sum(1 for other in theirs if other[2] == oid) > 1
            reasons = []
            for sensor in [s for s in rest if s["oid"] == oid]:
                reason = disagreement(sensor, classes, class_name, value, is_shared)
                if reason is None:
                    rest.remove(sensor)
                    self.found += 1
                    break
                reasons.append(reason)
            else:
                self.misses.append("%s %s = %s: %s" % (class_name, oid, value, "; ".join(reasons) or "not found"))
        known = {oid for _, _, oid, _ in theirs}
        self.printed = len(ours)
        self.surplus = [s for s in rest if s["oid"] not in known]


class ProfileOracle(harness.TestCase):
    def ours(self, name):
        walk = os.path.join(WALKS, name + ".snmprec")
        run = subprocess.run([harness.binary("towerctl"), "profile", "test", "--walk", walk, "--json",
                              "--profile-dir", harness.source("profiles")], capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return json.loads(run.stdout)

    def test_the_profiles_agree_with_an_independent_reading(self):
        if not os.path.isdir(WALKS):
            raise unittest.SkipTest("no recordings at %s" % WALKS)
        all_of_them = [(name, Comparison(name, self.ours(name))) for name in NAMES]
        print("%-26s %9s %9s %9s" % ("walk", "expected", "found", "surplus"))
        for name, c in all_of_them:
            print("%-26s %9d %9d %9d" % (name, c.expected, c.found, len(c.surplus)))
            for miss in c.misses:
                print("    missed: " + miss)
            for sensor in c.surplus:
                print("    surplus: %s:%s %s" % (sensor["kind"], sensor["instance"], sensor["oid"]))
        found = sum(c.found for _, c in all_of_them) / sum(c.expected for _, c in all_of_them)
        surplus = sum(len(c.surplus) for _, c in all_of_them) / sum(c.printed for _, c in all_of_them)
        print("found %.1f %% of the expected; %.1f %% of what was printed is unknown there" % (100 * found, 100 * surplus))
        self.assertGreaterEqual(found, LEAST_FOUND)
        self.assertLessEqual(surplus, MOST_SURPLUS)


harness.main()
