# SPDX-License-Identifier: ISC
"""Profiles against an independent reading of the same recordings: which sensors both find, with which values.

A sensor agrees when its object is the same, its kind fits the class that the other reading gave, and its value is the same in the
kind's unit; of enumerations the raw number is compared. What only one side has is counted on both sides; interfaces and the host's
processors and disks (IF-MIB, HOST-RESOURCES-MIB), which the other reading keeps in tables of its own, are left out of that count.

With PYTHONPATH=tests/support:

    profile_oracle.py                    the test
    profile_oracle.py WALK...            one recording or some, with every miss and every surplus sensor; no thresholds
    profile_oracle.py --modules WALK...  the same without the vendors' profiles
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness
from profile_misses import KNOWN_MISSES, KNOWN_MISSES_OF_MODULES

WALKS = os.path.join(harness.SHARED, "walks")
LEAST_FOUND, MOST_SURPLUS = 0.95, 0.30
LEAST_FOUND_BY_MODULES = 0.95

# What a unit's decimals in the catalogue leave of a number; degrees are rounded by the other reading when it converts them.
ROUNDING = {"W": 0.05, "VA": 0.05, "Wh": 0.5, "Ah": 0.005, "%": 0.005, "s": 0.5, "rpm": 0.5, "ns": 0.5, "dBm": 0.005, "dB": 0.005, "bit/s": 0.5,
            "°C": 0.005}

# our unit -> that of the other reading, and how many of it one of ours is
UNITS = {"mA": ("A", 1e-3), "MHz": ("Hz", 1e6), "ns": ("s", 1e-9)}

STANDARD = "1.3.6.1.2.1."
LEFT_TO_TABLES = ("1.3.6.1.2.1.2.", "1.3.6.1.2.1.31.", "1.3.6.1.2.1.25.")

# class -> (kinds that fit, unit, what the class's unit must be multiplied by)
SENSOR_CLASSES = {
    "voltage": (r".*", "V", 1),
    "current": (r".*", "A", 1),
    "power": (r".*", "W", 1),
    "power_consumed": (r".*", "Wh", 1000),
    "frequency": (r".*\.(tx-|rx-|)frequency", "Hz", 1),
    "load": (r".*\.load|device\.cpu|battery\.health", "%", 1),
    "charge": (r"battery\.(charge|health)", "%", 1),
    "percent": (r".*", "%", 1),
    "humidity": (r"humidity", "%", 1),
    "temperature": (r"temperature|.*\.([a-z-]*temperature|setpoint)|env\.(dew-point|heat-index)", "°C", 1),
    "runtime": (r"battery\.(runtime|time-discharging)|link\.uptime|.*-seconds", "s", 60),
    "delay": (r"battery\.runtime|timing\.offset", "s", 1),
    "fanspeed": (r"cooling\.fan-speed", "rpm", 1),
    "count": (r".*", None, 1),
    "dbm": (r".*", "dBm", 1),
    "signal": (r".*\.(rx-level|rsrp|rsrq)", None, 1),
    "snr": (r".*\.snr", "dB", 1),
    "ber": (r".*\.errors", None, 1),
    "bitrate": (r".*-rate", "bit/s", 1),
    "state": (None, None, 1),
}
WIRELESS_CLASSES = {
    "power": (r".*", "dBm", 1),
    "rssi": (r".*\.rx-level", "dBm", 1),
    "rsrp": (r".*\.rsrp", "dBm", 1),
    "rsrq": (r".*\.rsrq", "dB", 1),
    "frequency": (r".*\.(tx-|rx-|)frequency", "MHz", 1),
    "channel": (r".*\.channel", None, 1),
    "rate": (r".*-rate", "bit/s", 1),
    "capacity": (r".*\.capacity", None, 1),
    "snr": (r".*\.snr", "dB", 1),
    "sinr": (r".*\.(snr|sinr)", "dB", 1),
    "ssr": (r".*", "dB", 1),
    "mse": (r".*\.mse", "dB", 1),
    "xpi": (r".*\.xpi", "dB", 1),
    "errors": (r".*\.errors", "", 1),
    "mcs": (r".*", None, 1),
    "quality": (r".*", "%", 1),
    "distance": (r".*\.distance", None, 1),
    "clients": (r".*\.clients", "", 1),
    "cell": (r".*", None, 1),
}


class Wanted:
    """One sensor of the other reading."""

    def __init__(self, is_wireless, name, oid, value, label="", word=None):
        self.is_wireless, self.name, self.oid, self.value = is_wireless, name, oid.lstrip("."), value
        self.word = word  # what a state's number stands for
        self.key = "%s %s" % (name, self.oid)
        self.kinds, self.unit, self.factor = (WIRELESS_CLASSES if is_wireless else SENSOR_CLASSES)[name]
        if "(Ah)" in label:  # for which they have no class
            self.unit = "Ah"


def wanted_of(walk):
    """What the other reading found, or None where there is none."""
    path = os.path.join(WALKS, "expected", walk + ".json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    words = {(state["state_name"], state["state_value"]): state["state_descr"] for state in data.get("state_indexes", [])}
    sensors = [Wanted(False, s["sensor_class"], s["sensor_oid"], s["sensor_current"], s.get("sensor_descr", ""),
                      words.get((s["sensor_type"], s["sensor_current"]))) for s in data["sensors"]]
    wireless = [Wanted(True, s["sensor_class"], oid, s["sensor_current"])
                for s in data.get("wireless", []) for oid in json.loads(s["sensor_oids"])]
    return sensors + wireless


def is_enumeration(sensor):
    return sensor["state"] is not None or isinstance(sensor["value"], bool)


def disagreement(sensor, wanted, is_shared):
    """Why a sensor of ours is not this one of theirs, or None."""
    if wanted.name == "state":
        if not is_enumeration(sensor):
            is_count = wanted.word == str(wanted.value) == str(sensor["value"])  # they have counts as states named 1, 2, 3, …
            return None if is_count else "%s is no state" % sensor["kind"]
        try:
            raw, value = int(sensor["raw"]), int(wanted.value)
        except ValueError:  # a text, which they have numbered for themselves
            return None if sensor["raw"] == wanted.word else "raw %s" % sensor["raw"]
        # They print a field of a bit field, we the word as the device sent it.
        is_same = (raw & value) == value if is_shared else raw == value
        return None if is_same else "raw %s" % raw
    unit, factor = UNITS[sensor["unit"]] if sensor["unit"] in UNITS and sensor["unit"] != wanted.unit else (sensor["unit"], 1)
    if not re.fullmatch(wanted.kinds, sensor["kind"]) or (wanted.unit is not None and unit != wanted.unit):
        return "a %s in %s" % (sensor["kind"], sensor["unit"])
    if sensor["value"] is None:
        return "no value (%s)" % sensor["quality"]
    # They have every time in minutes; what ITU-T G.826 counts are seconds, of which they take each for a minute.
    value = float(wanted.value) * (1 if sensor["kind"].endswith("-seconds") else wanted.factor) / factor
    if wanted.name == "runtime" and sensor["value"] // 60 == float(wanted.value):
        return None  # whole minutes, of a time in seconds
    is_same = abs(sensor["value"] - value) <= 1e-6 * max(1.0, abs(value)) + ROUNDING.get(sensor["unit"], 0.0005)
    return None if is_same else "value %s" % sensor["value"]


class Comparison:
    def __init__(self, ours, wanted):
        self.wanted, self.found, self.misses = wanted, [], {}
        rests = {False: list(ours), True: list(ours)}  # they have some objects in both tables
        for want in wanted:
            rest = rests[want.is_wireless]
            is_shared = sum(1 for other in wanted if other.oid == want.oid) > 1
            reasons = []
            for sensor in [s for s in rest if s["oid"] == want.oid]:
                reason = disagreement(sensor, want, is_shared)
                if reason is None:
                    rest.remove(sensor)
                    self.found.append(want)
                    break
                reasons.append(reason)
            else:
                self.misses[want.key] = "%s: %s" % (want.value, "; ".join(reasons) or "not found")
        known = {want.oid for want in wanted}
        self.printed = [s for s in ours if not s["oid"].startswith(LEFT_TO_TABLES) or s["oid"] in known]
        self.surplus = [s for s in self.printed if s["oid"] not in known]

    def count(self, is_wireless):
        return (sum(1 for want in self.wanted if want.is_wireless == is_wireless),
                sum(1 for want in self.found if want.is_wireless == is_wireless))


def show(walk, comparison, known=None, is_long=False):
    print("%-30s %4d of %4d sensors, %3d of %3d wireless, %3d surplus" % (
        (walk,) + comparison.count(False)[::-1] + comparison.count(True)[::-1] + (len(comparison.surplus),)))
    for key, reason in comparison.misses.items() if "*" not in (known or {}) else []:
        print("    missed: %s = %s%s" % (key, reason, " (%s)" % known[key] if key in (known or {}) else ""))
    for sensor in comparison.surplus if is_long else []:
        print("    surplus: %s:%s %s = %s (%s)" % (sensor["kind"], sensor["instance"], sensor["oid"], sensor["state"] or sensor["value"],
                                                   sensor["label"]))


def sensors_of(walk, folder):
    run = subprocess.run([harness.binary("towerctl"), "profile", "test", "--walk", os.path.join(WALKS, walk + ".snmprec"), "--json",
                          "--profile-dir", folder], capture_output=True, check=False)
    if run.returncode != 0:
        raise AssertionError("%s: %s" % (walk, run.stderr.decode(errors="replace")))
    return json.loads(run.stdout)


def copy_modules(folder):
    """The standard modules alone."""
    for name in os.listdir(harness.source("profiles")):
        path = os.path.join(harness.source("profiles"), name)
        with open(path, encoding="utf-8") as file:
            if re.search(r"^module: true$", file.read(), re.MULTILINE):
                shutil.copy(path, folder)


class ProfileOracle(harness.TestCase):
    def setUp(self):
        super().setUp()
        if not os.path.isdir(WALKS):
            raise unittest.SkipTest("no recordings at %s" % WALKS)
        self.walks = sorted(name[:-len(".snmprec")] for name in os.listdir(WALKS) if name.endswith(".snmprec"))

    def test_the_profiles_agree_with_an_independent_reading(self):
        all_of_them = {}
        for walk in self.walks:
            ours, wanted = sensors_of(walk, harness.source("profiles")), wanted_of(walk)
            if wanted is None:
                print("%-30s no other reading; %d sensors" % (walk, len(ours)))
                continue
            all_of_them[walk] = Comparison(ours, wanted)
            show(walk, all_of_them[walk], KNOWN_MISSES.get(walk))

        sensors, wireless = ([sum(c) for c in zip(*(c.count(which) for c in all_of_them.values()))] for which in (False, True))
        surplus = sum(len(c.surplus) for c in all_of_them.values())
        printed = sum(len(c.printed) for c in all_of_them.values())
        print("found %d of %d sensors (%.1f %%), %d of %d wireless (%.1f %%); %d of the %d printed (%.1f %%) are surplus" % (
            sensors[1], sensors[0], 100 * sensors[1] / sensors[0], wireless[1], wireless[0], 100 * wireless[1] / wireless[0],
            surplus, printed, 100 * surplus / printed))
        self.assertGreaterEqual(sensors[1] / sensors[0], LEAST_FOUND)
        self.assertLessEqual(surplus / printed, MOST_SURPLUS)

        self.check_misses(all_of_them, KNOWN_MISSES)

    def test_the_standard_modules_agree_where_a_device_speaks_standard_MIBs(self):
        modules = self.path("modules")
        os.mkdir(modules)
        copy_modules(modules)
        all_of_them = {}
        for walk in self.walks:
            # What the other reading took from a vendor's objects is not for the modules to find.
            wanted = [want for want in wanted_of(walk) or [] if want.oid.startswith(STANDARD)]
            if wanted:
                all_of_them[walk] = Comparison(sensors_of(walk, modules), wanted)
                show(walk, all_of_them[walk], KNOWN_MISSES_OF_MODULES.get(walk))

        wanted = sum(len(c.wanted) for c in all_of_them.values())
        found = sum(len(c.found) for c in all_of_them.values())
        print("standard modules: found %d of %d (%.1f %%)" % (found, wanted, 100 * found / wanted))
        self.assertGreaterEqual(found / wanted, LEAST_FOUND_BY_MODULES)
        self.check_misses(all_of_them, KNOWN_MISSES_OF_MODULES)

    def check_misses(self, comparisons, known_misses):
        """Every miss is known, and every one that is known still is one."""
        self.assertEqual(set(known_misses) - set(comparisons), set(), "known misses of recordings that are not compared")
        for walk, comparison in comparisons.items():
            known = known_misses.get(walk, {})
            if "*" in known:
                self.assertNotEqual(comparison.misses, {}, "%s: nothing is missed any more" % walk)
                continue
            self.assertEqual(set(comparison.misses) - set(known), set(), "%s: misses without a reason" % walk)
            self.assertEqual(set(known) - set(comparison.misses), set(), "%s: no misses any more" % walk)


def show_some(arguments):
    walks = [argument for argument in arguments if argument != "--modules"]
    with tempfile.TemporaryDirectory() as modules:
        copy_modules(modules)
        folder = modules if "--modules" in arguments else harness.source("profiles")
        for walk in walks:
            show(walk, Comparison(sensors_of(walk, folder), wanted_of(walk) or []), is_long=True)


if any(not argument.startswith("-") for argument in sys.argv[1:]):
    show_some(sys.argv[1:])
else:
    harness.main()
