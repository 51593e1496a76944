# SPDX-License-Identifier: ISC
"""Silence with an owner, before a real snmptrapd: what is silenced is tracked and not told, and when the silence ends, what is true is told."""
import harness
import mqtt
import trapd
from agent import ROOT, Agent

SITES = [{"id": site, "name": site, "kind": "portable", "area": area, "devices": [{"id": "tower", "driver": "mqtt"}]}
         for site, area in (("COW-1", "east"), ("COW-2", "west"))]
SITE, TYPE, SEVERITY = (ROOT + ".5.1.1.%d.0" % n for n in (5, 6, 7))
NAMES = {1: "cleared", 3: "warning", 4: "minor", 5: "major", 6: "critical"}
ARC_STATE = "1.3.6.1.2.1.117.2.1.1.4"
NALM_QI = "2"


class Silence(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=SITES, settings={
            "alarm": {"hold": "100ms", "arc-countdown": "2s", "chatter-window": "1s"}, "repair": {"soak": "1h"}})
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % port},
            "snmp-agent": self.agent.snmp_agent(sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port, "type": "inform"}]),
        }
        self.sink.start()
        self.agent.start()
        self.broker = mqtt.Client(self, port)

    def told(self, site="COW-1"):
        """What the NMS was told of a site's voltage and fire: ["minor", "cleared"]; "fire: critical"."""
        lines = []
        for n in self.sink.notifications():
            kind = trapd.value(n.get(TYPE, ""))
            if trapd.value(n.get(SITE, "")) == site and kind in ("power/dc-undervoltage", "env/fire"):
                severity = NAMES[int(trapd.value(n[SEVERITY]))]
                lines.append(severity if kind == "power/dc-undervoltage" else "fire: " + severity)
        return lines

    def wait_told(self, *lines, site="COW-1"):
        self.wait_for(lambda: self.told(site) == list(lines), "%s to be told as %s, not %s" % (site, list(lines), self.told(site)),
                      alive=[self.agent.process])

    def held(self, site="COW-1"):
        """The alarm of the voltage as it is held true; None: it is not active."""
        rows = self.agent.ctl("alarm", "list", "site=" + site, "type=power/dc-undervoltage")
        return rows[0] if rows else None

    def voltage(self, volts, severity, site="COW-1"):
        """Until the agent holds what follows from it."""
        def holds():
            self.broker.publish("towers/site/%s/telemetry" % site, {"sensors": {"battery.voltage": volts}})
            held = self.held(site)
            return (held["towerdAlarmSeverity"] if held else None) == severity
        self.wait_for(holds, "the alarm to be %s" % severity, alive=[self.agent.process])

    def refused(self, *argv):
        status, _, err = self.agent.run_ctl(*argv)
        self.assertEqual(status, 1, argv)
        return err

    def shelf(self, name):
        return [row for row in self.agent.ctl("shelf", "list") if row["towerdShelfName"] == name][0]

    def why(self, number):
        return "\n".join(self.agent.ctl("why", str(number)))

    def settle(self):
        """An alarm of the other site is told: so what was to be told before it, is."""
        before = len(self.told("COW-2"))
        self.voltage(46.5 if before % 2 == 0 else 53.0, "minor" if before % 2 == 0 else None, site="COW-2")
        self.wait_for(lambda: len(self.told("COW-2")) > before, "the other site's alarm", alive=[self.agent.process])

    def test_what_a_shelf_holds_is_tracked_and_told_when_the_shelf_is_gone(self):
        self.agent.ctl("shelf", "add", "works", "for=1h", "site=COW-1", "type=power/*", "mast is repainted")
        self.voltage(46.5, "minor")
        self.settle()
        self.assertEqual(self.told(), [])
        self.assertEqual(self.shelf("works")["towerdShelfHeld"], 1)
        self.assertIn("mast is repainted", self.why(self.held()["towerdAlarmNumber"]))
        self.voltage(44.5, "major")
        self.settle()
        self.assertEqual(self.told(), [])
        self.agent.ctl("shelf", "remove", "works")
        self.wait_told("major")
        self.voltage(53.0, None)
        self.wait_told("major", "cleared")

    def test_what_was_told_is_told_as_cleared_under_a_shelf_and_nothing_else_is(self):
        self.voltage(46.5, "minor")
        self.wait_told("minor")
        self.agent.ctl("alarm", "shelve", str(self.held()["towerdAlarmNumber"]), "--for", "1h", "known")
        self.voltage(44.5, "major")
        self.settle()
        self.assertEqual(self.told(), ["minor"])
        self.voltage(53.0, None)
        self.wait_told("minor", "cleared")
        self.voltage(46.5, "minor")  # the shelf is about this alarm, not about this time
        self.settle()
        self.assertEqual(self.told(), ["minor", "cleared"])
        self.agent.ctl("alarm", "unshelve", str(self.held()["towerdAlarmNumber"]))
        self.wait_told("minor", "cleared", "minor")

    def test_nothing_silences_a_fire(self):
        self.assertIn("--all", self.refused("shelf", "add", "everything", "for=1h", "storm"))
        self.agent.ctl("shelf", "add", "everything", "for=1h", "--all", "storm")
        self.voltage(46.5, "minor")
        self.broker.publish("towers/site/COW-1/alarm", {"id": "1", "type": "env/fire", "state": "raised", "severity": "critical", "text": "fire"})
        self.wait_told("fire: critical")
        self.assertIn("safety", self.refused("shelf", "add", "fire", "for=1h", "type=env/fire", "no"))

    def test_a_silence_outlives_the_agent_and_not_its_end(self):
        self.agent.ctl("shelf", "add", "short", "for=5s", "site=COW-1", "short work")
        self.agent.ctl("shelf", "add", "long", "for=1h", "site=COW-2", "long work")
        self.voltage(46.5, "minor")
        self.voltage(46.5, "minor", site="COW-2")
        self.agent.kill()
        self.agent.start()
        self.wait_told("minor")
        self.assertEqual([r["towerdShelfName"] for r in self.agent.ctl("shelf", "list")], ["long"])
        self.assertEqual(self.told("COW-2"), [])
        ended = [r for r in self.agent.journal() if r["type"] == "shelf.remove"]
        self.assertEqual([(r["actor"], r["object"]) for r in ended], [("agent", "shelf short")])

    def test_a_window_is_in_force_by_its_calendar(self):
        self.agent.ctl("window", "add", "always", "start=2026-01-01T00:00", "zone=Europe/Berlin", "length=1d", "repeat=FREQ=DAILY",
                       "for=1d", "area=east", "every day is a day of work")
        row = self.agent.ctl("window", "list")[0]
        self.assertEqual((row["towerdWindowInForce"], row["towerdWindowZone"]), (True, "Europe/Berlin"))
        self.voltage(46.5, "minor")
        self.settle()
        self.assertEqual(self.told(), [])
        self.agent.ctl("window", "remove", "always")
        self.wait_told("minor")
        self.assertIn("FREQ=SECONDLY", self.refused("window", "add", "x", "start=2026-01-01T00:00", "zone=UTC", "length=1d",
                                                    "repeat=FREQ=SECONDLY", "area=east", "r"))
        self.assertIn("Mars/Base", self.refused("window", "add", "x", "start=2026-01-01T00:00", "zone=Mars/Base", "length=1d", "area=east", "r"))

    def ticket(self, *steps):
        for step in steps:
            self.agent.ctl("ticket", *step)

    def arc(self):
        return self.agent.walk(ARC_STATE)

    def test_a_repair_is_quiet_while_it_goes_on_and_speaks_up_when_it_breaks(self):
        self.agent.ctl("crew", "enroll", "crew-3", "--hs256")
        self.voltage(46.5, "minor")
        self.wait_told("minor")
        number = str(self.held()["towerdAlarmNumber"])
        self.agent.ctl("ticket", "open", "COW-1", "voltage is low", "due=2h", "alarm=" + number)
        self.ticket(("confirm", "1"), ("assign", "1", "crew-3"), ("update", "1", "arrive"))
        self.wait_for(lambda: [trapd.value(v) for _, v in self.arc()] == [NALM_QI], "the row of the repair", alive=[self.agent.process])
        row = self.agent.ctl("arc", "list")[0]
        self.assertEqual((row["arcSite"], row["arcOwner"], row["arcTicket"]), ("COW-1", "crew crew-3", 1))
        # It comes and goes under the crew's hands: nobody is told that it is back; that it was over, yes.
        self.voltage(44.5, "major")
        self.settle()
        self.assertEqual(self.told(), ["minor"])
        self.voltage(53.0, None)
        self.wait_told("minor", "cleared")
        self.voltage(44.5, "major")
        self.assertIn("ticket 1", self.why(self.held()["towerdAlarmNumber"]))
        self.settle()
        self.assertEqual(self.told(), ["minor", "cleared"])
        # Well for the count-down: the row goes by itself, and what breaks afterwards is told although the crew is still there.
        self.voltage(53.0, None)
        self.wait_for(lambda: self.arc() == [], "the row to go", alive=[self.agent.process])
        self.voltage(46.5, "minor")
        self.wait_told("minor", "cleared", "minor")

    def test_an_unfinished_repair_is_told_when_the_crew_leaves(self):
        self.agent.ctl("crew", "enroll", "crew-3", "--hs256")
        self.agent.ctl("ticket", "open", "COW-1", "voltage is low")
        self.voltage(46.5, "minor")
        self.wait_told("minor")
        self.ticket(("confirm", "1"), ("assign", "1", "crew-3"), ("update", "1", "arrive"))
        self.wait_for(lambda: len(self.arc()) == 1, "the row of what was in alarm", alive=[self.agent.process])
        self.voltage(44.5, "major")
        self.settle()
        self.assertEqual(self.told(), ["minor"])
        self.ticket(("update", "1", "block", "no spare part"),)
        self.wait_told("minor", "major")
        self.assertEqual(self.arc(), [])


harness.main()
