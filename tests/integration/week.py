# SPDX-License-Identifier: ISC
"""
A long time with a fleet that has a hard life: losses, silence, restarts, slow links, boxes that are swapped, moved and mixed up, engines and clocks
that change, values and lists that go bad and come back, traps whose end is lost. When all is well again no alarm is left, every alarm that was
raised has been cleared, and neither the agent nor its workers have grown. A week of the scaled clock with TOWERD_LONG, else some hours.
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
AT_ONCE = 7  # blows that are not made good yet
GROWTH_KIB = 4096  # of a process: what a week of bounded histories may take

BOX = "1.3.6.1.4.1.8072.9999.9999.1"
BOX_RECORD = """1.3.6.1.2.1.1.1.0|4|A box with a door
1.3.6.1.2.1.1.2.0|6|%(box)s
1.3.6.1.2.1.1.3.0|67|1000
%(box)s.1.0|2|0
%(box)s.2.0|2|540
%(box)s.3.0|4|SIM-%%NUMBER%%
""" % {"box": BOX}
BOX_PROFILE = """profile: week-box
match: { sysObjectID: %s }
base: %s
identity: { serial: .3.0 }
sensors:
  - { oid: .2.0, kind: battery.voltage, label: Battery, divide: 10 }
alarms:
  - { oid: .1.0, type: power/mains-failure }
traps:
  - { trap: .0.1, raises: power/mains-failure }
  - { trap: .0.7, raises: site/door-open, expires: 2h }
  - { trap: .0.8, clears: site/door-open }
""" % (BOX, BOX)

RECORDS = ["plant", "radio", "genset", "environment", "ups", "battery", "box"]
UPS_ALARM = "1.3.6.1.2.1.33.1.6.2.1"
BAD_VALUES = {  # what is set at a device of the record, so that it is alarmed: by a limit, by a value, by a list
    "plant": ["1.3.6.1.4.1.12148.10.10.5.5.0 2 4310"], "ups": ["1.3.6.1.2.1.33.1.2.1.0 2 3"],
    "environment": ["1.3.6.1.2.1.99.1.1.1.4.2 2 715"], "genset": ["1.3.6.1.4.1.41809.1.27.0 2 21"], "box": [BOX + ".1.0 2 1"]}
BAD_LIST = [UPS_ALARM + ".1.4 2 4", UPS_ALARM + ".2.4 6 1.3.6.1.2.1.33.1.6.3.16", UPS_ALARM + ".3.4 67 100"]
TRAPS = {  # that raise at once, and what would end them if it were not lost
    "ups": ("1.3.6.1.2.1.33.2.3 %s.2.9 6 1.3.6.1.2.1.33.1.6.3.1" % UPS_ALARM, "1.3.6.1.2.1.33.2.4 %s.2.9 6 1.3.6.1.2.1.33.1.6.3.1" % UPS_ALARM),
    "box": (BOX + ".0.7", BOX + ".0.8")}
USER = "poller SHA-256 signing-words AES hiding-words"
USERS = {"week": {"version": 3, "user": "poller", "auth": "SHA-256", "auth-key": "signing-words", "priv": "AES-128", "priv-key": "hiding-words"}}
DEVICES = 35
V3_EACH = 3  # every third device is asked by SNMPv3


class Device:
    def __init__(self, number):
        self.site = "S-%d" % number
        self.record = RECORDS[number % len(RECORDS)]
        self.address = "127.11.0.%d" % (number + 1)
        self.other_address = "127.11.1.%d" % (number + 1)
        self.is_v3 = number % V3_EACH == 0
        self.is_struck = False


class WeekTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.write("box.snmprec", BOX_RECORD)
        with open(harness.source("tests/sim/records/battery.snmprec")) as f:  # whose second battery is on reserve: here it is at rest
            self.write("battery.snmprec", f.read().replace(".233.1.1.1.13.2|2|5", ".233.1.1.1.13.2|2|4"))
        os.mkdir(self.path("profiles"))
        self.write("profiles/week-box.yaml", BOX_PROFILE)
        self.write("credentials.yaml", json.dumps(USERS))
        self.devices = [Device(i) for i in range(DEVICES)]
        self.trap_port = harness.free_udp_port()
        self.fleet = self.start([os.path.join(BUILD, "bin", "sim-fleet"), "--clock-scale", str(SCALE)], commands=True)
        port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        for record in RECORDS:
            own = self.path(record + ".snmprec")
            self.fleet.ask("record %s %s" % (record, own if os.path.exists(own) else harness.source("tests/sim/records/%s.snmprec" % record)))
        sites = []
        for device in self.devices:
            self.fleet.ask("device %s %s" % (device.address, device.record))
            if device.is_v3:
                self.fleet.ask("user %s %s" % (device.address, USER))
            access = {"credentials": "week"} if device.is_v3 else {"community": "public"}
            sites.append({"id": device.site, "name": "S", "area": "south", "devices": [
                {"id": device.record, "driver": "snmp", "address": "%s:%d" % (device.address, port), **access}]})
        # Under AddressSanitizer what is freed stays in memory: little of it, so that growth is growth.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
        self.agent = Agent(self, sites, build=BUILD, environment={"ASAN_OPTIONS": options.lstrip(":")}, settings={
            "alarm": {"unreachable-after": "15m", "hold": "10s"}, "identity-keep": "30m",
            "profile-dir": [harness.source("profiles"), self.path("profiles")]})
        self.agent.config["plugins"] = {
            "snmp-agent": self.agent.snmp_agent(),
            # 60 s are 60 ms of real time: a machine that is busy must not look like a device that is dead
            "snmp": {"interval": "5m", "timeout": "60s", "retries": 3, "discovery": "4h", "workers": 2, "credentials": self.path("credentials.yaml"),
                     "traps": "udp:127.0.0.1:%d" % self.trap_port}}
        self.agent.start("--clock-scale", str(SCALE))
        self.chance = random.Random(int(os.environ.get("TOWERD_SEED", "7")))
        self.blows = {}

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        os.chmod(self.path(name), 0o600)

    def hours(self):
        return self.agent.ctl("status")["uptime_ms"] / 3600000

    def wait_until(self, hour):
        harness.wait_for(lambda: self.hours() >= hour, "hour %.2f" % hour, deadline_s=120, alive=[self.agent.process, self.fleet])

    def alarms(self):
        return [(a["towerdAlarmSite"], a["towerdAlarmType"], a["towerdAlarmText"]) for a in self.agent.ctl("alarm", "list")]

    def processes(self):
        pid = self.agent.process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [pid] + [int(word) for word in f.read().split()]

    def resident_kib(self):
        def of(pid):
            with open("/proc/%d/statm" % pid) as f:
                return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
        return {pid: of(pid) for pid in self.processes()}

    def blows_of(self, device, twin):
        """{name: (commands that strike, commands that make it good again)} of the device; `twin` plays the same recording."""
        at, to = device.address, device.other_address
        engine = "80001f8804%08x" % self.chance.getrandbits(32)
        blows = {
            "dead": (["dead " + at], ["alive " + at]),
            "loss": (["loss %s 40" % at], ["loss %s 0" % at]),
            "delay": (["delay %s 30s" % at], ["delay %s 0s" % at]),
            "reboot": (["reboot " + at], []),
            "limit": (["limit %s 484" % at], ["limit %s 65507" % at]),
            "jump": (["jump %s 40m" % at], ["jump %s -40m" % at]),
            "wrap": (["uptime %s 4294967000" % at], []),
            "swap": (["swap %s %s" % (at, device.record)], []),
            "move": (["move %s %s" % (at, to)], ["move %s %s" % (to, at)]),
            "mix-up": 2 * (["move %s %s" % (at, to), "move %s %s" % (twin.address, at), "move %s %s" % (to, twin.address)],),
        }
        if device.is_v3:
            blows["engine"] = (["engine %s %s" % (at, engine)], [])
            blows["user"] = (["user %s poller off" % at], ["user %s %s" % (at, USER)])
        else:
            blows["community"] = (["community %s other" % at], ["community %s public" % at])
        if device.record in BAD_VALUES:
            blows["value"] = (["set %s %s" % (at, value) for value in BAD_VALUES[device.record]], ["unset %s all" % at])
        if device.record == "ups":
            blows["list"] = (["set %s %s" % (at, value) for value in BAD_LIST], ["unset %s all" % at])
        if device.record in TRAPS and not device.is_v3:
            raises, clears = ("trap %s 127.0.0.1:%d %s" % (at, self.trap_port, trap) for trap in TRAPS[device.record])
            blows["trap"] = ([raises], [clears])
            blows["trap whose end is lost"] = ([raises], [])
        return blows

    def strike(self):
        """One blow at a device that has none yet; what makes it good again and for whom."""
        device = self.chance.choice([d for d in self.devices if not d.is_struck])
        twin = self.chance.choice([d for d in self.devices if not d.is_struck and d.record == device.record and d.is_v3 == device.is_v3])
        blows = self.blows_of(device, twin)
        name = self.chance.choice([name for name in blows if name != "mix-up" or twin != device])
        struck = [device, twin] if name == "mix-up" else [device]
        self.blows[name] = self.blows.get(name, 0) + 1
        for command in blows[name][0]:
            self.fleet.ask(command)
        for one in struck:
            one.is_struck = True
        return struck, blows[name][1]

    def make_good(self, struck, remedies):
        for command in remedies:
            self.fleet.ask(command)
        for device in struck:
            device.is_struck = False

    def transitions(self):
        """How often each alarm was raised, and how often cleared, by the journal."""
        counts = {}
        for record in self.agent.journal():
            if record["type"] in ("alarm.raise", "alarm.clear"):
                body = json.loads(record["body"]) if isinstance(record["body"], str) else record["body"]
                key = (record["object"], body.get("type"))
                counts.setdefault(key, [0, 0])[record["type"] == "alarm.clear"] += 1
        return counts

    def test_nothing_sticks_and_nothing_grows(self):
        harness.wait_for(lambda: len({s["towerdSensorSite"] for s in self.agent.ctl("sensor", "list")}) == DEVICES,
                         "all devices to be read", alive=[self.agent.process])
        struck, at, sizes = [], self.hours(), None
        begin = at
        restarted, = (a for a in self.agent.ctl("alarm", "list") if a["towerdAlarmType"] == "agent/restarted")
        self.agent.ctl("alarm", "ack", str(restarted["towerdAlarmNumber"]), "it has begun")  # this one waits for a person
        while at < begin + HOURS:
            at += STEP_MIN / 60
            struck.append(self.strike())
            if len(struck) >= AT_ONCE:
                self.make_good(*struck.pop(0))
            self.wait_until(at)
            if sizes is None and at > begin + HOURS / 4:
                sizes = self.resident_kib()
        for blow in struck:
            self.make_good(*blow)
        harness.wait_for(lambda: self.assertEqual(self.alarms(), []) is None, "the last alarm to clear", deadline_s=120,
                         alive=[self.agent.process, self.fleet])
        counts = self.transitions()
        self.assertTrue(counts, "the fleet had trouble")
        self.assertEqual({key: count for key, count in counts.items() if count[0] != count[1]}, {})
        end = self.resident_kib()
        self.assertEqual(sorted(end), sorted(sizes), "no process has died")
        kinds = {}
        for (_, kind), (raised, _) in counts.items():
            kinds[kind] = kinds.get(kind, 0) + raised
        print("hours %d, blows %s, alarms raised %d: %s, KiB at a quarter %s, at the end %s" % (
            HOURS, self.blows, sum(kinds.values()), kinds, [sizes[pid] for pid in sizes], [end[pid] for pid in sizes]))
        for pid, before in sizes.items():
            self.assertLess(end[pid], before + GROWTH_KIB)


harness.main()
