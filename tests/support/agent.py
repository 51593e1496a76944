# SPDX-License-Identifier: ISC
"""A towerd of a test's own: private state, free ports, a control socket, and the tools of an NMS pointed at it.

    agent = Agent(self, inventory=[...], plugins={"mqtt": {...}})
    agent.start()
    agent.ctl("site", "list")            # parsed JSON
    agent.snmp("get", "1.3.6.1.2.1.1.1.0")
"""
import json
import os
import subprocess

import harness

ROOT = "1.3.6.1.4.1.8072.9999.9999.7373"
ALARM_ACTIVE = "1.3.6.1.2.1.118.1.2.2"


class Agent:
    def __init__(self, test, inventory=(), plugins=None, readers=None, settings=None, build=harness.BUILD, environment=None,
                 name="agent"):
        self.test = test
        self.build = build
        self.environment = dict(os.environ, **(environment or {}))
        self.folder = test.path(name)
        self.socket = os.path.join(self.folder, "control.sock")
        self.config_path = os.path.join(self.folder, "towerd.yaml")
        self.state = os.path.join(self.folder, "state")
        self.port = harness.free_udp_port()
        self.process = None
        self.sites = 0
        os.makedirs(self.state, mode=0o700)
        os.chmod(self.folder, 0o700)
        # JSON is YAML: every configuration of a test is written that way.
        self.config = {
            "agent": {
                "name": "test", "state-dir": self.state, "control-socket": self.socket,
                "plugin-dir": os.path.join(build, "plugins-built"), "profile-dir": harness.source("profiles"),
                **(settings or {}),
            },
            "readers": readers or {"noc": {"role": "operate", "areas": ["*"]}},
            "plugins": plugins if plugins is not None else {"snmp-agent": self.snmp_agent()},
        }
        if inventory:
            self.write_inventory(inventory)

    def snmp_agent(self, **more):
        """Settings of the plugin: community `public`, reader noc."""
        return {"listen": "udp:127.0.0.1:%d" % self.port,
                "communities": [{"name": "public", "reader": "noc", "source": "127.0.0.0/8"}], **more}

    def write_inventory(self, sites):
        path = os.path.join(self.folder, "sites.yaml")
        sites = list(sites)
        self.sites = len(sites)
        with open(path, "w") as f:
            json.dump({"sites": sites}, f)
        self.config["agent"]["inventory"] = path
        return path

    def write_config(self):
        with open(self.config_path, "w") as f:
            json.dump(self.config, f, indent=1)
        os.chmod(self.config_path, 0o600)

    def start(self, *arguments, prefix=(), wait=True):
        self.write_config()
        self.process = self.test.start([*prefix, os.path.join(self.build, "bin", "towerd"), "-c", self.config_path, *arguments],
                                       env=self.environment)
        if wait:
            self.wait_ready()
        return self.process

    def wait_ready(self):
        """It answers, and has its inventory."""
        harness.wait_for(lambda: self.ctl("status")["sites"] >= self.sites, "towerd to answer with its %d sites" % self.sites,
                         alive=[self.process])

    def kill(self, number=9):
        self.process.signal(number)
        self.process.stop()

    def stop(self):
        return self.process.stop()

    def run_ctl(self, *argv, user=None):
        """Runs towerctl; (exit status, standard output, standard error)."""
        command = [os.path.join(self.build, "bin", "towerctl"), "--socket", self.socket, *argv]
        if user is not None:
            command = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=harness.DEADLINE_S)
        return done.returncode, done.stdout, done.stderr

    def ctl(self, *argv):
        """Runs towerctl --json; its output, parsed (None when it says nothing). AssertionError when it fails."""
        status, out, err = self.run_ctl("--json", *argv)
        if status != 0:
            raise AssertionError("towerctl %s ended with %d: %s%s" % (" ".join(argv), status, out, err))
        return json.loads(out) if out.strip() else None

    def journal(self, since=0):
        """The records after a number."""
        status, out, err = self.run_ctl("--json", "journal", "--since", str(since))
        if status != 0:
            raise AssertionError("the journal cannot be read: %s" % err)
        return [json.loads(line) for line in out.splitlines()]

    def snmp(self, tool, *oids, community="public", version="2c", check=True, options=()):
        """Runs snmpget, snmpgetnext, snmpwalk, snmpbulkwalk or snmpbulkget with numeric output: a list of (oid, "TYPE: value")."""
        out = self.test.run_tool("snmp" + tool, "-v" + version, "-c", community, "-On", "-Oe", "-Ot", "-t", "5", "-r", "2", *options,
                                 "127.0.0.1:%d" % self.port, *oids, check=check)
        rows = []
        for line in out.splitlines():
            if line.startswith(".") and " = " in line:
                oid, value = line.split(" = ", 1)
                rows.append((oid[1:], value))
            elif rows:
                rows[-1] = (rows[-1][0], rows[-1][1] + "\n" + line)
        return rows

    def walk(self, oid, **options):
        return [row for row in self.snmp("bulkwalk", oid, **options) if row[0].startswith(oid + ".") and "No Such" not in row[1]]
