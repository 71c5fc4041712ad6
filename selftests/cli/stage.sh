# SPDX-License-Identifier: GPL-2.0
#
# What the tests of containers and mutexes share: a cgroup of their own, containers cli-..., and a
# check that "bgtask run" has left nothing behind.
#
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # what is the harness's, and what is the scripts'

# shellcheck source=selftests/cli/harness.sh
. "$(dirname "$(readlink -f "$0")")/harness.sh"

top=$root/bgtask-selftest-cli
# On an emulated debug kernel, starting a program may take seconds of CPU time, so tests that are
# not about the budget set no limit.
free="--quota unlimited"

# Files of the test before would be taken for this test's.
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

# no_container PATTERN: whether no container's name matches.
no_container() {
	local list name
	list=$(bgtask container list)
	while read -r _ name _; do
		# shellcheck disable=SC2053
		[[ $name != $1 ]] || return
	done <<<"$list"
}

# process NAME...: prints the id of a process with one of these names; fails if there is none.
process() {
	local comm name wanted arguments
	for comm in /proc/[0-9]*/comm; do
		read -r name 2>/dev/null <"$comm" || continue
		for wanted; do
			[[ $name == "$wanted" ]] || continue
			comm=${comm%/comm}
			# Kernel threads and processes that have ended have no arguments.
			read -rd '' arguments 2>/dev/null <"$comm/cmdline" || continue 2
			echo "${comm#/proc/}"
			return
		done
	done
	return 1
}

no_process() { ! process "$@" >/dev/null; }

# nothing_left [NAME]: checks that a "bgtask run", of this name or without a name, has left nothing.
nothing_left() {
	await is_gone "$root/bgtask"
	await no_container "${1:-run-*}"
	await no_process bgtask bgt-janitor
}

# runs_in NAME COMMAND: whether the "bgtask run" of this name runs this command already.
runs_in() {
	local pid name
	read -r pid 2>/dev/null <"$root/bgtask/$1/cgroup.procs" &&
		read -r name 2>/dev/null <"/proc/$pid/comm" && [[ $name == "$2" ]]
}

# Whether the monitors that write to "events" and "text" listen: then they see a container that
# comes.
monitored() {
	bgtask container new cli-m && bgtask container delete cli-m
	has "$scratch/events" cli-m && has "$scratch/text" cli-m
}
