# SPDX-License-Identifier: ISC
"""For tests of polling: a simulated fleet, an agent that polls it, and what is there to be seen of it."""
import harness
from agent import Agent

RECORDS = {  # of each: kind, instance, text of the value; then an object to change, tag and number, and the text that must follow
    "plant": ("battery.voltage", "", "54.12", "1.3.6.1.4.1.12148.10.10.5.5.0", 2, 4987, "49.87"),
    "radio": ("backhaul.rx-level", "268452033", "-43", "1.3.6.1.4.1.2281.10.5.1.1.2.268452033", 2, -71, "-71"),
    "genset": ("genset.fuel", "", "78", "1.3.6.1.4.1.41809.1.27.0", 2, 335, "33.5"),
    "environment": ("device.temperature", "2", "26.8", "1.3.6.1.2.1.99.1.1.1.4.2", 2, 415, "41.5"),
    "ups": ("ups.battery-voltage", "", "54.6", "1.3.6.1.2.1.33.1.2.5.0", 2, 481, "48.1"),
}


class FleetTestCase(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        self.devices = 0
        for record in RECORDS:
            self.fleet.ask("record %s %s" % (record, harness.source("tests/sim/records/%s.snmprec" % record)))

    def device(self, record, slot=None, **settings):
        """A simulated device and its entry in the inventory; in settings None takes a key out."""
        self.devices += 1
        address = "127.7.0.%d" % self.devices
        self.fleet.ask("device %s %s" % (address, record))
        entry = {"id": slot or record, "driver": "snmp", "address": "%s:%d" % (address, self.port), "community": "public", **settings}
        return address, {key: value for key, value in entry.items() if value is not None}

    def run_agent(self, sites, snmp=None, settings=None):
        """`sites`: {site id: entries of devices}."""
        inventory = [{"id": site, "name": site, "kind": "fixed", "area": "south", "devices": entries} for site, entries in sites.items()]
        agent = Agent(self, inventory, settings={"alarm": {"unreachable-after": "1s", "hold": "200ms"}, **(settings or {})}, plugins={})
        agent.config["plugins"] = {"snmp-agent": agent.snmp_agent(),
                                   "snmp": {"interval": "1s", "timeout": "300ms", "retries": 2, **(snmp or {})}}
        agent.start()
        return agent

    def value(self, agent, slot, kind, instance=""):
        for row in agent.ctl("sensor", "list"):
            if (row["towerdSensorDevice"], row["towerdSensorKind"], row["towerdSensorInstance"]) == (slot, kind, instance):
                return row.get("towerdSensorValue") if row["towerdSensorQuality"] == "good" else row["towerdSensorQuality"]
        return None

    def wait_value(self, agent, slot, kind, instance, text):
        self.wait_for(lambda: self.value(agent, slot, kind, instance) == text, "%s %s to be %s" % (slot, kind, text), alive=[agent.process])

    def presence(self, agent, slot):
        rows = [row for row in agent.ctl("device", "list") if row["towerdDeviceSlot"] == slot]
        return rows[0] if rows else {}

    def wait_presence(self, agent, slot, presence):
        self.wait_for(lambda: self.presence(agent, slot).get("towerdDevicePresence") == presence, "%s to be %s" % (slot, presence),
                      alive=[agent.process])

    def alarms(self, agent):
        return {(row["towerdAlarmType"], row.get("towerdAlarmSite", ""), row.get("towerdAlarmDevice", ""))
                for row in agent.ctl("alarm", "list") if not row["towerdAlarmType"].startswith("agent/")}

    def wait_alarms(self, agent, *alarms):
        self.wait_for(lambda: self.alarms(agent) == set(alarms), "the alarms to be %s" % (alarms,), alive=[agent.process])

    def assert_live(self, agent, slot, address, record):
        """What the device says is there; what it says next follows."""
        kind, instance, first, oid, tag, number, second = RECORDS[record]
        self.wait_value(agent, slot, kind, instance, first)
        self.fleet.ask("set %s %s %d %d" % (address, oid, tag, number))
        self.wait_value(agent, slot, kind, instance, second)

    def workers(self, agent):
        """Process ids of the agent's children."""
        with open("/proc/%d/task/%d/children" % (agent.process.pid, agent.process.pid)) as f:
            return [int(pid) for pid in f.read().split()]
