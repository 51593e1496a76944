# SPDX-License-Identifier: ISC
"""`towerctl reload` reads the profiles anew: what changed is looked at again, what did not is left alone, and nothing restarts."""
import os
import re

import harness
from agent import Agent

PLANT = """profile: plant
match: { sysObjectID: 1.3.6.1.4.1.99999.%d }
base: 1.3.6.1.4.1.99999
sensors: [ { oid: .1.0, kind: %s, divide: %s } ]
"""
BOX = "1.3.6.1.2.1.1.1.0|4|box\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.%d\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.99999.1.0|2|532\n"


class ReloadTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("profiles"))
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        entries = []
        self.credentials("plants: { community: public }\n")
        for number in (1, 2, 3, 4, 5):
            with open(self.path("%d.snmprec" % number), "w") as f:
                f.write(BOX % (number if number < 4 else 2))
            self.fleet.ask("record box%d %s" % (number, self.path("%d.snmprec" % number)))
            self.fleet.ask("device 127.8.0.%d box%d" % (number, number))
            entries.append({"id": "box%d" % number, "driver": "snmp", "address": "127.8.0.%d:%d" % (number, port), "community": "public"})
        for entry, name in ((entries[3], "plants"), (entries[4], "radios")):
            del entry["community"]
            entry["credentials"] = name
        self.write(1, "battery.voltage", 10)
        self.write(2, "battery.voltage", 10)
        inventory = [{"id": "S-1", "name": "S-1", "kind": "fixed", "area": "south", "devices": entries}]
        self.agent = Agent(self, inventory, settings={"profile-dir": self.path("profiles")}, plugins={})
        self.agent.config["plugins"] = {"snmp": {"interval": "1s", "timeout": "300ms", "credentials": self.path("credentials.yaml")}}
        self.agent.start()

    def write(self, number, kind, divide, comment=""):
        with open(self.path("profiles/plant%d.yaml" % number), "w") as f:
            f.write(comment + (PLANT % (number, kind, divide)).replace("profile: plant", "profile: plant%d" % number))

    def credentials(self, text):
        with open(self.path("credentials.yaml"), "w") as f:
            f.write(text)
        os.chmod(self.path("credentials.yaml"), 0o600)

    def wait_value(self, slot, kind, text):
        self.wait_for(lambda: [row.get("towerdSensorValue") for row in self.agent.ctl("sensor", "list")
                               if (row["towerdSensorDevice"], row["towerdSensorKind"]) == (slot, kind)] == [text],
                      "%s %s to be %s" % (slot, kind, text), alive=[self.agent.process])

    def workers(self):
        with open("/proc/%d/task/%d/children" % (self.agent.process.pid, self.agent.process.pid)) as f:
            return f.read().split()

    def reload(self):
        status, _, said = self.agent.run_ctl("reload")
        self.assertEqual(status, 0, said)

    def test_a_profile_that_changed_reads_its_devices_in_its_new_way(self):
        for slot in ("box1", "box2"):
            self.wait_value(slot, "battery.voltage", "53.2")
        before = self.workers()
        self.write(1, "dc.voltage", 10)
        self.write(2, "battery.voltage", 10, comment="# a word more\n")
        self.reload()
        self.wait_value("box1", "dc.voltage", "53.2")
        self.wait_value("box2", "battery.voltage", "53.2")
        self.write(1, "dc.voltage", 100)
        self.reload()
        self.wait_value("box1", "dc.voltage", "5.32")
        self.assertEqual(self.workers(), before)

    def test_a_device_that_nobody_knew_is_read_when_its_profile_comes(self):
        self.wait_value("box1", "battery.voltage", "53.2")
        self.write(3, "dc.voltage", 10)
        self.reload()
        self.wait_value("box3", "dc.voltage", "53.2")

    def test_a_profile_that_is_broken_now_leaves_what_was_there(self):
        self.wait_value("box1", "battery.voltage", "53.2")
        with open(self.path("profiles/plant1.yaml"), "a") as f:
            f.write("sensor: []\n")
        self.reload()
        self.agent.process.wait_line(r"%s:\d+:\d+: unknown key \"sensor\"" % re.escape(self.path("profiles/plant1.yaml")))
        self.fleet.ask("set 127.8.0.1 1.3.6.1.4.1.99999.1.0 2 498")
        self.wait_value("box1", "battery.voltage", "49.8")

    def test_credentials_are_read_anew_all_or_nothing(self):
        self.wait_value("box4", "battery.voltage", "53.2")
        self.credentials("plants: { comunity: public }\nradios: { community: public }\n")
        status, _, said = self.agent.run_ctl("reload")
        self.assertNotEqual(status, 0)
        self.assertIn("credentials.yaml has 1 fault", said)
        self.fleet.ask("set 127.8.0.4 1.3.6.1.4.1.99999.1.0 2 498")
        self.wait_value("box4", "battery.voltage", "49.8")
        self.credentials("plants: { community: public }\nradios: { community: public }\n")
        self.reload()
        self.wait_value("box5", "battery.voltage", "53.2")


harness.main()
