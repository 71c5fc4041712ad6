#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every operation, driven by the kernel's own client with nothing but the specification.

The client is run as it is, main() and all, but in one process: it takes seconds to read the
specification on an emulated machine, which is done only once.
"""
import contextlib
import functools
import gc
import io
import json
import os
import signal
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
SPEC = f"{HERE}/ynl/Documentation/netlink/specs/bgtask.yaml"
ROOT = "/sys/fs/cgroup"
TOP = f"{ROOT}/bgtask-selftest-ynl"

sys.path += [f"{HERE}/../kselftest", f"{HERE}/ynl/tools"]

import yaml  # noqa: E402
import ksft  # noqa: E402
import cli  # noqa: E402

parse = functools.cache(yaml.safe_load)
yaml.safe_load = lambda stream: parse(stream if isinstance(stream, str) else stream.read())


def call(*args, schema=False):
    """Run the client. Return its exit status and what it said."""
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
    # Its socket is closed with it.
    gc.collect()
    return status, said.getvalue()


def do(operation, **values):
    status, said = call("--do", operation, "--json", json.dumps(values))
    if status:
        raise RuntimeError(f"{operation}: {said}")
    return json.loads(said)


def dump(operation, **values):
    status, said = call("--dump", operation, "--json", json.dumps(values))
    if status:
        raise RuntimeError(f"{operation}: {said}")
    return json.loads(said)


def expect(name, seen, wanted):
    if seen != wanted:
        ksft.print_msg(f"{name}: {seen!r} instead of {wanted!r}")
    ksft.test_result(seen == wanted, name)


def expect_refused(title, text, operation, **values):
    status, said = call("--do", operation, "--json", json.dumps(values))
    if not status or text not in said:
        ksft.print_msg(f"{title}: {status} {said!r}")
    ksft.test_result(bool(status) and text in said, title)


def wait_frozen(cgroup, frozen):
    for _ in range(3000):
        with open(f"{cgroup}/cgroup.events", encoding="ascii") as file:
            if f"frozen {frozen}\n" in file.read():
                return
        time.sleep(0.01)


def start(cgroup):
    child = os.fork()
    if not child:
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")
        while True:
            time.sleep(1000)
    while True:
        with open(f"{cgroup}/cgroup.procs", encoding="ascii") as file:
            if f"{child}\n" in file:
                return child
        time.sleep(0.01)


def self_get(cgroup):
    """self-get by somebody in a cgroup."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")
        os.write(writing, do("self-get")["name"].encode())
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(reading, 100).decode()


def test():
    unlimited = 0x7fffffffffffffff

    # Once is enough to see that the specification is one.
    status, said = call("--list-ops", schema=True)
    expect("schema", (status, "self-get" in said), (0, True))

    container = do("container-new", name="selftest-ynl", quota=300000000, period=1000000000)["id"]
    expect("container-new", container > 0, True)
    state = do("container-get", id=container)
    expect("container-get by id", (state["name"], state["quota"], state["members"]),
           ("selftest-ynl", 300000000, 0))
    expect("container-get by name", do("container-get", name="selftest-ynl")["id"], container)
    expect("container-get dump", [c["id"] for c in dump("container-get")
                                  if c["name"] == "selftest-ynl"], [container])
    do("container-set", id=container, quota=unlimited)
    expect("container-set", do("container-get", id=container)["quota"], unlimited)

    directory = os.open(f"{TOP}/a", os.O_RDONLY)
    member = do("member-add", container=container, fd=directory, role="task")["id"]
    os.close(directory)
    expect("member-add", member > 0, True)
    state = do("member-get", id=member)
    expect("member-get", (state["role"], state["path"], state["cgroup-id"], state["frozen"]),
           ("task", TOP[len(ROOT):] + "/a", os.stat(f"{TOP}/a").st_ino, 0))
    expect("member-get dump", [m["id"] for m in dump("member-get", container=container)], [member])
    child = start(f"{TOP}/a")
    do("member-set", id=member, held=1)
    wait_frozen(f"{TOP}/a", 1)
    state = do("member-get", id=member)
    expect("member-set: held", (state["held"], state["frozen"]), (1, 1))
    do("member-set", id=member, held=0)
    wait_frozen(f"{TOP}/a", 0)
    state = do("member-get", id=member)
    expect("member-set: released", (state["held"], state["frozen"]), (0, 0))

    expect_refused("self-get outside", "the caller is in no container", "self-get")
    expect("self-get inside", self_get(f"{TOP}/a"), "selftest-ynl")

    do("container-set", id=container, quota=0)
    wait_frozen(f"{TOP}/a", 1)
    expect("container-set: throttled", do("container-get", id=container)["throttled"], 1)
    do("container-set", id=container, exempt=1)
    wait_frozen(f"{TOP}/a", 0)
    expect("container-set: exempt", do("container-get", id=container)["throttled"], 0)

    do("container-kill", container=container, role="app")
    expect("container-kill by role", os.waitpid(child, os.WNOHANG), (0, 0))
    do("container-kill", container=container)
    expect("container-kill", os.waitpid(child, 0), (child, signal.SIGKILL))

    do("member-del", id=member)
    expect("member-del", dump("member-get", container=container), [])
    do("container-del", id=container)
    expect("container-del", [c for c in dump("container-get") if c["id"] == container], [])

    expect_refused("unknown id", "there is no such container", "container-del", id=container)
    expect_refused("missing name", "name of the container is missing", "container-new")
    expect_refused("period out of range", "period must be between", "container-new",
                   name="selftest-ynl-2", period=1)
    test_mutex()
    test_events()


def test_mutex():
    """The client ends with each call, and abandons what it owns."""
    mutex = {"name": "selftest-ynl", "scope": "user"}
    text = json.dumps(mutex)
    expect("mutex-acquire", do("mutex-acquire", timeout=0, **mutex), {"abandoned": 0, "count": 1})
    state = do("mutex-get", **mutex)
    expect("mutex-get", (state["abandoned"], state["count"], state["uid"], state["waiters"]),
           (1, 0, os.getuid(), 0))
    expect("mutex-get dump", [m["scope"] for m in dump("mutex-get")
                              if m["name"] == "selftest-ynl"], ["user"])
    # One call has one socket.
    status, said = call("--multi", "mutex-acquire", text, "--multi", "mutex-acquire", text,
                        "--multi", "mutex-release", text, "--multi", "mutex-release", text)
    counts = [answer["count"] for answer in json.loads(said)] if not status else said
    expect("mutex-release", counts, [1, 2, 1, 0])
    expect_refused("mutex-release of nothing", "nobody owns this mutex", "mutex-release", **mutex)


def test_events():
    """The client subscribes, and tells at its end what came meanwhile."""
    child = os.fork()
    if not child:
        time.sleep(1)
        container = do("container-new", name="selftest-ynl-3")["id"]
        do("container-set", id=container, quota=0)
        directory = os.open(f"{TOP}/b", os.O_RDONLY)
        do("member-add", container=container, fd=directory)
        wait_frozen(f"{TOP}/b", 1)
        do("container-set", id=container, exempt=1)
        wait_frozen(f"{TOP}/b", 0)
        os.rmdir(f"{TOP}/b")
        for _ in range(100):
            if not do("container-get", id=container)["members"]:
                break
            time.sleep(0.05)
        do("container-del", id=container)
        os._exit(0)
    _, said = call("--subscribe", "container", "--sleep", "20" if SLOW else "6")
    os.waitpid(child, 0)
    for name in ("container-new", "container-set", "member-add", "container-throttled",
                 "container-stopped", "member-frozen", "container-replenished", "member-thawed",
                 "member-gone", "container-del"):
        if f'"{name}-ntf"' not in said:
            ksft.print_msg(said)
        ksft.test_result(f'"{name}-ntf"' in said, f"event {name}")


# The debug kernel is slower by far.
SLOW = os.path.exists("/sys/kernel/debug/kmemleak")


def cleanup():
    for container in dump("container-get"):
        if container["name"].startswith("selftest-ynl"):
            do("container-del", id=container["id"])
    with open(f"{TOP}/cgroup.kill", "w", encoding="ascii") as file:
        file.write("1")
    for name in ("a", "b", ""):
        for _ in range(1000):
            if not os.path.exists(f"{TOP}/{name}"):
                break
            with contextlib.suppress(OSError):
                os.rmdir(f"{TOP}/{name}")
            time.sleep(0.01)


def main():
    ksft.print_header()
    ksft.set_plan(37)
    for name in ("", "a", "b"):
        os.mkdir(f"{TOP}/{name}")
    try:
        test()
    finally:
        cleanup()
    ksft.finished()


main()
