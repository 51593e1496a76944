# SPDX-License-Identifier: ISC
"""sim-fleet's SNMPv3 against the real tools of Net-SNMP."""
import re

import harness

SYS_NAME, SYS_UPTIME, ENGINE_ID = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.10.2.1.1.0"
AUTHS = ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PRIVS = ["DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]


class SimV3Test(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        for name in "old", "new":
            with open(self.path(name), "w") as f:
                f.write("%s|67|5\n%s|4|%s box\n" % (SYS_UPTIME, SYS_NAME, name))
            self.fleet.ask("record %s %s" % (name, self.path(name)))
        self.fleet.ask("devices 127.7.0.1 3 old")

    def get(self, address, *options, oids=(SYS_NAME,), tool="snmpget"):
        return self.run_tool(tool, "-v3", *options, "-r", "0", "-t", "5", "-m", "", "-On", "-Oe",
                             "%s:%d" % (address, self.port), *oids, check=False)

    def ask(self, address="127.7.0.1", user="noc", password="authpass1", key="privpass1", auth="SHA", priv="AES", level="authPriv", **more):
        return self.get(address, "-l", level, "-u", user, "-a", auth, "-A", password, "-x", priv, "-X", key, **more)

    def add_noc(self):
        self.fleet.ask("user * noc SHA authpass1 AES privpass1")

    def test_every_pair_of_protocols_is_spoken(self):
        for auth in AUTHS:
            for priv in PRIVS:
                self.fleet.ask("user 127.7.0.2 pair %s authpass1 %s privpass1" % (auth, priv))
                self.assertIn('"old box"', self.ask("127.7.0.2", "pair", auth=auth, priv=priv), (auth, priv))

    def test_every_level_is_spoken_and_none_below_the_users_own(self):
        self.fleet.ask("user * plain")
        self.fleet.ask("user * signed SHA-256 authpass1")
        self.add_noc()
        self.assertIn('"old box"', self.get("127.7.0.1", "-l", "noAuthNoPriv", "-u", "plain"))
        self.assertIn('"old box"', self.ask(user="signed", auth="SHA-256", level="authNoPriv"))
        self.assertIn("authorizationError", self.ask(level="authNoPriv"))
        self.assertIn("authorizationError", self.get("127.7.0.1", "-l", "noAuthNoPriv", "-u", "noc"))

    def test_what_is_wrong_is_reported(self):
        self.add_noc()
        self.fleet.ask("user * signed SHA authpass1")
        self.assertIn("Unknown user name", self.ask(user="nobody"))
        self.assertIn("Authentication failure", self.ask(password="another1"))
        self.assertIn("Unsupported security level", self.ask(user="signed"))
        self.assertIn("Decryption error", self.ask(key="another1"))
        # The tool discovers the engine by one more report each time.
        self.assertIn("reports=8", self.fleet.ask("count 127.7.0.1"))

    def test_every_device_has_an_engine_of_its_own_and_a_reboot_counts(self):
        self.add_noc()
        self.assertIn('"old box"', self.ask("127.7.0.2", oids=["-e", "0x8001869f017f070002", SYS_NAME]))
        self.assertIn("Unknown engine ID", self.ask("127.7.0.3", oids=["-e", "0x8001869f017f070002", SYS_NAME]))
        self.fleet.ask("engine 127.7.0.1 80001f8804deadbeef 7")
        self.assertIn("80 00 1F 88 04 DE AD BE EF", self.ask(oids=[ENGINE_ID]))
        self.fleet.ask("reboot 127.7.0.1")
        # boots 8 is the one that it answers to; -Z takes the tool's word for it.
        self.assertIn('"old box"', self.ask(oids=["-Z", "8,0", SYS_NAME]))

    def test_a_swapped_box_is_another_one(self):
        self.add_noc()
        self.fleet.ask("set 127.7.0.1 %s 4 labelled" % SYS_NAME)
        self.assertIn('"labelled"', self.ask())
        self.fleet.ask("swap 127.7.0.1 new 8000000001020304ff")
        self.assertIn('"new box"', self.ask())
        self.assertIn("80 00 00 00 01 02 03 04 FF", self.ask(oids=[ENGINE_ID]))
        self.fleet.ask("swap 127.7.0.1 old")
        self.assertIn('"old box"', self.ask())

    def test_a_moved_device_answers_at_its_new_address_only(self):
        self.add_noc()
        self.fleet.ask("set 127.7.0.1 %s 4 moved" % SYS_NAME)
        self.fleet.ask("move 127.7.0.1 127.7.9.9")
        self.assertIn('"moved"', self.ask("127.7.9.9"))
        with self.assertRaisesRegex(AssertionError, "no device at 127.7.0.1"):
            self.fleet.ask("dead 127.7.0.1")
        with self.assertRaisesRegex(AssertionError, "taken by another device"):
            self.fleet.ask("move 127.7.9.9 127.7.0.2")

    def test_a_clock_that_jumps_is_seen(self):
        def ticks():
            said = self.get("127.7.0.1", "-l", "noAuthNoPriv", "-u", "plain", oids=[SYS_UPTIME])
            return int(re.search(r"\((\d+)\)", said).group(1))
        self.fleet.ask("user * plain")
        before = ticks()
        self.fleet.ask("jump 127.7.0.1 10h")
        self.assertGreaterEqual(ticks() - before, 3600000)
        self.fleet.ask("jump 127.7.0.1 -11h")
        self.assertLess(ticks(), before)

    def test_a_wrong_command_says_what_is_wrong(self):
        for command, message in (("user * noc SHA-1024 authpass1", "none of: MD5 SHA"),
                                 ("user * noc SHA authpass1 ROT13 privpass1", "none of: DES AES"),
                                 ("user * noc SHA short", "at least 8 octets"),
                                 ("user * noc off", "no user noc"),
                                 ("engine * 8000", "no engine ID"),
                                 ("engine * 80000000xx", "no engine ID"),
                                 ("swap * nothing", "no record is named nothing"),
                                 ("jump * soon", "no duration")):
            with self.assertRaisesRegex(AssertionError, re.escape(message)):
                self.fleet.ask(command)


if __name__ == "__main__":
    harness.main()
