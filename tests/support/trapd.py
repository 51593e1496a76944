# SPDX-License-Identifier: ISC
"""A real snmptrapd that a test reads from: every notification as a dictionary of its varbinds."""
import os
import re
import time

import harness

SEQUENCE = "1.3.6.1.4.1.8072.9999.9999.7373.5.1.1.1.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
ALARM_ACTIVE_STATE = "1.3.6.1.2.1.118.0.2"
ALARM_CLEAR_STATE = "1.3.6.1.2.1.118.0.3"


class Trapd:
    """Not started until start(): a receiver that is down is a test of its own."""

    def __init__(self, test):
        self.test = test
        self.port = harness.free_udp_port()
        self.folder = test.path("snmptrapd-%d" % self.port)
        self.log = os.path.join(self.folder, "log")
        self.process = None
        self._read, self._found = 0, []  # of the log
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "snmptrapd.conf"), "w") as f:
            f.write("authCommunity log public\n")

    def start(self):
        environment = harness.net_snmp_env(self.folder)
        environment["SNMPCONFPATH"] = self.folder
        # One line a notification: varbinds with full numeric names and raw values, '|' between them.
        self.process = self.test.start([harness.find_program("snmptrapd"), "-f", "-n", "-On", "-Oe", "-Ot", "-Lf", self.log,
                                        "-F", "NOTIFICATION|%v\n", "udp:127.0.0.1:%d" % self.port], env=environment)
        harness.wait_for(lambda: os.path.exists(self.log), "snmptrapd", alive=[self.process])

    def stop(self):
        self.process.stop()

    def settle(self):
        """Waits until what has reached the socket stands in the log."""
        def is_quiet():
            before = os.path.getsize(self.log)
            if self._waiting() > 0:
                return False
            time.sleep(0.3)
            return self._waiting() == 0 and os.path.getsize(self.log) == before
        harness.wait_for(is_quiet, "snmptrapd to write what it has", alive=[self.process])

    def _waiting(self):
        """Octets in the receive queue of the socket."""
        with open("/proc/net/udp") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        return sum(int(row[4].split(":")[1], 16) for row in rows if int(row[1].split(":")[1], 16) == self.port)

    def notifications(self, start=0):
        """In the order of their arrival, from number `start` on."""
        try:
            with open(self.log, errors="surrogateescape") as f:
                f.seek(self._read)
                text = f.read()
        except FileNotFoundError:
            return []
        whole = text.rfind("\n") + 1
        self._read += len(text[:whole].encode(errors="surrogateescape"))
        for line in text[:whole].splitlines():
            if not line.startswith("NOTIFICATION|"):
                continue
            varbinds = {}
            for part in line[len("NOTIFICATION|"):].split("\t"):
                match = re.match(r"\.([0-9.]+) = (.*)$", part)
                if match:
                    varbinds[match.group(1)] = match.group(2)
            self._found.append(varbinds)
        return [dict(varbinds) for varbinds in self._found[start:]]

    def sequences(self):
        """Journal numbers, in the order of arrival."""
        return [int(n[SEQUENCE].split(": ", 1)[1]) for n in self.notifications() if SEQUENCE in n]


def value(text):
    """"OID: .1.3" -> "1.3"; "INTEGER: 5" -> "5"; quotes taken off."""
    text = text.split(": ", 1)[1] if ": " in text else text
    return text.strip().strip('"').lstrip(".")
