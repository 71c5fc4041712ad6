# SPDX-License-Identifier: GPL-2.0
"""The operations of a helper. The test plays the helper, and bgtaskd does not run."""
import os

import ynl_client
from ynl_client import Party, Refused, Socket, expect, expect_refused

CASES = 8
# Other operations are answered by the test itself, and so do not count as driven.
DRIVEN = {("helper-attach", "do"), ("call-reply", "do"), ("app-event", "do"),
          ("call-ntf", "event"), ("peer-gone-ntf", "event"), ("helper-ntf", "event")}


def test():
    before = set(ynl_client.driven)
    test_helper()
    ynl_client.driven.intersection_update(before | DRIVEN)


def test_helper():
    expect_refused("no helper", "there is no helper", "task-get")
    helper = Socket()
    helper.do("helper-attach")
    expect_refused("helper-attach twice", "there is a helper already", "helper-attach")

    caller = Party()
    caller.begin("socket", "app-set", id="org.example.Ynl", access="lock-screen")
    call = helper.wait("call-ntf")
    expect("call-ntf", (call["command"], call["pid"], call["uid"], call["admin"],
                        call.get("container"), helper.unpack("app", call["payload"])),
           (helper.number("app-set"), caller.pid, os.getuid(), 1, None,
            {"id": "org.example.Ynl", "access": "lock-screen"}))
    helper.do("call-reply", id=call["id"], error=-16, text="not on a Sunday")
    try:
        said = caller.end()
    except Refused as error:
        said = str(error)
    expect("call-reply refuses", "not on a Sunday" in said, True)

    answer = {"conditions": ["user-present"], "which": [], "work-cost": "medium"}
    caller.begin("socket", "condition-get")
    call = helper.wait("call-ntf")
    helper.do("call-reply", id=call["id"], payload=helper.pack("condition", answer))
    expect("call-reply answers", caller.end(), answer)

    event = {"id": 7, "app": "org.example.Ynl", "progress": 50}
    helper.do("app-event", peer=call["peer"], command=helper.number("instance-progress-ntf"),
              payload=helper.pack("instance", event))
    expect("app-event", caller.wait("instance-progress-ntf"), event)

    helper.close()
    helper = Socket()
    helper.do("helper-attach")
    expect("helper-ntf", caller.wait("helper-ntf"), {})
    caller.kill()
    expect("peer-gone-ntf", helper.wait("peer-gone-ntf"), {"peer": call["peer"]})
    helper.close()
