# SPDX-License-Identifier: GPL-2.0
"""The kernel's own operations and events: containers, members, mutexes."""
import os
import signal

from ynl_client import (Party, Socket, call, do, dump, expect, expect_refused, multi, remove_cgroup,
                        subscribe, wait_frozen)

ROOT = "/sys/fs/cgroup"
TOP = f"{ROOT}/bgtask-selftest-ynl"
# Reading the schema takes the debug kernel as long as everything else.
SLOW = os.path.exists("/sys/kernel/debug/kmemleak")
CASES = 31 if SLOW else 32


def test():
    for name in ("", "a", "b", "c"):
        os.mkdir(f"{TOP}/{name}")
    if not SLOW:
        test_schema()
    test_containers()
    test_mutexes()
    test_events()
    test_lending()


def test_schema():
    """Validate the specification against its schema, once."""
    status, said = call("--list-ops", schema=True)
    expect("schema", (status, "self-get" in said), (0, True))


def test_containers():
    unlimited = 0x7fffffffffffffff

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

    member = add_member(container, "a", role="task")
    expect("member-add", member > 0, True)
    state = do("member-get", id=member)
    expect("member-get", (state["role"], state["path"], state["cgroup-id"], state["frozen"]),
           ("task", TOP[len(ROOT):] + "/a", os.stat(f"{TOP}/a").st_ino, 0))
    expect("member-get dump", [m["id"] for m in dump("member-get", container=container)], [member])
    party = Party(f"{TOP}/a")
    expect_refused("self-get outside", "the caller is in no container", "self-get")
    expect("self-get inside", party.client("self-get")["name"], "selftest-ynl")
    do("member-set", id=member, held=1)
    wait_frozen(f"{TOP}/a", 1)
    state = do("member-get", id=member)
    expect("member-set: held", (state["held"], state["frozen"]), (1, 1))
    do("member-set", id=member, held=0)
    wait_frozen(f"{TOP}/a", 0)
    state = do("member-get", id=member)
    expect("member-set: released", (state["held"], state["frozen"]), (0, 0))

    do("container-set", id=container, quota=0)
    wait_frozen(f"{TOP}/a", 1)
    expect("container-set: throttled", do("container-get", id=container)["throttled"], 1)
    do("container-set", id=container, reprieve=3600000000000)
    wait_frozen(f"{TOP}/a", 0)
    reprieve = do("container-get", id=container)["reprieve"]
    expect("container-set: reprieve", 3000000000000 < reprieve < 3600000000000, True)
    do("container-set", id=container, reprieve=0)
    wait_frozen(f"{TOP}/a", 1)
    do("container-set", id=container, exempt=1)
    wait_frozen(f"{TOP}/a", 0)
    expect("container-set: exempt", do("container-get", id=container)["throttled"], 0)

    do("container-kill", container=container, role="app")
    expect("container-kill by role", os.waitpid(party.pid, os.WNOHANG), (0, 0))
    do("container-kill", container=container)
    expect("container-kill", party.reap(), signal.SIGKILL)

    do("member-del", id=member)
    expect("member-del", dump("member-get", container=container), [])
    do("container-del", id=container)
    expect("container-del", [c for c in dump("container-get") if c["id"] == container], [])

    expect_refused("unknown id", "there is no such container", "container-del", id=container)
    expect_refused("missing name", "name of the container is missing", "container-new")
    expect_refused("period out of range", "period must be between", "container-new",
                   name="selftest-ynl-2", period=1)


def add_member(container, cgroup, **values):
    directory = os.open(f"{TOP}/{cgroup}", os.O_RDONLY)
    try:
        return do("member-add", container=container, fd=directory, **values)["id"]
    finally:
        os.close(directory)


def test_mutexes():
    """Each run of the client closes its socket, and so abandons its mutexes."""
    mutex = {"name": "selftest-ynl", "scope": "user"}
    expect("mutex-acquire", do("mutex-acquire", timeout=0, **mutex), {"abandoned": 0, "count": 1})
    state = do("mutex-get", **mutex)
    expect("mutex-get", (state["abandoned"], state["count"], state["uid"], state["waiters"]),
           (1, 0, os.getuid(), 0))
    expect("mutex-get dump", [m["scope"] for m in dump("mutex-get")
                              if m["name"] == "selftest-ynl"], ["user"])
    # One run of the client has one socket.
    acquire, release = ("mutex-acquire", mutex), ("mutex-release", mutex)
    answers = multi(acquire, acquire, release, release)
    expect("mutex-release", [answer["count"] for answer in answers], [1, 2, 1, 0])
    expect_refused("mutex-release of nothing", "nobody owns this mutex", "mutex-release", **mutex)


def test_events():
    """The client subscribes, and prints the events when it ends."""
    # The first subscriber gets an event after all others, so this socket gets it last.
    witness = Socket()
    witness.subscribe()

    def scene():
        container = do("container-new", name="selftest-ynl-3")["id"]
        do("container-set", id=container, quota=0)
        add_member(container, "b")
        witness.wait("container-stopped-ntf")
        witness.wait("member-frozen-ntf")
        do("container-set", id=container, exempt=1)
        witness.wait("container-replenished-ntf")
        witness.wait("member-thawed-ntf")
        os.rmdir(f"{TOP}/b")
        witness.wait("member-gone-ntf")
        do("container-del", id=container)
        witness.wait("container-del-ntf")

    events = subscribe(scene)
    witness.close()
    expect("events of the container", {event["name"] for event in events
                                       if event["msg"].get("name") == "selftest-ynl-3"},
           {"container-new-ntf", "container-set-ntf", "container-throttled-ntf",
            "container-stopped-ntf", "container-replenished-ntf", "container-del-ntf"})
    expect("events of the member", {event["name"] for event in events
                                    if event["msg"].get("path", "").endswith("/b")},
           {"member-add-ntf", "member-frozen-ntf", "member-thawed-ntf", "member-gone-ntf"})


def test_lending():
    """A frozen owner runs for a moment when somebody else waits for its mutex."""
    mutex = {"name": "selftest-ynl-4", "scope": "global"}
    container = do("container-new", name="selftest-ynl-4", period=1000000000)["id"]
    add_member(container, "c")
    witness = Socket()
    witness.subscribe()
    owner = Party(f"{TOP}/c")
    owner.do("mutex-acquire", **mutex)
    do("container-set", id=container, quota=0)
    wait_frozen(f"{TOP}/c", 1)
    owner.begin("socket", "mutex-release", **mutex)
    waiter = Socket()
    expect("a waiter gets it", waiter.do("mutex-acquire", timeout=60000, **mutex),
           {"abandoned": 0, "count": 1})
    # An abandoned mutex would stay.
    waiter.do("mutex-release", **mutex)
    waiter.close()
    event = witness.wait("container-lent-ntf")
    expect("container-lent", (event["id"], event["times-lent"]), (container, 1))
    do("container-del", id=container)
    owner.end()
    owner.kill()
    witness.close()


def cleanup():
    for container in dump("container-get"):
        if container["name"].startswith("selftest-ynl"):
            do("container-del", id=container["id"])
    remove_cgroup(TOP)
