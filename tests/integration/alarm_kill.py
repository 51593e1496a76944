# SPDX-License-Identifier: ISC
"""
kill -9 in a storm of alarms: hundreds of towers fail and return as fast as a broker takes it, an inform sink receives, and the agent is killed at a random
moment. After the restart the list of active alarms is what the towers said last; at the sink nothing is missing that the journal says it was told,
by journal number; what it is told twice carries the same number and the same contents; and the list that it holds is the one that the agent says it told.

4 rounds; 100 with TOWERD_LONG.
"""
import json
import os
import random
import threading
import time

import agent
import control
import harness
import mqtt
import trapd
from nms import EVENT, Nms, list_rows

ROUNDS = 100 if os.environ.get("TOWERD_LONG") else 4
BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
SCALE = 20  # the throttle's two seconds are a tenth of one
TOWERS = ["COW-%03d" % i for i in range(300)]
SINK, WINDOW = "nms", 16
LEAVE, STRUCK = 40, 200  # so many towers leave before a storm, and so many it strikes
UNREACHABLE = "comms/site-unreachable"
ALARM_OF = {"mains.present": ("power/mains-failure", False), "door.open": ("site/door-open", True)}


class Tower:
    """What a tower said last. The broker keeps what it says while the agent is away; the status it keeps for ever."""

    def __init__(self, name, client):
        self.name, self.client = name, client
        self.is_online, self.is_raised = True, False
        self.sensors = {"mains.present": True, "door.open": False}

    def say(self, end, payload, **options):
        self.client.publish("towers/site/%s/%s" % (self.name, end), payload, **options)

    def say_status(self):
        self.say("status", {"online": self.is_online, "session": self.name, "deployment": "on-air"}, retain=True)

    def say_telemetry(self):
        self.say("telemetry", {"sensors": self.sensors})

    def say_alarm(self):
        self.say("alarm", {"id": "light", "type": "site/obstruction-light", "state": "raised" if self.is_raised else "cleared"})

    def leave(self):
        self.is_online = False
        self.say_status()

    def come_back(self):
        """
        What the agent's library had acknowledged and the agent had not committed yet is lost by a kill, as readings are: a tower that the storm struck may
        have left with such words on its lips, so it returns, and says what no interval makes it say again.
        """
        self.is_online = True
        self.say_status()
        self.say_alarm()

    def report(self):
        """As its interval makes it do."""
        if self.is_online:
            self.say_telemetry()

    def change(self, chance):
        """One thing fails, or is well again. A tower that is gone measures nothing that anybody hears."""
        what = chance.choice(["online", "alarm", *self.sensors])
        if what == "online":
            self.is_online = not self.is_online
            self.say_status()
        elif not self.is_online:
            return
        elif what == "alarm":
            self.is_raised = not self.is_raised
            self.say_alarm()
        else:
            self.sensors[what] = not self.sensors[what]
            self.say_telemetry()

    def alarms(self):
        found = {(self.name, kind) for sensor, (kind, when) in ALARM_OF.items() if self.sensors[sensor] == when}
        if not self.is_online:
            found.add((self.name, UNREACHABLE))
        if self.is_raised:
            found.add((self.name, "site/obstruction-light"))
        return found


class Storm(threading.Thread):
    def __init__(self, towers, chance):
        super().__init__(daemon=True)
        self.towers, self.chance = towers, chance
        self.is_over = False
        self.changes = 0

    def run(self):
        while not self.is_over:
            for _ in range(20):
                self.chance.choice(self.towers).change(self.chance)
                self.changes += 1
            time.sleep(0.01)


class AlarmKillTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("TOWERD_SEED", random.SystemRandom().randrange(1 << 30)))
        self.chance = random.Random(self.seed)
        _, broker = self.start_mosquitto()
        client = mqtt.Client(self, broker)
        self.client = client
        self.towers = [Tower(name, client) for name in TOWERS]
        self.sink = trapd.Trapd(self)
        self.sink.start()
        self.nms = Nms(self.sink)
        inventory = [{"id": tower, "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]} for tower in TOWERS]
        self.agent = agent.Agent(self, inventory=inventory, build=BUILD, settings={
            "alarm": {"unreachable-after": "1s", "hold": "1s", "steady": "10s"}, "log": {"level": "warning"}})
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(sinks=[{
                "name": SINK, "address": "udp:127.0.0.1:%d" % self.sink.port, "type": "inform", "window": WINDOW, "timeout": "6s"}]),
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % broker, "telemetry-interval": "1d"},
        }
        self.told = {}       # number -> what the journal says was told
        self.read = 0        # of the journal
        self.reported_s = 0  # when the towers' interval was over
        self.changes = 0

    def start_agent(self):
        self.agent.start("--clock-scale", str(SCALE))

    def ask(self, *argv):
        return control.ask(self.agent.socket, *argv)

    def hear(self):
        """Every tower says what it is: what is published before the agent's first session is lost."""
        for tower in self.towers:
            tower.say_status()
            tower.say_telemetry()
        self.client.flush()
        rows = self.ask("device", "list").json()
        return len(rows) == len(TOWERS) and all(row["towerdDevicePresence"] == "reachable" for row in rows)

    def truth(self):
        return set().union(*(tower.alarms() for tower in self.towers))

    def active(self):
        return {(row["towerdAlarmSite"], row["towerdAlarmType"]) for row in self.alarms() if row["towerdAlarmSite"]}

    def alarms(self):
        return self.ask("alarm", "list").json()

    def acknowledge_restart(self):
        """It stands in every list until a person has seen it; its end is told to nobody."""
        for row in self.alarms():
            if row["towerdAlarmType"] == EVENT:
                self.ask("alarm", "ack", str(row["towerdAlarmNumber"]), "seen")
        return not any(row["towerdAlarmType"] == EVENT for row in self.alarms())

    def assert_settled(self):
        if time.monotonic() - self.reported_s > 2:
            self.reported_s = time.monotonic()
            for tower in self.towers:
                tower.report()
        active, truth = self.active(), self.truth()
        self.assertEqual((sorted(active - truth), sorted(truth - active)), ([], []), "too much, missing")
        self.assertEqual(self.nms.read().rows(), list_rows(self.agent, SINK), "the sink's list")
        held = {(row.site, row.type) for row in self.nms.held.values() if row.site}
        self.assertEqual(held - truth, set(), "what chattered has been told as it is")
        # What is wrong besides at a tower that is gone is its consequence, if it was not told before.
        self.assertEqual({alarm for alarm in truth - held if (alarm[0], UNREACHABLE) not in truth}, set(), "what was kept back has been told")
        return True

    def read_journal(self):
        """Told records by their numbers; those of the agent itself too."""
        for record in self.ask("journal", "--since", str(self.read)).lines():
            self.assertGreater(record["number"], self.read)
            self.read = record["number"]
            if record["type"].startswith("alarm.") and SINK in json.loads(record["body"]).get("told-to", {}):
                self.told[record["number"]] = record["body"]

    def check(self):
        """The agent runs and the storm is over: what is so, what it says, and what the sink holds are one."""
        self.wait_for(self.acknowledge_restart, "towerd to have its alarms", alive=[self.agent.process])
        self.wait_for(self.assert_settled, "the list to be what the towers said", alive=[self.agent.process])
        self.read_journal()
        self.wait_for(lambda: self.assertEqual(sorted(set(self.told) - set(self.nms.read().contents)), []) is None,
                      "the sink to have every number", alive=[self.agent.process])
        self.sink.settle()
        self.nms.read()
        self.read_journal()  # of what was told meanwhile
        self.assertEqual(self.nms.faults, [])
        self.assertEqual([told for told in self.nms.told if told.number not in self.told], [], "it was told what the journal does not know")

    def storm_and_kill(self):
        """The towers that were struck."""
        for tower in self.chance.sample(self.towers, LEAVE):
            tower.leave()
        storm = Storm(self.chance.sample(self.towers, STRUCK), self.chance)
        arrived = len(self.nms.read().contents)
        storm.start()
        harness.wait_for(lambda: len(self.nms.read().contents) > arrived, "the sink to hear of the storm", alive=[self.agent.process])
        time.sleep(self.chance.random() * 1.5)
        self.agent.kill()
        time.sleep(self.chance.random() * 0.1)  # it storms on while nobody listens
        storm.is_over = True
        storm.join()
        self.client.flush()
        self.changes += storm.changes
        return storm.towers

    def test_the_list_and_the_sink_are_right_after_each_kill(self):
        self.start_agent()
        self.wait_for(self.hear, "the agent to hear its towers", alive=[self.agent.process])
        for i in range(ROUNDS):
            with self.subTest(round=i, seed=self.seed):
                struck = self.storm_and_kill()
                self.start_agent()
                for tower in struck:
                    tower.come_back()
                self.check()
        print("%d rounds, %d changes at the towers, %d notifications told, %d repeated after a kill, %d alarms active at the end (seed %d)" %
              (ROUNDS, self.changes, len(self.told), self.nms.repeated, len(self.truth()), self.seed))
        self.assertGreater(len(self.told), 100 * ROUNDS, "it was a storm")
        self.assertEqual(self.agent.stop(), 0)


harness.main()
