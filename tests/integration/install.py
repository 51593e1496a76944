# SPDX-License-Identifier: ISC
"""What `cmake --install` puts into a folder is complete: programs, plugins, profiles, headers that stand alone."""
import glob
import json
import os
import shutil
import subprocess

import harness

RELEASE = os.environ.get("TOWERD_RELEASE_BUILD", harness.BUILD)
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]


class Installation(harness.TestCase):
    """One installation for all of its tests, moved after it was made: nothing in it may know where it was to be."""

    @classmethod
    def setUpClass(cls):
        cls.root = harness.tempfile.mkdtemp(prefix="towerd-install-")
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        made, cls.prefix = os.path.join(cls.root, "made"), os.path.join(cls.root, "moved")
        done = subprocess.run(["cmake", "--install", RELEASE, "--prefix", made], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError("cmake --install ended with %d:\n%s%s" % (done.returncode, done.stdout, done.stderr))
        os.rename(made, cls.prefix)
        cls.plugins = os.path.dirname(glob.glob(cls.prefix + "/**/battery.so", recursive=True)[0])

    @classmethod
    def find(cls, name):
        """The one program of that name."""
        found = [f for f in glob.glob(os.path.join(cls.prefix, "**", name), recursive=True) if os.access(f, os.X_OK) and os.path.isfile(f)]
        assert len(found) == 1, "%s: %s" % (name, found)
        return found[0]

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def configuration(self, plugins, **agent):
        os.makedirs(self.path("state"), mode=0o700, exist_ok=True)
        agent = {"state-dir": self.path("state"), "control-socket": self.path("control.sock"), **agent}
        return self.write("towerd.yaml", json.dumps({"agent": agent, "plugins": plugins}))

    def test_the_daemon_finds_the_plugins_and_profiles_that_came_with_it(self):
        port = harness.free_udp_port()
        path = self.configuration({"battery": {"device": "A/power"}, "mqtt": {}, "snmp": {},
                                   "snmp-agent": {"listen": "udp:127.0.0.1:%d" % port}})
        self.assertEqual(self.run_tool(self.find("towerd"), "-c", path, "-t"), "")
        self.assertIn("\n## snmp-agent\n", self.run_tool(self.find("towerd"), "--print-options"))
        names = [row["name"] for row in json.loads(self.run_tool(self.find("towerctl"), "profile", "list", "--json"))]
        shipped = glob.glob(harness.source("profiles/**/*.yaml"), recursive=True)
        self.assertEqual(len(names), len(shipped), names)

    def test_every_header_stands_alone_in_c11_and_in_cxx(self):
        compilers = [["cc", "-std=c11", "-x", "c"]]
        if shutil.which("g++"):
            compilers.append(["g++", "-std=c++17", "-x", "c++"])
        headers = glob.glob(os.path.join(self.prefix, "include", "towerd", "*.h"))
        self.assertEqual(sorted(map(os.path.basename, headers)), sorted(os.listdir(harness.source("include/towerd"))))
        for header in headers:
            source = self.write("alone.c", "#include <towerd/%s>\n#include <towerd/%s>\n" % ((os.path.basename(header),) * 2))
            for compiler in compilers:
                with self.subTest(header=os.path.basename(header), compiler=compiler[0]):
                    self.run_tool(*compiler, *STRICT, "-I", os.path.join(self.prefix, "include"), source)

    def test_a_plugin_built_elsewhere_against_the_headers_runs_in_it(self):
        os.mkdir(self.path("plugins"))
        source = self.write("hello.c", """
            #include <towerd/plugin.h>
            static int
            hello_start(struct towerd_ctx *ctx)
            {
                towerd_log(ctx, TOWERD_LOG_INFO, "hello from outside");
                return 0;
            }
            TOWERD_PLUGIN(.name = "hello", .summary = "says so", .start = hello_start, );
        """)
        self.run_tool("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fPIC", "-shared", "-Wl,-z,defs",
                      "-I", os.path.join(self.prefix, "include"), "-o", self.path("plugins/hello.so"), source)
        path = self.configuration({"hello": {}}, **{"plugin-dir": self.path("plugins")})
        daemon = self.start([self.find("towerd"), "-c", path])
        daemon.wait_line("hello: hello from outside")
        rows = json.loads(self.run_tool(self.find("towerctl"), "--socket", self.path("control.sock"), "--json", "plugin", "list"))
        self.assertEqual([(row["towerdPluginName"], row["towerdPluginState"]) for row in rows], [("hello", "running")])
        self.assertEqual(daemon.stop(), 0)

    def test_each_plugin_exports_one_symbol(self):
        plugins = glob.glob(os.path.join(self.plugins, "*.so"))
        self.assertGreaterEqual(len(plugins), 4)
        for plugin in plugins:
            lines = self.run_tool("nm", "-D", "--defined-only", plugin).splitlines()
            # Those of a sanitizer begin with two underscores.
            self.assertEqual([line.split()[-1] for line in lines if " __" not in line], ["towerd_plugin"], plugin)


harness.main()
