# SPDX-License-Identifier: GPL-2.0
"""The kernel's own client, and a record of what was driven with it.

call(), do() and dump() run the client's main(), but in this process, since starting a process takes
seconds on an emulated machine. The client ends with each call. Where a socket must stay open,
Socket uses that of the client's library, and Party does so in a process of its own.
"""
import contextlib
import functools
import gc
import io
import json
import os
import select
import signal
import sys
import time
import traceback
import types

# Argparse would look for translations in each call.
os.environ["LANGUAGE"] = "C"

HERE = os.path.dirname(os.path.realpath(__file__))
SPEC = f"{HERE}/ynl/Documentation/netlink/specs/bgtask.yaml"
# How long anything may take, in s.
DEADLINE = 60

sys.path += [f"{HERE}/../kselftest", f"{HERE}/ynl/tools"]

import yaml  # noqa: E402
import ksft  # noqa: E402
import cli  # noqa: E402

SpecFamily = cli.YnlFamily.__base__
read_specification = SpecFamily.__init__


@functools.cache
def specification(path, schema):
    """What the client reads from the specification. Read only once, since reading takes long."""
    family = object.__new__(SpecFamily)
    read_specification(family, path, schema)
    return vars(family)


SpecFamily.__init__ = lambda self, *args: vars(self).update(specification(*args))
yaml.safe_load = functools.partial(yaml.load, Loader=yaml.CSafeLoader)
specification(SPEC, "")
# Exempts all objects so far from the garbage collection after each call, which would take long.
gc.freeze()

# Operations that have succeeded and events that have come: pairs of a name and "do", "dump" or
# "event".
driven = set()
# Sockets and pipes that a forked process must close.
opened = []


class Refused(RuntimeError):
    """An operation was refused. The text is what the client says."""


def modes():
    """All operations and events of the specification, as such pairs, in their order."""
    with open(SPEC, encoding="ascii") as file:
        operations = yaml.safe_load(file)["operations"]["list"]
    for operation in operations:
        for mode in ("do", "dump"):
            if mode in operation:
                yield operation["name"], mode
        if "notify" in operation or "event" in operation:
            yield operation["name"], "event"


def call(*args, schema=False):
    """Run the client. Return its exit status and its output."""
    sys.argv = ["cli.py", "--spec", SPEC, "--output-json", *args]
    if not schema:
        sys.argv.append("--no-schema")
    said = io.StringIO()
    status = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
    # Collecting the client's objects closes its socket.
    gc.collect()
    return status, said.getvalue()


def run(mode, operation, values):
    status, said = call(f"--{mode}", operation, "--json", json.dumps(values))
    if status:
        raise Refused(f"{operation}: {said}")
    driven.add((operation, mode))
    return json.loads(said)


def do(operation, **values):
    return run("do", operation, values) or {}


def dump(operation, **values):
    return run("dump", operation, values)


def multi(*operations):
    """Run several operations, names with their values, on one socket. Return all answers."""
    args = []
    for name, values in operations:
        args += ["--multi", name, json.dumps(values)]
    status, said = call(*args)
    if status:
        raise Refused(f"{operations}: {said}")
    driven.update((name, "do") for name, _ in operations)
    return json.loads(said)


def subscribe(scene):
    """Subscribe by the client, and run the scene during its sleep. Return the events."""
    cli.time = types.SimpleNamespace(sleep=lambda _: scene())
    try:
        status, said = call("--subscribe", "container", "--sleep", "1")
    finally:
        cli.time = time
    if status:
        raise Refused(said)
    events = json.loads(said)
    driven.update((event["name"], "event") for event in events)
    return events


class Socket:
    """A socket of the client's library, which stays open."""

    def __init__(self):
        self.family = cli.YnlFamily(SPEC, "")
        self.events = []
        opened.append(self)

    def close(self):
        opened.remove(self)
        self.family.sock.close()

    def do(self, operation, **values):
        try:
            reply = self.family.do(operation, values)
        except cli.NlError as error:
            raise Refused(f"{operation}: {error}") from error
        driven.add((operation, "do"))
        return plain(reply) or {}

    def subscribe(self):
        self.family.ntf_subscribe("container")

    def wait(self, name):
        """Wait for an event of this name, and return the first one that was not returned before."""
        end = time.monotonic() + DEADLINE
        while True:
            self.family.check_ntf()
            self.events += self.family.async_msg_queue
            self.family.async_msg_queue.clear()
            for event in self.events:
                if event["name"] == name:
                    self.events.remove(event)
                    driven.add((name, "event"))
                    return plain(event["msg"])
            if not select.select([self.family.sock], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError(f"{name} does not come, but {self.events}")

    # The payloads of calls and events, which the helper gets and sends.

    def number(self, name):
        return self.family.msgs[name].rsp_value

    def pack(self, attributes, values):
        """The attributes of a set, packed as a payload."""
        space = self.family.attr_sets[attributes]
        search = sys.modules["lib.ynl"].SpaceAttrs(space, values)
        return b"".join(self.family._add_attr(attributes, name, value, search)
                        for name, value in values.items()).hex()

    def unpack(self, attributes, payload):
        raw = sys.modules["lib.ynl"].NlAttrs(bytes.fromhex(payload))
        return plain(self.family._decode(raw, attributes))


def plain(reply):
    """The reply as the client prints it, without sets and bytes."""
    return json.loads(json.dumps(reply, cls=cli.YnlEncoder))


class Party:
    """A process, in a cgroup of the test's choice, that carries out operations for the test."""

    def __init__(self, cgroup=None):
        told, self.commands = os.pipe()
        self.answers, said = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            try:
                for other in list(opened):
                    other.close()
                os.close(self.commands)
                os.close(self.answers)
                self.serve(told, said)
            except BaseException:  # this is a copy of the test, and must not go on as that
                traceback.print_exc()
            os._exit(1)
        os.close(told)
        os.close(said)
        opened.append(self)
        if cgroup:
            self.move(cgroup)

    @staticmethod
    def serve(told, said):
        socket = Socket()
        actions = {"do": do, "dump": dump, "socket": socket.do, "wait": socket.wait}
        with os.fdopen(told) as commands:
            for line in commands:
                action, operation, values = json.loads(line)
                driven.clear()
                try:
                    answer = {"reply": actions[action](operation, **values)}
                except RuntimeError as error:
                    answer = {"error": str(error)}
                answer["driven"] = list(driven)
                os.write(said, json.dumps(answer).encode() + b"\n")

    def move(self, cgroup):
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(self.pid))

    def leave(self):
        self.move("/sys/fs/cgroup")

    def begin(self, action, operation, **values):
        os.write(self.commands, json.dumps([action, operation, values]).encode() + b"\n")

    def end(self):
        """Return the reply to the operation that was begun."""
        said = b""
        while not said.endswith(b"\n"):
            if not select.select([self.answers], [], [], DEADLINE)[0]:
                raise RuntimeError("there is no answer")
            part = os.read(self.answers, 65536)
            if not part:
                raise RuntimeError("the party has ended")
            said += part
        answer = json.loads(said)
        if "error" in answer:
            raise Refused(answer["error"])
        driven.update(tuple(mode) for mode in answer["driven"])
        return answer["reply"]

    def client(self, operation, **values):
        """Run an operation by the client, with a new socket."""
        self.begin("do", operation, **values)
        return self.end()

    def do(self, operation, **values):
        """Run an operation on the process's own socket, which stays open."""
        self.begin("socket", operation, **values)
        return self.end()

    def wait(self, name):
        self.begin("wait", name)
        return self.end()

    def close(self):
        opened.remove(self)
        os.close(self.commands)
        os.close(self.answers)

    def reap(self):
        """Wait until the process has ended. Return the signal that has killed it."""
        self.close()
        return os.WTERMSIG(os.waitpid(self.pid, 0)[1])

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.reap()


def kill_all():
    for party in [each for each in opened if isinstance(each, Party)]:
        party.kill()


def expect(name, seen, wanted):
    if seen != wanted:
        ksft.print_msg(f"{name}: {seen!r} instead of {wanted!r}")
    ksft.test_result(seen == wanted, name)


def expect_refused(title, text, operation, **values):
    status, said = call("--do", operation, "--json", json.dumps(values))
    if not status or text not in said:
        ksft.print_msg(f"{title}: {status} {said!r}")
    ksft.test_result(bool(status) and text in said, title)


def wait_until(what, condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain: {what}")
        time.sleep(0.01)


def is_frozen(cgroup):
    with open(f"{cgroup}/cgroup.events", encoding="ascii") as file:
        return "frozen 1\n" in file.read()


def wait_frozen(cgroup, frozen):
    wait_until(f"{cgroup} frozen {frozen}", lambda: is_frozen(cgroup) == bool(frozen))


def remove_cgroup(path):
    """Remove a cgroup with all processes and cgroups in it."""
    if not os.path.exists(path):
        return
    with open(f"{path}/cgroup.kill", "w", encoding="ascii") as file:
        file.write("1")

    def removed():
        for directory, _, _ in os.walk(path, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(directory)
        return not os.path.exists(path)
    wait_until(f"{path} is removed", removed)
