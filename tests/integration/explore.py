# SPDX-License-Identifier: ISC
"""Looking for agents, and recording one: what is found, proposed and masked, and that nothing is added."""
import json
import os

import harness
from agent import Agent

SECRETS = {"plants": "pl4nts-are-green", "radios": "r4dios-are-loud"}


class ExploreTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.fleet = self.start([harness.binary("sim-fleet")], commands=True)
        self.port = int(self.fleet.wait_line(r"^listening (\d+)").group(1))
        for n, record in enumerate(("ups", "plant", "radio"), 1):
            self.fleet.ask("record %s %s" % (record, harness.source("tests/sim/records/%s.snmprec" % record)))
            self.fleet.ask("device 127.8.0.%d %s" % (n, record))
            self.fleet.ask("community 127.8.0.%d %s" % (n, SECRETS["radios" if record == "radio" else "plants"]))
        self.agent = Agent(self, [{"id": "S-1", "name": "S", "area": "south", "devices": [
            {"id": "power", "driver": "snmp", "address": "127.8.0.1:%d" % self.port, "credentials": "plants"}]}], plugins={})
        path = self.path("credentials.yaml")
        with open(path, "w") as f:
            json.dump({name: {"version": "2c", "community": text} for name, text in SECRETS.items()}, f)
        os.chmod(path, 0o600)
        self.agent.config["plugins"] = {"snmp": {"timeout": "200ms", "credentials": path}}
        self.agent.start()

    def test_a_search_names_what_answers_and_proposes_what_is_new(self):
        found = self.agent.ctl("discover", "127.8.0.0/29", "--port", str(self.port), "--rate", "500")
        self.assertEqual(found["asked"], 6)
        rows = {row["address"].split(":")[0]: row for row in found["found"]}
        self.assertEqual(sorted(rows), ["127.8.0.1", "127.8.0.2", "127.8.0.3"])
        self.assertEqual([rows["127.8.0.%d" % i]["device"] for i in (1, 2, 3)], ["S-1/power", None, None])
        self.assertEqual([rows["127.8.0.%d" % i]["profile"].split("+")[0] for i in (1, 2, 3)], ["ups-mib", "eltek-enexus", "ceragon-ceraos"])
        self.assertEqual(rows["127.8.0.3"]["credentials"], "radios")
        status, out, err = self.agent.run_ctl("discover", "127.8.0.2-4", "--port", str(self.port), "--rate", "500")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("3 addresses asked, 2 answered, 2 of them new", out)
        self.assertIn('- { id: eltek-enexus, driver: snmp, address: "127.8.0.2:%d", credentials: plants }' % self.port, out)
        self.assertEqual([d["towerdDeviceSlot"] for d in self.agent.ctl("device", "list")], ["power"])
        for secret in SECRETS.values():
            self.assertNotIn(secret, out)

    def test_proposed_lines_are_lines_of_an_inventory(self):
        _, out, _ = self.agent.run_ctl("discover", "127.8.0.2", "--port", str(self.port))
        lines = [line for line in out.splitlines() if line.startswith("  - {")]
        path = self.path("more.yaml")
        with open(path, "w") as f:
            f.write("sites:\n- id: NEW\n  name: new\n  area: south\n  devices:\n%s\n" % "\n".join(lines))
        status, _, err = self.agent.run_ctl("site", "import", path)
        self.assertEqual((status, err), (0, ""))
        harness.wait_for(lambda: any(s["towerdSensorSite"] == "NEW" for s in self.agent.ctl("sensor", "list")),
                         "the proposed device to be polled", alive=[self.agent.process])

    def test_a_search_is_bounded_and_says_what_is_wrong_with_it(self):
        cases = [(("discover",), 2, "usage: discover RANGE"), (("discover", "10.0.0.0/8"), 1, "it has more than 65536 addresses"),
                 (("discover", "plant.example.net"), 1, "it is no literal address"),
                 (("discover", "127.8.0.1", "--credentials", "nobody"), 1, 'there are no credentials "nobody"'),
                 (("discover", "127.8.0.1", "--rate", "100000"), 2, "usage: discover RANGE"),
                 (("profile", "record", "127.8.0.1"), 1, "there are several credentials"),
                 (("profile", "record", "127.8.0.1", "--credentials", "plants", "--root", "1"), 1, 'root "1" is not an OID'),
                 (("profile", "record", "hill", "--credentials", "plants"), 1, '"hill" is not ADDRESS[:PORT]')]
        for argv, expected, text in cases:
            status, _, err = self.agent.run_ctl(*argv)
            self.assertEqual(status, expected, argv)
            self.assertIn(text, err)

    def test_a_recording_gives_the_same_sensors_and_hides_what_is_secret(self):
        address = "127.8.0.2:%d" % self.port
        self.fleet.ask('set 127.8.0.2 1.3.6.1.2.1.1.6.0 4 "Mill Road 3"')
        self.fleet.ask('set 127.8.0.2 1.3.6.1.4.1.99.1.0 4 "community is %s"' % SECRETS["radios"])
        self.fleet.ask("set 127.8.0.2 1.3.6.1.2.1.4.20.1.1.10.1.2.3 64 10.1.2.3")
        for loss in ("", "limit 127.8.0.2 600"):
            if loss:
                self.fleet.ask(loss)
            status, out, err = self.agent.run_ctl("profile", "record", address, "--credentials", "plants")
            self.assertEqual(status, 0, err)
            self.assertIn("1.3.6.1.2.1.1.6.0|4|xxxxxxxxxxx\n", out)
            self.assertIn("1.3.6.1.4.1.99.1.0|4|xxxx", out)
            self.assertNotIn("10.1.2.3", out)
            self.assertIn("look it over before you give it away", err)
        path = self.path("mine.snmprec")
        with open(path, "w") as f:
            f.write(out)
        both = [json.loads(self.agent.run_ctl("profile", "test", "--walk", walk, "--json", "--profile-dir", harness.source("profiles"))[1])
                for walk in (path, harness.source("tests/sim/records/plant.snmprec"))]
        self.assertTrue(both[0])
        self.assertEqual(both[0], both[1])

    def test_a_device_that_does_not_answer_gives_no_recording(self):
        status, out, err = self.agent.run_ctl("profile", "record", "127.8.0.7:%d" % self.port, "--credentials", "plants")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("no answer: the device is not there, or the credentials are not its own", err)


harness.main()
