# SPDX-License-Identifier: GPL-2.0
"""The life of an app: the test runs in the app's cgroup, beside the program that bgtaskd starts."""
import signal

from ynl_client import Party, Refused, Socket, do, expect, wait_frozen, wait_until
from ynl_helper import APP, CGROUP

CASES = 18


def test():
    compositor = Socket()
    compositor.do("task-associate")

    state = move("launch")
    expect("app-move: launch", (state["state"], state["pid"] > 0), ("running", True))
    event = wait_state(compositor, "running")
    expect("app-changed-ntf", (event["id"], event["foreground"], event["pid"]),
           (APP, 1, state["pid"]))
    app = Party(f"{CGROUP}/{APP}/app")
    state = app.do("app-attach")
    expect("app-attach", (state["state"], state["foreground"], state["deadline"]),
           ("running", 1, 60000000000))

    test_activation(app, compositor)
    test_extension(app)
    test_suspension(app, compositor)

    move("terminate")
    expect("app-move: terminate", app.reap(), signal.SIGKILL)
    wait_state(compositor, "not-running")

    wait_until("the app is removed", remove)
    expect("app-remove", do("app-get").get("entry", []), [])
    expect("app-removed-ntf", compositor.wait("app-removed-ntf"), {"id": APP})
    compositor.close()


def move(where):
    return do("app-move", id=APP, move=where)


def wait_state(compositor, state):
    """Wait for the event that the app is in this state."""
    while True:
        event = compositor.wait("app-changed-ntf")
        if event["state"] == state:
            return event


def test_activation(app, compositor):
    """A task runs in the app's process."""
    task = do("task-register", app=APP, name="Inside", trigger="application")["id"]
    do("trigger-fire", id=task, argument="a letter")
    event = app.wait("app-activated-ntf")
    expect("app-activated-ntf", (event["app"], event["task"], event["name"], event["trigger"],
                                 event["argument"]),
           (APP, task, "Inside", "application", "a letter"))
    changed = compositor.wait("instance-changed-ntf")
    expect("instance-changed-ntf", changed,
           {"id": event["id"], "app": APP, "task": task, "name": "Inside",
            "trigger": "application", "state": "running"})
    app.client("instance-complete", id=event["id"], status=0, message="posted")
    ended = compositor.wait("instance-ended-ntf")
    expect("instance-complete by the app", (ended["id"], ended["state"], ended["message"]),
           (event["id"], "completed", "posted"))


def extension():
    return do("app-get", id=APP)["entry"][0].get("extension")


def test_extension(app):
    reply = app.do("extension-request", reason="location-tracking", description="the way home")
    expect("extension-request", (reply["allowed"], extension()), (1, "location-tracking"))
    app.do("extension-close")
    expect("extension-close", extension(), None)

    app.do("extension-request", reason="unspecified")
    expect("app-move: background", move("background")["state"], "running")
    state = move("suspend")["state"]
    event = app.wait("extension-revoked-ntf")
    expect("extension-revoked-ntf", (event["reason"], event["revoked"], event["deadline"], state),
           ("unspecified", "system-policy", 60000000000, "suspending"))


def test_suspension(app, compositor):
    expect("app-suspending-ntf", app.wait("app-suspending-ntf"), {"deadline": 60000000000})
    # The app may be frozen before it can report the answer.
    app.begin("socket", "app-saved")
    wait_state(compositor, "suspended")
    wait_frozen(f"{CGROUP}/{APP}/app", 1)
    expect("app-move: foreground", move("foreground")["state"], "running")
    expect("app-saved", app.end(), {})
    expect("app-resuming-ntf", app.wait("app-resuming-ntf"), {"foreground": 1})


def remove():
    """Whether the app was removed: this is refused while its tasks are being cancelled."""
    try:
        do("app-remove", id=APP)
    except Refused:
        return False
    return True
