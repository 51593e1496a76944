# SPDX-License-Identifier: ISC
"""
An NMS that believes what it is told: the list of alarms that it holds after the notifications of a receiver, and what it has against them.

    nms = Nms(trapd)
    nms.read()
    nms.held                            # {number of the alarm: Row}
    nms.faults                          # what no NMS should ever see; empty
    nms.rows()                          # is to be list_rows(agent, "name of the sink")
"""
import re
from collections import namedtuple

import trapd
from agent import ALARM_ACTIVE, ROOT

ALARM, SITE, TYPE, SEVERITY = (ROOT + ".5.1.1.%d.0" % i for i in (4, 5, 6, 7))
MODEL_POINTER = ALARM_ACTIVE + ".1.13."
UPTIME = "1.3.6.1.2.1.1.3.0"  # of the agent that sends: another one in a repeat
EVENT = "agent/restarted"  # is told and never cleared: it says to read the list again, and stands in nobody's
SEVERITIES = ["none", "cleared", "indeterminate", "warning", "minor", "major", "critical"]

# `instance`: of its row in alarmActiveTable.
Row = namedtuple("Row", "instance site type severity")
Told = namedtuple("Told", "number alarm is_clear site type severity")


def list_rows(agent, name):
    """Instances of the rows of the alarm list of this name, as the agent shows it."""
    column = ALARM_ACTIVE + ".1.11."
    prefix = column + ".".join(str(number) for number in (len(name), *name.encode())) + "."
    return {oid[len(column):] for oid, _ in agent.walk(prefix.rstrip("."))}


class Nms:
    def __init__(self, receiver):
        self.receiver = receiver
        self.held = {}
        self.told = []     # each number once, in the order of arrival
        self.contents = {}  # by number
        self.newest = {}   # number of the alarm -> of its newest notification
        self.faults = []
        self.repeated = 0
        self._taken = 0

    def read(self):
        """Takes what has arrived since; self."""
        for notification in self.receiver.notifications(self._taken):
            self._take(notification)
            self._taken += 1
        return self

    def rows(self):
        return {row.instance for row in self.held.values()}

    def _take(self, notification):
        notification.pop(UPTIME, None)
        if trapd.SEQUENCE not in notification:
            self.faults.append("without a number: %s" % notification)
            return
        number = int(trapd.value(notification[trapd.SEQUENCE]))
        if number in self.contents:
            self.repeated += 1
            if self.contents[number] != notification:
                self.faults.append("number %d came twice and differs: %s, %s" % (number, self.contents[number], notification))
            return
        self.contents[number] = notification
        if ALARM in notification:
            self._take_alarm(number, notification)

    def _take_alarm(self, number, notification):
        alarm, site, kind, severity = (trapd.value(notification[name]) for name in (ALARM, SITE, TYPE, SEVERITY))
        alarm, severity = int(alarm), SEVERITIES[int(re.search(r"\d+", severity).group())]
        is_clear = trapd.value(notification[trapd.TRAP_OID]) == trapd.ALARM_CLEAR_STATE
        instance, = (name[len(MODEL_POINTER):] for name in notification if name.startswith(MODEL_POINTER))
        if number < self.newest.get(alarm, 0):
            self.faults.append("alarm %d: number %d came after %d" % (alarm, number, self.newest[alarm]))
        if is_clear and alarm not in self.held and kind != EVENT:
            self.faults.append("number %d clears alarm %d (%s %s), which was not told" % (number, alarm, site, kind))
        self.newest[alarm] = number
        self.told.append(Told(number, alarm, is_clear, site, kind, severity))
        if is_clear:
            self.held.pop(alarm, None)
        elif kind != EVENT:
            self.held[alarm] = Row(instance, site, kind, severity)
