# SPDX-License-Identifier: ISC
"""
The disk fills, then gives EIO, while mains fails at two sites: both alarms reach the sink, marked as not durable; tickets are refused with
the reason; after room is made everything is journalled under the numbers that were told, and the NMS is told that the list was rebuilt.
"""
import json
import os

import agent
import control
import disk
import harness
import mqtt
import trapd

BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
ROOT = agent.ROOT
DURABLE = ROOT + ".5.1.1.3.0"
SITE = ROOT + ".5.1.1.5.0"
TYPE = ROOT + ".5.1.1.6.0"
LIST_UNRELIABLE, LIST_REBUILT = ROOT + ".3.0.1", ROOT + ".3.0.2"
FALSE = "2"  # TruthValue


class DiskFullTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker = self.start_mosquitto()
        self.towers = mqtt.Client(self, self.broker)
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.agent = agent.Agent(self, build=BUILD, settings={"alarm": {"hold": "100ms"}}, inventory=[
            {"id": site, "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]} for site in ("A-1", "B-1")])
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port}]),
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker},
        }
        self.disk = disk.ForgetfulDisk(self, self.agent)
        self.agent.start()
        for site in ("A-1", "B-1"):
            self.wait_for(lambda: self.mains(site, True), "the agent to hear %s" % site, alive=[self.agent.process])

    def mains(self, site, present):
        """Says it until it is seen."""
        self.towers.publish("towers/site/%s/telemetry" % site, {"sensors": {"mains.present": present}})
        rows = self.ask("sensor", "list").json()
        return [row for row in rows if row["towerdSensorSite"] == site]

    def ask(self, *argv):
        return control.ask(self.agent.socket, *argv)

    def told(self, trap, site, kind):
        """Notifications of an alarm of that type at a site; "": of the agent itself."""
        return [n for n in self.sink.notifications() if trapd.value(n[trapd.TRAP_OID]) == trap
                and trapd.value(n[SITE]) == site and trapd.value(n[TYPE]) == kind]

    def lists(self, trap, after=0):
        """Notifications about the list of alarms, with a journal number above one."""
        return [n for n in self.sink.notifications() if trapd.value(n[trapd.TRAP_OID]) == trap
                and int(trapd.value(n[trapd.SEQUENCE])) > after]

    def journal(self):
        return self.ask("journal", "--since", "0").lines()

    def assert_told_and_marked(self, site):
        def told():
            return self.told(trapd.ALARM_ACTIVE_STATE, site, "power/mains-failure")
        self.wait_for(lambda: self.mains(site, False) and told(), "the sink to hear of %s" % site, alive=[self.agent.process])
        notification = told()[0]
        self.assertEqual(trapd.value(notification[DURABLE]), FALSE)
        return int(trapd.value(notification[trapd.SEQUENCE]))

    def refused(self, *argv):
        """What is said to the one who asks, once it is refused."""
        def answer():
            answer = self.ask(*argv)
            return answer.err if answer.status != 0 else None
        return self.wait_for(answer, "a refusal of %s" % " ".join(argv), alive=[self.agent.process])

    def test_full_then_broken_then_well(self):
        self.assertEqual(self.ask("ticket", "open", "A-1", "before").status, 0)

        # Files do not grow any more. What fits into the log as it is may still be taken.
        self.disk.weather("grow ENOSPC")
        reason = self.refused("ticket", "open", "A-1", "while it is full")
        self.assertRegex(reason, "(?i)full|no space")
        numbers = [self.assert_told_and_marked("A-1")]
        self.assertEqual([trapd.value(n[DURABLE]) for n in self.lists(LIST_UNRELIABLE)], [FALSE])

        self.disk.weather("write EIO", "fsync EIO")
        self.wait_for(lambda: "Input/output error" in self.refused("ticket", "note", "1", "while it is broken"), "EIO as the reason")
        numbers.append(self.assert_told_and_marked("B-1"))
        self.assertIsNotNone(self.ask("status").json()["store"]["trouble"])
        tickets = self.ask("ticket", "list").json()
        active = {row["towerdAlarmSite"] for row in self.ask("alarm", "list").json() if row["towerdAlarmType"] == "power/mains-failure"}
        self.assertEqual(active, {"A-1", "B-1"})

        self.disk.weather()
        self.wait_for(lambda: self.ask("status").json()["store"]["trouble"] is None, "the store to be well", alive=[self.agent.process])
        self.wait_for(lambda: self.lists(LIST_REBUILT, after=numbers[-1]), "the sink to be told that the list was rebuilt",
                      alive=[self.agent.process])
        self.assert_journalled(numbers)
        self.assertEqual(self.ask("ticket", "list").json(), tickets, "what was refused has changed nothing")
        self.assertEqual(self.ask("ticket", "open", "A-1", "after").status, 0)

        # As it is after the next start.
        self.agent.kill()
        self.disk.cut_power()
        self.agent.start()
        self.assert_journalled(numbers)
        self.assertEqual([t["towerdTicketTitle"] for t in self.ask("ticket", "list").json()][-1], "after")
        self.wait_for(lambda: self.told(trapd.ALARM_CLEAR_STATE, "", "agent/storage"), "the sink to hear that the storage is well",
                      alive=[self.agent.process])
        self.agent.stop()

    def assert_journalled(self, numbers):
        """Under the numbers that the sink was told, once each, and followed by the word that the list is whole again."""
        records = self.journal()
        failures = [r["number"] for r in records if r["type"] == "alarm.raise" and json.loads(r["body"])["type"] == "power/mains-failure"]
        self.assertEqual(failures, numbers)
        rebuilt = [r["number"] for r in records if r["type"] == "list.rebuilt"]
        self.assertGreater(rebuilt[-1], numbers[-1])


harness.main()
