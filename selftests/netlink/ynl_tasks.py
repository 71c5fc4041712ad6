# SPDX-License-Identifier: GPL-2.0
"""Apps, tasks and instances, with bgtaskd."""
import socket

from ynl_client import Party, Socket, do, expect, wait_until
from ynl_helper import APP, CGROUP

CASES = 18


def test(helper):
    watcher = Socket()
    watcher.do("task-associate")
    expect("app-install", do("app-install", manifest=helper.manifest), {"id": APP})
    expect("app-installed-ntf", watcher.wait("app-installed-ntf"), do("app-get")["entry"][0])
    do("app-set", id=APP, access="always-allowed")
    expect("app-access-changed-ntf", watcher.wait("app-access-changed-ntf"),
           {"id": APP, "access": "always-allowed"})
    entry = do("app-get", id=APP)["entry"][0]
    expect("app-get", (entry["id"], entry["manifest"], entry["access"], entry["state"]),
           (APP, helper.manifest, "always-allowed", "not-running"))
    test_conditions(watcher)
    test_registration(watcher)
    watcher.close()
    test_runs(helper)
    test_channel()
    test_upgrade()


def test_conditions(watcher):
    do("condition-set", which=["user-present"], conditions=[])
    state = do("condition-get")
    expect("condition-set", ("user-not-present" in state["conditions"], sorted(state["which"])),
           (True, ["user-not-present", "user-present"]))
    expect("condition-changed-ntf", watcher.wait("condition-changed-ntf"),
           {"conditions": state["conditions"]})
    do("condition-set", which=["user-present"])
    expect("condition-set: automatic", do("condition-get")["which"], [])


def register(name, trigger, **values):
    return do("task-register", app=APP, name=name, trigger=trigger, **values)["id"]


def tasks():
    return {task["name"]: task for task in do("task-get", app=APP).get("entry", [])}


def test_registration(watcher):
    task = register("Wait", "application", oneshot=1, conditions=["user-present"])
    state = tasks()["Wait"]
    expect("task-register", (state["id"], state["trigger"], state["oneshot"], state["conditions"]),
           (task, "application", 1, ["user-present"]))
    expect("task-registered-ntf", watcher.wait("task-registered-ntf"), state)
    do("task-unregister", id=task)
    expect("task-unregister", tasks(), {})
    expect("task-unregistered-ntf", watcher.wait("task-unregistered-ntf"), state)


def last_instance():
    return do("instance-get", app=APP)["entry"][-1]


def fire(worker, argument):
    """Fire the task Wait, and move the worker into its cgroup. Return the instance."""
    do("trigger-fire", app=APP, name="Wait", argument=argument)
    wait_until("the task runs", lambda: last_instance()["state"] == "running")
    instance = last_instance()
    worker.move(f"{CGROUP}/{APP}/task/{instance['id']}")
    return instance


def test_runs(helper):
    task = register("Wait", "application")
    listener = Socket()
    listener.do("task-associate", app=APP)
    worker = Party()

    instance = fire(worker, "a letter")
    expect("instance-get", (instance["app"], instance["task"], instance["name"],
                            instance["trigger"], instance["argument"], instance["pid"] > 0),
           (APP, task, "Wait", "application", "a letter", True))
    known = {"id": instance["id"], "app": APP, "task": task, "name": "Wait"}
    expect("instance-attach", worker.do("instance-attach"),
           {"trigger": "application", "argument": "a letter", **known})
    worker.client("instance-progress", progress=40)
    expect("instance-progress", listener.wait("instance-progress-ntf"), {"progress": 40, **known})
    worker.client("instance-complete", status=3, message="no stamps")
    worker.leave()
    helper.let_end(True)
    expect("instance-complete", listener.wait("instance-ended-ntf"),
           {"state": "failed", "status": 3, "message": "no stamps", **known})

    helper.let_end(False)
    instance = fire(worker, "")
    worker.do("instance-attach")
    do("instance-cancel", id=instance["id"], reason="energy-saver")
    expect("instance-cancel", worker.wait("instance-canceled-ntf"),
           {"id": instance["id"], "reason": "energy-saver"})
    worker.leave()
    helper.let_end(True)
    event = listener.wait("instance-ended-ntf")
    expect("instance-cancel: the end", (event["state"], event["reason"]),
           ("canceled", "energy-saver"))
    worker.kill()
    listener.close()
    do("task-unregister", app=APP, name="Wait", cancel=1)


def test_channel():
    """An app gives a socket away; data on it launches a task."""
    task = register("Channel", "control-channel")
    listener = Socket()
    listener.do("task-associate", app=APP)
    near, far = socket.socketpair()
    worker = Party(f"{CGROUP}/{APP}/task")
    worker.client("channel-set", name="Channel", fd=near.fileno())
    far.send(b"a letter")
    event = listener.wait("instance-ended-ntf")
    expect("channel-set", (event["task"], event["state"]), (task, "completed"))
    worker.client("channel-set", id=task)
    worker.kill()
    listener.close()
    do("task-unregister", id=task)
    far.close()
    near.close()


def test_upgrade():
    register("Update", "servicing-complete")
    listener = Socket()
    listener.do("task-associate", app=APP)
    do("app-upgraded", id=APP)
    event = listener.wait("instance-ended-ntf")
    expect("app-upgraded", (event["name"], event["state"]), ("Update", "completed"))
    listener.close()
    do("task-unregister", app=APP, name="Update")
