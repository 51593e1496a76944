# SPDX-License-Identifier: ISC
"""
Signed updates of crews over a real broker, and their receipts: applied, duplicate, conflict, and each way to be rejected; with HS256 (hmac
of Python) and ES256 (openssl). And a whole repair: opened, assigned under the guard of clearance, driven by the crew, closed by the site's
own telemetry after the soak, or by an operator's word; the journal tells which.
"""
import base64
import datetime
import hashlib
import hmac
import json
import os
import re
import subprocess
import uuid

import agent
import control
import harness
import mqtt

BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Phone:
    """A device of a crew: makes tokens. `sign` takes what is signed and gives the signature."""

    def __init__(self, crew, kid, alg, sign):
        self.crew, self.kid, self.alg, self.sign = crew, kid, alg, sign
        self.counter = 0

    def payload(self, ticket, event, **more):
        self.counter += 1
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"id": str(uuid.uuid4()), "counter": self.counter, "t": now, "ticket": ticket, "event": event, "note": "", **more}

    def token(self, payload, **header):
        signed = "%s.%s" % (base64url(json.dumps({"alg": self.alg, "kid": self.kid, **header}).encode()),
                            base64url(json.dumps(payload).encode()))
        return signed + "." + base64url(self.sign(signed.encode()))


def hs256(key):
    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    return lambda octets: hmac.new(secret, octets, hashlib.sha256).digest()


def es256(key_path):
    """openssl signs in DER: SEQUENCE { INTEGER r, INTEGER s }; a JWS has both as 32 octets (RFC 7518, 3.4)."""
    def sign(octets):
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key_path], input=octets, capture_output=True, check=True,
                             timeout=harness.DEADLINE_S).stdout
        numbers, at = b"", 2
        for _ in range(2):
            size = der[at + 1]
            numbers += int.from_bytes(der[at + 2:at + 2 + size], "big").to_bytes(32, "big")
            at += 2 + size
        return numbers
    return sign


class CrewUpdateTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        _, self.broker = self.start_mosquitto()
        self.client = mqtt.Client(self, self.broker)
        self.client.subscribe("towers/crew/+/ack")
        self.agent = agent.Agent(self, build=BUILD, plugins={"mqtt": {"broker": "mqtt://127.0.0.1:%d" % self.broker}},
                                 settings={"alarm": {"hold": "100ms"}, "repair": {"soak": "1s", "verify-limit": "2s"}}, inventory=[
            {"id": "C-1", "kind": "portable", "area": "east", "devices": [{"id": "tower", "driver": "mqtt"}]}])
        self.agent.start()
        self.wait_for(self.telemetry, "the agent to hear the tower", alive=[self.agent.process])

    def telemetry(self):
        self.client.publish("towers/site/C-1/telemetry", {"sensors": {"battery.voltage": 53.1}})
        return self.ask("sensor", "list").json()

    def alarm(self, state):
        """A major one; until it is seen."""
        self.client.publish("towers/site/C-1/alarm", {"id": "1", "type": "site/obstruction-light", "state": state})

        def is_seen():
            is_there = any(row["towerdAlarmType"] == "site/obstruction-light" for row in self.ask("alarm", "list").json())
            return is_there == (state == "raised")
        self.wait_for(is_seen, "the alarm to be %s" % state)

    def ask(self, *argv):
        return control.ask(self.agent.socket, *argv)

    def do(self, *argv):
        answer = self.ask(*argv)
        self.assertEqual((answer.status, answer.err), (0, ""), argv)
        return answer.json() if answer.out else None

    def ticket(self, number):
        return self.do("ticket", "show", str(number))[0]

    def history(self, number):
        """[(event, from, to, actor), ...] of the steps that the journal has."""
        bodies = [(json.loads(r["body"]), r["actor"]) for r in self.ask("journal", "--since", "0").lines()
                  if r["type"] == "ticket.update" and r["object"] == "ticket %d" % number]
        return [(b["event"], b["from"], b["to"], actor) for b, actor in bodies]

    def enroll_hs256(self, crew):
        device = self.do("crew", "enroll", crew, "--hs256")
        return Phone(crew, device["kid"], "HS256", hs256(device["key"]))

    def enroll_es256(self, crew):
        key, public = self.path("key.pem"), self.path("public.pem")
        self.run_tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        self.run_tool("openssl", "ec", "-in", key, "-pubout", "-out", public)
        # By towerctl: it is the one that reads the file.
        device = self.agent.ctl("crew", "enroll", crew, "--public-key", public)
        self.assertEqual(device["alg"], "ES256")
        return Phone(crew, device["kid"], "ES256", es256(key))

    def receipt(self, crew, token):
        """Publishes a token; its receipt, which is the next one of the crew."""
        topic, start = "towers/crew/%s/ack" % crew, len(self.client.received)
        self.client.publish("towers/crew/%s/update" % crew, token)
        receipts = self.wait_for(lambda: [json.loads(p) for t, p in self.client.received[start:] if t == topic], "a receipt",
                                 alive=[self.agent.process])
        return receipts[0]

    def assert_applied(self, phone, ticket, event, state, **more):
        payload = phone.payload(ticket, event, **more)
        self.assertEqual(self.receipt(phone.crew, phone.token(payload)), {"id": payload["id"], "result": "applied", "state": state})
        return payload

    def assert_refused(self, phone, token, result, reason, id_=""):
        """The id is that of the update, or empty when the token could not be read so far."""
        receipt = self.receipt(phone.crew, token)
        self.assertEqual((receipt["id"], receipt["result"]), (id_, result), receipt)
        self.assertRegex(receipt["reason"], reason)

    def assigned(self, phone):
        number = self.do("ticket", "open", "C-1", "lamp is dark")["ticket"]
        self.do("ticket", "confirm", str(number))
        self.do("ticket", "assign", str(number), phone.crew)
        return number

    def test_receipts(self):
        for enroll in (self.enroll_hs256, self.enroll_es256):
            with self.subTest(enroll=enroll.__name__):
                phone = enroll("crew-%s" % enroll.__name__[-5:])
                self.check_receipts(phone, self.assigned(phone))

    def check_receipts(self, phone, ticket):
        payload = self.assert_applied(phone, ticket, "depart", "en-route", note="with a spare lamp")
        steps = len(self.history(ticket))
        again = self.receipt(phone.crew, phone.token(payload))
        self.assertEqual((again["id"], again["result"], again["state"]), (payload["id"], "duplicate", "en-route"))
        other = phone.payload(ticket, "depart")
        self.assert_refused(phone, phone.token(other), "conflict", "en-route.*depart is accepted in", other["id"])

        fresh = phone.payload(ticket, "arrive")
        unknown = "not signed by an enrolled device of this crew"
        token = phone.token(fresh)
        signed, _, signature = token.rpartition(".")
        forged = signed + "." + ("A" if signature[0] != "A" else "B") + signature[1:]
        self.assert_refused(phone, forged, "rejected", unknown, fresh["id"])
        self.assert_refused(phone, signed + ".", "rejected", unknown, fresh["id"])
        self.assert_refused(phone, phone.token(fresh, alg="ES256" if phone.alg == "HS256" else "HS256"), "rejected", unknown, fresh["id"])
        self.assert_refused(phone, phone.token(fresh, alg="none"), "rejected", "alg")
        self.assert_refused(phone, signed, "rejected", ".")
        self.assert_refused(phone, json.dumps(fresh), "rejected", ".")
        self.assert_refused(phone, phone.token(fresh, kid="nobody"), "rejected", unknown, fresh["id"])
        wrong = phone.payload(ticket, "explode")
        self.assert_refused(phone, phone.token(wrong), "rejected", '"event" is none of', wrong["id"])
        confirm = phone.payload(ticket, "confirm")
        self.assert_refused(phone, phone.token(confirm), "rejected", "confirm is for an operator, not for a crew", confirm["id"])

        self.assertEqual(len(self.history(ticket)), steps, "what was refused has left no step")
        self.assert_applied(phone, ticket, "arrive", "on-site")
        self.do("crew", "revoke", phone.crew)
        late = phone.payload(ticket, "restored")
        self.assert_refused(phone, phone.token(late), "rejected", "revoked", late["id"])
        self.assertEqual(self.ticket(ticket)["towerdTicketState"], "on-site")
        # Nor does a repeat of what was applied before tell a thing that it could not know.
        self.assertEqual(self.receipt(phone.crew, phone.token(payload))["result"], "rejected")

    def test_a_crew_cannot_move_the_ticket_of_another(self):
        first, second = self.enroll_hs256("first"), self.enroll_hs256("second")
        ticket = self.assigned(first)
        theirs = second.payload(ticket, "depart")
        self.assert_refused(second, second.token(theirs), "rejected", "not assigned to second", theirs["id"])
        ours = first.payload(ticket, "depart")
        first.crew = "second"  # published under another's topic
        self.assert_refused(first, first.token(ours), "rejected", "another crew's", ours["id"])

    def test_repair_from_report_to_evidence(self):
        phone = self.enroll_hs256("crew-3")
        self.alarm("raised")
        number = self.do("ticket", "open", "C-1", "lamp is dark")["ticket"]
        self.do("ticket", "confirm", str(number))

        self.do("site", "set", "C-1", "clearance=requested", "reason=mines")
        refused = self.ask("ticket", "assign", str(number), "crew-3")
        self.assertNotEqual(refused.status, 0)
        self.assertIn("clearance of C-1 is requested and not yet granted", refused.err)
        self.do("site", "set", "C-1", "clearance=granted", "until=1h")
        self.assertEqual(self.do("ticket", "assign", str(number), "crew-3")["state"], "assigned")
        self.assert_applied(phone, number, "depart", "en-route")
        self.do("site", "set", "C-1", "clearance=withdrawn", "reason=shelling")
        arrive = phone.payload(number, "arrive")
        self.assert_refused(phone, phone.token(arrive), "conflict", "clearance of C-1 was withdrawn", arrive["id"])
        self.do("site", "set", "C-1", "clearance=granted", "until=1h")
        self.assert_applied(phone, number, "arrive", "on-site")

        # A claim that the site does not bear out goes back to the crew with the reason.
        self.assert_applied(phone, number, "restored", "verifying", note="new lamp")
        self.wait_for(lambda: self.ticket(number)["towerdTicketState"] == "assigned", "the claim to be refuted")
        self.assertIn("site/obstruction-light", self.ticket(number)["towerdTicketReason"])

        self.assert_applied(phone, number, "arrive", "on-site")
        self.alarm("cleared")
        self.assert_applied(phone, number, "restored", "verifying", note="new fuse too")
        self.wait_for(lambda: self.telemetry() and self.ticket(number)["towerdTicketState"] == "closed", "the site to prove it",
                      alive=[self.agent.process])
        self.assertFalse(self.ticket(number)["towerdTicketAttested"])
        operator = "uid %d" % os.geteuid()
        self.assertEqual(self.history(number), [
            ("open", "none", "reported", operator), ("confirm", "reported", "confirmed", operator),
            ("assign", "confirmed", "assigned", operator), ("depart", "assigned", "en-route", "crew crew-3"),
            ("arrive", "en-route", "on-site", "crew crew-3"), ("restored", "on-site", "verifying", "crew crew-3"),
            ("still-down", "verifying", "assigned", "agent"), ("arrive", "assigned", "on-site", "crew crew-3"),
            ("restored", "on-site", "verifying", "crew crew-3"), ("verified", "verifying", "closed", "agent")])

    def test_repair_closed_by_an_operators_word(self):
        phone = self.enroll_hs256("crew-3")
        ticket = self.assigned(phone)
        self.assert_applied(phone, ticket, "arrive", "on-site")
        self.assertNotEqual(self.ask("ticket", "attest", str(ticket)).status, 0, "without a reason")
        self.do("ticket", "attest", str(ticket), "the tower is gone")
        self.assertTrue(self.ticket(ticket)["towerdTicketAttested"])
        self.assertEqual(self.history(ticket)[-1], ("attest", "on-site", "closed", "uid %d" % os.geteuid()))


harness.main()
