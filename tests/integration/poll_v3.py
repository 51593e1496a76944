# SPDX-License-Identifier: ISC
"""towerd polls real agents by SNMPv3: Debian's snmpd, with every protocol that both sides speak, and in every trouble."""
import json
import os
import re
import shutil
import socket
import struct
import subprocess

import harness
from agent import Agent

AUTH = {"MD5": "MD5", "SHA-1": "SHA", "SHA-224": "SHA-224", "SHA-256": "SHA-256", "SHA-384": "SHA-384", "SHA-512": "SHA-512"}
PRIV = {"DES": "DES", "AES-128": "AES", "AES-192": "AES-192", "AES-256": "AES-256", "AES-192-C": "AES-192-C", "AES-256-C": "AES-256-C"}
AUTH_KEY, PRIV_KEY = "a key to sign with", "a key to hide with"
WRONG_KEY = "quite another key"
NORTHBOUND_STATE = "plugins/snmp-agent"


class Snmpd:
    """Debian's snmpd with users of every kind; its engine keeps its boots in a folder of its own."""

    def __init__(self, test, name="snmpd", address="127.0.0.1"):
        self.test, self.name = test, name
        self.folder = test.path(name)
        self.state = os.path.join(self.folder, "state")
        os.makedirs(self.state, mode=0o700)
        self.port = harness.free_udp_port()
        self.address = "%s:%d" % (address, self.port)
        self.settings = ["agentaddress udp:" + self.address, "createUser plain", "rouser plain noauth"]
        for auth, word in AUTH.items():
            self.user(self.name_of(auth), word)
            for priv, cipher in PRIV.items():
                self.user(self.name_of(auth, priv), word, cipher)
        self.process = None

    @staticmethod
    def name_of(auth, priv=""):
        return (auth + priv).replace("-", "")

    def user(self, name, auth, priv=None):
        self.settings.append('createUser %s %s "%s"%s' % (name, auth, AUTH_KEY, ' %s "%s"' % (priv, PRIV_KEY) if priv else ""))
        self.settings.append("rouser %s %s" % (name, "priv" if priv else "auth"))

    def start(self, *more):
        path = os.path.join(self.folder, "snmpd.conf")
        with open(path, "w") as f:
            f.write("\n".join([*self.settings, *more]) + "\n")
        self.process = self.test.start([harness.find_program("snmpd"), "-f", "-Lo", "-C", "-c", path, "-p", os.path.join(self.folder, "pid"),
                                        "-I", "-smux,mteTrigger,mteTriggerConf"],
                                       env=dict(harness.net_snmp_env(self.folder), SNMP_PERSISTENT_DIR=self.state))
        self.process.wait_line("NET-SNMP version")

    def stop(self):
        self.process.stop()

    def forget(self):
        """A box of the same make and address, with another engine ID."""
        shutil.rmtree(self.state)
        os.makedirs(self.state, mode=0o700)


def credentials(auth=None, priv=None, **more):
    entry = {"version": 3, "user": Snmpd.name_of(auth or "plain", priv or "")}
    if auth:
        entry.update({"auth": auth, "auth-key": AUTH_KEY})
    if priv:
        entry.update({"priv": priv, "priv-key": PRIV_KEY})
    return {**entry, **more}


class PollV3Test(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.snmpd = Snmpd(self)

    def run_agent(self, named, addresses=None, snmp=None):
        """`named`: {slot: its credentials}. Each is a device of its own at the same snmpd, unless `addresses` says otherwise."""
        path = self.path("credentials.yaml")
        with open(path, "w") as f:
            json.dump(named, f)
        os.chmod(path, 0o600)
        devices = [{"id": slot, "driver": "snmp", "address": (addresses or {}).get(slot, self.snmpd.address), "credentials": slot}
                   for slot in named]
        inventory = [{"id": "S-1", "name": "S-1", "kind": "fixed", "area": "south", "devices": devices}]
        agent = Agent(self, inventory, settings={"alarm": {"unreachable-after": "1s", "hold": "200ms"}}, plugins={})
        agent.config["plugins"] = {"snmp-agent": agent.snmp_agent(),
                                   "snmp": {"interval": "1s", "timeout": "500ms", "retries": 2, "credentials": path, **(snmp or {})}}
        agent.start()
        return agent

    def device(self, agent, slot):
        return next((row for row in agent.ctl("device", "list") if row["towerdDeviceSlot"] == slot), {})

    def attribute(self, agent, slot, name):
        return {row["name"]: row["value"] for row in agent.ctl("device", "show", "S-1/" + slot).get("attributes", [])}.get(name)

    def wait_presence(self, agent, slot, presence, reason=None):
        self.wait_for(lambda: self.device(agent, slot).get("towerdDevicePresence") == presence and
                      (reason is None or re.search(reason, self.device(agent, slot).get("towerdDevicePresenceReason", ""))),
                      "%s to be %s (%s)" % (slot, presence, reason), alive=[agent.process])

    def counter(self, agent, name):
        text = json.dumps(agent.ctl("plugin", "list"))
        found = re.search(r"%s\W+(\d+)" % re.escape(name), text)
        return int(found.group(1)) if found else 0

    def test_every_protocol_that_both_sides_speak(self):
        self.snmpd.start()
        named = {"plain": credentials()}
        for auth in AUTH:
            named[Snmpd.name_of(auth)] = credentials(auth)
            for priv in PRIV:
                named[Snmpd.name_of(auth, priv)] = credentials(auth, priv)
        agent = self.run_agent(named)
        self.wait_for(lambda: {row["towerdDevicePresence"] for row in agent.ctl("device", "list")} == {"reachable"},
                      "all %d users to be answered" % len(named), alive=[agent.process])

    def test_what_the_device_refuses_is_told_by_name(self):
        self.snmpd.start()
        cases = {
            "wrong-auth": (credentials("SHA-256", "AES-128", **{"auth-key": WRONG_KEY}), "refuses the digest"),
            "other-auth": ({**credentials("SHA-256", "AES-128"), "auth": "MD5"}, "refuses the digest"),
            "wrong-priv": (credentials("SHA-256", "AES-128", **{"priv-key": WRONG_KEY}), "is `priv` or `priv-key` another there"),
            "nobody": (credentials("SHA-256", "AES-128", user="nobody"), "does not know the user"),
            "level": ({**credentials("SHA-256", "AES-128"), "user": Snmpd.name_of("SHA-256")}, "refuses the security level"),
        }
        agent = self.run_agent({slot: entry for slot, (entry, _) in cases.items()})
        for slot, (_, reason) in cases.items():
            self.wait_presence(agent, slot, "unreachable", reason)
        text = agent.process.output() + json.dumps(agent.ctl("device", "list"))
        for secret in (AUTH_KEY, PRIV_KEY, WRONG_KEY):
            self.assertNotIn(secret, text)


harness.main()
