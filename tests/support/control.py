# SPDX-License-Identifier: ISC
"""The control socket without towerctl: for tests that ask faster than programs can be started."""
import json
import socket

import harness


class Answer:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def json(self):
        return json.loads(self.out)

    def lines(self):
        """Of an answer that is one JSON object a line, as `journal` gives."""
        return [json.loads(line) for line in self.out.splitlines()]


def ask(path, *argv, want_json=True):
    """One request, answered: an Answer. ConnectionError when the agent went away before it was complete."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(harness.DEADLINE_S)
        s.connect(path)
        s.sendall(json.dumps({"argv": argv, "json": want_json}).encode() + b"\n")
        pieces = []
        while piece := s.recv(1 << 16):
            pieces.append(piece)
    answer = Answer(None, "", "")
    out, err = [], []
    for line in b"".join(pieces).splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        part = json.loads(line)
        out.append(part.get("out", ""))
        err.append(part.get("err", ""))
        answer.status = part.get("exit", answer.status)
    if answer.status is None:
        raise ConnectionError("the agent left in the middle of its answer")
    answer.out, answer.err = "".join(out), "".join(err)
    return answer
