# SPDX-License-Identifier: ISC
"""Dependencies point one way, and each library has one owner (docs/dependencies.md): read from the #include lines.

Tests, and what is built for them alone, may look at anything.
"""
import glob
import os
import re
import sys

FOR_TESTS = re.compile(r"(_test|_testing|_fuzz|_fixture)\.[ch]$|/fake[a-z_]*\.[ch]$|^tests/")
LIBRARIES = "event2/ sqlite3.h libfyaml.h jansson.h openssl/ libical/ mosquitto.h net-snmp/ CUnit/".split()
OWNERS = {
    "event2/": r"agent/loop/loop\.c",
    "sqlite3.h": r"agent/store/.*",
    "libfyaml.h": r"support/yaml\.c",
    "jansson.h": r"support/json\.c",
    "openssl/": r"agent/repair/jws\.c",
    "libical/": r"support/calendar\.c",
    "mosquitto.h": r"plugins/mqtt/connection\.c",
    "net-snmp/": r"plugins/snmp-agent/.*|plugins/snmp/usm/.*",
}
# Folders of a module of the agent, of a plugin, lower ones first; the files beside them belong to none and are for all.
MODULE_FOLDERS = {"alarm": "correlate silence merit list detect mib".split()}
PLUGIN_FOLDERS = {"snmp": "codec wire usm profile poll trap explore fleet".split()}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def layer_of(path, modules):
    """Patterns of what the file may include by a path in quotes."""
    top, name = path.split("/")[:2]
    if top == "agent":
        below = [m + "/" for m in modules[:modules.index(name) + 1]] if name in modules else [""]
        folders = MODULE_FOLDERS.get(name, [])
        if path.count("/") > 2 and path.split("/")[2] in folders:
            inside = folders[:folders.index(path.split("/")[2]) + 1]
            below = below[:-1] + [name + "/" + folder for folder in [r"\w+\.h"] + [f + "/" for f in inside]]
        return ["towerd/", "support/"] + ["agent/%s" % module for module in below]
    folders = PLUGIN_FOLDERS.get(name, [])
    if top == "plugins" and path.split("/")[2] in folders:
        below = folders[:folders.index(path.split("/")[2]) + 1]
        return ["towerd/"] + ["plugins/%s/%s" % (name, folder) for folder in [r"\w+\.h"] + [f + "/" for f in below]]
    return {"include": ["towerd/"], "support": ["towerd/", "support/"], "plugins": ["towerd/", "plugins/%s/" % name]}[top]


def faults():
    modules = re.findall(r"^add_subdirectory\((\w+)\)", read("agent/CMakeLists.txt"), re.M)
    for path in sorted(p for top in ("agent", "include", "support", "plugins") for p in glob.glob(top + "/**/*.[ch]", recursive=True)):
        if FOR_TESTS.search(path):
            continue
        allowed = re.compile("|".join(layer_of(path, modules)))
        for number, line in enumerate(read(path).splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if include is None:
                continue
            place, name = "%s:%d: " % (path, number), include.group(2)
            if include.group(1) == '"' and not allowed.match(name):
                yield place + "%s is not for %s" % (name, os.path.dirname(path))
            for library in LIBRARIES:
                if name.startswith(library) and not re.fullmatch(OWNERS.get(library, "$^"), path):
                    yield place + "%s belongs to %s" % (name, OWNERS.get(library, "tests"))


os.chdir(os.environ["TOWERD_SOURCE"])
sys.exit("\n".join(faults()) or 0)
