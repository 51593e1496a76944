# SPDX-License-Identifier: ISC
"""What an unmodified NMS sees: tables by Net-SNMP's own tools, notifications in a real snmptrapd, and nothing that its reader may not see."""
import json
import os
import re
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


if __name__ == "__main__":
    harness.main()
