# SPDX-License-Identifier: ISC
"""Each receiver's own alarm list, walked by Net-SNMP's tools, is what the notifications in its snmptrapd add up to, row by row."""
import json

import harness
import trapd
from agent import ALARM_ACTIVE, ROOT, Agent

TOWERS = {"EAST-1": "north/east", "EAST-2": "north/east", "WEST-1": "north/west"}
SITES = [{"id": site, "kind": "portable", "area": area, "devices": [{"id": "tower", "driver": "mqtt"}]} for site, area in TOWERS.items()]
MODEL_POINTER = ALARM_ACTIVE + ".1.13."
SINKS = {"all": {}, "east": {"reader": "east"}, "major": {"min-severity": "major"}, "brief": {"notify": "raise-and-clear"}}
ALARM, SITE = ROOT + ".5.1.1.4.0", ROOT + ".5.1.1.5.0"
KINDS = [("site/obstruction-light", "major"), ("site/door-open", "warning"), ("env/wind", "minor"), ("power/fuse-open", "minor"),
         ("power/fuse-open", "major")]


class SinkList(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.receivers = {name: trapd.Trapd(self) for name in SINKS}
        self.agent = Agent(self, inventory=SITES, readers={
            "noc": {"role": "operate", "areas": ["*"]},
            "east": {"role": "read", "areas": ["north/east"], "location": "never"}})
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(sinks=[
                {"name": name, "address": "udp:127.0.0.1:%d" % receiver.port, "timeout": "1s", **SINKS[name]}
                for name, receiver in self.receivers.items()]),
        }
        for receiver in self.receivers.values():
            receiver.start()
        self.agent.start("--clock-scale", "5")

    def publish(self, site, kind, severity, state="raised"):
        self.run_tool("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t", "towers/site/%s/alarm" % site,
                      "-m", json.dumps({"id": "1", "type": kind, "state": state, "severity": severity}))

    def believed(self, name):
        """Index of the row -> pointer to its model, as the notifications say; and how many of the rows are of towers."""
        rows = {}
        for n in self.receivers[name].notifications():
            if ALARM not in n:
                continue
            pointer, = [(oid[len(MODEL_POINTER):], trapd.value(value)) for oid, value in n.items() if oid.startswith(MODEL_POINTER)]
            rows[n[ALARM]] = pointer, trapd.value(n[SITE])
            if trapd.value(n[trapd.TRAP_OID]) == trapd.ALARM_CLEAR_STATE:
                del rows[n[ALARM]]
        return dict(row for row, _ in rows.values()), sum(site != "" for _, site in rows.values())

    def walked(self, name):
        prefix = MODEL_POINTER + ".".join(str(n) for n in [len(name), *name.encode()])
        return {oid[len(MODEL_POINTER):]: trapd.value(value) for oid, value in self.agent.walk(prefix)}

    def expect(self, counts):
        def are_the_same():
            believed = {name: self.believed(name) for name in SINKS}
            return ({name: count for name, (_, count) in believed.items()} == counts and
                    all(self.walked(name) == rows for name, (rows, _) in believed.items()))
        self.wait_for(are_the_same, "each list to be what was told: %s" % counts, alive=[self.agent.process])

    def test_a_walk_of_its_own_list_is_what_a_receiver_was_told(self):
        def is_heard():
            self.publish("WEST-1", "site/door-open", "warning")
            return self.agent.ctl("alarm", "list", "type=site/door-open")
        self.wait_for(is_heard, "the agent to hear its towers", alive=[self.agent.process])
        for site in TOWERS:
            for kind, severity in KINDS:
                self.publish(site, kind, severity)
        # Of each tower four alarms stand, one of which became major.
        self.expect({"all": 12, "east": 8, "major": 6, "brief": 12})
        for site in TOWERS:
            self.publish(site, "power/fuse-open", "minor")
            self.publish(site, "site/door-open", "warning", "cleared")
            self.publish(site, "site/obstruction-light", "major", "cleared")
        self.expect({"all": 6, "east": 4, "major": 3, "brief": 6})
        # The list with the empty name is all that is held true.
        self.assertEqual(len(self.agent.walk(MODEL_POINTER + "0")), len(self.agent.ctl("alarm", "list")))


harness.main()
