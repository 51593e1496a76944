# SPDX-License-Identifier: ISC
"""What every integration test needs: a private folder, free ports, peers that are surely stopped, waiting for conditions.

    import harness

    class MyTest(harness.TestCase):
        def test_something(self):
            fleet = self.start([harness.binary("sim-fleet")], commands=True)
            self.wait_for(lambda: ..., "what is waited for")

    harness.main()
"""
import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = os.environ.get("TOWERD_SOURCE", os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")))
BUILD = os.environ.get("TOWERD_BUILD", os.path.join(SOURCE, "build/dev"))
SHARED = os.environ.get("TOWERD_SHARED", os.path.join(SOURCE, "../shared"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# A condition that is not met by then never will be; generous, because the tests share their machine.
DEADLINE_S = 60


def binary(name):
    return os.path.join(BUILD, "bin", name)


def source(path):
    return os.path.join(SOURCE, path)


def free_port(kind=socket.SOCK_STREAM):
    """A port that was free a moment ago, for programs that cannot be told 0."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def free_udp_port():
    return free_port(socket.SOCK_DGRAM)


def find_program(name):
    """Debian keeps daemons in sbin folders, which are not on a user's PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        raise unittest.SkipTest("%s is not installed" % name)
    return path


def wait_for(condition, what, deadline_s=DEADLINE_S, alive=()):
    """Polls until condition() is true and returns what it returned; an exception of its own counts as "not yet"."""
    end = time.monotonic() + deadline_s
    error = None
    while True:
        try:
            result = condition()
            error = None
            if result:
                return result
        except (AssertionError, OSError, ValueError, LookupError, subprocess.SubprocessError) as e:
            error = e
        for process in alive:
            if process.poll() is not None:
                raise AssertionError("%s ended with %s while waiting for %s:\n%s" %
                                     (process.name, process.returncode, what, process.output()))
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain for %s%s%s" %
                                 (deadline_s, what, ": %r" % error if error else "",
                                  "".join("\n--- %s:\n%s" % (p.name, p.output()[-4000:]) for p in alive)))
        time.sleep(0.02)


class Process:
    """A program in a process group of its own. Its output (both streams) is kept, line by line."""

    started = []

    def __init__(self, argv, commands=False, **options):
        self.name = os.path.basename(argv[0])
        self.lines = []
        self._commands = commands
        self._lock = threading.Lock()
        self._arrived = threading.Condition()
        self._popen = subprocess.Popen(argv, stdin=subprocess.PIPE if commands else subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                                       text=True, errors="replace", bufsize=1, **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        Process.started.append(self)

    def _read(self):
        for line in self._popen.stdout:
            with self._arrived:
                self.lines.append(line.rstrip("\n"))
                self._arrived.notify_all()

    @property
    def pid(self):
        return self._popen.pid

    @property
    def returncode(self):
        return self._popen.returncode

    def poll(self):
        return self._popen.poll()

    def output(self):
        with self._arrived:
            return "\n".join(self.lines)

    def wait_line(self, pattern, deadline_s=DEADLINE_S, start=0):
        """The match of the first output line from number `start` on that has the pattern."""
        def find():
            with self._arrived:
                for line in self.lines[start:]:
                    match = re.search(pattern, line)
                    if match:
                        return match
            return None
        return wait_for(find, "%s to print /%s/" % (self.name, pattern), deadline_s, alive=[self])

    def ask(self, command):
        """Sends a command line and returns its answer line without "ok"; AssertionError when it says "error"."""
        with self._lock:
            start = len(self.lines)
            self._popen.stdin.write(command + "\n")
            self._popen.stdin.flush()
            answer = self.wait_line(r"^(ok|error)\b ?(.*)", start=start)
        if answer.group(1) == "error":
            raise AssertionError("%s: %s: %s" % (self.name, command, answer.group(2)))
        return answer.group(2)

    def ask_all(self, commands):
        """Many commands at once, for simulators of a city: AssertionError with the first that was answered with "error"."""
        with self._lock:
            start = len(self.lines)
            self._popen.stdin.write("".join(command + "\n" for command in commands))
            self._popen.stdin.flush()
            def answers():
                with self._arrived:
                    return [line for line in self.lines[start:] if re.match(r"(ok|error)\b", line)]
            wait_for(lambda: len(answers()) >= len(commands), "%s to answer %d commands" % (self.name, len(commands)), alive=[self])
        for command, answer in zip(commands, answers()):
            if answer.startswith("error"):
                raise AssertionError("%s: %s: %s" % (self.name, command, answer))

    def signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, deadline_s=DEADLINE_S):
        code = self._popen.wait(deadline_s)
        self._reader.join(5)
        if not self._reader.is_alive():
            self._popen.stdout.close()
        if self._commands:
            self._popen.stdin.close()
        return code

    def stop(self, deadline_s=10):
        """SIGTERM (or the end of its commands), then SIGKILL for it and whatever it left behind. Returns the exit status."""
        if self.poll() is None:
            if self._commands:
                self._popen.stdin.close()
            else:
                self.signal(signal.SIGTERM)
            try:
                self._popen.wait(deadline_s)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if self in Process.started:
            Process.started.remove(self)
        return self.wait()


@atexit.register
def _stop_all():
    for process in list(Process.started):
        process.stop(1)


def start_mosquitto(folder, port=None, extra=""):
    """A broker on loopback with no persistence; returns (process, port)."""
    program = find_program("mosquitto")
    port = port or free_port()
    path = os.path.join(folder, "mosquitto-%d.conf" % port)
    with open(path, "w") as f:
        f.write("listener %d 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n"
                "max_queued_messages 0\n%s\n" % (port, extra))
    process = Process([program, "-c", path])
    wait_for(lambda: _accepts(port), "mosquitto on port %d" % port, alive=[process])
    return process, port


def _accepts(port):
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def net_snmp_env(folder):
    """For the tools of Net-SNMP: no configuration, state or MIB of this machine."""
    empty = os.path.join(folder, "net-snmp")
    os.makedirs(empty, exist_ok=True)
    return dict(os.environ, SNMPCONFPATH=empty, SNMP_PERSISTENT_DIR=empty, MIBS="", MIBDIRS=empty)


class TestCase(unittest.TestCase):
    """With self.folder, a private one, and helpers whose processes end with the test."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="towerd-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, argv, **options):
        process = Process(argv, **options)
        self.addCleanup(process.stop)
        return process

    def start_mosquitto(self, port=None, extra=""):
        process, port = start_mosquitto(self.folder, port, extra)
        self.addCleanup(process.stop)
        return process, port

    def wait_for(self, condition, what, deadline_s=DEADLINE_S, alive=()):
        return wait_for(condition, what, deadline_s, alive)

    def run_tool(self, *argv, check=True):
        """Runs a program to its end; its standard output. AssertionError with all it said when it fails and check is on."""
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=DEADLINE_S,
                              env=net_snmp_env(self.folder))
        if check and done.returncode != 0:
            raise AssertionError("%s ended with %d:\n%s%s" %
                                 (" ".join(argv), done.returncode, done.stdout, done.stderr))
        return done.stdout if check else done.stdout + done.stderr


def main():
    """Runs the tests of the calling file: exit status 0, 1, or 77 when all were skipped."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for test, text in result.failures + result.errors:
        print("FAILED %s" % test.id())
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun > 0 and len(result.skipped) == result.testsRun else 0)
