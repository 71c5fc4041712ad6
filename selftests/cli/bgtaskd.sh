#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How the helper itself is called, and what it says when it cannot begin.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

# refuses TEXT [OPTION...]: the helper ends at once, and prints one line with TEXT.
refuses() {
	want 1 timeout --foreground -s KILL 60 bgtaskd -c "$scratch/bgtaskd.conf" "${@:2}"
	like "$err" "*$1*"
	same "${err//[^$'\n']/}" ""
	same "$out" ""
}

test_options() {
	want 0 bgtaskd -V
	like "$out" 'bgtaskd [0-9]*'
	want 0 bgtaskd --version
	like "$out" 'bgtaskd [0-9]*'
	want 0 bgtaskd --help
	like "$out" 'Usage: bgtaskd*'
	same "$err" ""
	want 2 bgtaskd --nonsense
	like "$err" '*nonsense*'
	want 2 bgtaskd nonsense
	like "$err" 'Usage: bgtaskd*'
	same "$out" ""
}

# Only one helper runs at a time, whatever the directories of the second one are.
test_second() {
	start_with_app
	refuses 'registry.db: is in use'
	sed -i "s|^StateDirectory=.*|StateDirectory=$scratch/other|" "$scratch/bgtaskd.conf"
	refuses 'another helper runs already'
	bgtask task register -a $mail -n Quick -t application >/dev/null
	kill_helper
}

test_configuration() {
	refuse_key() { # TEXT SECTION KEY=VALUE
		setup
		sed -i "s|^\[$2\]|&\n$3|" "$scratch/bgtaskd.conf"
		refuses "$1"
	}
	refuse_key 'there twice' Helper CancelTimeout=2min
	refuse_key 'there twice' 'Class other' Quota=1s
	refuse_key 'CancelTimeout' Helper CancelTimeout=soon
	setup
	head -c 2000000 /dev/zero | tr '\0' '#' | fold -w 100 >>"$scratch/bgtaskd.conf"
	refuses 'is larger than'
	rm "$scratch/bgtaskd.conf"
	refuses 'bgtaskd.conf: No such file or directory'
}

test_state() {
	mkdir -p "$scratch/state/registry.db"
	refuses 'registry.db: is not a regular file'
	rmdir "$scratch/state/registry.db" "$scratch/state"
	touch "$scratch/state"
	refuses 'state*Not a directory'
	rm "$scratch/state"
	sed -i "s|^RuntimeDirectory=.*|RuntimeDirectory=$scratch/none/run|" "$scratch/bgtaskd.conf"
	refuses 'none/run: No such file or directory'
}

test_no_cgroup2() {
	want 1 unshare -m sh -c "umount -l $root && exec bgtaskd -c $scratch/bgtaskd.conf"
	like "$err" '*cgroup2 is not mounted*'
}

# This test comes last, since it may fail to load the module again.
test_no_module() {
	await rmmod bgtask
	refuses 'the bgtask module is not loaded*modprobe bgtask'
	load_module
	start_with_app
	kill_helper
}

main "$@"
