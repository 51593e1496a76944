# SPDX-License-Identifier: ISC
"""scripts/demo as a person runs it: the commands that it prints work, faults arrive in its snmptrapd, Ctrl-C leaves nothing behind."""
import os
import re
import signal
import socket
import subprocess

import harness

# Without sanitizers where there is such a build: this is the demo's own.
BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)


def free_base():
    """Four ports in a row, free for both protocols."""
    while True:
        base = harness.free_port()
        if base > 65000:
            continue
        held = []
        try:
            for port in range(base, base + 4):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    s = socket.socket(socket.AF_INET, kind)
                    held.append(s)
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for s in held:
                s.close()


class Demo(harness.TestCase):
    def test_the_demo_shows_what_it_promises(self):
        if not os.path.exists(os.path.join(BUILD, "bin", "sim-city")):
            self.skipTest("no build in %s" % BUILD)
        base = free_base()
        demo = self.start([harness.source("scripts/demo"), "--build", BUILD, "--port-base", str(base), "--minutes", "4"])
        folder = demo.wait_line(r"State and logs: (\S+)").group(1)
        self.addCleanup(subprocess.run, ["rm", "-rf", folder])
        demo.wait_line("What happens in the city")
        printed = demo.output()

        def run(pattern):
            command = re.search(pattern, printed).group(0).split("#")[0].split()
            return self.run_tool(*[word.strip("'") for word in command])

        site_table = r"snmpbulkwalk \S+ '' -v2c -c public \S+ \S+\.1\.1\.1 "
        sensor_table = r"snmpbulkwalk \S+ '' -v2c -c public \S+ \S+\.1\.1\.3 "
        alarm_table = r"snmpbulkwalk \S+ '' -v2c -c public \S+ 1\.3\.6\.1\.2\.1\.118\.1\.2\.2"
        for site in ("NIN-0042", "COW-1"):
            self.assertIn('"%s"' % site, run(site_table))
        self.wait_for(lambda: run(sensor_table).count("\n") > 1000, "live values of fixed towers", alive=[demo])
        self.wait_for(lambda: '"battery.voltage"' in run(sensor_table), "battery voltages", alive=[demo])
        self.wait_for(lambda: "mains" in run(alarm_table), "the scenario's mains failure in alarmActiveTable", 120, alive=[demo])

        log = os.path.join(folder, "snmptrapd.log")
        def raised(kind):
            with open(log) as f:
                return [l for l in f if "118.0.2" in l and kind in l]
        # The feeder is told, and none of the sites that hang on it.
        line = self.wait_for(lambda: raised("power/feeder-outage"), "the inform in snmptrapd", alive=[demo])[0]
        self.assertEqual(raised("power/mains-failure"), [])
        for pointer in re.findall(r"118\.1\.2\.2\.1\.1[03]\.\S+ = OID: \.(\S+)", line):
            answer = self.run_tool("snmpget", "-v2c", "-c", "public", "-On", "127.0.0.1:%d" % (base + 3), pointer)
            self.assertNotIn("No Such", answer)

        ctl = [os.path.join(BUILD, "bin", "towerctl"), "--socket", os.path.join(folder, "control.sock")]
        self.assertIn("NIN-0042", self.run_tool(*ctl, "site", "list"))
        self.assertIn("1", self.run_tool(*ctl, "ticket", "open", "NIN-0042", "mains failed"))

        demo.signal(signal.SIGINT)
        demo.wait()
        self.assertEqual(demo.returncode, 0, demo.output()[-2000:])
        left = subprocess.run(["pgrep", "-f", folder], capture_output=True, text=True).stdout.split()
        self.assertEqual(left, [])


if __name__ == "__main__":
    harness.main()
