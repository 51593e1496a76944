# SPDX-License-Identifier: ISC
"""What an unmodified NMS sees: tables by Net-SNMP's own tools, notifications in a real snmptrapd, and nothing that its reader may not see."""
import json
import os
import random
import re
import socket
import subprocess

import harness
import trapd
from agent import ALARM_ACTIVE, ROOT, Agent

SITE_TABLE = ROOT + ".1.1.1"
SENSOR_TABLE = ROOT + ".1.1.3"
LOCATION_TABLE = ROOT + ".2"
SITE_NAME_COLUMN = ROOT + ".1.1.1.1.3"

# A place that would be noticed anywhere: the digits appear nowhere else.
LATITUDE, LONGITUDE = 36.7193, 43.8261
DIGITS = re.compile(r"36[.,]?7193|43[.,]?8261|3671930|4382610")

SITES = [
    {"id": "EAST-1", "name": "East one", "kind": "fixed", "area": "north/east", "location": {"lat": LATITUDE, "lon": LONGITUDE},
     "devices": [{"id": "tower", "driver": "mqtt"}]},
    {"id": "WEST-1", "name": "West one", "kind": "fixed", "area": "north/west", "devices": [{"id": "tower", "driver": "mqtt"}]},
    {"id": "COW-7", "name": "Light mast", "kind": "portable", "area": "north/east", "covers": ["EAST-1"],
     "devices": [{"id": "tower", "driver": "mqtt"}]},
]


class Northbound(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker_port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=SITES, settings={"alarm": {"hold": "500ms", "unreachable-after": "1s"}}, readers={
            "noc": {"role": "operate", "areas": ["*"]},
            "east": {"role": "read", "areas": ["north/east"], "location": "never"},
        })
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
            "snmp-agent": self.agent.snmp_agent(
                communities=[
                    {"name": "public", "reader": "noc", "source": "127.0.0.0/8"},
                    {"name": "east", "reader": "east", "source": "127.0.0.0/8"},
                    {"name": "blind", "reader": "noc", "source": "127.0.0.0/8", "exclude": [SITE_NAME_COLUMN, ROOT + ".1.1.3"]},
                    {"name": "elsewhere", "reader": "noc", "source": "127.9.0.0/16"},
                ],
                sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "community": "public", "timeout": "1s"}]),
        }
        self.sink.start()
        self.agent.start()
        self.wait_for(lambda: self.agent.snmp("get", "1.3.6.1.2.1.1.5.0"), "the SNMP agent", alive=[self.agent.process])

    def exchange(self, *packets):
        """Sends datagrams to the agent from a socket of its own and reads nothing."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for packet in packets:
                s.sendto(packet, ("127.0.0.1", self.agent.port))

    def publish(self, topic, payload, retain=False):
        self.run_tool("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t", topic, "-m",
                      json.dumps(payload), *(["-r"] if retain else []))

    def bring_up(self, site, **sensors):
        self.publish("towers/site/%s/status" % site, {"online": True, "session": "s1", "model": "LM", "deployment": "on-air"})
        self.publish("towers/site/%s/telemetry" % site, {"sensors": {"battery.voltage": 53.1, "mains.present": True, **sensors}})

    def sensor_rows(self, **options):
        return self.agent.walk(SENSOR_TABLE, **options)

    def bring_all_up(self):
        def is_subscribed():
            for site in ("EAST-1", "WEST-1", "COW-7"):
                self.bring_up(site)
            return len(self.agent.ctl("sensor", "list")) >= 6
        self.wait_for(is_subscribed, "the towers' sensors", alive=[self.agent.process])

    def test_tables_are_the_same_by_getnext_and_getbulk(self):
        self.bring_all_up()
        for root in (ROOT, "1.3.6.1.2.1.47", "1.3.6.1.2.1.99", "1.3.6.1.2.1.118.1.1", "1.3.6.1.2.1.121"):
            by_next = [oid for oid, _ in self.agent.snmp("walk", root)]
            by_bulk = [oid for oid, _ in self.agent.snmp("bulkwalk", root, options=["-Cr50"])]
            by_big_bulk = [oid for oid, _ in self.agent.snmp("bulkwalk", root, options=["-Cr500"])]
            self.assertGreater(len(by_next), 10, root)
            self.assertEqual(by_next, by_bulk)
            self.assertEqual(by_next, by_big_bulk)
            keys = [tuple(map(int, oid.split("."))) for oid in by_next]
            self.assertEqual(keys, sorted(set(keys)))

    def test_an_alarm_reaches_a_real_snmptrapd_and_its_pointers_resolve(self):
        self.bring_all_up()
        self.bring_up("EAST-1", **{"mains.present": False})
        is_mains = lambda n: any("power/mains-failure" in v for v in n.values())
        raised = self.wait_for(lambda: next((n for n in self.sink.notifications() if is_mains(n) and
                                             trapd.value(n[trapd.TRAP_OID]) == trapd.ALARM_ACTIVE_STATE), None),
                               "alarmActiveState", alive=[self.agent.process])
        pointers = {oid: trapd.value(v) for oid, v in raised.items() if oid.startswith(ALARM_ACTIVE + ".1.1")}
        self.assertEqual(len(pointers), 2, raised)
        for name, target in pointers.items():
            (got, value), = self.agent.snmp("get", target)
            self.assertEqual(got, target)
            self.assertNotIn("No Such", value)
            # The varbind is an instance of alarmActiveTable: it answers a GET with the same pointer.
            (_, again), = self.agent.snmp("get", name)
            self.assertEqual(trapd.value(again), target)
        model = next(t for t in pointers.values() if t.startswith("1.3.6.1.2.1.118.1.1.2.1.3."))
        # The ITU row of the same model: <list>.<model>.<ItuPerceivedSeverity>
        self.assertTrue(self.agent.walk("1.3.6.1.2.1.121.1.1.1.1.3.0." + model.split(".")[-2]))

        self.bring_up("EAST-1", **{"mains.present": True})
        self.wait_for(lambda: any(is_mains(n) and trapd.value(n[trapd.TRAP_OID]) == trapd.ALARM_CLEAR_STATE
                                  for n in self.sink.notifications()), "alarmClearState", alive=[self.agent.process])
        self.wait_for(lambda: not any("mains" in v for _, v in self.agent.walk(ALARM_ACTIVE)), "the row to go")

    def test_a_reader_of_one_area_never_sees_another(self):
        self.bring_all_up()
        everything = self.agent.snmp("bulkwalk", ROOT)
        west = [oid for oid, value in everything if "WEST-1" in value or "West one" in value]
        self.assertTrue(west)
        for tool, options in (("walk", ()), ("bulkwalk", ("-Cr50",)), ("bulkwalk", ("-Cr3",))):
            text = str(self.agent.snmp(tool, "1.3.6.1", community="east", options=options))
            self.assertIn("EAST-1", text)
            self.assertNotIn("WEST-1", text)
            self.assertNotIn("West one", text)
        for oid in west:
            text = str(self.agent.snmp("get", oid, community="east")) + str(self.agent.snmp("getnext", oid, community="east"))
            self.assertNotIn("WEST", text)
            self.assertNotIn("West", text)

    def test_what_a_community_excludes_never_shows(self):
        self.bring_all_up()
        hidden = [oid for oid, _ in self.agent.walk(SITE_NAME_COLUMN) + self.agent.walk(SENSOR_TABLE)]
        self.assertGreater(len(hidden), 5)
        for tool, options in (("walk", ()), ("bulkwalk", ("-Cr1",)), ("bulkwalk", ("-Cr10",)), ("bulkwalk", ("-Cr500",))):
            seen = {oid for oid, _ in self.agent.snmp(tool, "1.3.6.1", community="blind", options=options)}
            self.assertTrue(any(oid.startswith(SITE_TABLE + ".1.") for oid in seen))
            self.assertFalse(seen & set(hidden))
        for oid in hidden[:20]:
            (_, value), = self.agent.snmp("get", oid, community="blind")
            self.assertRegex(value, "No Such")
            for tool, options in (("getnext", ()), ("bulkget", ("-Cr5",))):
                for got, _ in self.agent.snmp(tool, oid, community="blind", options=options):
                    self.assertNotIn(got, hidden)

    def test_a_position_is_found_nowhere(self):
        self.bring_all_up()
        self.publish("towers/site/COW-7/position", {"lat": LATITUDE, "lon": LONGITUDE, "alt": 310, "accuracy": 6})
        self.publish("towers/site/COW-7/position", {"lat": LATITUDE * 10, "lon": LONGITUDE})  # refused: off the earth
        knows = lambda: DIGITS.search(self.agent.run_ctl("--json", "site", "export")[1] or "")
        self.wait_for(knows, "the agent's own user to see it (else this test shows nothing)", alive=[self.agent.process])
        for community in ("public", "east", "blind"):
            for tool in ("walk", "bulkwalk"):
                rows = self.agent.snmp(tool, "1.3.6.1", community=community)
                self.assertGreater(len(rows), 50)
                self.assertIsNone(DIGITS.search(re.sub(r"[\s\"]", "", str(rows))), community)
        self.assertIsNone(DIGITS.search(self.agent.process.output()))
        self.assertIsNone(DIGITS.search(self.agent.run_ctl("--json", "journal")[1]))
        self.assertIsNone(DIGITS.search(str(self.sink.notifications())))
        if os.getuid() == 0:
            os.chmod(self.folder, 0o755)
            os.chmod(self.agent.folder, 0o755)
            status, out, err = self.agent.run_ctl("site", "export", user="nobody")
            self.assertNotEqual(status, 0)
            self.assertIsNone(DIGITS.search(out + err))
            self.assertEqual(os.stat(self.agent.state).st_mode & 0o077, 0)

    def test_only_the_configured_sockets_are_open(self):
        self.bring_all_up()
        out = self.run_tool("ss", "-Hltnup")
        pids = {str(self.agent.process.pid)} | set(subprocess.run(["pgrep", "-P", str(self.agent.process.pid)], capture_output=True,
                                                                   text=True).stdout.split())
        ours = [line.split() for line in out.splitlines() if any("pid=%s," % pid in line for pid in pids)]
        local = sorted((columns[0], columns[4]) for columns in ours)
        sinks = [l for l in local if l != ("udp", "127.0.0.1:%d" % self.agent.port)]
        self.assertIn(("udp", "127.0.0.1:%d" % self.agent.port), local)
        # The socket that the sink's informs leave from and their answers come back to.
        self.assertEqual([l[0] for l in sinks], ["udp"], out)

    def test_a_community_is_accepted_from_its_source_alone(self):
        self.assertEqual(self.agent.snmp("get", "1.3.6.1.2.1.1.5.0", community="elsewhere", check=False, options=["-t", "1", "-r", "0"]), [])
        self.assertEqual(self.agent.snmp("get", "1.3.6.1.2.1.1.5.0", community="wrong", check=False, options=["-t", "1", "-r", "0"]), [])

    def next_of(self, oid, **options):
        (got, value), = self.agent.snmp("getnext", oid, **options)
        return got, value

    def test_bulk_is_what_one_by_one_is_across_table_ends_and_the_end_of_the_mib(self):
        self.bring_all_up()
        last = self.agent.snmp("walk", "1.3.6.1")[-1][0]
        first_of_next_column = self.agent.walk(SITE_TABLE + ".1")[-1][0]
        starts = ["1.3.6.1.2.1.1.1", first_of_next_column, self.agent.walk(SENSOR_TABLE)[-2][0], "1.3.6.1.2.1.99.1", last]
        repetitions = 6
        chains = []
        for oid in starts:
            chain = []
            for _ in range(repetitions):
                oid, value = self.next_of(oid)
                is_end = "No more variables" in value
                # The library names some of what is behind the end by a neighbour's name: that there is nothing is what counts.
                chain.append((None if is_end else oid, is_end))
            chains.append(chain)
        for non_repeaters in (0, 1, 3, 5):
            expected = [chain[0] for chain in chains[:non_repeaters]]
            for i in range(repetitions):
                row = [chain[i] for chain in chains[non_repeaters:]]
                expected += row
                # RFC 3416, 4.2.3: an agent may stop when all of a repetition is at the end of the MIB.
                if all(is_end for _, is_end in row):
                    break
            got = self.agent.snmp("bulkget", *starts, options=["-Cn%d" % non_repeaters, "-Cr%d" % repetitions])
            got = [(None, True) if "No more variables" in value else (oid, False) for oid, value in got]
            self.assertEqual(got[:len(expected)], expected)
        self.assertTrue(chains[-1][0][1], "the last one is at the end")

    def test_version_1_walks_past_what_it_cannot_show(self):
        self.bring_all_up()
        everything = self.agent.snmp("walk", ROOT)
        wide = {oid for oid, value in everything if value.startswith("Counter64")}
        self.assertTrue(wide)
        by_v1 = [oid for oid, _ in self.agent.snmp("walk", ROOT, version="1")]
        # Rows may come and go between the walks (a plugin's state, a sink's); none that is seen is a Counter64.
        self.assertFalse(wide & set(by_v1))
        self.assertGreater(len(by_v1), (len(everything) - len(wide)) // 2)
        out = self.agent.snmp("get", sorted(wide)[0], version="1", check=False)
        self.assertFalse([row for row in out if "Counter64" in row[1]])

    def test_a_set_is_refused(self):
        name = "1.3.6.1.2.1.1.5.0"
        for version, reason in (("2c", "noAccess|notWritable"), ("1", "noSuchName|readOnly")):
            out = self.run_tool("snmpset", "-v" + version, "-c", "public", "-r", "0", "127.0.0.1:%d" % self.agent.port, name, "s", "mine",
                                check=False)
            self.assertRegex(out, reason)
        (_, value), = self.agent.snmp("get", name)
        self.assertNotIn("mine", value)

    def test_garbage_and_floods_are_survived(self):
        self.bring_all_up()
        oid = bytes([0x06, 8, 0x2b, 6, 1, 2, 1, 1, 5, 0])
        varbinds = bytes([0x30, len(oid) + 4, 0x30, len(oid) + 2]) + oid + bytes([5, 0])

        def request(tag, a=0, b=0):
            pdu = bytes([2, 1, 7, 2, 1, a, 2, 1, b]) + varbinds
            body = bytes([2, 1, 1, 4, 6]) + b"public" + bytes([tag, len(pdu)]) + pdu
            return bytes([0x30, len(body)]) + body

        real = request(0xa0)
        rng = random.Random(3)
        packets = [bytes(rng.randrange(256) for _ in range(rng.randrange(1, 200))) for _ in range(300)]
        packets += [b"\x30" + packet for packet in packets]
        packets += [real[:n] for n in range(len(real))]
        packets += [request(tag, rng.randrange(256), rng.randrange(256)) for tag in range(0xa0, 0xb0) for _ in range(4)]
        for _ in range(600):  # real ones with some octets changed behind the community
            packet = bytearray(real)
            for _ in range(rng.randrange(1, 4)):
                packet[rng.randrange(13, len(packet))] = rng.randrange(256)
            packets.append(bytes(packet))
        lines = len(self.agent.process.lines)
        self.exchange(*packets)
        self.wait_answer()
        self.assertLess(len(self.agent.process.lines) - lines, 50, self.agent.process.output()[-3000:])

        before = self.resident_kib()
        self.exchange(*[request(0xa5, 0, 100)] * 10000)
        self.wait_answer()
        self.assertLess(self.resident_kib() - before, 256 * 1024)

    def wait_answer(self):
        """What was sent before it is answered before it: on a machine that is busy the first requests come too early."""
        self.wait_for(lambda: self.agent.snmp("get", "1.3.6.1.2.1.1.5.0"), "an answer", deadline_s=120, alive=[self.agent.process])

    def resident_kib(self):
        with open("/proc/%d/status" % self.agent.process.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def boots(self):
        with open(os.path.join(self.net_snmp_state(), "towerd.conf")) as f:
            return int(re.search(r"^engineBoots (\d+)", f.read(), re.M).group(1))

    def net_snmp_state(self):
        found = [root for root, folders, files in os.walk(self.agent.state) if "towerd.conf" in files]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_engine_boots_count_every_start_also_after_a_kill(self):
        uptime = lambda: int(re.search(r"(\d+)\)?$", self.agent.snmp("get", "1.3.6.1.2.1.1.3.0")[0][1]).group(1))
        first = self.boots()
        self.assertEqual(os.stat(self.net_snmp_state()).st_mode & 0o777, 0o700)
        self.agent.kill()
        self.agent.start()
        self.wait_for(lambda: self.agent.snmp("get", "1.3.6.1.2.1.1.5.0"), "the SNMP agent", alive=[self.agent.process])
        self.assertEqual(self.boots(), first + 1)
        before = uptime()
        self.wait_for(lambda: uptime() > before, "sysUpTime to go on")
        self.assertEqual(self.agent.stop(), 0)
        self.agent.start()
        self.wait_for(lambda: self.agent.snmp("get", "1.3.6.1.2.1.1.5.0"), "the SNMP agent", alive=[self.agent.process])
        self.assertEqual(self.boots(), first + 2)


class Addresses(harness.TestCase):
    def test_both_families_are_answered_by_the_communities_of_their_networks(self):
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
                s.bind(("::1", 0))
        except OSError:
            self.skipTest("no IPv6 on this machine")
        agent = Agent(self)
        where = {4: "udp:127.0.0.1:%d" % agent.port, 6: "udp6:[::1]:%d" % agent.port}
        agent.config["plugins"]["snmp-agent"] = {"listen": list(where.values()), "communities": [
            {"name": "four", "reader": "noc", "source": "127.9.9.9/8"}, {"name": "six", "reader": "noc", "source": "::1"}]}
        agent.start()

        def answers(community, family):
            out = self.run_tool("snmpget", "-v2c", "-c", community, "-On", "-t", "1", "-r", "1", where[family], "1.3.6.1.2.1.1.5.0", check=False)
            return "STRING" in out
        self.wait_for(lambda: answers("four", 4), "an answer by IPv4", alive=[agent.process])
        self.wait_for(lambda: answers("six", 6), "an answer by IPv6", alive=[agent.process])
        self.assertFalse(answers("four", 6))
        self.assertFalse(answers("six", 4))


class Sinks(harness.TestCase):
    """Who is told what; and receivers that are dead or mad."""

    def start_agent(self, sinks):
        self.home = self.path("home")
        os.makedirs(self.home)
        _, self.broker_port = self.start_mosquitto()
        self.agent = Agent(self, inventory=SITES, settings={"alarm": {"hold": "500ms", "unreachable-after": "1h"}}, readers={
            "noc": {"role": "operate", "areas": ["*"]}, "east": {"role": "read", "areas": ["north/east"], "location": "never"},
        }, environment={"HOME": self.home})
        self.agent.config["plugins"] = {"mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker_port},
                                        "snmp-agent": self.agent.snmp_agent(sinks=sinks)}
        self.agent.start()
        self.wait_for(lambda: self.agent.snmp("get", "1.3.6.1.2.1.1.5.0"), "the SNMP agent", alive=[self.agent.process])

    def publish(self, site, payload, leaf="alarm"):
        self.run_tool("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker_port), "-q", "1", "-t", "towers/site/%s/%s" % (site, leaf),
                      "-m", json.dumps(payload))

    def until_heard(self):
        """The agent is subscribed: what is published from now on reaches it."""
        def is_heard():
            self.publish("EAST-1", {"sensors": {"battery.voltage": 53.1}}, "telemetry")
            return self.agent.ctl("sensor", "list")
        self.wait_for(is_heard, "telemetry", alive=[self.agent.process])

    def test_each_sink_is_told_what_it_may_and_wants_to_hear(self):
        names = ("all", "east", "major", "trap")
        sinks = {name: trapd.Trapd(self) for name in names}
        for sink in sinks.values():
            sink.start()
        more = {"all": {}, "east": {"reader": "east"}, "major": {"min-severity": "major"}, "trap": {"type": "trap"}}
        self.start_agent([{"name": name, "address": "udp:127.0.0.1:%d" % sinks[name].port, "community": "public", **more[name]}
                          for name in names])
        self.until_heard()
        for site, kind, severity in (("EAST-1", "site/door-open", "minor"), ("WEST-1", "site/door-open", "minor"),
                                     ("EAST-1", "env/smoke", "critical"), ("WEST-1", "env/smoke", "critical")):
            self.publish(site, {"id": "1", "type": kind, "state": "raised", "severity": severity})

        def told(name):
            return sorted((trapd.value(n[ROOT + ".5.1.1.5.0"]), trapd.value(n[ROOT + ".5.1.1.6.0"])) for n in sinks[name].notifications()
                          if ROOT + ".5.1.1.6.0" in n and re.search("door|smoke", n[ROOT + ".5.1.1.6.0"]))
        every = sorted((site, kind) for site in ("EAST-1", "WEST-1") for kind in ("site/door-open", "env/smoke"))
        expected = {"all": every, "trap": every, "east": [t for t in every if t[0] == "EAST-1"],
                    "major": [t for t in every if t[1] == "env/smoke"]}
        for name in names:
            self.wait_for(lambda: len(told(name)) >= len(expected[name]), "what sink %s is told" % name, alive=[self.agent.process])
        for name in names:
            sinks[name].settle()
            self.assertEqual(told(name), expected[name], name)
            self.assertEqual(sinks[name].sequences(), sorted(set(sinks[name].sequences())))
        self.assertNotIn("WEST", str(sinks["east"].notifications()))

    def test_dead_and_mad_receivers_disturb_nobody(self):
        mad = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(mad.close)
        mad.bind(("127.0.0.1", 0))
        good = trapd.Trapd(self)
        good.start()
        common = {"community": "public", "timeout": "200ms"}
        self.start_agent([{"name": "dead", "address": "udp:127.0.0.1:%d" % harness.free_udp_port(), **common},
                          {"name": "mad", "address": "udp:127.0.0.1:%d" % mad.getsockname()[1], **common},
                          {"name": "good", "address": "udp:127.0.0.1:%d" % good.port, "community": "public"}])
        self.until_heard()
        for site in ("EAST-1", "WEST-1", "COW-7"):
            self.publish(site, {"id": "1", "type": "env/smoke", "state": "raised"})
        self.wait_for(lambda: len(good.sequences()) >= 3, "the good one to be told", alive=[self.agent.process])
        mad.settimeout(harness.DEADLINE_S)
        _, agent_address = mad.recvfrom(65536)
        rng = random.Random(5)
        answered = 0
        for _ in range(40):
            for _ in range(50):
                mad.sendto(bytes(rng.randrange(256) for _ in range(rng.randrange(1, 100))), agent_address)
            # One try, no repeat: every request is answered.
            answered += bool(self.agent.snmp("get", "1.3.6.1.2.1.1.5.0", options=["-r", "0"]))
        self.assertEqual(answered, 40)
        acknowledged = self.acknowledged()
        self.assertEqual(acknowledged["dead"], 0)
        self.assertEqual(acknowledged["mad"], 0)
        self.assertGreater(acknowledged["good"], 0)
        self.assertEqual(os.listdir(self.home), [])

    def acknowledged(self):
        """towerdSinkAcknowledged by name: the index is the name, with its length in front."""
        column = ROOT + ".5.1.3.1.4"
        return {"".join(chr(int(c)) for c in oid[len(column) + 1:].split(".")[1:]): int(value.split(": ")[1])
                for oid, value in self.agent.walk(column)}


if __name__ == "__main__":
    harness.main()
