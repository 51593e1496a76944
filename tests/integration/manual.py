# SPDX-License-Identifier: ISC
"""What pages of the manual show is what the programs say."""
import os
import re
import subprocess
import tempfile

import harness


def page(name):
    with open(harness.source(os.path.join("docs", name)), encoding="utf-8") as file:
        return file.read()


class Manual(harness.TestCase):
    def test_the_page_of_kinds_is_the_catalogue(self):
        """To renew it: build/dev/bin/catalogue-page > docs/kinds.md"""
        printed = subprocess.run([harness.binary("catalogue-page")], capture_output=True, check=True, text=True).stdout
        self.assertEqual(printed, page("kinds.md"))

    def test_the_worked_example_of_a_profile_gives_what_the_page_says(self):
        walk, profile, result = re.findall(r"```(?:yaml)?\n(.*?)```\n", page("profiles.md"), re.S)[1:4]
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "example.yaml"), "w", encoding="utf-8") as file:
                file.write(profile)
            with open(os.path.join(folder, "walk.snmprec"), "w", encoding="utf-8") as file:
                file.writelines(re.sub(r"   .*", "", line) + "\n" for line in walk.splitlines())
            run = subprocess.run([harness.binary("towerctl"), "profile", "test", "--profile-dir", folder,
                                  "--walk", os.path.join(folder, "walk.snmprec")],
                                 capture_output=True, check=True, text=True)
        # The page leaves out the headings and the last column, the OID.
        printed = [line.split()[:-1] for line in run.stdout.splitlines()[1:]]
        self.assertEqual(printed, [line.split() for line in result.splitlines()])


harness.main()
