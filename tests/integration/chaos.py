# SPDX-License-Identifier: ISC
"""
A day of chaos in a city: feeders are cut, hubs and links lost, links and doors flap, boxes and portable towers fall silent, clocks are wrong, all of it at once.
At its end some of it is repaired and some is not. Then the list of active alarms is what the physics of the city (support/physics.py) says, no more and
no less, and what an inform sink was told is the list that the agent says it told it.

An hour with a hundred sites; with TOWERD_LONG a day with more. TOWERD_SEED: another day.
"""
import json
import os
import random

import city
import control
import harness
import trapd
from agent import ALARM_ACTIVE, Agent
from nms import EVENT, Nms
from physics import Alarm, City

BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
IS_LONG = "TOWERD_LONG" in os.environ
SCALE = 150
HOURS = 24 if IS_LONG else 0.7
LEAVES, FEEDERS, TOWERS = (400, 16, 20) if IS_LONG else (70, 5, 6)
PAUSE_S = 60  # between two blows, on the average
STEP_S = 20
POLL_S = 60
# What changed so shortly before it went out of sight may have been seen or not: two rounds of polls, and a machine that stands still for half a second.
DOUBT_S = 2 * POLL_S + SCALE // 2


class Chaos(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("TOWERD_SEED", "7"))
        chance = random.Random(self.seed)
        self.city = City(city.plan(chance, LEAVES, FEEDERS, TOWERS))
        self.day = city.Day(chance, self.city, HOURS, PAUSE_S)
        self.stage = city.Stage(self, self.city, SCALE, BUILD)
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.nms = Nms(self.sink)
        self.agent = Agent(self, self.stage.inventory(), build=BUILD, settings={
            "alarm": {"unreachable-after": "60s"}, "profile-dir": [harness.source("profiles"), self.path("profiles")], "log": {"level": "warning"}})
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(sinks=[{
                "name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "type": "inform", "timeout": "1m"}]),
            # The timeout is 130 ms of real time: a machine that is busy must not look like a device that is dead.
            "snmp": {"interval": "%ds" % POLL_S, "battery-factor": 1, "timeout": "20s", "retries": 2, "deadline": "1h"},
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.stage.broker_port, "telemetry-interval": "30s"}}
        self.agent.start("--clock-scale", str(SCALE))
        self.stage.start(self.agent)

    def alive(self):
        return [self.agent.process] + self.stage.alive()

    def ask(self, *argv):
        answer = control.ask(self.agent.socket, *argv)
        self.assertEqual(answer.status, 0, answer.err)
        return answer

    def clock_s(self):
        return self.ask("status").json()["uptime_ms"] / 1000

    def wait_clock(self, until_s):
        harness.wait_for(lambda: self.clock_s() >= until_s, "second %d" % until_s, alive=self.alive())

    def active(self):
        """As physics.py names them; what the agent says of itself is left out."""
        return {Alarm(*(row["towerdAlarm" + name] for name in ("Site", "Device", "Sensor", "Type", "Severity")))
                for row in self.ask("alarm", "list").json() if not row["towerdAlarmType"].startswith("agent/")}

    def begin(self):
        """All is well, known to the agent, and told."""
        def is_known():
            rows = self.ask("device", "list").json()
            return len(rows) == sum(len(site.devices) for site in self.city.sites.values()) and all(
                row["towerdDevicePresence"] == "reachable" for row in rows)
        self.wait_for(is_known, "all devices to answer", alive=self.alive())
        restarted, = (row for row in self.ask("alarm", "list").json() if row["towerdAlarmType"] == "agent/restarted")
        self.ask("alarm", "ack", str(restarted["towerdAlarmNumber"]), "it has begun")  # this one waits for a person
        self.wait_for(lambda: self.active() == set(), "a city where all is well", alive=self.alive())

    def step(self):
        """The city does not run ahead of the agent's clock; when the machine is slow, its day gets longer, not coarser."""
        self.city.step(STEP_S)
        self.stage.show()
        self.wait_clock(max(self.clock_at_step + STEP_S, 0))
        self.clock_at_step = self.clock_s()

    def live_the_day(self):
        self.clock_at_step = self.clock_s()
        blows = list(self.day.blows)
        while blows or not self.city.is_at_rest():
            while blows and blows[0].at_s <= self.city.now_s:
                blow = blows.pop(0)
                if blow.verb == "command":
                    self.stage.command(*blow.what)
                else:
                    (self.city.begin if blow.verb == "begin" else self.city.end)(blow.what)
            self.step()

    def difference(self):
        """(what is active and should not be, what should be and is not), but for what nobody can know."""
        doubt = self.city.in_doubt(DOUBT_S)

        def is_known(alarm):
            return (alarm.site, alarm.device) not in doubt or alarm.type.startswith("comms/")
        truth, held = self.city.alarms(), self.active()
        return sorted(filter(is_known, held - truth)), sorted(filter(is_known, truth - held))

    def transitions(self):
        counts = {}
        for record in self.ask("journal", "--since", "0").lines():
            if record["type"].startswith("alarm."):
                body = json.loads(record["body"])
                if not body["type"].startswith("agent/"):
                    counts.setdefault(record["type"], []).append(body)
        return counts

    def told_list(self):
        """Rows of alarmActiveTable that the agent says were told as they are."""
        return {row["towerdAlarmNumber"]: (row["towerdAlarmSite"], row["towerdAlarmType"], row["towerdAlarmSeverity"])
                for row in self.ask("alarm", "list").json() if row["towerdAlarmTold"] and row["towerdAlarmType"] != EVENT}

    def test_the_list_is_the_truth_after_a_day_of_chaos(self):
        self.begin()
        self.live_the_day()
        self.wait_for(lambda: self.difference() == ([], []) or self.fail("too much, missing: %s, %s" % self.difference()), "the list to be the truth",
                      alive=self.alive())
        self.wait_clock(self.clock_s() + 5 * POLL_S)
        self.assertEqual(self.difference(), ([], []), "it stays so")

        self.wait_for(lambda: self.assertEqual({alarm: row[1:] for alarm, row in self.nms.read().held.items()}, self.told_list()) is None,
                      "the sink to hold what it was told", alive=self.alive())
        self.assertEqual(self.nms.faults, [])
        rows = {name[len(ALARM_ACTIVE) + 6:] for name, _ in self.agent.walk(ALARM_ACTIVE + ".1.11")}
        self.assertEqual({row.instance for row in self.nms.held.values()} - rows, set(), "each row that it was told of is there")
        self.report()

    def report(self):
        counts = self.transitions()
        doubt = self.city.in_doubt(DOUBT_S)
        print("seed %d: %.1f hours, %d sites, struck: %s; active at the end %d, in doubt %d devices" % (
            self.seed, self.city.now_s / 3600, len(self.city.sites), self.day.counts, len(self.active()), len(doubt)))
        print("transitions: %s; told %d notifications, of these raised or changed %d" % (
            {kind: len(bodies) for kind, bodies in sorted(counts.items())}, len(self.nms.told), sum(not told.is_clear for told in self.nms.told)))
        self.assertLessEqual(len(doubt), len(self.city.sites) // 10)


harness.main()
