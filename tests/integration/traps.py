# SPDX-License-Identifier: ISC
"""Traps and informs of real senders: what is raised at once, what the poll confirms, what is listed, and what is refused."""
import os
import re
import signal
import socket

import harness
from agent import Agent

BOX = "1.3.6.1.4.1.8072.9999.9999.1"
RECORDING = """1.3.6.1.2.1.1.1.0|4|A box for tests
1.3.6.1.2.1.1.2.0|6|%(box)s
1.3.6.1.2.1.1.3.0|67|1000
%(box)s.1.0|2|0
%(box)s.2.0|2|540
""" % {"box": BOX}
PROFILE = """profile: trap-box
match: { sysObjectID: %s }
base: %s
sensors:
  - { oid: .2.0, kind: battery.voltage, label: Battery, divide: 10 }
alarms:
  - { oid: .1.0, type: power/mains-failure }
traps:
  - { trap: .0.1, raises: power/mains-failure }
  - { trap: .0.2, clears: power/mains-failure }
  - { trap: .0.7, raises: site/door-open, expires: 3s, text: "Door {.5.2}" }
  - { trap: .0.8, clears: site/door-open }
  - { trap: .0.9, raises: site/intrusion, expires: 1h }
""" % (BOX, BOX)


class TrapsTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        self.trap_port = harness.free_udp_port()
        with open(self.path("box.snmprec"), "w") as f:
            f.write(RECORDING)
        self.fleet.ask("record box " + self.path("box.snmprec"))
        self.fleet_commands = []
        os.mkdir(self.path("profiles"))
        with open(self.path("profiles/trap-box.yaml"), "w") as f:
            f.write(PROFILE)

    def run_agent(self, devices=1, snmp=None, entry=None, north=False):
        """Devices 127.8.0.1 … in slots box-1 …; `entry` changes theirs."""
        entries = []
        for i in range(1, devices + 1):
            self.fleet.ask("device 127.8.0.%d box" % i)
            mine = {"id": "box-%d" % i, "driver": "snmp", "address": "127.8.0.%d:%d" % (i, self.port), "community": "public",
                    **(entry or {})}
            entries.append({key: value for key, value in mine.items() if value is not None})
        for command in self.fleet_commands:
            self.fleet.ask(command)
        inventory = [{"id": "S-1", "name": "S-1", "kind": "fixed", "area": "south", "devices": entries}]
        agent = Agent(self, inventory, plugins={}, settings={"alarm": {"hold": "1ms"}, "profile-dir": [
            harness.source("profiles"), self.path("profiles")]})
        agent.config["plugins"] = {"snmp": {"interval": "10m", "timeout": "500ms", "traps": "udp:127.0.0.1:%d" % self.trap_port, **(snmp or {})}}
        if north:
            agent.config["plugins"]["snmp-agent"] = agent.snmp_agent()
        agent.start()
        for i in range(1, devices + 1):
            self.wait_for(lambda: any(row["towerdDeviceSlot"] == "box-%d" % i and row["towerdDevicePresence"] == "reachable"
                                      for row in agent.ctl("device", "list")), "box-%d to answer" % i, alive=[agent.process])
        return agent

    def notify(self, *varbinds, trap, source="127.8.0.1", version="2c", community="public", tool="snmptrap", check=True):
        return self.run_tool(tool, "-v", version, "-c", community, "--clientaddr=" + source, "-t", "2", "-r", "0",
                             "127.0.0.1:%d" % self.trap_port, "100", trap, *varbinds, check=check)

    def alarms(self, agent):
        return {(row["towerdAlarmType"], row.get("towerdAlarmDevice", "")) for row in agent.ctl("alarm", "list")
                if not row["towerdAlarmType"].startswith("agent/")}

    def wait_alarms(self, agent, *alarms):
        self.wait_for(lambda: self.alarms(agent) == set(alarms), "the alarms to be %s, not %s" % (alarms, self.alarms(agent)),
                      alive=[agent.process])

    def counter(self, agent, name):
        found = re.search(r"\b%s\W+(\d+)" % name, agent.run_ctl("plugin", "list")[1])
        return int(found.group(1)) if found else 0

    def wait_counter(self, agent, name, value):
        self.wait_for(lambda: self.counter(agent, name) == value, "%s to be %d, not %d" % (name, value, self.counter(agent, name)),
                      alive=[agent.process])

    def trap_worker(self, agent):
        """The process that listens."""
        for pid in os.listdir("/proc"):
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    words = f.read().split(b"\0")
                with open("/proc/%s/status" % pid) as f:
                    is_ours = "\nPPid:\t%d\n" % agent.process.pid in f.read()
            except OSError:
                continue
            if is_ours and b"--worker" in words and b"trap" in words:
                return int(pid)
        return None

    def test_a_trap_raises_at_once_and_its_clear_clears(self):
        agent = self.run_agent()
        self.notify(BOX + ".5.2", "s", "north", trap=BOX + ".0.9")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.notify(BOX + ".5.2", "s", "north", trap=BOX + ".0.7")
        self.wait_for(lambda: ("site/door-open", "box-1") in self.alarms(agent), "the door's alarm")
        self.notify(trap=BOX + ".0.8")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.wait_counter(agent, "traps-mapped", 3)

    def test_what_only_traps_raise_expires(self):
        agent = self.run_agent()
        self.notify(BOX + ".5.2", "s", "north", trap=BOX + ".0.7")
        self.wait_alarms(agent, ("site/door-open", "box-1"))
        self.wait_alarms(agent)

    def test_version_1_is_translated(self):
        agent = self.run_agent()
        self.run_tool("snmptrap", "-v", "1", "-c", "public", "--clientaddr=127.8.0.1", "127.0.0.1:%d" % self.trap_port,
                      BOX, "127.8.0.1", "6", "9", "100")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))

    def test_an_inform_is_answered_once_it_was_taken(self):
        agent = self.run_agent()
        self.notify(trap=BOX + ".0.9", tool="snmpinform")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.wait_counter(agent, "informs-answered", 1)

    def test_a_repeated_inform_is_answered_again_and_counted_once(self):
        agent = self.run_agent()
        inform = self.make_inform(BOX + ".0.9")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.8.0.1", 0))
            s.settimeout(10)
            answers = []
            for _ in range(3):
                s.sendto(inform, ("127.0.0.1", self.trap_port))
                answers.append(s.recv(2000))
        self.assertEqual(len(set(answers)), 1)
        self.assertEqual(answers[0], inform.replace(b"\xa6", b"\xa2", 1))
        self.wait_counter(agent, "informs-repeated", 2)
        self.wait_counter(agent, "traps-mapped", 1)

    @staticmethod
    def make_inform(trap):
        def tlv(tag, body):
            return bytes([tag, len(body)]) + body if len(body) < 128 else bytes([tag, 0x81, len(body)]) + body

        def oid(text):
            ids = [int(word) for word in text.split(".")]
            body = bytes([ids[0] * 40 + ids[1]])
            for number in ids[2:]:
                octets = [number & 127]
                while number > 127:
                    number >>= 7
                    octets.append(128 | number & 127)
                body += bytes(reversed(octets))
            return tlv(6, body)
        varbinds = tlv(0x30, oid("1.3.6.1.2.1.1.3.0") + bytes([0x43, 1, 100])) + tlv(0x30, oid("1.3.6.1.6.3.1.1.4.1.0") + oid(trap))
        pdu = tlv(0xa6, bytes([2, 4, 0x41, 0x42, 0x43, 0x44, 2, 1, 0, 2, 1, 0]) + tlv(0x30, varbinds))
        return tlv(0x30, bytes([2, 1, 1]) + tlv(4, b"public") + pdu)

    def test_the_poll_ends_what_a_lost_clear_would_leave(self):
        agent = self.run_agent()
        # The device says at once that all is well again, and its clearing trap is lost.
        self.notify(trap=BOX + ".0.1")
        self.wait_for(lambda: "power/mains-failure" in agent.run_ctl("journal")[1], "the alarm in the journal", alive=[agent.process])
        self.wait_alarms(agent)

    def test_the_poll_confirms_what_a_trap_has_raised(self):
        agent = self.run_agent()
        self.fleet.ask("set 127.8.0.1 %s.1.0 2 1" % BOX)
        self.notify(trap=BOX + ".0.1")
        self.wait_alarms(agent, ("power/mains-failure", "box-1"))
        self.fleet.ask("set 127.8.0.1 %s.1.0 2 0" % BOX)
        self.notify(trap="1.3.6.1.6.3.1.1.5.2")  # any trap is a reason to poll
        self.wait_alarms(agent)

    def test_a_trap_that_no_profile_knows_is_listed_with_what_it_said_but_not_its_secrets(self):
        agent = self.run_agent(2)
        for source in ("127.8.0.1", "127.8.0.2"):
            self.notify(BOX + ".5.1", "s", 'a "word"', BOX + ".5.2", "i", "7", BOX + ".5.3", "s", "the public one",
                        trap=BOX + ".0.77", source=source)
        self.wait_for(lambda: [row["count"] for row in agent.ctl("trap", "unknown")] == [2], "the trap to be listed", alive=[agent.process])
        row = agent.ctl("trap", "unknown")[0]
        self.assertEqual(row["trap"], BOX + ".0.77")
        self.assertEqual(sorted(row["devices"]), ["S-1/box-1", "S-1/box-2"])
        self.assertEqual(row["varbinds"], [{"oid": BOX + ".5.1", "value": 'STRING: "a \\"word\\""'},
                                           {"oid": BOX + ".5.2", "value": "INTEGER: 7"},
                                           {"oid": BOX + ".5.3", "value": "(not shown)"}])
        self.wait_counter(agent, "traps-unknown", 2)

    def test_strangers_and_wrong_communities_are_refused_and_listed(self):
        agent = self.run_agent()
        self.notify(trap=BOX + ".0.9", source="127.8.0.99")
        self.notify(trap=BOX + ".0.9", community="wrong-word")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.8.0.1", 0))
            s.sendto(b"hello", ("127.0.0.1", self.trap_port))
        self.wait_for(lambda: len(agent.ctl("trap", "refused")) == 3, "three refusals", alive=[agent.process])
        refused = {(row["address"], row["device"], row["reason"]) for row in agent.ctl("trap", "refused")}
        self.assertEqual(refused, {("127.8.0.99", None, "traps from an address that is no device's"),
                                   ("127.8.0.1", "S-1/box-1", "traps with a community that is not the device's"),
                                   ("127.8.0.1", "S-1/box-1", "datagrams that are no traps")})
        self.assertNotIn("wrong-word", agent.process.output())
        self.assertEqual(self.alarms(agent), set())

    def test_a_storm_of_one_source_does_not_hide_another(self):
        agent = self.run_agent(2, snmp={"trap-rate": 1, "trap-burst": 5})
        storm = self.make_inform(BOX + ".0.7").replace(b"\xa6", b"\xa7", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.8.0.1", 0))
            for _ in range(2000):
                s.sendto(storm, ("127.0.0.1", self.trap_port))
        def came():
            """What the kernel dropped, where the host grants no large buffer, is counted too."""
            return self.counter(agent, "traps-received") + self.counter(agent, "traps-dropped-by-kernel")
        self.wait_for(lambda: came() >= 2000, "the storm to be counted", alive=[agent.process])
        self.notify(trap=BOX + ".0.9", source="127.8.0.2")
        self.wait_for(lambda: ("site/intrusion", "box-2") in self.alarms(agent), "the other one's alarm", alive=[agent.process])
        self.wait_for(lambda: came() == 2001, "the last trap to be counted", alive=[agent.process])
        self.assertGreaterEqual(self.counter(agent, "traps-over-rate"), self.counter(agent, "traps-received") - 100)

    def test_a_relay_is_believed_when_it_is_listed(self):
        agent = self.run_agent(1, snmp={"trap-relays": ["127.8.0.50"]})
        for relay in ("127.8.0.51", "127.8.0.50"):
            self.run_tool("snmptrap", "-v", "1", "-c", "public", "--clientaddr=" + relay, "127.0.0.1:%d" % self.trap_port,
                          BOX, "127.8.0.1", "6", "9" if relay == "127.8.0.50" else "7", "100")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.wait_counter(agent, "traps-unknown-source", 1)

    def test_a_device_may_send_from_other_addresses(self):
        agent = self.run_agent(entry={"traps-from": "127.8.0.70, 127.8.0.71"})
        self.notify(trap=BOX + ".0.9", source="127.8.0.71")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))

    def test_a_receiver_that_dies_is_started_again_and_loses_no_alarm(self):
        agent = self.run_agent()
        self.notify(trap=BOX + ".0.9")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.notify(BOX + ".5.2", "s", "north", trap=BOX + ".0.7")
        self.wait_for(lambda: ("site/door-open", "box-1") in self.alarms(agent), "the door's alarm")
        first = self.trap_worker(agent)
        os.kill(first, signal.SIGKILL)
        self.wait_for(lambda: self.trap_worker(agent) not in (None, first), "another receiver", alive=[agent.process])
        self.wait_alarms(agent, ("site/intrusion", "box-1"))  # the door's alarm has expired, the other stands
        self.wait_for(lambda: self.notify(trap=BOX + ".0.7", tool="snmpinform") is not None, "an answer of the new receiver",
                      alive=[agent.process])
        self.wait_for(lambda: ("site/door-open", "box-1") in self.alarms(agent), "the door's alarm again")

    V3 = {"community": None, "version": "3", "user": "poller", "auth": "SHA-1", "auth-key": "a key to sign with",
          "priv": "AES-128", "priv-key": "a key to hide with"}
    ENGINE = "8000000001020304"

    def run_v3_agent(self, north=False):
        self.fleet_commands = ["user 127.8.0.1 poller SHA \"a key to sign with\" AES \"a key to hide with\"",
                            "engine 127.8.0.1 " + self.ENGINE]
        return self.run_agent(entry=self.V3, north=north)

    def notify_v3(self, trap, tool="snmptrap", user="poller", key="a key to sign with", engine=ENGINE, boots=("-Z", "1,100"), check=True):
        is_trap = ["-e", "0x" + engine, *boots] if tool == "snmptrap" else []
        return self.run_tool(tool, "-v", "3", "-l", "authPriv", "-u", user, "-a", "SHA", "-A", key, "-x", "AES", "-X", "a key to hide with",
                             *is_trap, "--clientaddr=127.8.0.1", "-t", "2", "-r", "1", "127.0.0.1:%d" % self.trap_port, "100", trap, check=check)

    def test_traps_and_informs_of_version_3_are_taken_of_the_devices_own_user(self):
        agent = self.run_v3_agent()
        self.notify_v3(BOX + ".0.9")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        self.notify_v3(BOX + ".0.7", tool="snmpinform")
        self.wait_for(lambda: ("site/door-open", "box-1") in self.alarms(agent), "the inform's alarm", alive=[agent.process])
        self.wait_counter(agent, "traps-mapped", 2)
        # Of another key, of another user, and in clear with a community.
        self.notify_v3(BOX + ".0.8", key="quite another key")
        self.notify_v3(BOX + ".0.8", user="somebody")
        self.wait_counter(agent, "traps-wrong-user", 2)
        self.notify(trap=BOX + ".0.8")
        self.wait_counter(agent, "traps-wrong-community", 1)
        self.wait_counter(agent, "traps-mapped", 2)

    def test_a_trap_that_claims_the_northbound_engine_touches_nothing_of_it(self):
        agent = self.run_v3_agent(north=True)
        engine = ["1.3.6.1.6.3.10.2.1.1.0", "1.3.6.1.6.3.10.2.1.2.0"]
        before = agent.snmp("get", *engine)
        claimed = re.sub("[^0-9A-F]", "", before[0][1].split(": ", 1)[1])
        for boots in ("-Z", "2147483647,1"), ("-Z", "5000,2000000000"):
            self.notify_v3(BOX + ".0.9", engine=claimed, boots=boots)
        self.wait_counter(agent, "traps-received", 2)
        self.assertEqual(agent.snmp("get", *engine), before)
        self.assertTrue(agent.snmp("get", "1.3.6.1.2.1.1.3.0"))

    def test_who_may_send_follows_a_reload(self):
        with open(self.path("credentials.yaml"), "w") as f:
            f.write("boxes: { community: public }\nothers: { community: first-word }\n")
        os.chmod(self.path("credentials.yaml"), 0o600)
        agent = self.run_agent(entry={"community": None, "credentials": "boxes"},
                               snmp={"credentials": self.path("credentials.yaml"), "trap-credentials": ["others"]})
        self.notify(trap=BOX + ".0.9", community="first-word")
        self.wait_alarms(agent, ("site/intrusion", "box-1"))
        with open(self.path("credentials.yaml"), "w") as f:
            f.write("boxes: { community: public }\nothers: { community: second-word }\n")
        with open(self.path("profiles/trap-box.yaml"), "a") as f:
            f.write("  - { trap: .0.10, clears: site/intrusion }\n")
        self.assertEqual(agent.run_ctl("reload")[0], 0)
        self.notify(trap=BOX + ".0.10", community="first-word")
        self.wait_counter(agent, "traps-wrong-community", 1)
        self.notify(trap=BOX + ".0.10", community="second-word")
        self.wait_alarms(agent)

    def test_no_address_no_receiver(self):
        agent = self.run_agent(snmp={"traps": []})
        self.assertIsNone(self.trap_worker(agent))
        with self.assertRaisesRegex(AssertionError, "names no address"):
            agent.ctl("trap", "unknown")


harness.main()
