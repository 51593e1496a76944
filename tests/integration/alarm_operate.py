# SPDX-License-Identifier: ISC
"""What an operator does with alarms: lists, closes, looks at what became of one, purges, compresses."""
import json
import subprocess

import harness
import trapd
from agent import Agent

SITES = [{"id": "COW-7", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}]


class AlarmOperate(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=SITES)
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(
                sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "budget": 100}]),
        }
        self.sink.start()
        self.agent.start("--clock-scale", "10")

    def publish(self, kind, state, severity="major"):
        self.run_tool("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t", "towers/site/COW-7/alarm",
                      "-m", json.dumps({"id": "1", "type": kind, "state": state, "severity": severity}))

    def number_of(self, kind):
        rows = self.agent.ctl("alarm", "list", "type=" + kind)
        return rows[0]["towerdAlarmNumber"] if rows else None

    def until(self, kind, state, severity="major"):
        def is_so():
            self.publish(kind, state, severity)
            return (self.number_of(kind) is None) == (state == "cleared")
        self.wait_for(is_so, "%s to be %s" % (kind, state), alive=[self.agent.process])

    def refused(self, *argv):
        status, _, err = self.agent.run_ctl(*argv)
        self.assertNotEqual(status, 0, argv)
        return err

    def test_an_alarm_is_closed_shown_and_purged(self):
        self.until("power/fuse-open", "raised")
        number = self.number_of("power/fuse-open")
        held = self.wait_for(lambda: [row for row in self.agent.ctl("alarm", "list", "--list", "nms", "type=power/fuse-open")],
                             "the sink to be told")
        self.assertEqual([(row["towerdHeldNumber"], row["towerdHeldSeverity"]) for row in held], [(number, "major")])
        self.agent.ctl("alarm", "close", str(number), "it was a drill")
        self.until("power/fuse-open", "cleared")
        self.wait_for(lambda: not self.agent.ctl("alarm", "list", "--list", "nms", "type=power/fuse-open"), "the clear to be told")
        cleared, = self.agent.ctl("alarm", "list", "--cleared", "type=power/fuse-open")
        self.assertEqual((cleared["towerdClearedNumber"], cleared["towerdClearedSeverity"], cleared["towerdClearedOperatorState"]),
                         (number, "major", "closed"))
        shown = self.agent.ctl("alarm", "show", str(number))
        self.assertEqual([change["towerdAlarmChangeSeverity"] for change in shown["changes"]], ["cleared", "major"])
        self.assertEqual([(o["towerdAlarmOperationState"], o["towerdAlarmOperationText"]) for o in shown["operations"]],
                         [("closed", "it was a drill")])
        self.assertEqual(self.agent.ctl("alarm", "compress", "type=power/fuse-open"), {"count": 1})
        self.assertEqual(len(self.agent.ctl("alarm", "show", str(number))["changes"]), 1)
        self.assertEqual(self.agent.ctl("alarm", "purge", "state=ack"), {"count": 0})
        self.assertEqual(self.agent.ctl("alarm", "purge", "state=closed", "severity=major"), {"count": 1})
        self.assertIn("there is no alarm", self.refused("alarm", "show", str(number)))
        self.assertEqual(self.agent.ctl("alarm", "list", "--all", "type=power/fuse-open"), [])

    def test_what_cannot_be_meant_is_refused(self):
        self.assertIn("what would be accepted", self.refused("alarm", "purge", "everything"))
        self.assertIn("severity=bad", self.refused("alarm", "purge", "severity=bad"))
        self.assertIn("no duration", self.refused("alarm", "compress", "older-than=ages"))
        self.assertIn("nobody listens", self.refused("alarm", "list", "--list", "nobody"))
        listener, = self.agent.ctl("listener", "list", "name=nms")
        self.assertEqual((listener["towerdAudienceOpen"], listener["towerdAudienceBudget"], listener["towerdAudienceNotify"]),
                         (True, 100, "severity-level"))
        self.agent.config["plugins"]["snmp-agent"]["sinks"].append(dict(self.agent.config["plugins"]["snmp-agent"]["sinks"][0]))
        self.agent.write_config()
        found = self.run_check()
        self.assertIn("two sinks are named \"nms\"", found)

    def run_check(self):
        done = subprocess.run([self.agent.build + "/bin/towerd", "-c", self.agent.config_path, "-t"], capture_output=True, text=True,
                              timeout=harness.DEADLINE_S, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stdout + done.stderr


harness.main()
