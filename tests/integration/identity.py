# SPDX-License-Identifier: ISC
"""A box is swapped, moved, copied: one alarm that says so, a ledger that knows, and a slot that goes on. A driver that is told what to say
stands for the devices; time runs faster, so that what belongs together is gathered within a second."""
import os

import harness
from agent import Agent

PLUGINS = os.path.join(harness.BUILD, "plugins-for-tests")
TYPE = "comms/identity-changed"
FIRST = {"sys-object-id": "1.3.6.1.4.1.5", "serial": "A1", "engine-id": "80001f01"}
OTHER = {"sys-object-id": "1.3.6.1.4.1.9", "serial": "B7", "engine-id": "80001f99"}


def site(name, address, **more):
    return {"id": name, "name": name, "kind": "fixed", "area": "east",
            "devices": [{"id": "power", "driver": "test-witness", "address": address, **more}]}


class Identity(harness.TestCase):
    def begin(self, *sites, **settings):
        self.agent = Agent(self, inventory=sites, settings={"plugin-dir": PLUGINS, **settings}, plugins={"test-witness": {}})
        self.run_agent()

    def run_agent(self):
        self.agent.start("--clock-scale", "20")
        for name in ("A", "B"):
            self.wait_for(lambda: self.agent.ctl("device", "list", "site=" + name), "device %s" % name)

    def tell(self, name, **texts):
        for attribute, value in texts.items():
            done = self.agent.run_ctl("witness", "attribute", name, "power", attribute.replace("_", "-"), value)
            self.assertEqual(done, (0, "", ""))

    def tell_all(self, name, texts):
        self.tell(name, **{key.replace("-", "_"): value for key, value in texts.items()})

    def device(self, name):
        return self.agent.ctl("device", "show", name + "/power")[0]

    def alarms(self):
        return self.agent.ctl("alarm", "list", "type=" + TYPE)

    def wait_alarms(self, count):
        return self.wait_for(lambda: len(self.alarms()) == count and (self.alarms() or True), "%d alarms of identity" % count)

    def serials(self, name):
        return [box["towerdIdentitySerial"] for box in self.device(name)["boxes"]]

    def test_a_swap_is_one_alarm_and_the_slot_goes_on(self):
        self.begin(site("A", "here"), site("B", "there"))
        self.tell_all("A", FIRST)
        before = self.device("A")
        self.agent.run_ctl("witness", "fault", "A", "site/door-open", "raise")
        self.tell_all("A", OTHER)
        alarm = self.wait_alarms(1)[0]
        self.assertIn("serial A1 -> B7", alarm["towerdAlarmText"])
        self.assertIn("engine-id is another", alarm["towerdAlarmText"])
        after = self.device("A")
        self.assertEqual(after["towerdDeviceNumber"], before["towerdDeviceNumber"])
        self.assertEqual([row["towerdSensorNumber"] for row in after["sensors"]],
                         [row["towerdSensorNumber"] for row in before["sensors"]])
        self.assertIn("site/door-open", [row["towerdAlarmType"] for row in after["alarms"]])
        self.assertEqual(after["towerdDeviceSerial"], "B7")
        self.assertEqual([(box["towerdIdentitySerial"], box["towerdIdentityState"]) for box in after["boxes"]],
                         [("A1", "former"), ("B7", "current")])
        self.agent.ctl("alarm", "ack", str(alarm["towerdAlarmNumber"]), "planned")
        self.wait_alarms(0)
        events = [row["type"] for row in self.agent.journal()]
        self.assertEqual(events.count("device.identity"), 1)

    def test_each_change_alone_is_said(self):
        self.begin(site("A", "here"), site("B", "there"))
        self.tell_all("A", FIRST)
        self.tell_all("B", {"sys-object-id": "1.3.6.1.4.1.6", "serial": "A1", "engine-id": "80001f02"})
        self.tell("A", engine_id="80001f77")
        self.assertIn("engine-id is another;", self.wait_alarms(1)[0]["towerdAlarmText"])
        self.tell("B", serial="Z9")
        self.assertIn("serial A1 -> Z9;", [row["towerdAlarmText"] for row in self.wait_alarms(2)
                                           if row["towerdAlarmSite"] == "B"][0])
        self.tell("A", engine_id="80001f01")
        self.wait_alarms(1)
        self.assertEqual(self.device("A")["news"], "")

    def test_another_address_is_in_the_ledger_and_no_alarm(self):
        self.begin(site("A", "here"), site("B", "there"))
        self.tell_all("A", FIRST)
        self.agent.write_inventory([site("A", "elsewhere"), site("B", "there")])
        self.assertEqual(self.agent.run_ctl("reload")[0], 0)
        self.tell_all("A", FIRST)
        boxes = self.wait_for(lambda: len(self.device("A")["boxes"]) == 2 and self.device("A")["boxes"], "the address to be noted")
        self.assertEqual([box["towerdIdentityAddress"] for box in boxes], ["here", "elsewhere"])
        self.assertEqual([box["towerdIdentitySerial"] for box in boxes], ["A1", "A1"])
        self.tell_all("B", FIRST)
        self.wait_alarms(1)  # the copy's: what the address led to would have come before it
        self.assertEqual(self.device("A")["news"], "")

    def test_two_slots_with_one_engine_id_are_named_until_one_changes(self):
        self.begin(site("A", "here"), site("B", "there"))
        self.tell_all("A", FIRST)
        self.tell_all("B", {**OTHER, "engine-id": FIRST["engine-id"]})
        alarm = self.wait_alarms(1)[0]
        self.assertEqual(alarm["towerdAlarmText"], "A/power and B/power have one engine-id")
        self.assertEqual(alarm["towerdAlarmQualifier"], "engine-id")
        self.tell("B", engine_id="80001f03")
        self.wait_for(lambda: [row["towerdAlarmQualifier"] for row in self.alarms()] == [""], "B's own change alone")

    def test_what_is_held_waits_for_a_person_also_over_a_kill(self):
        self.begin(site("A", "here"), site("B", "there", identity="accept"), identity="hold")
        self.tell_all("A", FIRST)
        self.tell_all("B", {**FIRST, "serial": "A2", "engine-id": "80001f02"})
        status, _, err = self.agent.run_ctl("device", "accept", "A/power")
        self.assertEqual((status, err), (1, "A/power has the box that it is known to have: there is nothing to accept\n"))
        self.tell_all("A", OTHER)
        alarm = self.wait_alarms(1)[0]
        self.assertIn("held", alarm["towerdAlarmText"])
        self.wait_for(lambda: self.alarms()[0]["towerdAlarmDurable"], "the alarm on the disk")
        self.agent.kill()
        self.run_agent()
        self.assertEqual(self.wait_alarms(1)[0]["towerdAlarmNumber"], alarm["towerdAlarmNumber"])
        shown = self.device("A")
        self.assertTrue(shown["is-held"])
        self.assertEqual([(box["towerdIdentitySerial"], box["towerdIdentityState"]) for box in shown["boxes"]],
                         [("A1", "current"), ("B7", "proposed")])
        self.agent.ctl("device", "accept", "A/power")
        self.wait_alarms(0)
        box = self.device("A")["boxes"][-1]
        self.assertEqual((box["towerdIdentityState"], box["towerdIdentityAcceptedBy"]), ("current", "uid %d" % os.getuid()))
        record = [row for row in self.agent.journal() if row["type"] == "device.accept"]
        self.assertEqual([(row["actor"], row["object"]) for row in record], [("uid %d" % os.getuid(), "A/power")])
        self.agent.kill()
        self.run_agent()
        self.assertEqual(self.alarms(), [])
        self.assertEqual(self.serials("A"), ["A1", "B7"])
        self.tell("B", serial="C3")
        self.assertIn("accepted by policy", self.wait_alarms(1)[0]["towerdAlarmText"])

    def test_people_see_all_of_a_device(self):
        self.begin({**site("A", "here", identity="hold"), "link-budget": "20MiB"}, site("B", "there"))
        self.tell_all("A", FIRST)
        self.tell("A", snmp_learned="no GETBULK; 8 objects a request")
        self.tell("A", serial="B7")
        self.wait_alarms(1)
        status, out, _ = self.agent.run_ctl("device", "show", "A/power")
        self.assertEqual(status, 0)
        for words in ("20MiB a day", "no GETBULK; 8 objects a request", "serial A1 -> B7; held", "boxes", "proposed", TYPE,
                      "battery.voltage", "reachable"):
            self.assertIn(words, out)
        self.assertEqual(self.agent.run_ctl("device", "show", "A/none")[::2], (1, 'there is no device "A/none"\n'))


class SimulatedBox(harness.TestCase):
    """The whole way: a box that answers SNMP, its worker, the ledger."""
    ADDRESS = "127.8.0.1"
    SERIAL, ENGINE = "1.3.6.1.4.1.12148.10.2.7.0", "1.3.6.1.6.3.10.2.1.1.0"

    def box(self, fleet, serial, engine):
        fleet.ask("set %s %s 4 %s" % (self.ADDRESS, self.SERIAL, serial))
        fleet.ask("set %s %s 4x %s" % (self.ADDRESS, self.ENGINE, engine))

    def test_a_box_that_comes_back_as_another_is_one_alarm(self):
        fleet = self.start([harness.binary("sim-fleet")], commands=True)
        port = int(fleet.wait_line(r"^listening (\d+)").group(1))
        fleet.ask("record plant %s" % harness.source("tests/sim/records/plant.snmprec"))
        fleet.ask("device %s plant" % self.ADDRESS)
        self.box(fleet, "A1", "80001f8801")
        device = {"id": "power", "driver": "snmp", "address": "%s:%d" % (self.ADDRESS, port), "community": "public"}
        agent = Agent(self, [{"id": "A", "name": "A", "kind": "fixed", "area": "east", "devices": [device]}],
                      plugins={"snmp": {"interval": "1s", "timeout": "300ms", "retries": 2}})
        agent.start()
        shown = lambda: agent.ctl("device", "show", "A/power")[0]
        self.wait_for(lambda: shown()["towerdDeviceSerial"] == "A1" and shown()["sensors"], "the first box to be known")
        before = shown()
        self.box(fleet, "B7", "80001f8807")
        fleet.ask("reboot %s" % self.ADDRESS)
        alarms = self.wait_for(lambda: agent.ctl("alarm", "list", "type=" + TYPE), "the swap to be told")
        self.assertEqual(len(alarms), 1)
        self.assertEqual(alarms[0]["towerdAlarmText"],
                         "serial A1 -> B7, engine-id is another; accepted by policy")
        after = shown()
        self.assertEqual(len(after["boxes"]), 2)
        self.assertEqual([row["towerdSensorNumber"] for row in after["sensors"]],
                         [row["towerdSensorNumber"] for row in before["sensors"]])


harness.main()
