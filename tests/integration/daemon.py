# SPDX-License-Identifier: ISC
"""The daemon starts and ends cleanly, says what is wrong with its configuration, and answers at its control socket whom it should."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import unittest

import harness
from agent import Agent

NOBODY = "65534"
LATITUDE = "36.3921"


def site(name, **more):
    return {"id": name, "name": name, "kind": "fixed", "area": "nineveh/east",
            "location": {"lat": 36.3921, "lon": 43.2873},
            "devices": [{"id": "power", "driver": "none", "address": "127.0.0.1"}], **more}


class Daemon(harness.TestCase):
    def test_it_starts_journals_it_and_ends_cleanly(self):
        agent = Agent(self, plugins={})
        for sign in (signal.SIGTERM, signal.SIGINT):
            agent.start()
            self.assertEqual(stat.S_IMODE(os.stat(agent.socket).st_mode), 0o660)
            self.assertEqual(stat.S_IMODE(os.stat(agent.state).st_mode), 0o700)
            agent.process.signal(sign)
            self.assertEqual(agent.process.wait(), 0)
            self.assertFalse(os.path.exists(agent.socket))
        agent.start()
        types = [record["type"] for record in journal(agent)]
        self.assertEqual(types.count("agent.start"), 3)
        self.assertEqual(types.count("agent.stop"), 2)

    def test_a_second_one_is_refused_and_a_left_socket_is_not_in_the_way(self):
        agent = Agent(self, plugins={})
        agent.start()
        second = self.start([harness.binary("towerd"), "-c", agent.config_path])
        self.assertEqual(second.wait(), 1)
        self.assertIn("does not start: ", second.output())
        self.assertIsNotNone(agent.ctl("status"))
        agent.kill()
        self.assertTrue(os.path.exists(agent.socket))
        agent.start()

    def test_each_fault_of_the_configuration_has_its_place(self):
        cases = [
            ("agent:\n  nam: x\n", r":2:3: .*\"nam\".*name"),
            ("agent:\n  log: { level: loud }\n", r":2:17: .*\"loud\".*info"),
            ("agent: [\n", r":\d+:\d+: "),
            ("readers:\n  r: { role: king }\n", r":2:14: .*\"king\""),
            ("plugins:\n  nothing-of-the-kind: {}\n", r":\d+:\d+: plugin nothing-of-the-kind: "),
            ("agent:\n  inventory: %s\n" % self.path("sites.yaml"), r"sites\.yaml:3:\d+: "),
            ("plugins:\n  snmp: { credentials: %s }\n" % self.path("keys.yaml"), r'keys\.yaml:1:\d+: core: "auth-key" is shorter than 8 octets'),
            ("agent:\n  inventory: %s\nplugins:\n  snmp: {}\n" % self.path("devices.yaml"),
             r'devices\.yaml:2:\d+: site A: device b: "auth" needs an `auth-key`'),
            ("plugins:\n  snmp: { source: eth0 }\n", r':2:\d+: plugin snmp: source "eth0" is not a literal address'),
        ]
        with open(self.path("keys.yaml"), "w") as f:
            f.write("core: { user: poller, auth: MD5, auth-key: hush }\n")
        os.chmod(self.path("keys.yaml"), 0o600)
        with open(self.path("devices.yaml"), "w") as f:
            f.write("sites: [ { id: A, devices: [ { id: a, driver: snmp, address: 127.0.0.1, community: public },\n"
                    "  { id: b, driver: snmp, address: 127.0.0.1, user: poller, auth: MD5 } ] } ]\n")
        with open(self.path("sites.yaml"), "w") as f:
            f.write("sites:\n  - id: A\n    kind: floating\n")
        for text, pattern in cases:
            path = self.path("bad.yaml")
            with open(path, "w") as f:
                f.write(text)
            done = subprocess.run([harness.binary("towerd"), "-c", path, "-t"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, text)
            self.assertRegex(done.stderr, pattern)
            self.assertNotIn("hush", done.stderr)
        done = subprocess.run([harness.binary("towerd"), "-c", self.path("absent.yaml")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("absent.yaml", done.stderr)

    def test_a_broken_inventory_is_told_and_what_was_known_goes_on(self):
        agent = Agent(self, plugins={}, inventory=[site("A")])
        agent.start()
        self.wait_for(lambda: len(agent.ctl("site", "list")) == 1, "the site")
        with open(agent.config["agent"]["inventory"], "w") as f:
            f.write("sites:\n  - id: B\n    kind: floating\n")
        status, _, err = agent.run_ctl("reload")
        self.assertEqual(status, 1)
        self.assertRegex(err, r"sites\.yaml:3:\d+: ")
        agent.process.signal(signal.SIGHUP)
        agent.process.wait_line("error .*the inventory was not taken")
        self.assertEqual([row["towerdSiteId"] for row in agent.ctl("site", "list")], ["A"])
        agent.write_inventory([site("A"), site("B")])
        self.assertEqual(agent.run_ctl("reload"), (0, "sites: 1 added, 0 changed, 0 removed, 1 unchanged\n", ""))


def journal(agent, since=0):
    status, out, err = agent.run_ctl("--json", "journal", "--since", str(since))
    assert (status, err) == (0, ""), (status, err)
    return [json.loads(line) for line in out.splitlines()]


class Control(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.agent = Agent(self, plugins={})
        self.agent.start()

    def import_sites(self, *sites):
        with open(self.path("import.yaml"), "w") as f:
            json.dump({"sites": sites}, f)
        return self.agent.run_ctl("--json", "site", "import", self.path("import.yaml"))

    def test_what_was_exported_is_imported_as_unchanged(self):
        self.assertEqual(self.import_sites(site("A"), site("B"))[0], 0)
        status, text, _ = self.agent.run_ctl("site", "export")
        self.assertEqual(status, 0)
        self.assertIn(LATITUDE, text)
        with open(self.path("export.yaml"), "w") as f:
            f.write(text)
        self.assertEqual(self.agent.ctl("site", "import", self.path("export.yaml")),
                         {"added": 0, "changed": 0, "removed": 0, "unchanged": 2})

    def test_an_import_is_all_or_nothing_and_names_every_fault(self):
        status, _, err = self.import_sites(site("A"), site("B", kind="floating"), site("no/name"))
        self.assertEqual(status, 1)
        self.assertIn("floating", err)
        self.assertIn("no/name", err)
        self.assertRegex(err, r"nothing was imported: \d+ faults")
        self.assertEqual(self.agent.ctl("site", "list"), [])

    def test_a_refusal_has_a_reason_and_a_status(self):
        self.import_sites(site("A"))
        for argv, reason in [(["site", "show", "Z"], 'no site "Z"'), (["ticket", "open", "Z", "x"], 'no site "Z"'),
                             (["ticket", "note", "7", "x"], "no ticket 7"), (["alarm", "ack", "999"], "no alarm 999"),
                             (["sensor", "list", "colour=red"], 'no column "colour"'), (["crew", "revoke", "x"], "no such crew"),
                             (["site", "set", "A", "clearance=perhaps"], "granted"), (["backup", "relative"], "usage"),
                             (["ticket", "update", "1", "explode"], "restored")]:
            status, out, err = self.agent.run_ctl(*argv)
            self.assertNotEqual(status, 0, argv)
            self.assertIn(reason, err)
            self.assertEqual(out, "")

    def test_states_that_people_set_are_journalled_with_their_name(self):
        self.import_sites(site("A"))
        self.assertEqual(self.agent.run_ctl("site", "set", "A", "clearance=granted", "until=2h", "reason=swept")[0], 0)
        row = self.agent.ctl("site", "show", "A")[0]
        self.assertEqual(row["towerdSiteClearance"], "granted")
        self.assertIn("uid %d" % os.getuid(), [record["actor"] for record in journal(self.agent)])

    def test_the_journal_is_followed(self):
        self.import_sites(site("A"))
        follower = self.start([harness.binary("towerctl"), "--socket", self.agent.socket, "journal", "--follow"])
        follower.wait_line("agent.start")
        self.agent.ctl("ticket", "open", "A", "mains failed")
        follower.wait_line("ticket.update .*mains failed")

    def test_a_backup_opens_as_a_state(self):
        self.import_sites(site("A"))
        copy = Agent.__new__(Agent)
        os.mkdir(self.path("copy"), 0o700)
        self.assertEqual(self.agent.run_ctl("backup", self.path("copy/towerd.db"))[0], 0)
        copy.__dict__.update(self.agent.__dict__)
        copy.socket, copy.config_path = self.path("copy.sock"), self.path("copy.yaml")
        copy.config = {"agent": {"name": "copy", "state-dir": self.path("copy"), "control-socket": copy.socket}}
        copy.start()
        self.assertEqual([row["towerdSiteId"] for row in copy.ctl("site", "list")], ["A"])

    def test_rubbish_and_silence_harm_nobody(self):
        def say(data):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(20)
                s.connect(self.agent.socket)
                s.sendall(data)
                return s.recv(4096)
        for data in (b"\n", b"{}\n", b'{"argv":[1]}\n', b'{"argv":["status"],"input":-1}\n', b"\xff\xfe\n", b"[" * 5000 + b"\n"):
            self.assertIn(b'"exit":2', say(data))
        silent = [socket.socket(socket.AF_UNIX) for _ in range(40)]
        try:
            for s in silent[:31]:
                s.connect(self.agent.socket)
            self.assertIsNotNone(self.agent.ctl("status"))
            for s in silent[31:]:
                s.connect(self.agent.socket)
            self.assertIn("too many clients", self.agent.run_ctl("status")[2])
        finally:
            for s in silent:
                s.close()
        self.wait_for(lambda: self.agent.ctl("status") is not None, "room again")

    def test_a_reader_that_is_slow_holds_nobody_up(self):
        self.import_sites(*[site("SITE-%04d" % i) for i in range(2000)])
        slow = socket.socket(socket.AF_UNIX)
        self.addCleanup(slow.close)
        slow.connect(self.agent.socket)
        slow.sendall(b'{"argv":["site","list"],"json":true,"input":0}\n')
        threads = [threading.Thread(target=self.agent.ctl, args=("status",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE_S)
            self.assertFalse(thread.is_alive())
        text = b""
        slow.settimeout(harness.DEADLINE_S)
        while not text.endswith(b'{"exit":0}\n'):
            text += slow.recv(65536)
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(json.loads("".join(line.get("out", "") for line in lines))), 2000)


@unittest.skipUnless(os.getuid() == 0, "only root can be another user")
class OtherUsers(harness.TestCase):
    def agent(self, **settings):
        agent = Agent(self, plugins={}, settings=settings)
        agent.start()
        for folder in (self.folder, agent.folder):
            os.chmod(folder, 0o711)
        with open(self.path("import.yaml"), "w") as f:
            json.dump({"sites": [site("A")]}, f)
        agent.ctl("site", "import", self.path("import.yaml"))
        return agent

    def test_one_who_is_not_of_the_group_is_refused_by_the_permissions(self):
        agent = self.agent()
        status, out, err = agent.run_ctl("status", user=NOBODY)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("Permission denied", err)

    def test_one_of_the_group_operates_and_sees_no_position(self):
        agent = self.agent(**{"control-group": "nogroup"})
        self.assertEqual(agent.run_ctl("ticket", "open", "A", "seen", "from", "the", "road", user=NOBODY)[0], 0)
        self.assertIn("uid " + NOBODY, [record["actor"] for record in journal(agent)])
        self.assertIn(LATITUDE, agent.run_ctl("site", "export")[1])
        seen = ""
        for argv in (["site", "export"], ["site", "list"], ["site", "show", "A"], ["--json", "site", "list"], ["journal"],
                     ["device", "list"], ["area", "list"], ["status"]):
            status, out, err = agent.run_ctl(*argv, user=NOBODY)
            self.assertEqual(status, 0, err)
            seen += out + err
        for digits in ("36.39", "3639", "43.28", "4328"):
            self.assertNotIn(digits, seen)
            self.assertNotIn(digits, "".join(record["body"] for record in journal(agent)))
            self.assertNotIn(digits, re.sub(r"\d{4}-\d\d-\d\dT\S+", "", agent.process.output()))
        status, _, err = agent.run_ctl("backup", "/tmp/stolen", user=NOBODY)
        self.assertEqual(status, 1)
        self.assertIn("only root", err)


class Durable(harness.TestCase):
    def test_every_ticket_that_was_acknowledged_outlives_a_kill(self):
        agent = Agent(self, plugins={})
        acknowledged = set()
        agent.start()
        with open(self.path("import.yaml"), "w") as f:
            json.dump({"sites": [site("A")]}, f)
        agent.ctl("site", "import", self.path("import.yaml"))

        def report():
            while not done.is_set():
                status, out, _ = agent.run_ctl("ticket", "open", "A", "again")
                if status == 0:
                    acknowledged.add(int(re.match(r"ticket (\d+): reported", out).group(1)))

        for round_number in range(3):
            done = threading.Event()
            threads = [threading.Thread(target=report) for _ in range(3)]
            for thread in threads:
                thread.start()
            target = len(acknowledged) + 10
            self.wait_for(lambda: len(acknowledged) >= target, "tickets", alive=[agent.process])
            agent.kill()
            done.set()
            for thread in threads:
                thread.join()
            agent.start()
            there = [row["towerdTicketNumber"] for row in agent.ctl("ticket", "list")]
            self.assertEqual(acknowledged - set(there), set(), "round %d" % round_number)
            self.assertEqual(len(there), len(set(there)))


harness.main()
