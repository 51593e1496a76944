# SPDX-License-Identifier: ISC
"""The list may be wrong while a broker is lost, and after a start: listeners are told so, and when it is right again."""
import json
import subprocess

import harness
import trapd
from agent import ROOT, Agent

TOWER = {"id": "COW-7", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}
LIST_UNRELIABLE, LIST_REBUILT = ROOT + ".3.0.1", ROOT + ".3.0.2"
TEXT = ROOT + ".5.1.1.8.0"
DOUBT_SOURCE, DOUBT_DEVICES = ROOT + ".3.1.12.1.2", ROOT + ".3.1.12.1.5"
SCALE = 60


class Doubts(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.broker, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.agent = Agent(self, inventory=[TOWER])
        self.agent.config["readers"] = {"noc": {"role": "operate", "areas": ["*"]}, "east": {"role": "read", "areas": ["east"]}}
        snmp = self.agent.snmp_agent(sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port}])
        snmp["communities"].append({"name": "east", "reader": "east", "source": "127.0.0.0/8"})
        self.agent.config["plugins"] = {"mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port}, "snmp-agent": snmp}
        self.agent.start("--clock-scale", str(SCALE))

    def alarms(self, kind):
        return {row["towerdAlarmQualifier"]: row for row in self.agent.ctl("alarm", "list", "type=" + kind)}

    def until_heard(self):
        """The tower says its alarm until the agent knows it again: it may not be connected yet."""
        def is_heard():
            text = json.dumps({"id": "lamp", "type": "site/obstruction-light", "state": "raised", "severity": "major"})
            subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t",
                            "towers/site/COW-7/alarm", "-m", text], check=True)
            rows = self.alarms("site/obstruction-light")
            return "lamp" in rows and rows["lamp"]["towerdAlarmConfirmed"]
        self.wait_for(is_heard, "the tower to be heard", alive=[self.agent.process])

    def told(self, oid):
        return [n.get(TEXT, "") for n in self.sink.notifications() if trapd.value(n[trapd.TRAP_OID]) == oid]

    def sources(self):
        return [doubt["source"] for doubt in self.agent.ctl("status")["doubts"]]

    def until_complete(self):
        self.wait_for(lambda: not self.sources(), "the list to be right again", alive=[self.agent.process])
        self.wait_for(lambda: "the list is complete" in (self.told(LIST_REBUILT) or [""])[-1], "the word that it is",
                      alive=[self.agent.process])

    def test_a_lost_broker_puts_its_towers_in_doubt_until_they_are_heard(self):
        self.until_heard()
        self.until_complete()
        self.broker.stop()
        self.wait_for(lambda: self.sources() == ["mqtt"], "the doubt", alive=[self.agent.process])
        self.wait_for(lambda: any("mqtt: broker lost" in text for text in self.told(LIST_UNRELIABLE)), "the NMS to be told",
                      alive=[self.agent.process])
        self.assertFalse(self.alarms("site/obstruction-light")["lamp"]["towerdAlarmConfirmed"])
        self.assertIn("mqtt", self.alarms("agent/list-unreliable"))
        self.assertEqual([value for _, value in self.agent.walk(DOUBT_DEVICES)], ["Gauge32: 1"])
        self.assertEqual([value for _, value in self.agent.walk(DOUBT_SOURCE, community="east")], ['STRING: "mqtt"'])
        self.assertEqual(self.agent.walk(DOUBT_DEVICES, community="east"), [], "how many there are is not for every reader")
        status, out, _ = self.agent.run_ctl("status")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"MAY BE WRONG: mqtt: broker lost.*1 devices")

        self.start_mosquitto(self.broker_port)
        self.until_heard()
        self.until_complete()
        self.wait_for(lambda: "mqtt" not in self.alarms("agent/list-unreliable"), "the alarm of it to end", alive=[self.agent.process])
        self.assertRegex(self.agent.run_ctl("status")[1], r"list +complete")

    def test_after_a_kill_the_list_is_of_before_until_the_towers_were_heard(self):
        self.until_heard()
        self.until_complete()
        self.agent.kill()
        self.agent.start("--clock-scale", str(SCALE))
        self.assertIn("lamp", self.alarms("site/obstruction-light"))
        self.wait_for(lambda: any("of before its stop" in text for text in self.told(LIST_UNRELIABLE)), "the NMS to be told",
                      alive=[self.agent.process])
        self.until_heard()
        self.until_complete()


harness.main()
