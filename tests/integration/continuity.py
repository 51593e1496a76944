# SPDX-License-Identifier: ISC
"""
What happens to a box in its life (it restarts, gets another engine ID, is swapped, its clock jumps, it moves to another address) over the wire,
by SNMPv3 and by v2c: the one alarm that is right and no other, told once to a real snmptrapd; the slot's numbers, sensors and history go on.
"""
import json
import os

import harness
import trapd
from agent import Agent

SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11.1"
ENTITY = {"1.3.6.1.2.1.47.1.1.1.1.2.1": "4 \"UPS of a test\"", "1.3.6.1.2.1.47.1.1.1.1.4.1": "2 0", "1.3.6.1.2.1.47.1.1.1.1.5.1": "2 3",
          "1.3.6.1.2.1.47.1.1.1.1.13.1": "4 UPS-1"}
VOLTAGE = "1.3.6.1.2.1.33.1.2.5.0"
IDENTITY = "comms/identity-changed"
UNREACHABLE = "comms/site-unreachable"  # the site has this device alone
FIRST_ENGINE, OTHER_ENGINE = "80001f880411111111", "80001f880422222222"


class ContinuityTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        self.fleet.ask("record ups %s" % harness.source("tests/sim/records/ups.snmprec"))
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.addresses = {"v3": "127.12.0.1", "v2c": "127.12.0.2"}
        for slot, address in self.addresses.items():
            self.fleet.ask("device %s ups" % address)
            self.is_box(address, "A-%s" % slot)
        self.fleet.ask("user %s noc SHA-256 a-key-to-sign AES-128 a-key-to-hide" % self.addresses["v3"])
        self.fleet.ask("engine %s %s" % (self.addresses["v3"], FIRST_ENGINE))
        path = self.path("credentials.yaml")
        with open(path, "w") as f:
            json.dump({"v3": {"version": 3, "user": "noc", "auth": "SHA-256", "auth-key": "a-key-to-sign", "priv": "AES-128",
                              "priv-key": "a-key-to-hide"}, "v2c": {"version": "2c", "community": "public"}}, f)
        os.chmod(path, 0o600)
        self.agent = Agent(self, self.inventory(), settings={"alarm": {"unreachable-after": "2s", "hold": "200ms"}})
        self.agent.config["plugins"] = {
            "snmp": {"interval": "1s", "timeout": "500ms", "retries": 1, "credentials": path},
            "snmp-agent": self.agent.snmp_agent(sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "type": "inform"}])}
        self.agent.start()
        for slot in self.addresses:
            self.wait_voltage(slot, "54.6")
            self.wait_for(lambda: self.device(slot)["towerdDeviceSerial"] == "A-%s" % slot, "the serial of %s" % slot)

    def is_box(self, address, serial):
        """ENTITY-MIB of a box with this serial number."""
        for oid, value in {**ENTITY, SERIAL: "4 %s" % serial}.items():
            self.fleet.ask("set %s %s %s" % (address, oid, value))

    def inventory(self):
        return [{"id": "S-" + slot, "name": slot, "area": "south", "devices": [
            {"id": "power", "driver": "snmp", "address": "%s:%d" % (address, self.port), "credentials": slot}]}
                for slot, address in self.addresses.items()]

    def device(self, slot):
        return self.agent.ctl("device", "show", "S-%s/power" % slot)[0]

    def sensors(self, slot):
        return {(s["towerdSensorKind"], s["towerdSensorInstance"]): s["towerdSensorNumber"] for s in self.device(slot)["sensors"]}

    def wait_voltage(self, slot, text):
        def is_there():
            return any(s["towerdSensorKind"] == "ups.battery-voltage" and s.get("towerdSensorValue", "").startswith(text)
                       for s in self.agent.ctl("sensor", "list") if s["towerdSensorSite"] == "S-" + slot)
        self.wait_for(is_there, "%s to read %s V" % (slot, text), alive=[self.agent.process])

    def goes_on(self, slot, tenths):
        """A value that only a poll from now on can bring."""
        self.fleet.ask("set %s %s 2 %d" % (self.addresses[slot], VOLTAGE, tenths))
        self.wait_voltage(slot, "%.1f" % (tenths / 10))

    def transitions(self):
        """(raise or clear, type) of each alarm of a device so far, in order."""
        rows = []
        for record in self.agent.journal():
            if record["type"] in ("alarm.raise", "alarm.clear"):
                body = json.loads(record["body"]) if isinstance(record["body"], str) else record["body"]
                if not body["type"].startswith("agent/"):
                    rows.append((record["type"], body["type"]))
        return rows

    def told(self):
        self.sink.settle()
        return [n for n in self.sink.notifications() if trapd.value(n.get(trapd.TRAP_OID, "")) in (trapd.ALARM_ACTIVE_STATE, trapd.ALARM_CLEAR_STATE)]

    def check(self, slot, before, events):
        """Exactly these alarms, each told; and the slot is what it was."""
        self.wait_for(lambda: len(self.transitions()) >= len(events), "%s" % events, alive=[self.agent.process])
        self.assertEqual(self.transitions(), events)
        # Alarms of the agent itself are told as well: they are few and come first.
        self.wait_for(lambda: len(self.told()) >= len(events), "snmptrapd to be told")
        after = self.device(slot)
        self.assertEqual(after["towerdDeviceNumber"], before["towerdDeviceNumber"])
        numbers = {(s["towerdSensorKind"], s["towerdSensorInstance"]): s["towerdSensorNumber"] for s in before["sensors"]}
        self.assertEqual(self.sensors(slot), numbers)

    def test_a_restart_is_an_outage_and_no_more(self):
        for slot, address in self.addresses.items():
            before, events = self.device(slot), self.transitions()
            self.fleet.ask("dead %s" % address)
            self.wait_for(lambda: self.transitions()[-1:] == [("alarm.raise", UNREACHABLE)], "the outage of %s" % slot)
            self.fleet.ask("reboot %s" % address)
            self.fleet.ask("alive %s" % address)
            self.goes_on(slot, 531)
            self.check(slot, before, events + [("alarm.raise", UNREACHABLE), ("alarm.clear", UNREACHABLE)])

    def test_a_restart_that_nobody_noticed_is_no_alarm(self):
        for slot, address in self.addresses.items():
            before = self.device(slot)
            self.fleet.ask("reboot %s" % address)
            self.goes_on(slot, 532)
            self.goes_on(slot, 533)
            self.check(slot, before, [])

    def test_another_engine_id_is_one_alarm(self):
        before = self.device("v3")
        self.fleet.ask("engine %s %s" % (self.addresses["v3"], OTHER_ENGINE))
        self.goes_on("v3", 534)
        self.check("v3", before, [("alarm.raise", IDENTITY)])
        text = [a["towerdAlarmText"] for a in self.agent.ctl("alarm", "list") if a["towerdAlarmType"] == IDENTITY][0]
        self.assertIn("engine-id is another", text)
        for engine in (FIRST_ENGINE, OTHER_ENGINE): # whose boxes stand where is not for every reader
            self.assertNotIn(engine, text)

    def test_a_swapped_box_is_one_alarm_and_the_history_goes_on(self):
        for slot, address in self.addresses.items():
            before, events = self.device(slot), self.transitions()
            self.fleet.ask("swap %s ups%s" % (address, " " + OTHER_ENGINE if slot == "v3" else ""))
            self.is_box(address, "B-%s" % slot)
            self.goes_on(slot, 535)
            self.check(slot, before, events + [("alarm.raise", IDENTITY)])
            alarms = [a for a in self.agent.ctl("alarm", "list") if a["towerdAlarmSite"] == "S-" + slot]
            self.assertEqual(len(alarms), 1)
            self.assertIn("serial A-%s -> B-%s" % (slot, slot), alarms[0]["towerdAlarmText"])
            self.assertEqual([box["towerdIdentitySerial"] for box in self.device(slot)["boxes"]], ["A-" + slot, "B-" + slot])

    def kinds(self, slot):
        return {s["towerdSensorKind"] for s in self.agent.ctl("sensor", "list") if s["towerdSensorSite"] == "S-" + slot}

    def test_another_make_has_its_own_sensors_and_nobody_waits_for_the_old_ones(self):
        self.fleet.ask("record plant %s" % harness.source("tests/sim/records/plant.snmprec"))
        before = self.sensors("v2c")
        self.fleet.ask("swap %s plant" % self.addresses["v2c"])
        self.wait_for(lambda: "rectifier.current" in self.kinds("v2c"), "the plant to be read", alive=[self.agent.process])
        self.assertNotIn("mains.frequency", self.kinds("v2c"))
        self.wait_for(lambda: ("alarm.raise", IDENTITY) in self.transitions(), "the alarm of the swap")
        self.fleet.ask("swap %s ups" % self.addresses["v2c"])
        self.is_box(self.addresses["v2c"], "A-v2c")
        self.wait_for(lambda: self.sensors("v2c") == before, "the first box's sensors under their numbers", alive=[self.agent.process])
        self.assertEqual([t for t in self.transitions() if "stale" in t[1]], [])

    def test_a_clock_that_jumps_is_no_alarm(self):
        for slot, address in self.addresses.items():
            before = self.device(slot)
            for n, jump in enumerate(("2h", "-2h", "-10s")):
                self.fleet.ask("jump %s %s" % (address, jump))
                self.goes_on(slot, 536 + n)
            self.check(slot, before, [])

    def test_a_new_address_is_no_other_box(self):
        for slot, address in list(self.addresses.items()):
            before, events = self.device(slot), self.transitions()
            moved = address.replace("127.12.0", "127.12.9")
            self.fleet.ask("move %s %s" % (address, moved))
            self.wait_for(lambda: self.transitions()[-1:] == [("alarm.raise", UNREACHABLE)], "the old address of %s to be silent" % slot)
            self.addresses[slot] = moved
            self.agent.write_inventory(self.inventory())
            self.assertEqual(self.agent.run_ctl("reload")[0], 0)
            self.goes_on(slot, 541)
            self.check(slot, before, events + [("alarm.raise", UNREACHABLE), ("alarm.clear", UNREACHABLE)])


harness.main()
