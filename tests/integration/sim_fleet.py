# SPDX-License-Identifier: ISC
"""sim-fleet against the real tools of Net-SNMP."""
import re
import socket

import harness

RECORD = """\
# unsorted, repeated and unreadable lines are part of real recordings
1.3.6.1.2.1.1.5.0|4|plant
1.3.6.1.2.1.1.1.0|4|Rectifier | two bars
1.3.6.1.2.1.1.3.0|67|5
1.3.6.1.2.1.1.2.0|6|.1.3.6.1.4.1.99999.1
1.3.6.1.4.1.99999.1.16383.0|2|-540
1.3.6.1.4.1.99999.1.16384.0|66|4000000000
1.3.6.1.4.1.99999.1.2.0|4x|07e00818
1.3.6.1.4.1.99999.1.3.0|4e|a\\x07\\\\b
1.3.6.1.4.1.99999.1.4.0|64|192.0.2.7
1.3.6.1.4.1.99999.1.5.0|70|18446744073709551615
1.3.6.1.4.1.99999.1.6.0|5|
1.3.6.1.2.1.1.5.0|4|plant again
1.3.6.1.2.1.31.1.1.1.6.1|70|aabbccddeef4
no record at all
"""
SYS_DESCR, SYS_UPTIME, SYS_NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0"
VALUE = "1.3.6.1.4.1.99999.1.16383.0"


class SimFleetTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        with open(self.path("plant.snmprec"), "w") as f:
            f.write(RECORD)
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        said = self.fleet.ask("record plant %s" % self.path("plant.snmprec"))
        self.assertEqual(said, "varbinds=11 skipped=2 repeated=1 first-skipped: line 14: not a value of its tag")
        self.fleet.ask("devices 127.3.0.250 10 plant")

    def snmp(self, tool, address, *more, version="2c", community="public", check=True):
        return self.run_tool(tool, "-v", version, "-c", community, "-r", "0", "-t", "1", "-m", "", "-On", "-Oe",
                             "%s:%d" % (address, self.port), *more, check=check)

    def value(self, address, oid, **options):
        line = self.snmp("snmpget", address, oid, **options)
        return re.fullmatch(r"\.%s = (?:[\w-]+: )?(.*)\n" % re.escape(oid), line).group(1).strip()

    def test_every_address_answers_for_itself(self):
        self.fleet.ask('set 127.3.1.2 %s 4 "another name"' % SYS_NAME)
        self.assertEqual(self.value("127.3.0.250", SYS_NAME), '"plant again"')
        self.assertEqual(self.value("127.3.1.2", SYS_NAME), '"another name"')
        self.assertEqual(self.value("127.3.1.3", SYS_NAME), '"plant again"')

    def test_walks_come_in_order_with_every_type(self):
        bulk = self.snmp("snmpbulkwalk", "127.3.0.251", "-Cr3", ".1").splitlines()
        names = [line.split(" = ")[0] for line in bulk[:11]]
        self.assertEqual(names, sorted(names, key=lambda n: [int(i) for i in n.strip(".").split(".")]))
        self.assertEqual(len(bulk), 12, bulk)
        self.assertIn(".1.3.6.1.2.1.1.1.0 = STRING: \"Rectifier | two bars\"", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.2.0 = Hex-STRING: 07 E0 08 18 ", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.4.0 = IpAddress: 192.0.2.7", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.5.0 = Counter64: 18446744073709551615", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.6.0 = NULL", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.16383.0 = INTEGER: -540", bulk)
        self.assertIn(".1.3.6.1.4.1.99999.1.16384.0 = Gauge32: 4000000000", bulk)
        walk = self.snmp("snmpwalk", "127.3.0.251", ".1").splitlines()
        self.assertEqual([line for line in walk if SYS_UPTIME not in line],
                         [line for line in bulk if SYS_UPTIME not in line])

    def test_a_v1_manager_sees_no_counter64_and_hears_nosuchname(self):
        walk = self.snmp("snmpwalk", "127.3.0.251", ".1", version="1")
        self.assertEqual(len(re.findall(r"^\.1", walk, re.M)), 10)
        self.assertNotIn("Counter64", walk)
        self.assertIn("noSuchName", self.snmp("snmpget", "127.3.0.251", "1.3.9.0", version="1", check=False))
        self.assertIn("No Such Instance", self.snmp("snmpget", "127.3.0.251", "1.3.9.0"))

    def test_a_dead_device_is_silent_until_it_lives(self):
        self.fleet.ask("dead 127.3.0.252")
        self.assertIn("Timeout", self.snmp("snmpget", "127.3.0.252", SYS_NAME, check=False))
        self.assertEqual(self.value("127.3.0.253", SYS_NAME), '"plant again"')
        self.fleet.ask("alive 127.3.0.252")
        self.assertEqual(self.value("127.3.0.252", SYS_NAME), '"plant again"')

    def test_loss_refusal_and_strangers_are_counted(self):
        self.fleet.ask("loss 127.3.0.252 100")
        self.fleet.ask("community 127.3.0.253 secret")
        self.fleet.ask("version 127.3.0.254 1")
        for address, options in (("127.3.0.252", {}), ("127.3.0.253", {}), ("127.3.0.254", {}), ("127.9.9.9", {})):
            self.assertIn("Timeout", self.snmp("snmpget", address, SYS_NAME, check=False, **options))
        self.value("127.3.0.253", SYS_NAME, community="secret")
        self.value("127.3.0.254", SYS_NAME, version="1")
        self.assertIn("requests=5 answers=2 lost=1 refused=2", self.fleet.ask("count"))
        self.assertIn("unknown-address=1", self.fleet.ask("count"))
        self.assertIn("requests=2 answers=1 lost=0 refused=1", self.fleet.ask("count 127.3.0.253"))

    def test_values_change_hide_ramp_and_return(self):
        self.fleet.ask("set 127.3.0.250 %s 2 -480" % VALUE)
        self.assertEqual(self.value("127.3.0.250", VALUE), "-480")
        self.fleet.ask("ramp 127.3.0.250 %s -480 -400 10ms" % VALUE)
        self.wait_for(lambda: self.value("127.3.0.250", VALUE) == "-400", "the ramp's end")
        self.fleet.ask("ramp 127.3.0.250 %s 100 200 100h" % VALUE)
        self.assertEqual(self.value("127.3.0.250", VALUE), "100")
        self.fleet.ask("hide 127.3.0.250 %s" % VALUE)
        self.assertIn("No Such Instance", self.value("127.3.0.250", VALUE))
        self.assertNotIn(VALUE, self.snmp("snmpwalk", "127.3.0.250", ".1"))
        self.fleet.ask("set 127.3.0.250 1.3.6.1.4.1.99999.9.0 4 new")
        self.assertIn('99999.9.0 = STRING: "new"', self.snmp("snmpwalk", "127.3.0.250", ".1"))
        self.fleet.ask("unset 127.3.0.250 all")
        self.assertEqual(self.value("127.3.0.250", VALUE), "-540")

    def test_the_uptime_counts_and_a_reboot_is_seen(self):
        def ticks():
            return int(re.search(r"\((\d+)\)", self.snmp("snmpget", "127.3.0.250", SYS_UPTIME)).group(1))
        before = ticks()
        self.assertGreater(before, 8000000)
        self.wait_for(lambda: ticks() > before, "the uptime to grow")
        self.fleet.ask("reboot 127.3.0.250")
        self.assertLess(ticks(), 8000000)

    def test_sets_are_refused_and_large_answers_too(self):
        self.assertIn("notWritable", self.snmp("snmpset", "127.3.0.250", SYS_NAME, "s", "x", check=False))
        self.assertIn("noAccess", self.snmp("snmpset", "127.3.0.250", "1.3.9.0", "s", "x", check=False))
        self.fleet.ask("limit 127.3.0.250 120")
        self.assertIn("tooBig", self.snmp("snmpget", "127.3.0.250", *[SYS_DESCR] * 4, check=False))
        self.assertEqual(len(self.snmp("snmpbulkwalk", "127.3.0.250", "-Cr50", ".1").splitlines()), 12)

    def test_traps_of_every_version_come_from_the_devices_address(self):
        port = harness.free_udp_port()
        config = self.path("snmptrapd.conf")
        with open(config, "w") as f:
            f.write("disableAuthorization yes\ncreateUser -e 0x8001869f017f0300ff noc SHA authpass1 AES privpass1\n")
        receiver = self.start([harness.find_program("snmptrapd"), "-f", "-Lo", "-n", "-m", "", "-On", "-C", "-c", config,
                               "-F", "%b %N %w %q %P %v\n", "127.0.0.1:%d" % port], env=harness.net_snmp_env(self.folder))
        self.fleet.ask("user 127.3.0.255 noc SHA authpass1 AES privpass1")

        def check(command, expected):
            def arrived():
                self.fleet.ask(command + ' %s 4 "mains lost"' % SYS_NAME)
                return re.search(r"127\.3\.0\.255.*" + expected, receiver.output())
            self.wait_for(arrived, command, alive=[receiver])
        sink = "127.0.0.1:%d" % port
        check("trap 127.3.0.255 %s 1.3.6.1.4.1.99999.0.1" % sink, r"TRAP2.*99999\.0\.1.*mains lost")
        check("inform 127.3.0.255 %s 1.3.6.1.4.1.99999.0.2" % sink, r"INFORM.*99999\.0\.2.*mains lost")
        check("trap1 127.3.0.255 %s 1.3.6.1.4.1.99999.0.3" % sink, r"99999 6 \.3 TRAP, .*mains lost")
        check("trap1 127.3.0.255 %s 1.3.6.1.6.3.1.1.5.3" % sink, r"1\.5 2 0 TRAP, .*mains lost")
        check("trap3 127.3.0.255 %s noc 1.3.6.1.4.1.99999.0.4" % sink, r"TRAP2, SNMP v3, user noc.*99999\.0\.4.*mains lost")
        with self.assertRaisesRegex(AssertionError, "no user nobody"):
            self.fleet.ask("trap3 127.3.0.255 %s nobody 1.3.9" % sink)

    def test_a_storm_of_traps_comes_from_every_address_in_turn(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(10)
            said = self.run_tool(harness.binary("sim-traps"), "--to", "127.0.0.1:%d" % receiver.getsockname()[1], "--first", "127.3.4.1",
                                 "--sources", "10", "--rate", "100", "--record", self.path("plant.snmprec"), "1.3.9.1", "1.3.9.2", "1.3.9.3")
            self.assertRegex(said, r"^sent=100 failed=0 ")
            came = [receiver.recvfrom(4096) for _ in range(100)]
        self.assertEqual([peer[0] for _, peer in came], ["127.3.4.%d" % (1 + i % 10) for i in range(100)])
        # Each with its own id, the kinds in turn, and a varbind of the recording.
        self.assertEqual(len({octets for octets, _ in came}), 100)
        for i, (octets, _) in enumerate(came):
            self.assertIn(bytes([0x2b, 9, 1 + i % 3]), octets)
            self.assertIn(b"Rectifier | two bars", octets)

    def test_a_pipelined_manager_gets_each_answer_whole(self):
        said = self.run_tool(harness.binary("sim-load"), "--to", "127.3.0.250:%d" % self.port, "--devices", "10", "--run", "4",
                             "--varbinds", "5", "--seconds", "1", "--record", self.path("plant.snmprec"))
        self.assertRegex(said, r"answered=[1-9]\d* errors=0 ")

    def test_a_wrong_command_says_what_is_wrong(self):
        for command, message in (("set 127.3.0.250 1.3.x 2 1", '"1.3.x" is no numeric OID'),
                                 ("set 127.3.0.250 1.3.6 2 abc", "not a value of its tag"),
                                 ("set 127.3.0.250 1.3.6 9 1", "unknown tag"),
                                 ("ramp 127.3.0.250 %s 1 2 3s" % SYS_DESCR, "not a 32-bit number"),
                                 ("dead 127.8.8.8", "no device at 127.8.8.8"),
                                 ("device 10.0.0.1 plant", "not in 127.0.0.0/8"),
                                 ("record other /does/not/exist", "No such file"),
                                 ("loss 127.3.0.250", "usage: loss ADDRESS PERCENT"),
                                 ('set 127.3.0.250 1.3.6 4 "a', "a quote is not closed"),
                                 ("bogus", "unknown command")):
            with self.assertRaisesRegex(AssertionError, re.escape(message)):
                self.fleet.ask(command)

    def test_the_end_of_the_commands_ends_it(self):
        self.assertEqual(self.fleet.stop(), 0)



if __name__ == "__main__":
    harness.main()
