# SPDX-License-Identifier: ISC
"""As much of an MQTT 3.1.1 client as tests need: publishes with QoS 1 and without a process for each message, and keeps what comes.

    client = Client(test, port)
    client.subscribe("towers/crew/+/ack")
    client.publish("towers/site/COW-1/telemetry", {"seq": 1, "sensors": {"mains.present": True}})
    client.flush()                      # the broker has all of it
    client.received                     # [(topic, payload as bytes), ...]
"""
import json
import socket
import struct
import threading

import harness

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90


def _text(text):
    octets = text.encode()
    return struct.pack(">H", len(octets)) + octets


def _packet(kind, body):
    size, rest = b"", len(body)
    while True:
        rest, low = rest >> 7, rest & 0x7f
        size += bytes([low | (0x80 if rest else 0)])
        if not rest:
            return bytes([kind]) + size + body


class Client:
    def __init__(self, test, port, name="test"):
        self.received = []
        self._changed = threading.Condition()
        self._sent = self._acknowledged = 0
        self._socket = socket.create_connection(("127.0.0.1", port), harness.DEADLINE_S)
        self._socket.settimeout(None)
        self._input = self._socket.makefile("rb")
        # Clean session, no keep-alive.
        self._socket.sendall(_packet(CONNECT, _text("MQTT") + b"\x04\x02\x00\x00" + _text(name)))
        kind, body = self._read()
        if kind != CONNACK or body[1] != 0:
            raise AssertionError("the broker refused the connection: %r" % body)
        self._reader = threading.Thread(target=self._run, daemon=True)
        self._reader.start()
        test.addCleanup(self.close)

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the broker went first
        self._reader.join(harness.DEADLINE_S)
        self._input.close()
        self._socket.close()

    def _read(self):
        head = self._input.read(1)
        if not head:
            raise ConnectionError("the broker is gone")
        size = shift = 0
        while True:
            octet = self._input.read(1)[0]
            size |= (octet & 0x7f) << shift
            shift += 7
            if not octet & 0x80:
                return head[0], self._input.read(size)

    def _run(self):
        try:
            while True:
                kind, body = self._read()
                with self._changed:
                    if kind in (PUBACK, SUBACK):
                        self._acknowledged += 1
                    elif kind & 0xf0 == PUBLISH:
                        self._take(kind, body)
                    self._changed.notify_all()
        except (OSError, ValueError, IndexError):
            pass  # closed

    def _take(self, kind, body):
        end = 2 + struct.unpack(">H", body[:2])[0]
        topic, payload = body[2:end].decode(), body[end:]
        if kind & 0x06:
            self._socket.sendall(_packet(PUBACK, payload[:2]))
            payload = payload[2:]
        self.received.append((topic, payload))

    def _send(self, kind, head, tail):
        self._sent += 1
        self._socket.sendall(_packet(kind, head + struct.pack(">H", self._sent % 0xffff + 1) + tail))

    def publish(self, topic, payload, retain=False):
        """QoS 1; a dictionary is sent as JSON."""
        if isinstance(payload, dict):
            payload = json.dumps(payload)
        if isinstance(payload, str):
            payload = payload.encode()
        self._send(PUBLISH | 0x02 | retain, _text(topic), payload)

    def subscribe(self, topic):
        self._send(SUBSCRIBE, b"", _text(topic) + b"\x01")
        self.flush()

    def flush(self):
        """Until the broker has acknowledged all that was sent."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._acknowledged == self._sent, harness.DEADLINE_S):
                raise AssertionError("the broker has acknowledged %d of %d" % (self._acknowledged, self._sent))
