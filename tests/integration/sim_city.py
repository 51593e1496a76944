# SPDX-License-Identifier: ISC
"""sim-city: a scenario on both simulators, ten times as fast, and nothing left behind."""
import os
import re
import signal
import socket
import subprocess

import harness

SCENARIO = """\
record plant plant.snmprec
site A fixed area north feeder F1 plant 127.6.0.1
site B fixed area north plant 127.6.0.2
site T portable area north interval=2s
action mains-fail
	plant set 1.3.6.1.4.1.99999.1.0 2 0
	tower set mains.present false
end
at 0s set T/tower mains.present true
at 10s mains-fail area north
at 20s dead B
at 20s drop T
at 60s say "the end"
"""


class SimCityTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        with open(self.path("city.scenario"), "w") as f:
            f.write(SCENARIO)
        with open(self.path("plant.snmprec"), "w") as f:
            f.write("1.3.6.1.4.1.99999.1.0|2|230\n")

    def city(self, *options):
        return [harness.binary("sim-city"), self.path("city.scenario"), *options]

    def get(self, address, port):
        text = self.run_tool("snmpget", "-v", "2c", "-c", "public", "-r", "0", "-t", "0.3", "-m", "", "-On", "-Oqv",
                             "%s:%d" % (address, port), "1.3.6.1.4.1.99999.1.0", check=False)
        return "Timeout" if "Timeout" in text else text.split("\n")[0]

    def test_the_events_happen_and_a_hand_can_change_more(self):
        fleet_port = harness.free_udp_port()
        _, broker_port = self.start_mosquitto()
        watch = self.start([harness.find_program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(broker_port), "-t", "towers/#", "-F", "%t %p"])
        control = self.path("city.sock")
        city = self.start(self.city("--clock-scale", "10", "--fleet-port", str(fleet_port), "--broker-port",
                                    str(broker_port), "--control", control))
        city.wait_line("^ready fleet=%d broker=%d sites=3" % (fleet_port, broker_port))
        self.wait_for(lambda: self.get("127.6.0.1", fleet_port) == "0", "mains to fail", alive=[city])
        self.wait_for(lambda: '"mains.present":true' in watch.output() and '"mains.present":false' in watch.output(),
                      "the tower to tell", alive=[city, watch])
        self.wait_for(lambda: self.get("127.6.0.2", fleet_port) == "Timeout", "B to die", alive=[city])
        self.wait_for(lambda: '"online":false' in watch.output(), "the tower's will", alive=[city, watch])
        city.wait_line("60.0s # the end")

        def by_hand(line):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(harness.DEADLINE_S)
                s.connect(control)
                s.sendall((line + "\n").encode())
                return s.makefile().readline().strip()
        self.assertEqual(by_hand("alive B"), "ok")
        self.wait_for(lambda: self.get("127.6.0.2", fleet_port) == "0", "B to live again", alive=[city])
        self.assertEqual(by_hand("dead Z"), "error dead Z: nothing there that it applies to")
        self.assertRegex(by_hand("fleet count 127.6.0.2"), "^ok requests=")
        self.assertRegex(by_hand("tower count"), "^ok towers=1 online=0 away=1")
        city.signal(signal.SIGTERM)
        self.assertEqual(city.wait(), 0)
        self.assertFalse(os.path.exists(control))
        with self.assertRaises(ProcessLookupError):
            os.killpg(city.pid, 0)

    def test_without_a_broker_the_fleet_lives_and_ctrl_c_ends_it(self):
        fleet_port = harness.free_udp_port()
        city = self.start(self.city("--fleet-port", str(fleet_port), "--broker-port", str(harness.free_port())))
        city.wait_line("^ready")
        self.assertEqual(self.get("127.6.0.1", fleet_port), "230")
        os.killpg(city.pid, signal.SIGINT)
        self.assertEqual(city.wait(), 0)

    def test_faults_of_a_scenario_are_told_with_file_and_line(self):
        with open(self.path("city.scenario"), "a") as f:
            f.write("at 5s explode A\nsite A fixed area x\n")
        done = subprocess.run(self.city("--check"), capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, re.escape(self.path("city.scenario")) + ":14: \"explode\" is neither an action")
        self.assertRegex(done.stderr, re.escape(self.path("city.scenario")) + ":15: site A exists already")

    def test_the_demo_city_is_sound_and_gives_an_inventory(self):
        demo = harness.source("tests/sim/demo.scenario")
        self.run_tool(harness.binary("sim-city"), demo, "--check")
        inventory = self.run_tool(harness.binary("sim-city"), demo, "--inventory", "-", "--port-base", "20000")
        self.assertEqual(inventory.count("kind: fixed"), 24)
        self.assertEqual(inventory.count("kind: portable"), 4)
        self.assertEqual(inventory.count("covers:"), 2)
        self.assertIn('address: "127.1.1.11:20000"', inventory)

    def test_the_demo_records_are_read_without_a_fault(self):
        fleet = self.start([harness.binary("sim-fleet")], commands=True)
        for name in ("plant", "radio", "genset", "environment", "ups"):
            said = fleet.ask("record %s %s" % (name, harness.source("tests/sim/records/%s.snmprec" % name)))
            self.assertIn("skipped=0 repeated=0", said)


if __name__ == "__main__":
    harness.main()
