# SPDX-License-Identifier: ISC
"""Plugins that fail are named and the agent runs on; one that behaves gets what it was promised."""
import os
import re
import resource
import signal

import harness
from agent import Agent

PLUGINS = os.path.join(harness.BUILD, "plugins-for-tests")


def site(name, **device):
    return {"id": name, "name": name, "kind": "fixed", "area": "east",
            "devices": [{"id": "power", "driver": "test-witness", **device}]}


class FaultyPlugins(harness.TestCase):
    def agent(self, **plugins):
        agent = Agent(self, settings={"plugin-dir": PLUGINS}, plugins={"test-" + name: v for name, v in plugins.items()})
        agent.start()
        return agent

    def plugin(self, agent, name):
        return next(row for row in agent.ctl("plugin", "list") if row["towerdPluginName"] == "test-" + name)

    def refused(self, agent, name, *words):
        row = self.plugin(agent, name)
        for word in words:
            self.assertIn(word, row["towerdPluginReason"])
            agent.process.wait_line(r"plugin test-%s: .*%s" % (name, word))
        return row["towerdPluginState"]

    def test_each_is_named_with_its_reason_and_the_agent_runs_on(self):
        agent = self.agent(abi={}, nameless={}, option={}, start={}, missing={}, witness={})
        self.assertEqual(self.refused(agent, "abi", "2.3", "1.2", "rebuild"), "refused")
        self.assertEqual(self.refused(agent, "nameless", "towerd_plugin"), "refused")
        self.assertEqual(self.refused(agent, "option", "device"), "refused")
        self.assertEqual(self.refused(agent, "start", "no modem at /dev/nothing"), "failed")
        self.assertEqual(self.refused(agent, "missing", "test-missing.so"), "refused")
        self.assertEqual(self.plugin(agent, "witness")["towerdPluginState"], "running")
        self.assertEqual(agent.stop(), 0)

    def test_one_of_the_first_interface_runs_as_before(self):
        agent = self.agent(older={})
        self.assertEqual(self.plugin(agent, "older")["towerdPluginStatus"], "as before")
        self.assertEqual(agent.run_ctl("reload")[0], 0)
        self.assertEqual(agent.stop(), 0)

    def test_one_that_blocks_the_loop_is_named_and_backed_off(self):
        agent = self.agent(blocks={"interval": "100ms"}, witness={})
        agent.process.wait_line(r"warning plugin test-blocks: a callback held the loop for 1\d\d\d ms")
        agent.process.wait_line(r"warning plugin test-blocks: slept well; polls again in")
        row = self.wait_for(lambda: self.plugin(agent, "blocks")["towerdPluginOverstays"] > 1 and self.plugin(agent, "blocks"),
                            "a second overstay")
        self.assertGreaterEqual(row["towerdPluginLongest"], 1000)
        self.assertEqual(row["towerdPluginReason"], "slept well")
        self.assertEqual(row["towerdPluginState"], "running")
        said = [line for line in agent.process.lines if "slept well" in line]
        self.assertEqual(len(said), 1, said)

    def test_a_worker_that_dies_or_refuses_is_named(self):
        agent = self.agent(dies={})
        agent.process.wait_line(r'plugin test-dies: its worker "abort" died: Aborted')
        agent.process.wait_line(r'plugin test-dies: its worker "refuse" did not start: does not like the role "refuse"')
        _, out, _ = agent.run_ctl("plugin", "list")
        self.wait_for(lambda: "refused" in agent.run_ctl("plugin", "list")[1], "the count of refused workers")
        self.assertIn("aborted", agent.run_ctl("plugin", "list")[1])

    def test_the_check_names_each_fault_with_its_place(self):
        agent = Agent(self, settings={"plugin-dir": PLUGINS},
                      plugins={"test-abi": {}, "test-option": {"devise": 1}, "test-witness": {"credit": 1000}})
        agent.write_config()
        out = self.run_tool(harness.binary("towerd"), "-c", agent.config_path, "-t", check=False)
        self.assertRegex(out, r"towerd\.yaml:\d+:\d+: plugin test-abi: .*rebuild")
        self.assertRegex(out, r"towerd\.yaml:\d+:\d+: .*\"?devise\"?.*device")
        self.assertRegex(out, r"towerd\.yaml:\d+:\d+: .*credit.*100")


class Witness(harness.TestCase):
    def witness(self, inventory=(), **settings):
        agent = Agent(self, inventory=inventory, settings={"plugin-dir": PLUGINS}, plugins={"test-witness": settings})
        agent.start()
        return agent

    def heard(self, agent):
        with open(os.path.join(agent.state, "test-witness", "heard")) as f:
            return f.read().splitlines()

    def records(self, agent):
        return [int(line.split()[1]) for line in self.heard(agent) if line.startswith("record ")]

    def test_it_is_told_of_devices_and_what_it_reports_is_shown(self):
        agent = self.witness([site("A", address="here"), site("B", address="nowhere")])
        self.wait_for(lambda: "device A/power here" in self.heard(agent), "the device to be told")
        sensor = self.wait_for(lambda: agent.ctl("sensor", "list", "site=A"), "the sensor")[0]
        self.assertEqual(sensor["towerdSensorKind"], "battery.voltage")
        device = agent.ctl("device", "show", "B/power")[0]
        self.assertEqual(device["towerdDevicePresence"], "unknown")
        self.assertIn("no place", device["towerdDevicePresenceReason"])
        path = agent.write_inventory([site("A", address="there")])
        agent.ctl("site", "import", path, "--prune")
        self.wait_for(lambda: "device A/power there" in self.heard(agent), "the change to be told")
        self.wait_for(lambda: any(line.startswith("removed ") for line in self.heard(agent)), "the removal to be told")

    def test_it_is_told_the_pace_and_each_change_of_it(self):
        agent = self.witness([site("A", address="here", **{"link-budget": "20MiB"}), site("B", address="here")],
                             type="alarm.")
        self.wait_for(lambda: len(agent.ctl("device", "list")) == 2, "the devices")
        number = {row["towerdDeviceSite"]: row["towerdDeviceNumber"] for row in agent.ctl("device", "list")}
        paces = lambda name: [line.split(" ", 2)[2] for line in self.heard(agent)
                              if line.startswith("pace %d " % number[name])]
        self.wait_for(lambda: paces("A") == ["20971520"] and paces("B") == ["0"], "the first paces")
        self.assertEqual(agent.run_ctl("witness", "fault", "B", "power/mains-failure", "raise")[0], 0)
        self.wait_for(lambda: paces("B")[1:] == ["on-battery 0"], "the site on its battery")
        agent.run_ctl("witness", "fault", "B", "power/mains-failure", "clear")
        self.wait_for(lambda: paces("B")[2:] == ["0"], "the mains to be back")
        agent.run_ctl("crew", "enroll", "crew-1", "--hs256")
        agent.run_ctl("site", "set", "B", "clearance=granted")
        agent.ctl("ticket", "open", "B", "no power")
        for event in (("confirm", "1"), ("assign", "1", "crew-1"), ("update", "1", "depart"), ("update", "1", "arrive"),
                      ("update", "1", "restored")):
            agent.ctl("ticket", *event)
        self.wait_for(lambda: paces("B")[3:] == ["verifying 0"], "the repair to be verified")
        path = agent.write_inventory([site("A", address="here"), {**site("B", address="here"), "link-budget": "1MiB"}])
        agent.ctl("site", "import", path)
        self.wait_for(lambda: paces("A")[1:] == ["0"] and paces("B")[4:] == ["verifying 1048576"], "the new budgets")

    def test_faults_that_nothing_evaluates_any_more_are_swept_after_a_kill_too(self):
        agent = self.witness([site("A", address="here")])
        self.assertEqual(agent.run_ctl("witness", "fault", "A", "site/door-open", "raise")[0], 0)
        self.wait_for(lambda: agent.ctl("alarm", "list")[0]["towerdAlarmDurable"], "the alarm on the disk")
        agent.kill()
        agent.start()
        self.wait_for(lambda: agent.ctl("alarm", "list", "type=site/door-open"), "the alarm to stand again")
        self.assertEqual(agent.run_ctl("witness", "sweep", "A")[0], 0)
        self.assertEqual(agent.ctl("alarm", "list", "type=site/door-open"), [])

    def test_it_reads_its_own_files_again_and_says_what_is_wrong_with_them(self):
        agent = self.witness([site("A", address="here")])
        self.assertEqual(agent.run_ctl("reload"), (0, "sites: 0 added, 0 changed, 0 removed, 1 unchanged\n", ""))
        self.assertEqual(self.heard(agent).count("reload"), 1)
        with open(os.path.join(agent.state, "test-witness", "broken"), "w") as f:
            f.write("line 3 is no secret")
        status, out, err = agent.run_ctl("reload")
        self.assertEqual((status, out), (1, "sites: 0 added, 0 changed, 0 removed, 1 unchanged\n"))
        self.assertEqual(err, "plugin test-witness: not reloaded: line 3 is no secret; what it had goes on\n")

    def test_its_worker_answers_a_command_with_the_configuration_it_was_given(self):
        agent = self.witness(greeting="salam")
        self.assertEqual(agent.run_ctl("witness", "ask", "tower"), (0, "salam, tower\n", ""))
        self.assertEqual(agent.run_ctl("witness", "ask")[0], 2)
        self.wait_for(lambda: "echoes" in agent.run_ctl("plugin", "list")[1], "the worker's count")

    def test_its_view_its_status_and_what_it_learned(self):
        agent = self.witness()
        row = agent.ctl("plugin", "list")[0]
        self.assertEqual(row["towerdPluginStatus"], "looks on")
        self.assertEqual(agent.stop(), 0)
        agent.start()
        self.assertIn("start 1", self.heard(agent))

    def test_an_offline_command_needs_no_agent(self):
        agent = Agent(self, plugins={})
        agent.environment["TOWERD_PLUGIN_DIR"] = PLUGINS
        os.environ["TOWERD_PLUGIN_DIR"] = PLUGINS
        self.addCleanup(os.environ.pop, "TOWERD_PLUGIN_DIR")
        self.assertEqual(agent.run_ctl("witness", "add", "1", "2", "--json"), (0, '{"sum":3}\n', ""))
        status, _, err = agent.run_ctl("witness", "ask", "x")
        self.assertEqual(status, 1)
        self.assertIn("no agent answers", err)

    def test_the_cursor_goes_on_where_it_was_and_misses_nothing(self):
        agent = self.witness([site("A", address="here")], type="ticket.")
        for i in range(20):
            agent.ctl("ticket", "open", "A", "fault %d" % i)
        self.wait_for(lambda: len(self.records(agent)) == 20, "all records")
        agent.kill()
        agent.start()
        for i in range(5):
            agent.ctl("ticket", "note", "1", "note %d" % i)
        numbers = [row["number"] for row in agent.journal() if row["type"].startswith("ticket.")]
        self.wait_for(lambda: set(self.records(agent)) == set(numbers), "all records once more")
        first_time = list(dict.fromkeys(self.records(agent)))
        self.assertEqual(first_time, sorted(first_time))

    def test_what_is_not_acknowledged_comes_again_and_the_credit_is_kept(self):
        agent = self.witness([site("A", address="here")], type="ticket.", acknowledges=False, credit=3)
        for i in range(5):
            agent.ctl("ticket", "open", "A", "fault %d" % i)
        self.wait_for(lambda: len(self.records(agent)) == 3, "as many as its credit allows")
        before = self.records(agent)
        agent.kill(signal.SIGTERM)
        agent.start()
        self.wait_for(lambda: len(self.records(agent)) == 6, "the same again")
        self.assertEqual(self.records(agent), before + before)

    def test_while_the_disk_fails_alarms_come_marked_and_promises_are_refused(self):
        """A limit on the size of files stands for the full disk: it can be set and lifted while the agent runs."""
        agent = self.witness([site("A", address="here"), site("B", address="here")], type="")
        alarm = "site/obstruction-light"
        self.assertEqual(agent.run_ctl("witness", "fault", "A", alarm, "raise")[0], 0)
        self.wait_for(lambda: any("alarm.raise A/power" in line for line in self.heard(agent)), "a durable alarm")
        hard = resource.prlimit(agent.process.pid, resource.RLIMIT_FSIZE)[1]
        size = max(os.path.getsize(os.path.join(agent.state, name)) for name in os.listdir(agent.state))
        heard_path = os.path.join(agent.state, "test-witness", "heard")
        self.assertLess(os.path.getsize(heard_path), size - 4096)
        resource.prlimit(agent.process.pid, resource.RLIMIT_FSIZE, (size, hard))
        self.assertEqual(agent.run_ctl("witness", "fault", "B", alarm, "raise")[0], 0)
        self.wait_for(lambda: any(re.search("alarm.raise B/power not-durable", line) for line in self.heard(agent)), "the marked alarm")
        self.wait_for(lambda: any(re.search("list.unreliable .* not-durable", line) for line in self.heard(agent)), "the warning")
        status, _, err = agent.run_ctl("ticket", "open", "A", "now")
        self.assertEqual(status, 1)
        self.assertIn("cannot be recorded", err)
        self.assertIsNotNone(agent.ctl("status")["store"]["trouble"])
        resource.prlimit(agent.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        self.wait_for(lambda: any(re.search("list.rebuilt alarms$", line) for line in self.heard(agent)[3:]), "the list to be rebuilt")
        self.wait_for(lambda: agent.ctl("status")["store"]["trouble"] is None, "the store to be well")
        self.assertEqual(agent.run_ctl("ticket", "open", "A", "now")[0], 0)
        self.wait_for(lambda: any("ticket.update" in line for line in self.heard(agent)), "the ticket")
        raised = [line for line in self.heard(agent) if "alarm.raise B/power" in line]
        self.assertEqual(len(raised), 1, "what was acknowledged before it was durable does not come again")
        self.assertIn("alarm.raise", [row["type"] for row in agent.journal() if row["object"] == "B/power"])


harness.main()
