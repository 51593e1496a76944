# SPDX-License-Identifier: ISC
"""A receiver that is away for longer than the journal is kept: it is told to read its list again, then all that stands as new, and goes on from there."""
import json
import subprocess

import harness
import trapd
from agent import ROOT, Agent

SITES = [{"id": "COW-7", "name": "Light mast", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}]
LIST_REBUILT = ROOT + ".3.0.2"
DURABLE = ROOT + ".5.1.1.3.0"
ALARM = ROOT + ".5.1.1.4.0"
SEVERITY = ROOT + ".5.1.1.7.0"
TEXT = ROOT + ".5.1.1.8.0"
SCALE = 60  # the journal is tidied once a minute
MANY = 100  # more than a sink holds in memory


class SinkLost(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=SITES, settings={"journal": {"keep": "30s"}})
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(
                sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port}]),
        }
        self.agent.start("--clock-scale", str(SCALE))

    def raise_alarms(self, names):
        lines = "".join(json.dumps({"id": name, "type": "site/obstruction-light", "state": "raised", "severity": "major",
                                    "text": "lamp " + name}) + "\n" for name in names)
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t",
                                "towers/site/COW-7/alarm", "-l"], input=lines, text=True, check=True)

    def raised(self):
        return {row["towerdAlarmQualifier"] for row in self.agent.ctl("alarm", "list", "type=site/obstruction-light")}

    def believed(self):
        """What an NMS holds that empties its list when it is told to read it again, and believes what comes after that."""
        holds = set()
        for n in self.sink.notifications():
            if trapd.value(n[trapd.TRAP_OID]) == LIST_REBUILT:
                holds.clear()
            elif int(trapd.value(n[SEVERITY])) > 1:
                holds.add(int(trapd.value(n[ALARM])))
            else:
                holds.discard(int(trapd.value(n[ALARM])))
        return holds

    def test_it_is_told_to_read_its_list_again_then_what_stands_and_what_comes_after(self):
        names = ["light-%d" % i for i in range(MANY)]

        def all_are_raised():
            self.raise_alarms(sorted(set(names) - self.raised()))
            return self.raised() == set(names)
        self.wait_for(all_are_raised, "the alarms", alive=[self.agent.process])
        self.agent.process.wait_line(r"the journal's retention passed it")
        self.sink.start()
        self.raise_alarms(["one-more"])
        self.wait_for(lambda: any("one-more" in n.get(TEXT, "") for n in self.sink.notifications()),
                      "the alarm after what was lost", alive=[self.agent.process])
        told = self.sink.notifications()
        self.assertEqual(trapd.value(told[0][trapd.TRAP_OID]), LIST_REBUILT)
        self.assertIn("more was missed than the journal keeps", told[0][TEXT])
        self.assertEqual(trapd.value(told[0][DURABLE]), "1")
        numbers = self.sink.sequences()
        self.assertEqual(numbers, sorted(set(numbers)))

        def holds_what_stands():
            return self.believed() == {row["towerdAlarmNumber"] for row in self.agent.ctl("alarm", "list")}
        self.wait_for(holds_what_stands, "the receiver to hold all that stands", alive=[self.agent.process])


harness.main()
