# SPDX-License-Identifier: ISC
"""
kill -9 at random moments while tickets are opened and updated as fast as the control socket takes them: every update that was acknowledged
is there, none is applied twice, none that was refused is there at all. Then the same on a disk that forgets what was not synced; and with
synchronous=OFF on that disk the same checks fail, or they would prove nothing.

15 rounds each; 200 with TOWERD_LONG.
"""
import json
import os
import random
import sys
import threading
import time

import agent
import control
import disk
import harness

ROUNDS = 200 if os.environ.get("TOWERD_LONG") else 15
BUILD = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
CLIENTS = 8
SITES = ["S-%d" % i for i in range(4)]
INVENTORY = [{"id": site, "name": site, "kind": "portable", "area": "east", "devices": []} for site in SITES]


class Client(threading.Thread):
    """Asks without a pause until the agent is gone. Every step carries a note that no other has."""

    def __init__(self, path, name, tickets, seed):
        super().__init__(daemon=True)
        self.path, self.tickets = path, tickets
        self.name = name
        self.random = random.Random(seed)
        self.acknowledged = {}  # note -> ticket
        self.refused = []
        self.fault = None

    def step(self, note):
        if not self.tickets or self.random.random() < 0.05:
            return ["ticket", "open", self.random.choice(SITES), note]
        number = str(self.random.choice(self.tickets))
        event = self.random.choice(["note"] * 6 + ["confirm", "cancel", "reopen"])
        return ["ticket", "update", number, event, note]

    def run(self):
        try:
            for i in range(sys.maxsize):
                note = "%s-%d" % (self.name, i)
                answer = control.ask(self.path, *self.step(note))
                if answer.status == 0:
                    number = answer.json()["ticket"]
                    self.acknowledged[note] = number
                    if number not in self.tickets[-CLIENTS:] and len(self.tickets) < 1000:
                        self.tickets.append(number)
                else:
                    self.refused.append(note)
        except OSError:
            pass  # killed
        except Exception as e:  # the answer was not what it should be: for the test to tell
            self.fault = e


class Ledger:
    """What was acknowledged and refused, held against what the journal and the tickets say."""

    def __init__(self):
        self.read = 0
        self.found = {}    # note -> (ticket, journal number)
        self.steps = {}    # ticket -> how many records it has
        self.acknowledged = {}
        self.refused = set()
        self.total = 0

    def take(self, clients):
        for client in clients:
            self.acknowledged.update(client.acknowledged)
            self.refused.update(client.refused)
            self.total += len(client.acknowledged)

    def read_journal(self, path):
        for record in control.ask(path, "journal", "--since", str(self.read)).lines():
            if record["number"] <= self.read:
                raise AssertionError("record %d comes after %d" % (record["number"], self.read))
            self.read = record["number"]
            if record["type"] != "ticket.update":
                continue
            body = json.loads(record["body"])
            if body["note"] in self.found:
                raise AssertionError("%s is there twice: in record %d and in %d" %
                                     (body["note"], self.found[body["note"]][1], record["number"]))
            self.found[body["note"]] = body["ticket"], record["number"]
            self.steps[body["ticket"]] = self.steps.get(body["ticket"], 0) + 1

    def lost(self, path):
        """Acknowledged and not there; AssertionError when something else is wrong. What was found is not looked for again."""
        self.read_journal(path)
        lost = [note for note, ticket in self.acknowledged.items() if self.found.get(note, (None,))[0] != ticket]
        wrong = [note for note in self.refused if note in self.found]
        if wrong:
            raise AssertionError("refused, and yet there: %s" % wrong[:5])
        rows = {row["towerdTicketNumber"]: row["towerdTicketUpdates"] for row in control.ask(path, "ticket", "list").json()}
        if not lost and rows != self.steps:
            differ = [t for t in {**rows, **self.steps} if rows.get(t) != self.steps.get(t)]
            raise AssertionError("tickets and journal differ: %s" % [(t, rows.get(t), self.steps.get(t)) for t in differ[:5]])
        self.acknowledged.clear()
        self.refused.clear()
        return lost


class TicketKillTest(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.seed = random.SystemRandom().randrange(1 << 30)
        self.random = random.Random(self.seed)
        self.agent = agent.Agent(self, inventory=INVENTORY, plugins={}, build=BUILD, settings={"log": {"level": "warning"}})
        self.ledger = Ledger()
        self.tickets = []
        self.round = 0

    def start_agent(self):
        self.agent.start(wait=False)
        process = self.agent.process
        harness.wait_for(lambda: len(control.ask(self.agent.socket, "site", "list").json()) == len(SITES),
                         "towerd with its inventory", alive=[process])
        return process

    def kill_while_it_starts(self):
        self.agent.start(wait=False)
        time.sleep(self.random.random() * 0.08)
        self.agent.kill()

    def kill_while_it_works(self):
        """The agent runs: clients ask, and it is killed a random while after the first acknowledgement."""
        clients = [Client(self.agent.socket, "r%d-c%d" % (self.round, i), self.tickets, self.random.random()) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        harness.wait_for(lambda: any(client.acknowledged for client in clients), "an acknowledgement", alive=[self.agent.process])
        time.sleep(self.random.random() * 0.25)
        self.agent.kill()
        for client in clients:
            client.join(harness.DEADLINE_S)
            self.assertIsNone(client.fault)
        self.ledger.take(clients)

    def rounds(self, count, after_kill=lambda: None):
        """Yields what was lost, round by round."""
        for self.round in range(count):
            self.start_agent()
            yield self.ledger.lost(self.agent.socket)
            self.kill_while_it_works()
            after_kill()
            if self.round % 4 == 3:
                self.kill_while_it_starts()
                after_kill()
        self.start_agent()
        yield self.ledger.lost(self.agent.socket)

    def assert_nothing_lost(self, after_kill=lambda: None):
        for lost in self.rounds(ROUNDS, after_kill):
            self.assertEqual(lost[:5], [], "round %d, seed %d: %d updates were acknowledged and are lost" % (self.round, self.seed, len(lost)))
        self.assertEqual(self.agent.stop(), 0)
        print("%d rounds, %d updates acknowledged, %d tickets, none lost, none twice (seed %d)" %
              (ROUNDS, self.ledger.total, len(self.ledger.steps), self.seed))
        self.assertGreater(self.ledger.total, ROUNDS)

    def test_kill(self):
        self.assert_nothing_lost()

    def test_power_cut(self):
        forgetful = disk.ForgetfulDisk(self, self.agent)
        # In every second round a part of what was not synced is there by chance.
        self.assert_nothing_lost(lambda: forgetful.cut_power(self.random.randrange(1 << 30) if self.random.random() < 0.5 else None))

    def test_power_cut_is_noticed_without_sync(self):
        forgetful = disk.ForgetfulDisk(self, self.agent)
        self.agent.environment["TOWERD_TEST_SYNCHRONOUS"] = "off"
        for lost in self.rounds(10, forgetful.cut_power):
            if lost:
                print("round %d: %d updates were acknowledged and are lost" % (self.round, len(lost)))
                return
        self.fail("synchronous=OFF, ten power cuts, %d updates acknowledged: none was seen to be lost" % self.ledger.total)


harness.main()
