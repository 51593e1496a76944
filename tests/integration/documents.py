# SPDX-License-Identifier: ISC
"""What the guides, manual pages and examples show works: files are what is shipped, commands exist, links lead somewhere."""
import glob
import os
import re
import shutil
import subprocess

import harness
from agent import Agent

# Given at once, or in a table.
COUNTER = re.compile(r'(?:towerd_count\([^;"]*|counter = |\[COUNT_\w+\] = )"([a-z-]+)"')
SITES = [{"id": "LAB-1", "name": "Laboratory", "kind": "fixed", "area": "lab", "devices": [{"id": "battery", "driver": "battery"}]}]


def read(path):
    with open(harness.source(path), encoding="utf-8") as file:
        return file.read()


def pages():
    names = ["README.md"] + ["docs/" + name for name in os.listdir(harness.source("docs"))]
    names += ["plugins/%s/README.md" % name for name in os.listdir(harness.source("plugins"))]
    return sorted(n for n in names if n.endswith(".md") and os.path.exists(harness.source(n)))


def blocks(text):
    """What stands between fences: (language, text)."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.S | re.M)


class Documents(harness.TestCase):
    def test_the_examples_of_the_configuration_are_the_files_and_have_no_fault(self):
        page = [text for _, text in blocks(read("docs/configuration.md"))]
        for name in ("towerd.yaml", "sites.yaml", "snmp-credentials.yaml"):
            text = read("packaging/examples/" + name)
            self.assertIn(text, page, name)
            with open(self.path(name), "w", encoding="utf-8") as file:
                # The plugins are those of the build, not of an installed towerd.
                file.write(text.replace("agent:\n", "agent:\n  plugin-dir: %s\n" % os.path.join(harness.BUILD, "plugins-built"), 1))
            os.chmod(self.path(name), 0o600)
        with open(self.path("mqtt.password"), "w", encoding="utf-8") as file:
            file.write("secret\n")
        os.chmod(self.path("mqtt.password"), 0o600)
        done = subprocess.run([harness.binary("towerd"), "-c", self.path("towerd.yaml"), "-t"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_plugin_of_the_guide_is_the_one_that_is_built_and_needs_only_the_headers(self):
        shown = [text for language, text in blocks(read("docs/plugins.md")) if language == "c"]
        source = read("plugins/battery/battery.c")
        self.assertEqual(shown[0], source)
        self.assertIn(shown[1].strip(), read("plugins/battery/battery_test.c"))
        # As the guide says, in a folder of its own, by any compiler; then loaded by a real agent.
        folder = self.path("plugins")
        os.mkdir(folder)
        self.run_tool("cc", "-std=gnu11", "-Wall", "-Werror", "-fPIC", "-shared", "-I", harness.source("include"),
                      "-o", os.path.join(folder, "battery.so"), harness.source("plugins/battery/battery.c"))
        volts = self.path("volts")
        with open(volts, "w", encoding="utf-8") as file:
            file.write("53200000\n")
        agent = Agent(self, inventory=SITES, settings={"plugin-dir": folder},
                      plugins={"battery": {"device": "LAB-1/battery", "path": volts, "interval": "100ms"}})
        agent.start()
        self.wait_for(lambda: [r["towerdSensorValue"] for r in agent.ctl("sensor", "list", "site=LAB-1")] == ["53.2"],
                      "the reading of the guide's plugin", alive=[agent.process])

    def test_every_command_of_towerctl_that_is_shown_exists(self):
        agent = Agent(self, plugins={"snmp": {}})
        agent.start()
        _, help_text, _ = agent.run_ctl("help")
        known = {tuple(re.match(r"  ((?:[a-z]+ ?)+)", line).group(1).split())
                 for line in help_text.splitlines() if re.match(r"  [a-z]", line)}
        missing = []
        for page in pages():
            shown = [text for language, text in blocks(read(page)) if language in ("", "sh")]
            shown += re.findall(r"^ {4}(?! )(.*)$", read(page), re.M) + re.findall(r"`(towerctl [^`]*)`", read(page))
            for words in re.findall(r"\btowerctl ((?:--?[a-z-]+ )*[a-z]+(?: [a-z]+)?)", "\n".join(shown)):
                given = tuple(w for w in words.split() if not w.startswith("-"))
                if given[0] != "help" and not any(given[:len(k)] == k for k in known):
                    missing.append("%s: towerctl %s" % (page, words))
        self.assertEqual(missing, [])
        entries = re.findall(r"^\.It Ic (.*)$", read("docs/man/towerctl.1"), re.M)
        # One entry may tell of several: "site list | show Ar ID".
        untold = [words for words in known
                  if not any(re.match((r"%s( |$)" if len(words) == 1 else r"%s (.*\| )?%s( |$)") % words, entry) for entry in entries)]
        self.assertEqual(untold, [])

    def test_the_page_of_a_plugin_names_what_it_counts(self):
        for name in sorted(os.listdir(harness.source("plugins"))):
            sources = glob.glob(harness.source("plugins/%s/**/*.c" % name), recursive=True)
            counted = {counter for path in sources if not path.endswith("_test.c") for counter in COUNTER.findall(read(path))}
            page = read("plugins/%s/README.md" % name) if counted else ""
            self.assertEqual(sorted(counter for counter in counted if "`%s`" % counter not in page), [], name)

    def test_the_page_of_options_is_what_the_daemon_prints(self):
        done = subprocess.run([harness.source("scripts/render-options"), "--check", harness.binary("towerd")], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_links_between_pages_lead_somewhere(self):
        broken = []
        for page in pages():
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(page)):
                path = os.path.normpath(os.path.join(os.path.dirname(page), target))
                if not os.path.exists(harness.source(path)):
                    broken.append("%s: %s" % (page, target))
        self.assertEqual(broken, [])

    def test_manual_pages_are_well_formed(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not installed")
        folder = harness.source("docs/man")
        for name in sorted(os.listdir(folder)):
            done = subprocess.run(["mandoc", "-Tlint", os.path.join(folder, name)], capture_output=True, text=True)
            # They refer to each other, and need not be installed here.
            said = [line for line in (done.stdout + done.stderr).splitlines() if "referenced manual not found: Xr tower" not in line]
            self.assertEqual(said, [], name)


harness.main()
