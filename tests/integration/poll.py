# SPDX-License-Identifier: ISC
"""towerd polls a simulated fleet: every kind of device, every kind of trouble."""
import os
import re
import signal

import harness
from fleet import FleetTestCase, RECORDS

SENSOR_TABLE, DEVICE, VALUE = "1.3.6.1.4.1.8072.9999.9999.7373.1.1.3.1", 5, 9
REFUSED_ENTRIES = {
    "no-address": ({"address": "plant.example.net"}, 'address "plant.example.net" is not ADDRESS[:PORT] with a literal address'),
    "no-credentials": ({"community": None, "credentials": "nobody"}, r'credentials "nobody": \S+ has none of that name'),
    "no-community": ({"community": None}, "it needs `credentials`, `community` or `user`"),
    "no-version": ({"version": "4"}, '"version" is "4"; accepted are: 1, 2c, 3'),
    "no-key": ({"comunity": "public"}, 'unknown key "comunity": an snmp device has'),
    "no-interval": ({"interval": "soon"}, 'interval "soon" is not a duration from 1s to 1d'),
}


class PollTest(FleetTestCase):
    def test_every_kind_of_device_has_live_values_on_every_face(self):
        devices = {record: self.device(record) for record in RECORDS}
        agent = self.run_agent({"S-1": [entry for _, entry in devices.values()]})
        for record, (address, _) in devices.items():
            self.assert_live(agent, record, address, record)
        listed = {(row["towerdSensorNumber"], row["towerdSensorDevice"], row["towerdSensorValue"]) for row in agent.ctl("sensor", "list")
                  if row["towerdSensorKind"] in ("battery.voltage", "genset.fuel", "ups.battery-voltage")}
        cells = dict(agent.walk(SENSOR_TABLE))

        def cell(column, number):
            return [value for oid, value in cells.items() if re.fullmatch(r"%s\.%d\.\d+\.%d" % (re.escape(SENSOR_TABLE), column, number), oid)]
        self.assertGreaterEqual(len(listed), 3)
        for number, slot, text in listed:
            self.assertEqual(cell(DEVICE, number), ['STRING: "%s"' % slot])
            self.assertEqual(cell(VALUE, number), ['STRING: "%s"' % text])

    def test_silence_is_an_alarm_until_it_ends(self):
        (a, first), (b, second) = self.device("plant"), self.device("radio")
        agent = self.run_agent({"S-1": [first, second]})
        for slot in ("plant", "radio"):
            self.wait_presence(agent, slot, "reachable")
        self.fleet.ask("dead " + a)
        self.wait_presence(agent, "plant", "unreachable")
        self.assertEqual(self.presence(agent, "plant")["towerdDevicePresenceReason"], "no reply to 4 requests of 300 ms each")
        self.wait_alarms(agent, ("comms/device-unreachable", "S-1", "plant"))
        self.fleet.ask("dead " + b)
        # What was told of the device stays, as a consequence of the site's.
        self.wait_alarms(agent, ("comms/site-unreachable", "S-1", ""), ("comms/device-unreachable", "S-1", "plant"))
        self.fleet.ask("alive *")
        self.wait_alarms(agent)
        self.assert_live(agent, "plant", a, "plant")

    def test_awkward_devices_are_polled(self):
        lossy, slow, old, small = (self.device(record, slot, **more) for record, slot, more in (
            ("plant", "lossy", {}), ("ups", "slow", {}), ("environment", "old", {"version": "1"}), ("radio", "small", {})))
        self.fleet.ask("loss %s 30" % lossy[0])
        self.fleet.ask("delay %s 120ms" % slow[0])
        self.fleet.ask("version %s 1" % old[0])
        self.fleet.ask("limit %s 150" % small[0])
        agent = self.run_agent({"S-1": [entry for _, entry in (lossy, slow, old, small)]}, snmp={"retries": 5})
        for (address, _), slot, record in ((lossy, "lossy", "plant"), (slow, "slow", "ups"), (old, "old", "environment"), (small, "small", "radio")):
            self.assert_live(agent, slot, address, record)

    def test_a_wrong_community_looks_like_silence(self):
        _, entry = self.device("ups", community="guess")
        agent = self.run_agent({"S-1": [entry]})
        self.wait_alarms(agent, ("comms/site-unreachable", "S-1", ""))
        self.assertEqual(agent.ctl("sensor", "list"), [])

    def test_a_restart_shows_what_was_plugged_in(self):
        address, entry = self.device("environment")
        agent = self.run_agent({"S-1": [entry]})
        self.wait_value(agent, "environment", "device.temperature", "2", "26.8")
        for column, number in ((1, 8), (2, 9), (3, 0), (4, 19), (5, 1)):
            self.fleet.ask("set %s 1.3.6.1.2.1.99.1.1.1.%d.9 2 %d" % (address, column, number))
        received = agent.ctl("sensor", "list")[0]["towerdSensorReceived"]
        self.wait_for(lambda: agent.ctl("sensor", "list")[0]["towerdSensorReceived"] != received, "one more poll")
        self.assertIsNone(self.value(agent, "environment", "device.temperature", "9"))
        self.fleet.ask("reboot " + address)
        self.wait_value(agent, "environment", "device.temperature", "9", "19")

    def test_a_worker_that_dies_costs_a_moment(self):
        address, entry = self.device("plant")
        agent = self.run_agent({"S-1": [entry]})
        self.wait_value(agent, "plant", "battery.voltage", "", "54.12")
        before = self.workers(agent)
        self.assertEqual(len(before), 1)

        def is_seen_without_a_worker():  # it is back in a second: killed again, the pause is longer
            for pid in self.workers(agent):
                os.kill(pid, signal.SIGKILL)
            return self.presence(agent, "plant")["towerdDevicePresence"] == "unknown"
        self.wait_for(is_seen_without_a_worker, "the plant to be unknown", alive=[agent.process])
        self.assertEqual(self.presence(agent, "plant")["towerdDevicePresenceReason"], "its poll worker ended")
        self.assertEqual(len(agent.snmp("get", "1.3.6.1.2.1.1.5.0")), 1)
        self.wait_presence(agent, "plant", "reachable")
        self.assert_live(agent, "plant", address, "plant")
        after = self.workers(agent)
        self.assertEqual(len(after), 1)
        self.assertNotEqual(before, after)
        self.assertEqual(self.alarms(agent), set())
        self.assertEqual({row["towerdPluginName"]: row["towerdPluginState"] for row in agent.ctl("plugin", "list")
                          if "towerdPluginState" in row}, {"snmp": "running", "snmp-agent": "running"})

    def test_mains_failure_is_an_alarm_until_the_mains_are_back(self):
        address, entry = self.device("plant")
        agent = self.run_agent({"S-1": [entry]})
        self.wait_value(agent, "plant", "battery.voltage", "", "54.12")
        for oid in ("2.1", "3.1", "3.2.1"):
            self.fleet.ask("set %s 1.3.6.1.4.1.12148.10.%s.0 2 3" % (address, oid))
        self.wait_for(lambda: any(alarm[0] == "power/mains-failure" for alarm in self.alarms(agent)), "power/mains-failure")
        self.fleet.ask("unset %s all" % address)
        self.wait_alarms(agent)

    def test_what_is_broken_is_named_and_costs_nothing_else(self):
        good, entry = self.device("plant", community=None, credentials="plants")
        entries = [self.device("ups", slot, **settings)[1] for slot, (settings, _) in REFUSED_ENTRIES.items()]
        os.mkdir(self.path("profiles"))
        with open(self.path("profiles/broken.yaml"), "w") as f:
            f.write("profile: broken\nthis: [is no profile\n")
        with open(self.path("credentials.yaml"), "w") as f:
            f.write("plants: { community: public }\nradios: { comunity: public }\n")
        os.chmod(self.path("credentials.yaml"), 0o640)
        agent = self.run_agent({"S-1": [entry, *entries]}, snmp={"credentials": self.path("credentials.yaml")},
                               settings={"profile-dir": [harness.source("profiles"), self.path("profiles")]})
        self.assert_live(agent, "plant", good, "plant")
        agent.process.wait_line(r"%s:\d+:\d+: " % re.escape(self.path("profiles/broken.yaml")))
        agent.process.wait_line(r'%s:2:\d+: .*comunity' % re.escape(self.path("credentials.yaml")))
        for slot, (_, sentence) in REFUSED_ENTRIES.items():
            said = self.presence(agent, slot)
            self.assertEqual(said["towerdDevicePresence"], "unknown")
            pattern = sentence if "\\" in sentence else re.escape(sentence)
            self.assertRegex(said["towerdDevicePresenceReason"], pattern)
            agent.process.wait_line(r"S-1/%s: %s.*; it is not watched" % (slot, pattern))

    def test_credentials_that_anybody_may_read_are_not_used(self):
        _, refused = self.device("ups", community=None, credentials="plants")
        good, entry = self.device("plant")
        with open(self.path("credentials.yaml"), "w") as f:
            f.write("plants: { community: public }\n")
        os.chmod(self.path("credentials.yaml"), 0o644)
        agent = self.run_agent({"S-1": [entry, refused]}, snmp={"credentials": self.path("credentials.yaml")})
        agent.process.wait_line(r"credentials.yaml: is not used: others may read or write it; chmod o-rw")
        self.assert_live(agent, "plant", good, "plant")
        self.assertEqual(self.presence(agent, "ups")["towerdDevicePresence"], "unknown")

    def sockets(self, pid):
        """Internet sockets of a process: {(protocol, local address in hexadecimal)}."""
        inodes = set()
        for fd in os.listdir("/proc/%d/fd" % pid):
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink("/proc/%d/fd/%s" % (pid, fd)))
            if match:
                inodes.add(match.group(1))
        found = []
        for protocol in ("udp", "udp6", "tcp", "tcp6"):
            with open("/proc/net/" + protocol) as f:
                rows = [line.split() for line in f.readlines()[1:]]
            found += [(protocol, row[1].split(":")[0]) for row in rows if row[9] in inodes]
        return found

    def test_a_worker_has_one_socket_at_its_source(self):
        address, entry = self.device("plant")
        agent = self.run_agent({"S-1": [entry]}, snmp={"source": "127.0.0.2"})
        self.assert_live(agent, "plant", address, "plant")
        self.assertEqual(self.sockets(self.workers(agent)[0]), [("udp", "0200007F")])


harness.main()
