# SPDX-License-Identifier: ISC
"""How good the alarm system is: a flood is summed up and reported, an alarm that chatters is held with a record and proposed for a
shelf, and sites whose mains fail together are proposed as a feeder."""
import harness
import mqtt
import trapd
from agent import ROOT, Agent

SCALE = 30  # ten minutes take twenty seconds
DEADLINE_S = 90
SITES = ["COW-%d" % i for i in range(1, 6)]
TYPE = ROOT + ".5.1.1.6.0"
TYPES = ["power/fuse-open", "power/rectifier-failure", "battery/charge-failure", "battery/failed", "battery/aged", "cooling/fan-failed",
         "cooling/unit-failed", "env/humidity", "radio/receiver", "radio/transmitter", "radio/antenna-line", "transport/redundancy-lost"]
MERIT_FLOODS = ROOT + ".3.1.9.1.11."


class Merit(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, port = self.start_mosquitto()
        self.sink = trapd.Trapd(self)
        self.agent = Agent(self, inventory=[
            {"id": site, "name": site, "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}
            for site in SITES], settings={"alarm": {"chatter-window": "1h", "steady": "2m", "cause-wait": "1s"}})
        self.agent.config["plugins"] = {
            "mqtt": {"broker": "mqtt://127.0.0.1:%d" % port},
            "snmp-agent": self.agent.snmp_agent(sinks=[{"name": "nms", "address": "udp:127.0.0.1:%d" % self.sink.port}]),
        }
        self.sink.start()
        self.agent.start("--clock-scale", str(SCALE))
        self.towers = mqtt.Client(self, port)

    def say(self, site, kind, is_raised):
        self.towers.publish("towers/site/%s/alarm" % site, {
            "id": kind, "type": kind, "state": "raised" if is_raised else "cleared", "severity": "minor", "text": "as told"})

    def heard(self, kind):
        """How often the sink was told of a type: (raised or changed, cleared)."""
        self.sink.settle()
        of = [n for n in self.sink.notifications() if TYPE in n and trapd.value(n[TYPE]) == kind]
        cleared = [n for n in of if trapd.value(n[trapd.TRAP_OID]) == trapd.ALARM_CLEAR_STATE]
        return len(of) - len(cleared), len(cleared)

    def active(self, kind):
        return self.agent.ctl("alarm", "list", "type=" + kind)

    def report(self):
        report = self.agent.ctl("report", "alarms")
        return report, {source["name"]: source for source in report["sources"]}

    def until(self, claim, what):
        self.wait_for(claim, what, DEADLINE_S, alive=[self.agent.process])

    def test_a_flood_is_summed_up_once_and_reported(self):
        for kind in TYPES:
            self.say("COW-1", kind, True)
        self.until(lambda: self.active("agent/alarm-flood"), "the flood's summary")
        row = self.active("agent/alarm-flood")[0]
        self.assertEqual(row["towerdAlarmQualifier"], "nms")
        self.assertRegex(row["towerdAlarmText"], r"^1\d alarms told since .*, the worst minor; .* in east 1\d$")
        self.until(lambda: self.heard("agent/alarm-flood") == (1, 0), "the summary to be told")
        report, sources = self.report()
        nms = sources["nms"]["figures"]
        self.assertEqual((nms["floods"]["value"], nms["floods"]["missed"]), (1, True))
        self.assertGreaterEqual(nms["first-10-min"]["value"], 12)
        self.assertEqual(sources["nms"]["sites"][0]["name"], "COW-1")
        status, out, _ = self.agent.run_ctl("report", "alarms", "--days", "2")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^floods +0 +\d+ .* +1 !")
        floods = dict(self.agent.walk(ROOT + ".3.1.9.1.11"))
        self.assertEqual(floods[MERIT_FLOODS + "2"], "Gauge32: 1")
        self.until(lambda: not self.active("agent/alarm-flood"), "the flood to end")
        self.until(lambda: self.heard("agent/alarm-flood") == (1, 1), "its end to be told")

    def test_what_chatters_is_held_with_a_record_and_proposed_for_a_shelf(self):
        for i in range(1, 7):
            self.say("COW-1", "power/fuse-open", i % 2 == 1)
            self.until(lambda: bool(self.active("power/fuse-open")) == (i % 2 == 1), "step %d" % i)
        self.until(lambda: self.agent.ctl("report", "alarms")["chattering"], "a proposal")
        report, sources = self.report()
        proposal = report["chattering"][0]
        self.assertEqual(proposal["towerdShelfProposalCriteria"], "site=COW-1 device=tower type=power/fuse-open qualifier=power/fuse-open")
        self.assertEqual(sources[""]["figures"]["chattering"]["value"], 1)
        self.assertEqual([r["object"] for r in self.agent.journal() if r["type"] == "alarm.chatter"], ["COW-1/tower"])
        raised, cleared = self.heard("power/fuse-open")
        self.assertEqual(raised, cleared + 1)  # it is held as raised, although it is not
        self.until(lambda: not self.agent.ctl("report", "alarms")["chattering"], "it to be steady")
        self.until(lambda: self.heard("power/fuse-open") == (raised, raised), "its end to be told")
        self.say("COW-1", "power/fuse-open", True)
        self.until(lambda: self.heard("power/fuse-open") == (raised + 1, raised), "the next one to be told as any other")

    def test_sites_whose_mains_fail_together_are_proposed_as_a_feeder(self):
        together = SITES[:3]
        for _ in range(3):
            for is_raised in (True, False):
                for site in together:
                    self.say(site, "power/mains-failure", is_raised)
                self.until(lambda: len(self.active("power/mains-failure")) == (len(together) if is_raised else 0), "the mains")
            # The next time is another one: more than two minutes later.
            first = self.agent.ctl("status")["uptime_ms"]
            self.until(lambda: self.agent.ctl("status")["uptime_ms"] > first + 150000, "some minutes")
        self.say("COW-5", "power/mains-failure", True)
        self.until(lambda: self.active("power/mains-failure"), "the mains of another one")
        groups = self.agent.ctl("report", "groups")
        self.assertEqual(len(groups), 1)
        self.assertEqual(sorted(s["site"] for s in groups[0]["sites"]), together)
        self.assertEqual((groups[0]["together"], groups[0]["is-known"]), (3, False))
        status, out, _ = self.agent.run_ctl("report", "groups")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^# 3 sites lost their mains together 3 times, last at .*: none of them has a feeder")
        self.assertRegex(out, r"(?m)^  - id: COW-2 +power-feeder: FDR-COW-1 +# together 3 of 3 times$")


harness.main()
