# SPDX-License-Identifier: ISC
"""
An inform sink that is down for a minute during 1,000 transitions of different alarms. What is urgent is journalled as told to it at once, of the rest
a bounded number; what waits and is cleared meanwhile it never hears of. When it is back it gets all of it in the order of journal numbers, none missing,
and at the end it holds exactly what stands. A kill in the middle of that repeats at most the window, with the same numbers and the same contents.
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
SAFETY = "env/smoke"
TRANSITIONS = len(TOWERS) * len(KINDS)
BACKLOG = 256  # records that a listener may have before it and not acknowledged
ALARM, TYPE, SEVERITY = agent.ROOT + ".5.1.1.4.0", agent.ROOT + ".5.1.1.6.0", agent.ROOT + ".5.1.1.7.0"
CLEARED = 1
SEVERITIES = {2: "indeterminate", 3: "warning", 4: "minor", 5: "major", 6: "critical"}
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

    def records(self):
        """The records of what the towers reported, in order: (number, body)."""
        records = []
        for record in self.ask("journal", "--since", "0").lines():
            if record["type"].startswith("alarm."):
                body = json.loads(record["body"])
                if body["type"] in KINDS:
                    records.append((record["number"], record["type"], body))
        return records

    def raised(self):
        return [body for _, kind, body in self.records() if kind == "alarm.raise"]

    def told(self):
        """Numbers of the records that tell the sink."""
        return [number for number, _, body in self.records() if "nms" in body["told-to"]]

    def standing(self):
        """Of the towers, by their numbers, with the severity."""
        return {row["towerdAlarmNumber"]: row["towerdAlarmSeverity"]
                for row in self.ask("alarm", "list").json() if row["towerdAlarmType"] in KINDS}

    def believed(self):
        """What an NMS holds that believed each notification once, by its number."""
        holds, heard = {}, set()
        for notification in sorted(self.sink.notifications(), key=lambda n: int(trapd.value(n[trapd.SEQUENCE]))):
            if notification[trapd.SEQUENCE] in heard or TYPE not in notification or trapd.value(notification[TYPE]) not in KINDS:
                continue
            heard.add(notification[trapd.SEQUENCE])
            alarm, severity = int(trapd.value(notification[ALARM])), int(trapd.value(notification[SEVERITY]))
            if severity > CLEARED:
                holds[alarm] = SEVERITIES[severity]
            else:
                del holds[alarm]  # it was told that it began
        return holds

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
        self.wait_for(lambda: len(self.raised()) == TRANSITIONS, "%d transitions" % TRANSITIONS, alive=[self.agent.process])

    def check_what_waits(self):
        """Of what is not urgent a bounded number is told ahead of a sink that is down. Returns alarms that wait, as (alarm, tower, type)."""
        ahead = [body for _, _, body in self.records() if "nms" in body["told-to"] and body["severity"] != "critical" and body["type"] != SAFETY]
        self.assertLessEqual(len(ahead), BACKLOG)
        raised = self.raised()
        self.assertEqual([body for body in raised if body["type"] == SAFETY and "nms" not in body["told-to"]], [], "safety never waits")
        waiting = [(body["alarm"], body["site"], body["type"]) for body in raised if "nms" not in body["told-to"]]
        self.assertGreater(len(waiting), TRANSITIONS // 4)
        return waiting

    def clear(self, alarms):
        for _, tower, kind in alarms:
            self.towers.publish("towers/site/%s/alarm" % tower, {"id": "1", "type": kind, "state": "cleared"})
        self.towers.flush()
        gone = {number for number, *_ in alarms}
        self.wait_for(lambda: not gone & set(self.standing()), "some to be cleared", alive=[self.agent.process])
        return gone

    def test_sink_that_was_down(self):
        self.start_agent()
        started_ms = self.uptime_ms()
        self.make_transitions()
        never = self.clear(self.check_what_waits()[-40:])
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
        standing = self.standing()
        self.assertEqual(len(standing), TRANSITIONS - len(never))
        self.wait_for(lambda: self.believed() == standing, "the sink to hold what stands", alive=[self.agent.process])
        self.sink.settle()
        received = self.sink.sequences()
        second = received[len(first):]
        repeated = [number for number in second if number in set(first)]
        numbers = self.told()
        print("%d transitions, %d told, killed after %d, %d repeated" % (TRANSITIONS, len(numbers), len(first), len(repeated)))

        self.assertEqual(first, sorted(set(first)), "before the kill: in order, none twice")
        self.assertEqual(second, sorted(set(second)), "after the kill: in order, none twice")
        self.assertLessEqual(len(repeated), WINDOW)
        self.assertEqual(sorted(set(numbers) - set(received)), [])
        heard = {int(trapd.value(n[ALARM])) for n in self.sink.notifications() if ALARM in n}
        self.assertEqual(heard & never, set(), "what was cleared while it waited")
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
