# SPDX-License-Identifier: ISC
"""towerd polls devices with bad manners: each is read all the same, what it taught is shown and kept, and the others do not notice."""
import os
import signal

import harness
from fleet import FleetTestCase, RECORDS

MANNERS = {  # slot: record, commands to the simulator, what is learned
    "no-bulk": ("environment", ["no-bulk {} drop"], "no GETBULK"),
    "bulk-error": ("environment", ["no-bulk {} error"], "no GETBULK"),
    "few": ("ups", ["max-varbinds {} 5"], "objects? a request"),
    "old": ("ups", ["version {} 1"], "SNMPv1 only"),
    "twice": ("environment", ["duplicate-oids {} on", "duplicate-answers {} on"], "^$"),
    "unordered": ("environment", ["unordered {} on"], "walks without order"),
    "small": ("plant", ["limit {} 200"], "objects a request"),
}


class PathologiesTest(FleetTestCase):
    def learned(self, agent, slot):
        """What stands at the device; None while nothing does."""
        status, out, err = agent.run_ctl("device", "show", "S-1/" + slot)
        self.assertEqual(status, 0, err)
        lines = [line for line in out.splitlines() if "snmp-learned" in line]
        return lines[0].split("snmp-learned", 1)[1].strip() if lines else None

    def unreachable(self, agent):
        """Alarms of silence; devices that play one recording have one serial number, and that is an alarm too."""
        return [alarm for alarm in self.alarms(agent) if alarm[0].endswith("-unreachable")]

    def rejected(self, agent, slot):
        return self.presence(agent, slot).get("towerdDeviceLastReject", "")

    def requests(self, address):
        """Of a simulated device, so far."""
        return int(dict(word.split("=") for word in self.fleet.ask("count " + address).split() if "=" in word)["requests"])

    def test_each_is_read_and_its_lesson_is_kept(self):
        devices = {}
        for slot, (record, commands, _) in MANNERS.items():
            devices[slot] = self.device(record, slot)
            for command in commands:
                self.fleet.ask(command.format(devices[slot][0]))
        agent = self.run_agent({"S-1": [entry for _, entry in devices.values()]})
        for slot, (record, _, lesson) in MANNERS.items():
            kind, instance, first = RECORDS[record][:3]
            self.wait_value(agent, slot, kind, instance, first)
            if lesson != "^$":
                self.wait_for(lambda: self.learned(agent, slot), "%s to have taught something" % slot)
                self.assertRegex(self.learned(agent, slot), lesson)
        self.assertEqual(self.unreachable(agent), [])
        agent.stop()
        agent.start()
        before = self.fleet.ask("count %s" % devices["no-bulk"][0])
        for slot, (record, _, lesson) in MANNERS.items():
            self.assert_live(agent, slot, devices[slot][0], record)
        choked = [dict(word.split("=") for word in text.split() if "=" in word)["choked"]
                  for text in (before, self.fleet.ask("count %s" % devices["no-bulk"][0]))]
        self.assertEqual(choked[0], choked[1], "it was asked by GETBULK again")

    def test_answers_that_are_not_the_device_s_are_refused_by_name(self):
        other, entry = self.device("ups", "elsewhere")
        guess, guessed = self.device("plant", "community")
        self.fleet.ask("answer-from %s 127.7.9.9" % other)
        self.fleet.ask("wrong-community %s guess" % guess)
        agent = self.run_agent({"S-1": [entry, guessed]})
        self.wait_for(lambda: "an answer came from 127.7.9.9:" in self.rejected(agent, "elsewhere"), "the address to be told")
        self.wait_for(lambda: "community" in self.rejected(agent, "community"), "the community to be told")
        self.assertNotIn("guess", self.rejected(agent, "community"))
        self.wait_presence(agent, "elsewhere", "unreachable")
        entry["answers-from"] = "127.7.9.9"
        agent.write_inventory([{"id": "S-1", "name": "S-1", "kind": "fixed", "area": "south", "devices": [entry, guessed]}])
        self.assertEqual(agent.run_ctl("reload")[0], 0)
        self.assert_live(agent, "elsewhere", other, "ups")
        self.fleet.ask("wrong-community %s off" % guess)
        self.assert_live(agent, "community", guess, "plant")

    def test_a_walk_that_does_not_end_is_told_and_costs_no_other(self):
        address, entry = self.device("environment")
        loop, looped = self.device("environment", "loop")
        self.fleet.ask("endless %s grow" % address)
        self.fleet.ask("endless %s loop" % loop)
        agent = self.run_agent({"S-1": [entry, looped]})
        self.assert_live(agent, "environment", address, "environment")
        self.assert_live(agent, "loop", loop, "environment")
        self.wait_for(lambda: "does not end" in self.rejected(agent, "environment"), "the walk to be told")
        self.wait_for(lambda: "comes back to where it was" in self.rejected(agent, "loop"), "the walk to be told")

    def test_the_dead_and_the_slow_cost_the_others_nothing(self):
        healthy = [self.device("plant", "well-%d" % i) for i in range(4)]
        dead = [self.device("ups", "dead-%d" % i) for i in range(12)]
        slow, crawls = self.device("radio", "slow")
        for address, _ in dead:
            self.fleet.ask("dead " + address)
        self.fleet.ask("delay %s 900ms" % slow)
        agent = self.run_agent({"S-1": [entry for _, entry in healthy + dead] + [crawls]})
        for address, entry in healthy:
            self.wait_value(agent, entry["id"], *RECORDS["plant"][:3])
        for _, entry in dead:
            self.wait_presence(agent, entry["id"], "unreachable")
        self.wait_value(agent, "slow", *RECORDS["radio"][:3])  # three times the timeout: late answers count
        before = [self.requests(address) for address, _ in healthy]
        received = [row["towerdSensorReceived"] for row in agent.ctl("sensor", "list") if row["towerdSensorDevice"].startswith("well")]
        self.wait_for(lambda: all(self.requests(address) >= first + 3 for (address, _), first in zip(healthy, before)), "three more rounds")
        self.wait_for(lambda: not set(received) & {row["towerdSensorReceived"] for row in agent.ctl("sensor", "list")
                                                   if row["towerdSensorDevice"].startswith("well")}, "new values of all that are well")
        self.fleet.ask("alive " + dead[0][0])
        self.assert_live(agent, "dead-0", dead[0][0], "ups")

    def test_of_two_workers_one_dies_and_the_other_s_devices_go_on(self):
        devices = [self.device("plant", "p-%d" % i) for i in range(4)]
        agent = self.run_agent({"S-1": [entry for _, entry in devices]}, snmp={"workers": 2})
        for _, entry in devices:
            self.wait_value(agent, entry["id"], *RECORDS["plant"][:3])
        rows = {row["towerdDeviceSlot"]: row for row in agent.ctl("device", "list")}
        shards = {entry["id"]: rows[entry["id"]]["towerdDeviceNumber"] % 2 for _, entry in devices}
        self.assertEqual(set(shards.values()), {0, 1})
        workers = self.workers(agent)
        self.assertEqual(len(workers), 2)
        victim = workers[0]
        seen = set()

        def some_are_unknown():
            if victim in self.workers(agent):
                os.kill(victim, signal.SIGKILL)
            states = {slot: self.presence(agent, slot)["towerdDevicePresence"] for slot in shards}
            seen.update(slot for slot, state in states.items() if state == "unknown")
            return seen
        self.wait_for(some_are_unknown, "devices to be unknown", alive=[agent.process])
        shard = {shards[slot] for slot in seen}
        self.assertEqual(len(shard), 1)
        for address, entry in devices:
            if shards[entry["id"]] not in shard:
                self.assertEqual(self.presence(agent, entry["id"])["towerdDevicePresence"], "reachable")
                self.assert_live(agent, entry["id"], address, "plant")
        for address, entry in devices:
            self.wait_presence(agent, entry["id"], "reachable")
        self.assertEqual(len(self.workers(agent)), 2)
        self.assertEqual(self.unreachable(agent), [])


harness.main()
