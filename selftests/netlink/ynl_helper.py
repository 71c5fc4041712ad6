# SPDX-License-Identifier: GPL-2.0
"""bgtaskd(8), with a configuration of its own, and one app."""
import os
import shutil
import subprocess
import tempfile

import ksft
from ynl_client import HERE, Refused, do, dump, remove_cgroup, wait_until

APP = "org.example.Ynl"
CGROUP = "/sys/fs/cgroup/bgtask-selftest-ynl-apps"

# No task counts as idle, and no timeout passes during a test.
CONFIGURATION = """
[Helper]
StateDirectory={work}/state
RuntimeDirectory={work}/run
ManifestDirectories={work}/none {work}/apps
Cgroup={cgroup}
CancelTimeout=60s
SuspendTimeout=60s
IdleWindow=0
IdleWindowStandby=0
MemoryStall=0
[Class standard]
Quota=unlimited
Period=1s
"""

# The task Wait runs until the file "end" exists.
MANIFEST = """
[App]
Id={app}
User=nobody
Exec=/bin/sleep 1000
[Task Wait]
EntryPoint=/bin/sh -c 'until [ -e {end} ]; do sleep 0.2; done'
Triggers=application
[Task Inside]
EntryPoint=Inside
Host=app
Triggers=application
[Task Channel]
EntryPoint=/bin/true
Triggers=control-channel
[Task Update]
EntryPoint=/bin/true
Triggers=servicing-complete
"""


class Helper:
    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="bgtask-selftest-ynl.")
        os.chmod(self.work, 0o755)
        self.end_file = f"{self.work}/end"
        self.manifest = f"{self.work}/{APP}.bgtask"
        self.write(self.manifest, MANIFEST.format(app=APP, end=self.end_file))
        self.write(f"{self.work}/bgtaskd.conf", CONFIGURATION.format(
            work=self.work, cgroup=os.path.basename(CGROUP)))
        program = f"{HERE}/../../bin/bgtaskd"
        if not os.path.exists(program):
            program = "bgtaskd"
        with open(f"{self.work}/log", "wb") as log:
            self.process = subprocess.Popen([program, "-c", f"{self.work}/bgtaskd.conf"],
                                            stderr=log)

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def await_answer(self):
        def answers():
            try:
                return do("condition-get")
            except Refused:
                if self.process.poll() is not None:
                    raise
                return None
        wait_until("bgtaskd answers", answers)

    def let_end(self, let):
        """Let the task Wait end, or let the next one wait."""
        if let:
            self.write(self.end_file, "")
        else:
            os.unlink(self.end_file)

    def print_log(self):
        with open(f"{self.work}/log", encoding="utf-8", errors="replace") as log:
            for line in log.readlines()[-20:]:
                ksft.print_msg(line.rstrip())

    def close(self):
        """Kill bgtaskd, and remove what it leaves for the next one."""
        self.process.kill()
        self.process.wait()
        remove_cgroup(CGROUP)
        for container in dump("container-get"):
            if container["name"] == APP:
                do("container-del", id=container["id"])
        shutil.rmtree(self.work)
