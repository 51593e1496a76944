# SPDX-License-Identifier: ISC
"""
What is so in a city of cell sites, whoever looks: power, batteries, links, boxes, doors. It knows nothing of the agent, only which alarms an observer
of it should hold: those of what can be seen, and those of what was seen last of what cannot be seen any more.

    city = City([Site("HUB", feeder="F1"), Site("A", feeder="F2", paths=(("HUB",),))])
    city.begin(Fault("feeder", "F2"))
    city.step(60)                       # a minute later
    city.alarms()                       # {Alarm("A", "power", "mains.present", "power/mains-failure", "minor"), …}
"""
from collections import namedtuple
from dataclasses import dataclass, field

FLOAT_V = 54.0  # while there is supply
FULL_V, EMPTY_V = 50.5, 40.0  # on battery, falling with the charge
RECHARGE_S = 3600
GENSET_START_S = 120
UNDERVOLTAGE = ((43.0, "critical"), (45.0, "major"), (47.0, "minor"))  # worst first; the catalogue's limits

Alarm = namedtuple("Alarm", "site device sensor type severity")  # device and sensor are "" where it is one of all that is there
Fault = namedtuple("Fault", "kind target")
FAULTS = {  # kinds, and what their targets are
    "feeder": "a feeder has no power", "blackout": "a site has none at all, whatever it has in store", "genset": "that of a site does not run",
    "link": "(site, number of a path): the one to the path's first hub", "box": "(site, device) says nothing", "door": "that of a site is open"}


@dataclass
class Site:
    """One site. `paths`: its backhaul, any one of them will do, and each needs all of its hubs; none: it stands at the core."""
    id: str
    feeder: str = ""
    paths: tuple = ()
    devices: tuple = ("power", "radio")
    autonomy_s: int = 3600  # of a full battery
    has_genset: bool = False
    charge: float = 1.0
    without_mains_s: float = 0.0
    links: list = field(default_factory=list)  # of each path: whether there is a signal


class City:
    def __init__(self, sites):
        self.sites = {site.id: site for site in sites}
        self.faults = set()
        self.now_s = 0
        self.seen = {}     # (site, device) -> {(sensor, type): severity}, as seen last
        self.changed = {}  # (site, device) -> when what is seen of it became another
        self.lost = {}     # (site, device) -> since when it is not seen
        self.settle()

    def begin(self, fault):
        assert fault.kind in FAULTS, fault
        self.faults.add(fault)
        self.settle()

    def end(self, fault):
        self.faults.discard(fault)
        self.settle()

    def step(self, seconds):
        """Time passes. Steps are to be short beside the autonomies: a battery is judged at the end of each."""
        self.now_s += seconds
        for site in self.sites.values():
            site.without_mains_s = 0 if self.has_mains(site) else site.without_mains_s + seconds
            rate = 1 / RECHARGE_S if self.has_supply(site) else -1 / site.autonomy_s
            site.charge = min(1.0, max(0.0, site.charge + rate * seconds))
        self.settle()

    def is_at_rest(self):
        """Whether time alone changes nothing that an observer sees."""
        return all(site.charge == 0 or self.has_supply(site) for site in self.sites.values())

    # What is so.

    def has(self, kind, target):
        return Fault(kind, target) in self.faults

    def has_mains(self, site):
        return not self.has("feeder", site.feeder)

    def is_genset_running(self, site):
        return site.has_genset and site.without_mains_s >= GENSET_START_S and not self.has("genset", site.id)

    def has_supply(self, site):
        return self.has_mains(site) or self.is_genset_running(site)

    def is_lit(self, site):
        return not self.has("blackout", site.id) and (self.has_supply(site) or site.charge > 0)

    def volts(self, site):
        return FLOAT_V if self.has_supply(site) else EMPTY_V + (FULL_V - EMPTY_V) * site.charge

    def battery_state(self, site):
        if not self.has_supply(site):
            return "discharging"
        return "charging" if site.charge < 1 else "float"

    def reachable(self):
        """Ids of the sites that answer: lit, and by one of their paths connected to the core. What is in a ring holds nobody else up by itself."""
        found = {site.id for site in self.sites.values() if not site.paths and self.is_lit(site)}
        waiting = [site for site in self.sites.values() if site.paths and self.is_lit(site)]
        while True:
            more = [site for site in waiting
                    if any(site.links[i] and found.issuperset(path) for i, path in enumerate(site.paths))]
            if not more:
                return found
            found.update(site.id for site in more)
            waiting = [site for site in waiting if site.id not in found]

    def is_seen(self, site, device):
        return site.id in self.reached and not self.has("box", (site.id, device))

    # Who is to blame.

    def has_seen_mains_fail(self, site):
        return ("mains.present", "power/mains-failure") in self.seen.get((site.id, "power"), {})

    def outages(self, share=0.5, least=3):
        """Feeders of which so many sites have lost their mains, as far as that was seen: so large a share, and no fewer than these."""
        found = set()
        for feeder in {site.feeder for site in self.sites.values() if "tower" not in site.devices}:
            failed = [self.has_seen_mains_fail(site) for site in self.sites.values() if site.feeder == feeder]
            if sum(failed) >= max(least, len(failed) * share):
                found.add(feeder)
        return found

    def roots(self):
        """
        Ids of the silent sites that nothing else explains: one of their ways leads through hubs that all answer, and no outage has emptied their battery, or
        nobody has seen that it took their mains.
        """
        out = self.outages()
        return {site.id for site in self.sites.values() if self.is_silent(site) and
                (not site.paths or any(self.reached.issuperset(path) for path in site.paths)) and
                not (site.feeder in out and site.charge == 0 and self.has_seen_mains_fail(site))}

    # What an observer should hold.

    def settle(self):
        for site in self.sites.values():
            site.links = [not self.has("link", (site.id, i)) and self.is_lit(self.sites[path[0]]) for i, path in enumerate(site.paths)]
        self.reached = self.reachable()
        for site in self.sites.values():
            for device in site.devices:
                self.look(site, device)

    def look(self, site, device):
        key = site.id, device
        if not self.is_seen(site, device):
            self.lost.setdefault(key, self.now_s)
            return
        self.lost.pop(key, None)
        conditions = self.conditions(site, device)
        if conditions != self.seen.get(key, {}):
            self.changed[key] = self.now_s
        self.seen[key] = conditions

    def conditions(self, site, device):
        """{(sensor, alarm type): severity} of what the device measures. A portable tower measures all itself."""
        found = {}
        if device in ("power", "tower"):
            if not self.has_mains(site):
                found["mains.present", "power/mains-failure"] = "minor"
            if self.battery_state(site) == "discharging":
                found["battery.charging", "battery/discharging"] = "warning"
            if self.has("door", site.id):
                found["door.open", "site/door-open"] = "warning"
            for limit, severity in UNDERVOLTAGE:
                if self.volts(site) < limit:
                    found["battery.voltage", "power/dc-undervoltage"] = severity
                    break
        if device == "radio":
            for i, has_signal in enumerate(site.links):
                if not has_signal:
                    found["backhaul.state:%d" % (i + 1), "transport/link-down"] = "minor"
        return found

    def is_silent(self, site):
        """None of its devices answers: then that is one alarm at the site."""
        return not any(self.is_seen(site, device) for device in site.devices)

    def alarms(self):
        found = set()
        for site in self.sites.values():
            if self.is_silent(site):
                found.add(Alarm(site.id, "", "", "comms/site-unreachable", "major"))
            for device in site.devices:
                if not self.is_silent(site) and not self.is_seen(site, device):
                    found.add(Alarm(site.id, device, "", "comms/device-unreachable", "major"))
                for (sensor, kind), severity in self.seen.get((site.id, device), {}).items():
                    found.add(Alarm(site.id, device, sensor, kind, severity))
        return found

    def in_doubt(self, margin_s):
        """(site, device) of what changed so shortly before it went out of sight that no observer can know how it was last."""
        return {key for key, since in self.lost.items() if key in self.changed and since - self.changed[key] < margin_s}
