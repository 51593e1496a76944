# SPDX-License-Identifier: ISC
"""towerd polls real agents by SNMPv3: Debian's snmpd, with every protocol that both sides speak, and in every trouble."""
import json
import os
import re
import shutil
import socket
import struct

import harness
from agent import Agent

AUTH = {"MD5": "MD5", "SHA-1": "SHA", "SHA-224": "SHA-224", "SHA-256": "SHA-256", "SHA-384": "SHA-384", "SHA-512": "SHA-512"}
PRIV = {"DES": "DES", "AES-128": "AES", "AES-192": "AES-192", "AES-256": "AES-256", "AES-192-C": "AES-192-C", "AES-256-C": "AES-256-C"}
AUTH_KEY, PRIV_KEY = "a key to sign with", "a key to hide with"
WRONG_KEY = "quite another key"
FIXED_ENGINE = "8000000001020304"


def tlv(tag, *parts):
    body = b"".join(parts)
    head = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + struct.pack(">H", len(body))
    return bytes([tag]) + head + body


def number(value, tag=2):
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def message_id(datagram):
    """msgID: the first number of the second sequence of a message of version 3."""
    found = re.search(rb"\x02\x01\x03\x30.\x02(.)", datagram, re.S)
    start = found.end()
    return int.from_bytes(datagram[start:start + found.group(1)[0]], "big")


def report(ident, engine, boots, time, stat):
    """An unauthenticated report: usmStats 4 says which engine it is, 2 what time it has."""
    name = tlv(6, bytes([0x2b, 6, 1, 6, 3, 15, 1, 1, stat, 0]))
    pdu = tlv(0xa8, number(ident), number(0), number(0), tlv(0x30, tlv(0x30, name, number(1, 0x41))))
    security = tlv(0x30, tlv(4, engine), number(boots), number(time), tlv(4), tlv(4), tlv(4))
    return tlv(0x30, number(3), tlv(0x30, number(ident), number(65507), tlv(4, b"\0"), number(3)),
               tlv(4, security), tlv(0x30, tlv(4, engine), tlv(4), pdu))


def engine_of(address, port):
    """What an engine says of itself when it is asked as nobody: (engine ID, boots)."""
    probe = tlv(0x30, number(3), tlv(0x30, number(77), number(65507), tlv(4, b"\4"), number(3)),
                tlv(4, tlv(0x30, tlv(4), number(0), number(0), tlv(4), tlv(4), tlv(4))),
                tlv(0x30, tlv(4), tlv(4), tlv(0xa0, number(77), number(0), number(0), tlv(0x30))))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.sendto(probe, (address, port))
        answer = s.recv(65535)
    found = re.search(rb"\x04.\x30.\x04(.)", answer, re.S)
    end = found.end() + found.group(1)[0]
    boots = answer[end + 2:end + 2 + answer[end + 1]]
    return answer[found.end():end], int.from_bytes(boots, "big")


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
        self.process = self.test.start([harness.find_program("snmpd"), "-f", "-Lo", "-c", path, "-p", os.path.join(self.folder, "pid"),
                                        "-I", "-smux,mteTrigger,mteTriggerConf"],
                                       env=dict(harness.net_snmp_env(self.folder), SNMPCONFPATH=self.state, SNMP_PERSISTENT_DIR=self.state))
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

    def wait_presence(self, agent, slot, presence, reason=None):
        self.wait_for(lambda: self.device(agent, slot).get("towerdDevicePresence") == presence and
                      (reason is None or re.search(reason, self.device(agent, slot).get("towerdDevicePresenceReason", ""))),
                      "%s to be %s (%s)" % (slot, presence, reason), alive=[agent.process])

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

    def engine_file(self, agent):
        """Where the plugin keeps its engine: the file `engine` of its folder of state."""
        found = [os.path.join(folder, "engine") for folder, _, names in os.walk(agent.state) if "engine" in names]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def shown(self, agent, slot):
        return json.dumps(agent.ctl("device", "show", "S-1/" + slot))

    def last_polled(self, agent, slot):
        """The latest time of its readings: it changes with each poll."""
        return max((row["towerdSensorReceived"] for row in agent.ctl("sensor", "list")
                    if row["towerdSensorDevice"] == slot and row.get("towerdSensorReceived")), default="")

    def wait_polled(self, agent, slot):
        before = self.last_polled(agent, slot)
        self.wait_for(lambda: self.last_polled(agent, slot) > before, "%s to be polled" % slot, alive=[agent.process])

    def test_a_restarted_device_is_polled_on(self):
        self.snmpd.start()
        agent = self.run_agent({"box": credentials("SHA-256", "AES-128")})
        self.wait_presence(agent, "box", "reachable")
        engine, boots = engine_of("127.0.0.1", self.snmpd.port)
        self.assertIn(engine.hex(), self.shown(agent, "box"))
        self.wait_polled(agent, "box")
        self.snmpd.stop()
        self.snmpd.start()
        again, more = engine_of("127.0.0.1", self.snmpd.port)
        self.assertEqual((again, more > boots), (engine, True))
        self.wait_polled(agent, "box")
        self.wait_presence(agent, "box", "reachable")

    def test_a_device_that_forgets_its_boots_is_polled_on(self):
        self.snmpd.start("exactEngineID 0x" + FIXED_ENGINE)
        self.snmpd.stop()
        self.snmpd.start("exactEngineID 0x" + FIXED_ENGINE)
        agent = self.run_agent({"box": credentials("SHA-512", "AES-256")})
        self.wait_polled(agent, "box")
        _, boots = engine_of("127.0.0.1", self.snmpd.port)
        self.snmpd.stop()
        self.snmpd.forget()
        self.snmpd.start("exactEngineID 0x" + FIXED_ENGINE)
        engine, less = engine_of("127.0.0.1", self.snmpd.port)
        self.assertEqual((engine.hex(), less < boots), (FIXED_ENGINE, True))
        self.wait_polled(agent, "box")
        self.wait_presence(agent, "box", "reachable")

    def test_another_box_at_the_address_is_told_by_its_engine(self):
        self.snmpd.start()
        agent = self.run_agent({"box": credentials("SHA-1", "DES")})
        self.wait_polled(agent, "box")
        first, _ = engine_of("127.0.0.1", self.snmpd.port)
        self.snmpd.stop()
        self.snmpd.forget()
        self.snmpd.start()
        second, _ = engine_of("127.0.0.1", self.snmpd.port)
        self.assertNotEqual(first, second)
        self.wait_for(lambda: second.hex() in self.shown(agent, "box"), "the new engine ID to be shown", alive=[agent.process])
        self.wait_polled(agent, "box")

    def test_who_claims_the_northbound_engine_touches_nothing_of_it(self):
        """A device answers discovery with our northbound engine's ID and a time far ahead: its users, keys and time are another process's."""
        fake = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(fake.close)
        fake.bind(("127.0.0.1", 0))
        fake.settimeout(harness.DEADLINE_S)
        agent = self.run_agent({"liar": credentials("SHA-256", "AES-128")}, {"liar": "127.0.0.1:%d" % fake.getsockname()[1]})
        north = engine_of("127.0.0.1", agent.port)
        sealed = 0
        while sealed < 3:  # those that bear the claimed ID: our worker believed, and signed for it alone
            datagram, source = fake.recvfrom(65535)
            sealed += north[0] in datagram
            stat = 2 if north[0] in datagram else 4
            fake.sendto(report(message_id(datagram), north[0], north[1] + 1000, 2000000000, stat), source)
        self.wait_presence(agent, "liar", "unreachable")
        self.assertEqual(engine_of("127.0.0.1", agent.port), north)
        self.assertTrue(agent.snmp("get", "1.3.6.1.2.1.1.3.0"))
        with open(self.engine_file(agent)) as f:
            south = f.read().split()[0]
        self.assertNotEqual(south, north[0].hex())

    def test_reload_takes_the_credentials_anew(self):
        self.snmpd.start()
        right, wrong = credentials("SHA-256", "AES-128"), credentials("SHA-256", "AES-128", **{"auth-key": WRONG_KEY})
        agent = self.run_agent({"good": right, "bad": wrong})
        self.wait_presence(agent, "good", "reachable")
        self.wait_presence(agent, "bad", "unreachable", "refuses the digest")
        path = self.path("credentials.yaml")

        def rewrite(named):
            with open(path, "w") as f:
                json.dump(named, f)
            return agent.run_ctl("reload")
        status, _, err = rewrite({"good": {**right, "auth-key": "short"}})
        self.assertEqual((status != 0, "has 1 fault" in err), (True, True), err)
        self.wait_polled(agent, "good")
        self.assertEqual(rewrite({"good": right, "bad": right})[0], 0)
        self.wait_presence(agent, "bad", "reachable")
        self.assertEqual(rewrite({"good": right})[0], 0)
        self.wait_presence(agent, "bad", "unknown", 'credentials "bad": .* has none of that name')
        self.wait_polled(agent, "good")

    def test_our_own_engine_is_the_same_after_a_restart(self):
        self.snmpd.start()
        agent = self.run_agent({"box": credentials("MD5")})
        self.wait_presence(agent, "box", "reachable")
        path = self.engine_file(agent)
        with open(path) as f:
            engine, boots = f.read().split()
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        agent.stop()
        agent.start()
        self.wait_presence(agent, "box", "reachable")
        with open(path) as f:
            again, more = f.read().split()
        self.assertEqual((again, int(more) > int(boots)), (engine, True))


harness.main()
