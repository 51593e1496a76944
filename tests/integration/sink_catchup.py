# SPDX-License-Identifier: ISC
"""
An inform sink that is down for a minute during 1,000 transitions of different alarms gets them afterwards, in the order of their journal
numbers, none missing; a kill in the middle of that repeats at most the window, with the same numbers and the same contents.
"""
import json
import os

import agent
import control
import harness
import mqtt
import trapd

WINDOW = 16
SCALE = 20  # the agent's clock: its minute is three seconds
TOWERS = ["COW-%d" % i for i in range(250)]
# Of one kind at one tower the throttle of RFC 3877 would tell one in two seconds: so these are different ones.
KINDS = ["site/obstruction-light", "site/door-open", "env/smoke", "env/wind"]
TRANSITIONS = len(TOWERS) * len(KINDS)
BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)


class SinkCatchupTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker = self.start_mosquitto()
        self.towers = mqtt.Client(self, self.broker)
        self.sink = trapd.Trapd(self)
        inventory = [{"id": tower, "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]} for tower in TOWERS]
        self.agent = agent.Agent(self, inventory=inventory, build=BUILD)
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(sinks=[{
                "name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "type": "inform", "window": WINDOW,
                # of real time: on a machine that stands still for a while nothing is sent twice for that
                "timeout": "6s"}]),
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker, "telemetry-interval": "1h"},
        }

    def start_agent(self):
        self.agent.start("--clock-scale", str(SCALE))

    def ask(self, *argv):
        return control.ask(self.agent.socket, *argv)

    def transitions(self):
        """The records of what the towers reported, in order."""
        records = []
        for record in self.ask("journal", "--since", "0").lines():
            if record["type"] == "alarm.raise":
                body = json.loads(record["body"])
                if body["type"] in KINDS:
                    records.append((record["number"], body["site"], body["type"], body["is-told"]))
        return records

    def uptime_ms(self):
        return self.ask("status").json()["uptime_ms"]

    def is_connected(self):
        """The agent's session at the broker outlives it; before it is made for the first time, what is published is lost."""
        self.towers.publish("towers/site/%s/telemetry" % TOWERS[0], {"sensors": {"mains.present": True}})
        return self.ask("sensor", "list").json()

    def make_transitions(self):
        self.wait_for(self.is_connected, "the agent to hear its towers", alive=[self.agent.process])
        for kind in KINDS:
            for tower in TOWERS:
                self.towers.publish("towers/site/%s/alarm" % tower, {"id": "1", "type": kind, "state": "raised"})
        self.towers.flush()
        self.wait_for(lambda: len(self.transitions()) == TRANSITIONS, "%d transitions" % TRANSITIONS, alive=[self.agent.process])
        transitions = self.transitions()
        self.assertEqual([t for t in transitions if not t[3]], [], "all are to be told")
        return [number for number, *_ in transitions]

    def test_sink_that_was_down(self):
        self.start_agent()
        started_ms = self.uptime_ms()
        numbers = self.make_transitions()
        self.wait_for(lambda: self.uptime_ms() - started_ms > 60000, "a minute", alive=[self.agent.process])
        self.assertEqual(self.sink.notifications(), [])

        self.sink.start()
        self.wait_for(lambda: len(self.sink.sequences()) > TRANSITIONS // 10, "the sink to catch up", alive=[self.agent.process])
        self.agent.kill()
        # What was on its way to the receiver is written before the rest comes.
        self.sink.settle()
        first = self.sink.sequences()
        self.assertLess(len(first), TRANSITIONS, "all was delivered before the kill: it was no kill in the middle")

        self.start_agent()
        self.wait_for(lambda: numbers[-1] in self.sink.sequences(), "the last number to arrive", alive=[self.agent.process])
        self.sink.settle()
        received = self.sink.sequences()
        second = received[len(first):]
        repeated = [number for number in second if number in set(first)]
        print("%d transitions, killed after %d, %d repeated" % (len(numbers), len(first), len(repeated)))

        self.assertEqual(first, sorted(set(first)), "before the kill: in order, none twice")
        self.assertEqual(second, sorted(set(second)), "after the kill: in order, none twice")
        self.assertLessEqual(len(repeated), WINDOW)
        self.assertEqual(sorted(set(numbers) - set(received)), [])
        self.assert_repeats_are_the_same()
        self.agent.stop()

    def assert_repeats_are_the_same(self):
        uptime = "1.3.6.1.2.1.1.3.0"  # of the agent, which started anew
        contents = {}
        for notification in self.sink.notifications():
            notification.pop(uptime)
            known = contents.setdefault(notification[trapd.SEQUENCE], notification)
            self.assertEqual(notification, known)


harness.main()
