# SPDX-License-Identifier: ISC
"""
A long time with a fleet that has a hard life (losses, silence, reboots, slow links, values that go bad and come back): when all is well again no
alarm is left, every alarm that was raised has been cleared, and neither the agent nor its workers have grown. A week of the scaled clock with
TOWERD_LONG, else some hours.
"""
import json
import os
import random

import harness
from agent import Agent

BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
IS_LONG = "TOWERD_LONG" in os.environ
SCALE = 1000
HOURS = 24 * 7 if IS_LONG else 8
STEP_MIN = 20  # between two blows of fate
GROWTH_KIB = 4096  # of a process: what a week of bounded histories may take
RECORDS = ["plant", "radio", "genset", "environment", "ups"]
BAD_VALUES = {  # what is set at a device of the record, so that it is alarmed
    "plant": "1.3.6.1.4.1.12148.10.10.5.5.0 2 4310", "ups": "1.3.6.1.2.1.33.1.2.1.0 2 3",
    "environment": "1.3.6.1.2.1.99.1.1.1.4.2 2 715", "genset": "1.3.6.1.4.1.41809.1.27.0 2 21"}
DEVICES = 25
OWN_TROUBLE = ("agent/", "comms/identity-changed")  # the agent's own, and that the devices of one recording have one serial number


class WeekTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([os.path.join(BUILD, "bin", "sim-fleet"), "--clock-scale", str(SCALE)], commands=True)
        port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        for record in RECORDS:
            self.fleet.ask("record %s %s" % (record, harness.source("tests/sim/records/%s.snmprec" % record)))
        self.devices = [("127.11.0.%d" % (i + 1), RECORDS[i % len(RECORDS)]) for i in range(DEVICES)]
        for address, record in self.devices:
            self.fleet.ask("device %s %s" % (address, record))
        sites = [{"id": "S-%d" % i, "name": "S", "area": "south",
                  "devices": [{"id": record, "driver": "snmp", "address": "%s:%d" % (address, port), "community": "public"}]}
                 for i, (address, record) in enumerate(self.devices)]
        self.agent = Agent(self, sites, build=BUILD, settings={"alarm": {"unreachable-after": "15m", "hold": "10s"}})
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(),
            # 60 s are 60 ms of real time: a machine that is busy must not look like a device that is dead
            "snmp": {"interval": "5m", "timeout": "60s", "retries": 3, "workers": 2}}
        self.agent.start("--clock-scale", str(SCALE))
        self.chance = random.Random(int(os.environ.get("TOWERD_SEED", "7")))

    def hours(self):
        return self.agent.ctl("status")["uptime_ms"] / 3600000

    def wait_until(self, hour):
        harness.wait_for(lambda: self.hours() >= hour, "hour %.2f" % hour, deadline_s=120, alive=[self.agent.process, self.fleet])

    def alarms(self):
        return [a for a in self.agent.ctl("alarm", "list") if not a["towerdAlarmType"].startswith(OWN_TROUBLE)]

    def processes(self):
        pid = self.agent.process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [pid] + [int(word) for word in f.read().split()]

    def resident_kib(self):
        def of(pid):
            with open("/proc/%d/statm" % pid) as f:
                return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
        return {pid: of(pid) for pid in self.processes()}

    def strike(self):
        """One blow, and the command that makes it good again."""
        address, record = self.chance.choice(self.devices)
        blows = [("dead %s" % address, "alive %s" % address), ("loss %s 40" % address, "loss %s 0" % address),
                 ("delay %s 30s" % address, "delay %s 0s" % address), ("reboot %s" % address, "count"),
                 ("community %s other" % address, "community %s public" % address), ("limit %s 300" % address, "limit %s 65507" % address)]
        if record in BAD_VALUES:
            blows += [("set %s %s" % (address, BAD_VALUES[record]), "unset %s all" % address)] * 3
        blow, remedy = self.chance.choice(blows)
        self.fleet.ask(blow)
        return remedy

    def transitions(self):
        """How often each alarm was raised, and how often cleared, by the journal."""
        status, out, err = self.agent.run_ctl("--json", "journal", "--since", "0")
        self.assertEqual(status, 0, err)
        counts = {}
        for line in out.splitlines():
            record = json.loads(line)
            if record["type"] in ("alarm.raise", "alarm.clear"):
                body = json.loads(record["body"]) if isinstance(record["body"], str) else record["body"]
                key = (record["object"], body.get("type"))
                counts.setdefault(key, [0, 0])[record["type"] == "alarm.clear"] += 1
        return counts

    def test_nothing_sticks_and_nothing_grows(self):
        harness.wait_for(lambda: len({s["towerdSensorSite"] for s in self.agent.ctl("sensor", "list")}) == DEVICES,
                         "all devices to be read", alive=[self.agent.process])
        remedies, at, sizes = [], self.hours(), None
        begin = at
        while at < begin + HOURS:
            at += STEP_MIN / 60
            remedies.append(self.strike())
            if len(remedies) > 6:
                self.fleet.ask(remedies.pop(0))
            self.wait_until(at)
            if sizes is None and at > begin + HOURS / 4:
                sizes = self.resident_kib()
        for remedy in remedies:
            self.fleet.ask(remedy)
        self.assertTrue(self.transitions(), "the fleet had trouble")
        harness.wait_for(lambda: not self.alarms(), "the last alarm to clear", deadline_s=120, alive=[self.agent.process, self.fleet])
        uneven = {key: counts for key, counts in self.transitions().items() if counts[0] != counts[1] and not str(key[1]).startswith(OWN_TROUBLE)}
        self.assertEqual(uneven, {})
        end = self.resident_kib()
        self.assertEqual(sorted(end), sorted(sizes), "no process has died")
        print("hours %d, alarms raised %d, KiB at a quarter %s, at the end %s" % (
            HOURS, sum(c[0] for c in self.transitions().values()), sorted(sizes.values()), sorted(end.values())))
        for pid, before in sizes.items():
            self.assertLess(end[pid], before + GROWTH_KIB)


harness.main()
