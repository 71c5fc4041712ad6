# SPDX-License-Identifier: GPL-2.0
#
# What the tests of containers and mutexes share: a cgroup of their own, containers cli-..., and
# what is to be left of a "bgtask run", which is nothing.
#
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # what is the harness's, and what is the scripts'

# shellcheck source=selftests/cli/harness.sh
. "$(dirname "$(readlink -f "$0")")/harness.sh"

top=$root/bgtask-selftest-cli
# On an emulated debug kernel, to start a program may take seconds of CPU time, so what is not about
# the budget has none.
free="--quota unlimited"

# What the last test has written would be taken for this one's.
setup() {
	rm -rf "${scratch:?}"/*
	mkdir "$top"
}

cleanup() {
	local name directory
	kill_jobs
	while read -r _ name _; do
		[[ $name != cli-* ]] || bgtask container delete "$name"
	done < <(bgtask container list 2>/dev/null)
	for directory in "$root"/bgtask/cli-* "$top"; do
		[[ ! -e $directory/cgroup.kill ]] || echo 1 >"$directory/cgroup.kill"
	done
	for directory in "$root"/bgtask/cli-* "$top"/*/ "$top"; do
		[[ ! -d $directory ]] || await rmdir_quietly "$directory"
	done
}
rmdir_quietly() { rmdir "$1" 2>/dev/null; }

# no_container PATTERN
no_container() {
	local list name
	list=$(bgtask container list)
	while read -r _ name _; do
		# shellcheck disable=SC2053
		[[ $name != $1 ]] || return
	done <<<"$list"
}

# process NAME...: prints the id of one that has such a name; fails if there is none.
process() {
	local comm name wanted arguments
	for comm in /proc/[0-9]*/comm; do
		read -r name 2>/dev/null <"$comm" || continue
		for wanted; do
			[[ $name == "$wanted" ]] || continue
			comm=${comm%/comm}
			# The kernel's own have none, and those that have ended have none any more.
			read -rd '' arguments 2>/dev/null <"$comm/cmdline" || continue 2
			echo "${comm#/proc/}"
			return
		done
	done
	return 1
}

no_process() { ! process "$@" >/dev/null; }

# Nothing of a "bgtask run" is left: of one with this name, or without a name.
nothing_left() {
	await is_gone "$root/bgtask"
	await no_container "${1:-run-*}"
	await no_process bgtask bgt-janitor
}

# runs_in NAME COMMAND: whether "bgtask run" of this name has come so far as to run this command.
runs_in() {
	local pid name
	read -r pid 2>/dev/null <"$root/bgtask/$1/cgroup.procs" &&
		read -r name 2>/dev/null <"/proc/$pid/comm" && [[ $name == "$2" ]]
}

# Whether two monitors listen that write to "events" and "text": they see a container come then.
monitored() {
	bgtask container new cli-m && bgtask container delete cli-m
	has "$scratch/events" cli-m && has "$scratch/text" cli-m
}
