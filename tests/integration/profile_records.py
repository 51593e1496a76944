# SPDX-License-Identifier: ISC
"""The shipped profiles: all of them load, and recordings of our own, of devices that nobody has recorded, are read right."""
import json
import os
import subprocess

import harness

# The sensors of tests/sim/records/battery.snmprec: kind and instance -> value or state; None is "not known".
BATTERIES = {
    ("battery.charging", "1"): "charging", ("battery.charging", "2"): "discharging",
    ("battery.voltage", "1"): 53.12, ("battery.voltage", "2"): 49.87,
    ("battery.current", "1"): 12.5, ("battery.current", "2"): -18.25,
    ("battery.remaining", "1"): 81.25, ("battery.remaining", "2"): 78,
    ("battery.capacity", "1"): 96.5, ("battery.capacity", "2"): None,
    ("battery.temperature", "1"): 24.3, ("battery.temperature", "2"): None,
    ("battery.cycles", "1"): 212, ("battery.cycles", "2"): 209,
}


def towerctl(*arguments):
    return subprocess.run([harness.binary("towerctl"), "profile", *arguments, "--profile-dir", harness.source("profiles")],
                          capture_output=True, text=True, check=False, timeout=harness.DEADLINE_S)


class ShippedProfiles(harness.TestCase):
    def test_each_of_them_loads(self):
        run = towerctl("list")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        names = sorted(name[:-len(".yaml")] for name in os.listdir(harness.source("profiles")))
        self.assertEqual([line.split()[0] for line in run.stdout.splitlines()[1:]], names)

    def test_BATTERY_MIB_gives_the_batteries_of_our_own_recording(self):
        run = towerctl("test", "--json", "--walk", harness.source("tests/sim/records/battery.snmprec"))
        self.assertEqual(run.returncode, 0, run.stderr)
        sensors = {(s["kind"], s["instance"]): s["state"] if s["state"] is not None else s["value"] for s in json.loads(run.stdout)}
        self.assertEqual(sensors, BATTERIES)


harness.main()
