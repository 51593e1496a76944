# SPDX-License-Identifier: ISC
"""sim-tower against a real broker, watched by mosquitto_sub."""
import json
import re
import signal

import harness


class SimTowerTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.broker, self.port = self.start_mosquitto()
        self.watch = self.subscribe()
        self.towers = self.start([harness.binary("sim-tower"), "--broker", "127.0.0.1:%d" % self.port], commands=True)
        self.towers.wait_line("^ready")

    def subscribe(self):
        """All that comes, a line each: retained (0 or 1), topic, payload."""
        watch = self.start([harness.find_program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", "towers/#",
                            "-t", "mark", "-F", "%r %t %p"])
        def seen():
            self.run_tool(harness.find_program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(self.port), "-t", "mark", "-m", "x")
            return any(line.startswith("0 mark") for line in watch.lines)
        self.wait_for(seen, "the subscription", alive=[watch])
        return watch

    def heard(self, topic, watch=None):
        """The payloads that came on the topic so far, parsed where they are JSON."""
        payloads = []
        for line in list((watch or self.watch).lines):
            _, t, text = line.split(" ", 2)
            if t == "towers/" + topic:
                try:
                    payloads.append(json.loads(text))
                except ValueError:
                    payloads.append(text)
        return payloads

    def wait_heard(self, topic, test=lambda payload: True):
        return self.wait_for(lambda: [p for p in self.heard(topic) if test(p)], "%s to carry it" % topic,
                             alive=[self.towers])[0]

    def retained(self):
        """The status that one who subscribes now hears."""
        return self.heard("site/COW-7/status", self.subscribe())

    def born(self, tower="COW-7", options="interval=200ms model=mast"):
        self.towers.ask("tower %s %s" % (tower, options))
        return self.wait_heard("site/%s/status" % tower)

    def test_birth_then_telemetry_with_values_in_order(self):
        self.towers.ask("tower COW-7 interval=100ms model=mast deployment=set-up start=away")
        for command in ("set COW-7 battery.voltage 53.10", "set COW-7 mains.present true", "set COW-7 label 5a",
                        "ramp COW-7 temperature:cabinet 20.0 30.5 1ms", "position COW-7 36.39 43.28 310 6", "return COW-7"):
            self.towers.ask(command)
        birth = self.wait_heard("site/COW-7/status")
        self.assertRegex(birth.pop("session"), "^[0-9a-f]{16}$")
        self.assertRegex(birth.pop("t"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(birth, {"online": True, "model": "mast", "software": "1.0", "deployment": "set-up"})
        self.wait_heard("site/COW-7/telemetry", lambda p: p["seq"] == 3)
        reports = self.heard("site/COW-7/telemetry")
        self.assertEqual([p["seq"] for p in reports], list(range(1, len(reports) + 1)))
        self.assertEqual(reports[0]["sensors"], {"battery.voltage": 53.1, "mains.present": True, "label": "5a",
                                                 "temperature:cabinet": 30.5})
        position = self.wait_heard("site/COW-7/position")
        position.pop("t")
        self.assertEqual(position, {"lat": 36.39, "lon": 43.28, "alt": 310, "accuracy": 6})

    def test_a_drop_lets_the_broker_send_the_will_of_that_session(self):
        session = self.born()["session"]
        self.towers.ask("drop COW-7")
        self.wait_heard("site/COW-7/status", lambda p: p == {"online": False, "session": session})
        self.assertEqual(self.retained()[-1]["online"], False)
        self.towers.ask("return COW-7")
        again = self.wait_heard("site/COW-7/status", lambda p: p["online"] and p["session"] != session)
        self.wait_for(lambda: self.retained()[-1]["session"] == again["session"],
                      "the birth to be the retained status")

    def test_a_goodbye_is_said_once_and_no_will_follows(self):
        session = self.born()["session"]
        self.towers.ask("leave COW-7")
        self.wait_heard("site/COW-7/status", lambda p: not p["online"])
        self.broker.wait_line(r"Client COW-7-%s.*disconnected\." % session)
        self.assertEqual([p["online"] for p in self.heard("site/COW-7/status")], [True, False])

    def test_a_late_will_comes_after_the_next_birth(self):
        first = self.born()["session"]
        self.towers.ask("late-will COW-7 3s")
        self.wait_heard("site/COW-7/status", lambda p: p == {"online": False, "session": first})
        story = [(p["online"], p["session"] == first) for p in self.heard("site/COW-7/status")]
        self.assertEqual(story, [(True, True), (True, False), (False, True)])

    def test_silence_keeps_the_connection_and_a_gap_shows_in_seq(self):
        self.born()
        self.wait_heard("site/COW-7/telemetry")
        self.towers.ask("silence COW-7")
        said = re.search(r"state=online,silent .* seq=(\d+)", self.towers.ask("count COW-7"))
        self.assertTrue(said)
        seq = int(said.group(1))
        self.towers.ask("gap COW-7 5")
        self.towers.ask("report COW-7")
        self.wait_heard("site/COW-7/telemetry", lambda p: p["seq"] == seq + 6)
        self.towers.ask("speak COW-7")
        self.wait_heard("site/COW-7/telemetry", lambda p: p["seq"] == seq + 7)

    def test_alarms_odd_payloads_skew_deployment_and_crews_are_published(self):
        self.born()
        self.towers.ask('alarm COW-7 a1 site/obstruction-light raised major "lamp \\"A\\" is out"')
        alarm = self.wait_heard("site/COW-7/alarm")
        alarm.pop("t")
        self.assertEqual(alarm, {"id": "a1", "type": "site/obstruction-light", "state": "raised", "severity": "major",
                                 "text": 'lamp "A" is out'})
        self.towers.ask('raw COW-7 telemetry "{\\"seq\\":"')
        self.wait_heard("site/COW-7/telemetry", lambda p: p == '{"seq":')
        self.towers.ask("skew COW-7 -30h")
        self.towers.ask("deployment COW-7 draining")
        now = self.heard("site/COW-7/status")[0]["t"]
        late = self.wait_heard("site/COW-7/status", lambda p: p["deployment"] == "draining")
        self.assertLess(late["t"], now)
        self.wait_for(lambda: "crew=up" in self.towers.ask("count"), "the crews' connection")
        self.towers.ask("crew C3 aaa.bbb.ccc")
        self.assertEqual(self.wait_heard("crew/C3/update"), "aaa.bbb.ccc")

    def test_towers_come_back_by_themselves_when_the_broker_does(self):
        first = self.born()["session"]
        self.broker.signal(signal.SIGKILL)
        self.broker.wait()
        self.broker, _ = self.start_mosquitto(port=self.port)
        self.watch = self.subscribe()
        again = self.wait_heard("site/COW-7/status")
        self.assertTrue(again["online"])
        self.assertNotEqual(again["session"], first)

    def test_many_towers_each_have_a_connection(self):
        for i in range(50):
            self.towers.ask("tower COW-%d interval=100ms" % i)
        self.wait_for(lambda: "online=50" in self.towers.ask("count"), "50 towers online")
        self.wait_for(lambda: {s.split("/")[2] for s in re.findall(r"towers/site/COW-\d+/telemetry", self.watch.output())} ==
                      {"COW-%d" % i for i in range(50)}, "telemetry of 50 towers")
        self.towers.ask("drop *")
        self.wait_for(lambda: self.watch.output().count('"online":false') == 50, "50 wills")

    def test_a_wrong_command_says_what_is_wrong(self):
        self.towers.ask("tower COW-7 start=away")
        for command, message in (("report COW-7", "COW-7: Transport endpoint is not connected"),
                                 ("tower COW-7", "exists already"), ("tower -x", "is no id"),
                                 ("tower A speed=3", "there are model= software="),
                                 ("ramp COW-7 k a b 1s", "not two numbers"), ("skew COW-7 3", "is no duration"),
                                 ("drop COW-8", "no tower is named COW-8")):
            with self.assertRaisesRegex(AssertionError, re.escape(message)):
                self.towers.ask(command)


if __name__ == "__main__":
    harness.main()
