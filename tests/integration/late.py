# SPDX-License-Identifier: ISC
"""Dead and slow devices cost the healthy ones nothing: counted in polls, not in time."""
import re

import harness
from agent import Agent

DEVICES = 200
BOX = "1.3.6.1.4.1.8072.9999.9999.2"


class LateTest(harness.TestCase):
    def test_healthy_devices_are_all_polled_as_often_while_others_are_dead_or_slow(self):
        with open(self.path("box.snmprec"), "w") as f:
            f.write("1.3.6.1.2.1.1.1.0|4|A box\n1.3.6.1.2.1.1.2.0|6|%s\n1.3.6.1.2.1.1.3.0|67|0\n%s.1.0|2|540\n" % (BOX, BOX))
        with open(self.path("box.yaml"), "w") as f:
            f.write("profile: box\nmatch: { sysObjectID: %s }\nsensors: [ { oid: %s.1.0, kind: battery.voltage, divide: 10 } ]\n" % (BOX, BOX))
        fleet = self.start([harness.binary("sim-fleet")], commands=True)
        port = int(fleet.wait_line(r"^listening (\d+)").group(1))
        fleet.ask("record box " + self.path("box.snmprec"))
        fleet.ask("devices 127.9.0.1 %d box" % DEVICES)
        inventory = [{"id": "S-%03d" % i, "name": "S", "area": "north",
                      "devices": [{"id": "box", "driver": "snmp", "address": "127.9.0.%d:%d" % (i, port), "community": "public"}]}
                     for i in range(1, DEVICES + 1)]
        agent = Agent(self, inventory, settings={"profile-dir": self.folder})
        # A device that loses its answer to a busy machine is not asked again: a repeat would count as a poll.
        agent.config["plugins"] = {"snmp": {"interval": "1s", "timeout": "10s", "retries": 0}}
        agent.start()
        self.wait_for(lambda: agent.ctl("status")["sensors"] == DEVICES, "all devices to be known", alive=[agent.process])
        for i in range(1, DEVICES + 1):
            if i % 10 in (0, 3, 6):
                fleet.ask("dead 127.9.0.%d" % i)
            elif i % 20 == 5:
                fleet.ask("delay 127.9.0.%d 900ms" % i)

        def polls():
            return {i: int(re.match(r"requests=(\d+)", fleet.ask("count 127.9.0.%d" % i)).group(1))
                    for i in range(1, DEVICES + 1) if i % 10 not in (0, 3, 6) and i % 20 != 5}
        before, start = polls(), polls()
        self.wait_for(lambda: polls()[1] - start[1] >= 10, "ten rounds", alive=[agent.process])
        end, after = polls(), polls()
        # Counts are read one after the other while polls go on: each device's surely lie in a longer time than any other's surely fill.
        most = max(end[i] - start[i] for i in start)
        least = min(after[i] - before[i] for i in start)
        self.assertLessEqual(most - least, 2, (start, end))


if __name__ == "__main__":
    harness.main()
