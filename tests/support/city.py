# SPDX-License-Identifier: ISC
"""
A city for tests of days: its plan, a day of chaos in it, and the simulators that act out what physics.py says. The truth is in the physics; here is
how devices show it.

    chance = random.Random(7)
    sites = plan(chance, leaves=60, feeders=5, towers=6)
    stage = Stage(test, City(sites), scale=100)
    stage.inventory()                   # for Agent(); then agent.start(), stage.start(agent's UTC)
    stage.show()                        # what has changed in the city since the last time, as commands to the simulators
"""
import os
from collections import namedtuple

import harness
from physics import Fault, Site

BOX = "1.3.6.1.4.1.8072.9999.9999"
MAINS, VOLTS, CHARGING, DOOR, GENSET = (BOX + ".4.%d.0" % i for i in range(1, 6))
LINK = BOX + ".5.1.1.%d"
NO_LINK = 9
CHARGING_STATES = {"charging": 1, "float": 2, "discharging": 3}
RECORDS = {
    "power": "1.3.6.1.2.1.1.1.0|4|A power plant\n1.3.6.1.2.1.1.2.0|6|%s.4\n1.3.6.1.2.1.1.3.0|67|1000\n"
             "%s|2|1\n%s|2|540\n%s|2|2\n%s|2|0\n%s|2|0\n" % (BOX, MAINS, VOLTS, CHARGING, DOOR, GENSET),
    "radio": "1.3.6.1.2.1.1.1.0|4|A radio\n1.3.6.1.2.1.1.2.0|6|%s.5\n1.3.6.1.2.1.1.3.0|67|1000\n"
             "%s|2|1\n%s|2|%d\n" % (BOX, LINK % 1, LINK % 2, NO_LINK)}
PROFILES = {
    "power": """profile: city-power
match: { sysObjectID: %s.4 }
base: %s.4
sensors:
  - { oid: .1.0, kind: mains.present, label: Mains }
  - { oid: .2.0, kind: battery.voltage, label: Battery, divide: 10 }
  - { oid: .3.0, kind: battery.charging, label: Battery, map: { 1: charging, 2: float, 3: discharging } }
  - { oid: .4.0, kind: door.open, label: Door }
  - { oid: .5.0, kind: genset.running, label: Genset }
""" % (BOX, BOX),
    "radio": """profile: city-radio
match: { sysObjectID: %s.5 }
base: %s.5
tables:
  - entry: .1
    sensors:
      - { column: 1, kind: backhaul.state, label: "Link {index}", map: { 1: active, 5: failed }, not-fitted: %d }
""" % (BOX, BOX, NO_LINK)}


# The plan of a city.

def plan(chance, leaves, feeders, towers):
    """Two hubs that stand in for each other, a ring of three, a hub behind a hub, `leaves` sites that hang on these, portable towers."""
    hubs = [
        Site("CORE", feeder="F-CORE", has_genset=True),
        Site("PAIR-A", feeder="F-A", paths=(("CORE",),), has_genset=True), Site("PAIR-B", feeder="F-B", paths=(("CORE",),), has_genset=True),
        Site("RING-1", feeder="F-A", paths=(("CORE",), ("RING-2", "RING-3", "CORE"))),
        Site("RING-2", feeder="F-1", paths=(("RING-1", "CORE"), ("RING-3", "CORE")), has_genset=True),
        Site("RING-3", feeder="F-B", paths=(("CORE",), ("RING-2", "RING-1", "CORE"))),
        Site("FAR", feeder="F-2", paths=(("PAIR-A",),), has_genset=True)]
    for hub in hubs:
        hub.autonomy_s = 2 * 3600
    ways = [(("PAIR-A",), ("PAIR-B",)), (("PAIR-A",),), (("PAIR-B",),), (("RING-1",),), (("RING-2",),), (("RING-3",),), (("FAR",),),
            (("FAR",), ("RING-2",))]
    sites = [Site("S-%03d" % i, feeder="F-%d" % (i % feeders + 1), paths=ways[i % len(ways)], autonomy_s=60 * chance.randint(15, 25),
                  has_genset=chance.random() < 0.2) for i in range(leaves)]
    portable = [Site("COW-%d" % i, feeder="GENSET-OF-COW-%d" % i, devices=("tower",), autonomy_s=60 * chance.randint(15, 25))
                for i in range(towers)]
    return hubs + sites + portable


# A day in it.

APART_S = 240  # between the faults that are left at its end

Blow = namedtuple("Blow", "at_s verb what")  # verb: begin, end (of a Fault), or command (to the simulator of a site)


class Day:
    """What strikes the city, in the order of time; what is not repaired at its end stays so."""

    def __init__(self, chance, city, hours, pause_s):
        self.chance, self.city, self.end_s = chance, city, hours * 3600
        self.blows, self.struck = [], {}
        self.counts = {}
        self.hubs = sorted({hub for site in city.sites.values() for path in site.paths for hub in path} - {"CORE"})
        self.fixed = sorted(site.id for site in city.sites.values() if "tower" not in site.devices)
        self.leaves = sorted(set(self.fixed) - set(self.hubs) - {"CORE"})
        self.portable = sorted(site.id for site in city.sites.values() if "tower" in site.devices)
        self.feeders = sorted({city.sites[site].feeder for site in self.leaves})
        hands = [self.feeder_is_cut, self.hub_is_lost, self.link_is_lost, self.link_flaps, self.box_dies, self.door_opens, self.door_flaps,
                 self.genset_fails, self.tower_loses_power, self.tower_drops, self.clock_is_wrong]
        at = pause_s
        while at < self.end_s * 0.9:
            chance.choice(hands)(at)
            at += chance.expovariate(1 / pause_s)
        self.leave_a_remainder()
        self.blows.sort(key=lambda blow: blow.at_s)

    def strike(self, at, kind, target, minutes, times=1, pause_s=0):
        """One fault (or several of one thing in a row) that ends before the day does; not where one is already."""
        fault, length = Fault(kind, target), minutes * 60
        if self.struck.get(fault, -1) >= at:
            return
        self.counts[kind] = self.counts.get(kind, 0) + times
        for _ in range(times):
            end = min(at + length, self.end_s)
            if at >= end:
                break
            self.blows += [Blow(at, "begin", fault), Blow(end, "end", fault)]
            at = end + pause_s
        self.struck[fault] = at

    def minutes(self, low, high):
        return self.chance.uniform(low, high)

    def feeder_is_cut(self, at):
        self.strike(at, "feeder", self.chance.choice(self.feeders), self.minutes(10, 60))

    def hub_is_lost(self, at):
        self.strike(at, "blackout", self.chance.choice(self.hubs), self.minutes(5, 20))

    def a_link(self):
        site = self.chance.choice(self.hubs + self.chance.sample(self.leaves, 3))
        return site, self.chance.randrange(len(self.city.sites[site].paths))

    def link_is_lost(self, at):
        self.strike(at, "link", self.a_link(), self.minutes(5, 20))

    def link_flaps(self, at):
        self.strike(at, "link", self.a_link(), self.minutes(0.3, 2), times=self.chance.randint(3, 8), pause_s=self.chance.uniform(20, 90))

    def box_dies(self, at):
        self.strike(at, "box", (self.chance.choice(self.fixed), self.chance.choice(("power", "radio"))), self.minutes(5, 20))

    def door_opens(self, at):
        self.strike(at, "door", self.chance.choice(self.leaves + self.portable), self.minutes(3, 20))

    def door_flaps(self, at):
        self.strike(at, "door", self.chance.choice(self.leaves + self.portable), self.minutes(0.3, 1), times=self.chance.randint(4, 10),
                    pause_s=self.chance.uniform(20, 60))

    def genset_fails(self, at):
        self.strike(at, "genset", self.chance.choice([s for s in self.leaves if self.city.sites[s].has_genset]), self.minutes(20, 60))

    def tower_loses_power(self, at):
        self.strike(at, "feeder", self.city.sites[self.chance.choice(self.portable)].feeder, self.minutes(10, 40))

    def tower_drops(self, at):
        self.strike(at, "box", (self.chance.choice(self.portable), "tower"), self.minutes(0.5, 8), times=self.chance.randint(1, 4), pause_s=60)

    def clock_is_wrong(self, at):
        self.counts["clock"] = self.counts.get("clock", 0) + 1
        hours = self.chance.choice((-1000, -3, 2, 500))
        if self.chance.random() < 0.5:
            self.blows.append(Blow(at, "command", (self.chance.choice(self.portable), "skew {} %dh" % hours)))
        else:
            command = self.chance.choice(("jump {} 40m", "jump {} -40m", "reboot {}", "uptime {} 4294967000"))
            self.blows.append(Blow(at, "command", (self.chance.choice(self.fixed), command)))

    def leave_a_remainder(self):
        """Of each kind one thing, and a third of what the end of the day finds broken, is not repaired. One after the other: each is seen before the next."""
        ends = [b for b in self.blows if b.verb == "end" and b.at_s == self.end_s]
        for blow in ends:
            if self.chance.random() < 1 / 3:
                self.blows.remove(blow)
        last = self.end_s * 0.9 - APART_S
        leaf = self.chance.choice(self.leaves)
        for kind, target in (("feeder", self.chance.choice(self.feeders)), ("blackout", self.chance.choice(self.hubs)),
                             ("link", (leaf, 0)), ("box", (self.chance.choice(self.fixed), "power")),
                             ("door", self.chance.choice(self.leaves)), ("box", (self.chance.choice(self.portable), "tower"))):
            fault = Fault(kind, target)
            last += APART_S
            if self.struck.get(fault, -1) < last:
                self.counts[kind] = self.counts.get(kind, 0) + 1
                self.blows.append(Blow(last, "begin", fault))


# How the simulators show it.

class Stage:
    """sim-fleet and sim-tower, told each time only what has become another."""

    def __init__(self, test, city, scale, build):
        self.test, self.city, self.scale, self.build = test, city, scale, build
        self.shown = {}  # what each object or tower was told last
        os.makedirs(test.path("profiles"), exist_ok=True)
        for name, text in PROFILES.items():
            with open(test.path("profiles/city-%s.yaml" % name), "w") as f:
                f.write(text)
        for name, text in RECORDS.items():
            with open(test.path(name + ".snmprec"), "w") as f:
                f.write(text)
        self.fleet = test.start([os.path.join(build, "bin", "sim-fleet"), "--clock-scale", str(scale)], commands=True)
        self.fleet_port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        _, self.broker_port = test.start_mosquitto()
        self.towers = None
        self.addresses = {}
        commands = ["record %s %s" % (name, test.path(name + ".snmprec")) for name in RECORDS]
        for site in city.sites.values():
            for device in site.devices:
                if device != "tower":
                    number = len(self.addresses) + 1
                    self.addresses[site.id, device] = "127.12.%d.%d" % (number // 250, number % 250 + 1)
                    commands.append("device %s %s" % (self.addresses[site.id, device], device))
        self.fleet.ask_all(commands)
        self.show()

    def inventory(self):
        sites = []
        for site in self.city.sites.values():
            devices = [{"id": device, "driver": "mqtt"} if device == "tower" else
                       {"id": device, "driver": "snmp", "address": "%s:%d" % (self.addresses[site.id, device], self.fleet_port),
                        "community": "public"} for device in site.devices]
            entry = {"id": site.id, "name": site.id, "kind": "portable" if "tower" in site.devices else "fixed", "area": "city",
                     "devices": devices}
            if site.paths:
                entry["depends-on"] = [list(path) for path in site.paths]
            if "tower" not in site.devices:
                entry["power-feeder"] = site.feeder
            sites.append(entry)
        return sites

    def start(self, begin_ms):
        """The towers, on a clock that ran with an agent's from this UTC on: so that one is wrong only where the day says so."""
        self.towers = self.test.start([os.path.join(self.build, "bin", "sim-tower"), "--broker", "127.0.0.1:%d" % self.broker_port,
                                       "--clock-scale", str(self.scale), "--clock-epoch", str(begin_ms)], commands=True)
        self.towers.wait_line("^ready")
        self.towers.ask_all(["tower %s interval=30s" % site.id for site in self.city.sites.values() if "tower" in site.devices])
        self.show()

    def alive(self):
        return [self.fleet] + ([self.towers] if self.towers else [])

    def command(self, site, text):
        if (site, "power") in self.addresses:
            self.fleet.ask_all([text.format(self.addresses[site, device]) for device in self.city.sites[site].devices])
        else:
            self.towers.ask_all([text.format(site)])

    def show(self):
        fleet, towers = [], []
        for site in self.city.sites.values():
            for device in site.devices:
                if device != "tower":
                    self.show_box(site, device, fleet)
                elif self.towers:
                    self.show_tower(site, towers)
        self.fleet.ask_all(fleet)
        if towers:
            self.towers.ask_all(towers)

    def differs(self, key, value, at_first=None):
        """Whether it is not what was shown last; `at_first` is what it was before it was ever shown."""
        if self.shown.get(key, at_first) == value:
            return False
        self.shown[key] = value
        return True

    def show_box(self, site, device, commands):
        address = self.addresses[site.id, device]
        if device == "power":
            values = {MAINS: int(self.city.has_mains(site)), VOLTS: round(10 * self.city.volts(site)),
                      CHARGING: CHARGING_STATES[self.city.battery_state(site)], DOOR: int(self.city.has("door", site.id)),
                      GENSET: int(self.city.is_genset_running(site))}
        else:
            values = {LINK % (i + 1): 1 if has_signal else 5 for i, has_signal in enumerate(site.links)}
        commands += ["set %s %s 2 %d" % (address, oid, value) for oid, value in values.items() if self.differs((address, oid), value)]
        if self.differs(address, self.city.is_seen(site, device), at_first=True):
            commands.append("%s %s" % ("alive" if self.city.is_seen(site, device) else "dead", address))

    def show_tower(self, site, commands):
        values = {"mains.present": str(self.city.has_mains(site)).lower(), "battery.voltage": "%.1f" % self.city.volts(site),
                  "battery.charging": self.city.battery_state(site), "door.open": str(self.city.has("door", site.id)).lower()}
        is_seen = self.city.is_seen(site, "tower")
        commands += ["set %s %s %s" % (site.id, kind, value) for kind, value in values.items() if self.differs((site.id, kind), value)]
        if self.differs(site.id, is_seen, at_first=True):
            commands.append("%s %s" % ("return" if is_seen else "drop", site.id))
