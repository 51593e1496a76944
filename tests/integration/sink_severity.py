# SPDX-License-Identifier: ISC
"""A sink with a least severity: what stays below it is not told, and what was told is told to its end."""
import json

import harness
import trapd
from agent import ROOT, Agent

SITES = [{"id": "COW-7", "name": "Light mast", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}]
SEVERITY, TYPE = ROOT + ".5.1.1.7.0", ROOT + ".5.1.1.6.0"
CLEARED, MINOR, MAJOR = 1, 4, 5


class SinkSeverity(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=SITES, settings={"alarm": {"hold": "100ms"}})
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(
                sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "min-severity": "major"}]),
        }
        self.sink.start()
        self.agent.start()

    def told(self):
        return [int(trapd.value(n[SEVERITY])) for n in self.sink.notifications()
                if TYPE in n and trapd.value(n[TYPE]) == "power/dc-undervoltage"]

    def voltage(self, volts):
        self.run_tool("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t", "towers/site/COW-7/telemetry",
                      "-m", json.dumps({"sensors": {"battery.voltage": volts}}))

    def until(self, volts, severity):
        """Until the agent holds it, whatever is told of it."""
        def holds():
            self.voltage(volts)
            rows = self.agent.ctl("alarm", "list", "type=power/dc-undervoltage")
            return [r["towerdAlarmSeverity"] for r in rows] == ([severity] if severity else [])
        self.wait_for(holds, "the alarm to be %s" % (severity or "cleared"), alive=[self.agent.process])

    def test_an_alarm_that_was_told_is_told_to_its_end(self):
        self.until(46.5, "minor")  # below the sink's least: not told
        self.until(44.5, "major")
        self.wait_for(lambda: self.told() == [MAJOR], "the alarm as major")
        self.until(46.4, "minor")
        self.wait_for(lambda: self.told() == [MAJOR, MINOR], "that it is minor again")
        self.until(53.0, None)
        self.wait_for(lambda: self.told() == [MAJOR, MINOR, CLEARED], "that it is cleared")


harness.main()
