#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Drives every operation and every event by the kernel's own client, with nothing but the
specification; an operation or event of the specification that was not driven fails."""
from ynl_client import driven, ksft, kill_all, modes
from ynl_helper import Helper
import ynl_kernel
import ynl_life
import ynl_relay
import ynl_tasks


def test_apps():
    helper = Helper()
    try:
        helper.await_answer()
        ynl_tasks.test(helper)
        ynl_life.test()
    except Exception:
        helper.print_log()
        raise
    finally:
        kill_all()
        helper.close()


def main():
    wanted = list(modes())
    ksft.print_header()
    ksft.set_plan(sum(scene.CASES for scene in (ynl_kernel, ynl_relay, ynl_tasks, ynl_life)) +
                  len(wanted))
    try:
        ynl_kernel.test()
        ynl_relay.test()
        test_apps()
    finally:
        kill_all()
        ynl_kernel.cleanup()
    for name, mode in wanted:
        ksft.test_result((name, mode) in driven, f"driven: {name} {mode}")
    ksft.finished()


main()
