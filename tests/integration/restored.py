# SPDX-License-Identifier: ISC
"""A backup that is put back: no number is given twice, and whoever listens is told that the list is of then, and when it is right again."""
import json
import os
import shutil
import subprocess

import harness
import trapd
from agent import ROOT, Agent

TOWER = {"id": "COW-7", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}
LIST_UNRELIABLE, LIST_REBUILT = ROOT + ".3.0.1", ROOT + ".3.0.2"
TEXT = ROOT + ".5.1.1.8.0"
SCALE = 60


class Restored(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.agent = Agent(self, inventory=[TOWER])
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(
                sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port}]),
        }
        self.start_agent()

    def start_agent(self):
        self.agent.start("--clock-scale", str(SCALE))

    def raised(self):
        return {row["towerdAlarmQualifier"]: row for row in self.agent.ctl("alarm", "list", "type=site/obstruction-light")}

    def say(self, name, state):
        """The tower says it until the agent has heard: it may not be connected yet."""
        def is_heard():
            alarm = {"id": name, "type": "site/obstruction-light", "state": state, "severity": "major", "text": "lamp " + name}
            subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t",
                            "towers/site/COW-7/alarm", "-m", json.dumps(alarm)], check=True)
            row = self.raised().get(name)
            return row is not None and row["towerdAlarmDurable"] if state == "raised" else row is None
        self.wait_for(is_heard, "%s to be %s, durably" % (name, state), alive=[self.agent.process])

    def add_site(self, name):
        self.agent.ctl("site", "import", self.agent.write_inventory([TOWER, {"id": name, "area": "west", "power-feeder": "F-" + name}]))

    def given(self):
        """What was given out: numbers of records, of alarms with their rows, of sites."""
        bodies = [json.loads(r["body"]) for r in self.agent.journal() if r["type"].startswith("alarm.")]
        return {"records": {r["number"]: (r["type"], r["object"], r["body"]) for r in self.agent.journal()},
                "alarms": {b["alarm"]: b["qualifier"] for b in bodies}, "rows": {b["index"]: b["qualifier"] for b in bodies},
                "tickets": {row["towerdTicketNumber"]: row["towerdTicketTitle"] for row in self.agent.ctl("ticket", "list")},
                "sites": {row["towerdSiteNumber"]: row["towerdSiteId"] for row in self.agent.ctl("site", "list")}}

    def told(self, oid):
        return [n.get(TEXT, "") for n in self.sink.notifications() if trapd.value(n[trapd.TRAP_OID]) == oid]

    def restore(self, copy):
        for name in os.listdir(self.agent.state):
            if name.startswith("towerd.db"):
                os.unlink(os.path.join(self.agent.state, name))
        shutil.copy(copy, os.path.join(self.agent.state, "towerd.db"))

    def test_no_number_is_given_twice_and_the_nms_hears_it(self):
        self.say("light-1", "raised")
        copy = self.path("copy.db")
        self.assertEqual(self.agent.run_ctl("backup", copy)[0], 0)
        for name in ("light-2", "light-3"):
            self.say(name, "raised")
        self.say("light-1", "cleared")
        self.add_site("AFTER")
        self.agent.ctl("ticket", "open", "COW-7", "before")
        before = self.given()
        self.agent.stop()

        self.restore(copy)
        self.start_agent()
        self.agent.process.wait_line("the state is a backup of ")
        self.wait_for(lambda: any("restored from a backup of" in text for text in self.told(LIST_UNRELIABLE)), "the warning",
                      alive=[self.agent.process])
        self.assertIn("light-1", self.raised())
        self.say("light-4", "raised")
        self.add_site("ANEW")
        self.agent.ctl("ticket", "open", "COW-7", "after")
        self.wait_for(lambda: "the list is complete" in (self.told(LIST_REBUILT) or [""])[-1] and not self.agent.ctl("status")["doubts"],
                      "the list to be right again", alive=[self.agent.process])
        after = self.given()
        for what in before:
            both = set(before[what]) & set(after[what])
            self.assertEqual({n: before[what][n] for n in both}, {n: after[what][n] for n in both}, what)
        self.assertIn("ANEW", after["sites"].values())

        # Once: the next start is one like any other, and numbers go on from there.
        self.agent.stop()
        self.start_agent()
        self.say("light-5", "raised")
        self.add_site("LAST")
        last = self.given()
        for what in before:
            both = set(before[what]) & set(last[what])
            self.assertEqual({n: before[what][n] for n in both}, {n: last[what][n] for n in both}, what)
        warnings = [text for text in self.told(LIST_UNRELIABLE) if "restored from a backup" in text]
        self.assertEqual(len(warnings), 1)


harness.main()
