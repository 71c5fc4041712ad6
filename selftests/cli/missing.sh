#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the command line says when cgroup2 or the module is missing.

# shellcheck source=selftests/cli/stage.sh
. "$(dirname "$(readlink -f "$0")")/stage.sh"

test_no_cgroup2() {
	want 1 unshare -m sh -c "umount -l $root && exec bgtask run --name cli-a -- true"
	like "$err" '*cgroup2*'
	want 1 unshare -m sh -c "umount -l $root && mount -t tmpfs none $root &&
		exec bgtask run --name cli-a -- true"
	like "$err" '*cgroup2*'
	nothing_left cli-a
}

# This test comes last, since it may fail to load the module again.
test_no_module() {
	local command
	await rmmod bgtask
	for command in "run -- true" "container list" "container show x" "container new x" \
		"container set -q 1s x" "container hold x" "container release x" \
		"container exempt x" "container kill x" "container add x $top" \
		"container remove x $top" "container delete x" "container traffic x" monitor \
		"mutex run x true" "mutex list" "top -b -n 1" self; do
		# shellcheck disable=SC2086
		want 1 bgtask $command
		like "$err" '*module is not loaded*modprobe bgtask*'
		same "$out" ""
	done
	load_module
	want 0 bgtask container list
	want 0 bgtask mutex list
	same "$out" "NAME SCOPE OWNER COUNT WAITERS STATE"
	want 0 bgtask mutex list -j
	same "$out" "[]"
}

main "$@"
