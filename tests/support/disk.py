# SPDX-License-Identifier: ISC
"""The disk that forgets what was not synced, and fails on command, under an agent: see forgetful/README.md."""
import os
import subprocess

import harness


class ForgetfulDisk:
    def __init__(self, test, agent):
        self.agent = agent
        self.images = test.path("images")
        self.control = test.path("weather")
        os.mkdir(self.images)
        self.weather()
        sanitizer = agent.environment.get("ASAN_OPTIONS", "")
        agent.environment.update({
            "LD_PRELOAD": os.path.join(agent.build, "lib", "libtowerd-forgetful.so"),
            "FORGETFUL_DIR": agent.state, "FORGETFUL_DURABLE": self.images, "FORGETFUL_CONTROL": self.control,
            "ASAN_OPTIONS": sanitizer + (":" if sanitizer else "") + "verify_asan_link_order=0",
        })

    def weather(self, *orders):
        """What fails from now on: "grow ENOSPC", "fsync EIO" …; nothing when there are none."""
        with open(self.control + ".new", "w") as f:
            f.writelines(order + "\n" for order in orders)
        os.rename(self.control + ".new", self.control)

    def cut_power(self, seed=None):
        """After a kill: what was not synced is gone; with a seed, some of it is there by chance."""
        command = [os.path.join(self.agent.build, "bin", "forgetful_restore"), self.agent.state, self.images]
        subprocess.run(command + ([str(seed)] if seed is not None else []), check=True, timeout=harness.DEADLINE_S)
