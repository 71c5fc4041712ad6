#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask run: what it does, and that it leaves nothing behind, however it ends.
# shellcheck disable=SC2016,SC2086 # commands for other shells, $free is two words

# shellcheck source=selftests/cli/stage.sh
. "$(dirname "$(readlink -f "$0")")/stage.sh"

test_run_status() {
	local status
	for status in 0 1 2 42 125 255; do
		want "$status" bgtask run --name cli-a $free -- sh -c "exit $status"
	done
	nothing_left cli-a
}

test_run_output() {
	want 0 bgtask run --name cli-a $free -- sh -c 'echo to stdout; echo to stderr >&2'
	same "$out" "to stdout"
	same "$err" "to stderr"
	same "$(echo input | bgtask run $free -- cat)" input
	nothing_left
}

test_run_arguments() {
	want 0 bgtask run -n cli-a -q 1min -p 1h sh -c 'echo "$#" "$1" "$2"' sh 'a  b' '--quota'
	same "$out" "2 a  b --quota"
}

test_run_cgroup() {
	want 0 bgtask run --name cli-a --quota 5min --period 1h -- sh -c \
		'grep ^0:: /proc/self/cgroup; bgtask -j self'
	like "$out" '0::/bgtask/cli-a'$'\n''*'
	same "$(tail -n +2 <<<"$out" | gojq -c '[.name, .quota, .period, .exempt]')" \
		'["cli-a",300000000000,3600000000000,false]'
	want 0 bgtask run --name cli-a --quota unlimited --exempt -- bgtask -j self
	same "$(gojq -c '[.name, .exempt]' <<<"$out")" '["cli-a",true]'
	bgtask run --name cli-a -- sleep 1000 &
	await is_populated $root/bgtask/cli-a
	same "$(bgtask -j container show cli-a | gojq -c '[.quota, .period]')" \
		'[2000000000,900000000000]'
	kill -KILL $!
	ends 137 $!
	nothing_left cli-a
}

test_run_signal() {
	want 143 bgtask run --name cli-a $free -- sh -c 'kill -TERM $$'
	want 137 bgtask run --name cli-a $free -- sh -c 'kill -KILL $$'
	want 134 bgtask run --name cli-a $free -- sh -c 'ulimit -c 0; kill -ABRT $$'
	nothing_left cli-a
}

test_run_cannot_run() {
	want 127 bgtask run --name cli-a $free -- /nonexistent
	like "$err" 'bgtask*'
	want 126 bgtask run --name cli-a $free -- /etc/passwd
	like "$err" 'bgtask*'
	want 126 bgtask run --name cli-a $free -- /
	nothing_left cli-a
}

test_run_passes_signals() {
	local signal runner
	for signal in TERM INT QUIT HUP USR1 USR2; do
		# A shell starts jobs in the background with SIGINT ignored.
		env --default-signal=INT,QUIT bgtask run --name cli-a $free -- bash -c \
			"trap 'echo $signal >$scratch/signal; exit 7' $signal
			sleep 1000 & echo ready >$scratch/ready; wait" &
		runner=$!
		await has "$scratch/ready" ready
		kill -"$signal" $runner
		ends 7 $runner
		same "$(cat "$scratch/signal")" "$signal"
		rm -f "$scratch/ready" "$scratch/signal"
	done
	nothing_left cli-a
}

# A command that does not handle a signal is ended by it.
test_run_terminated() {
	bgtask run --name cli-a $free -- sleep 1000 &
	await runs_in cli-a sleep
	kill -TERM $!
	ends 143 $!
	nothing_left cli-a
}

test_run_killed() {
	bgtask run --name cli-a $free -- sh -c 'sleep 1000 & sleep 1000' &
	await runs_in cli-a sh
	kill -KILL $!
	ends 137 $!
	nothing_left cli-a
}

# A signal to the whole process group, as when a shell kills a job.
test_run_group_killed() {
	set -m
	bgtask run --name cli-a $free -- sleep 1000 &
	set +m
	await runs_in cli-a sleep
	kill -KILL -- -$!
	ends 137 $!
	nothing_left cli-a
}

# A signal to the whole cgroup, as when a service manager kills a service.
test_run_cgroup_killed() {
	bash -c "echo 0 >$top/cgroup.procs && exec bgtask run --name cli-a $free -- sleep 1000" &
	await runs_in cli-a sleep
	echo 1 >$top/cgroup.kill
	ends 137 $!
	nothing_left cli-a
}

# "bgtask run" is killed at any moment while it makes the container and starts the command: at
# moments spread over the time that this takes; and, since times vary, once the cgroup exists and
# once a process is in it.
test_run_killed_early() {
	local i begin time moment moments=10 made=0
	[[ -z ${SOAK-} ]] || moments=200
	begin=${EPOCHREALTIME/./}
	bgtask run --name cli-a $free -- sleep 1000 &
	await runs_in cli-a sleep
	time=$((${EPOCHREALTIME/./} - begin))
	kill_runner
	for ((i = 0; i < moments; i++)); do
		bgtask run --name cli-a $free -- sleep 1000 &
		pause $((time * i / moments))
		[[ ! -d $root/bgtask/cli-a ]] || made=$((made + 1))
		kill_runner
		nothing_left cli-a
	done
	for moment in "[[ -d $root/bgtask/cli-a ]]" "is_populated $root/bgtask/cli-a"; do
		bgtask run --name cli-a $free -- sleep 1000 &
		await eval "$moment"
		[[ ! -d $root/bgtask/cli-a ]] || made=$((made + 1))
		kill_runner
		nothing_left cli-a
	done
	((made >= 2)) || wrong "it was killed before anything was made"
}
kill_runner() {
	kill -KILL $!
	wait $! 2>/dev/null
}

# If the janitor, which cleans up, is killed, "bgtask run" itself cleans up.
test_run_janitor_killed() {
	bgtask run --name cli-a $free -- sleep 1000 &
	await runs_in cli-a sleep
	kill -KILL "$(process bgt-janitor)" || wrong "there was no janitor"
	kill -TERM $!
	ends 143 $!
	nothing_left cli-a
}

# "bgtask run" stops along with the command, as a shell with job control expects, and goes on with
# it.
test_run_stops() {
	local runner command
	set -m
	bgtask run --name cli-a $free -- sleep 1000 &
	set +m
	runner=$!
	await runs_in cli-a sleep
	command=$(process sleep)
	kill -TSTP $runner
	await is_stopped "$command"
	await is_stopped $runner
	kill -CONT $runner
	await eval "! is_stopped $command && ! is_stopped $runner"
	kill -TERM $runner
	ends 143 $runner
	nothing_left cli-a
}

# The command gets a signal of the terminal once: from the terminal, and not from "bgtask run", too.
test_run_terminal() {
	mkfifo "$scratch/keys"
	exec {keys}<>"$scratch/keys"
	env --default-signal=INT script -qec "exec bgtask run --name cli-a $free -- bash -c '
		trap \"echo interrupted >>$scratch/signals\" INT
		trap \"echo asked >>$scratch/signals; exit 7\" USR1
		sleep 1000 & echo reading >$scratch/reading; while :; do wait; done'" /dev/null \
		<"$scratch/keys" >"$scratch/shown" &
	await has "$scratch/reading" reading
	printf '\003' >&$keys
	await has "$scratch/signals" interrupted
	# Of several pending signals the one with the smaller number comes first: SIGINT was handled
	# by then.
	kill -USR1 "$(process bgtask)"
	ends 7 $!
	exec {keys}<&-
	same "$(cat "$scratch/signals")" $'interrupted\nasked'
	nothing_left cli-a
}

# The command runs inside of the container from its first instruction: without a budget it does
# nothing.
test_run_starts_inside() {
	bgtask run --name cli-a --quota 0s -- touch "$scratch/touched" &
	await is_frozen $root/bgtask/cli-a
	await is_populated $root/bgtask/cli-a
	await is_frozen $root/bgtask/cli-a
	is_gone "$scratch/touched" || wrong "it has run"
	want 0 bgtask container set --quota unlimited cli-a
	ends 0 $!
	[[ -e $scratch/touched ]] || wrong "it was not run"
	nothing_left cli-a
}

test_run_killed_frozen() {
	bgtask run --name cli-a --quota 10ms -- sh -c 'while :; do :; done' &
	await is_frozen $root/bgtask/cli-a
	kill -KILL $!
	ends 137 $!
	nothing_left cli-a
}

test_run_terminated_frozen() {
	bgtask run --name cli-a --quota 10ms -- sh -c 'while :; do :; done' &
	await is_frozen $root/bgtask/cli-a
	kill -TERM $!
	ends 143 $!
	nothing_left cli-a
}

# Processes and cgroups that the command leaves behind are removed with the container.
test_run_orphans() {
	want 5 bgtask run --name cli-a $free -- sh -c 'setsid sleep 1000 & sleep 1000 & exit 5'
	nothing_left cli-a
	want 0 bgtask run --name cli-a $free -- sh -c 'mkdir /sys/fs/cgroup/bgtask/cli-a/below'
	nothing_left cli-a
}

test_run_budget() {
	bgtask run --name cli-a --quota 50ms --period 300ms -- sh -c 'while :; do :; done' &
	await is_frozen $root/bgtask/cli-a
	await is_thawed $root/bgtask/cli-a
	await is_frozen $root/bgtask/cli-a
	kill_runner
	nothing_left cli-a
}

test_run_name_taken() {
	bgtask run --name cli-a $free -- sleep 1000 &
	await is_populated $root/bgtask/cli-a
	want 1 bgtask run --name cli-a $free -- true
	like "$err" '*cli-a*'
	# The first run goes on.
	is_populated $root/bgtask/cli-a || wrong "the other one is gone"
	! no_container cli-a || wrong "the other container is gone"
	kill -TERM $!
	wait $! 2>/dev/null
	nothing_left cli-a
}

# When its container is deleted the command has no budget any more, and runs on.
test_run_container_deleted() {
	bgtask run --name cli-a --quota 0s -- touch "$scratch/touched" 2>"$scratch/said" &
	await is_populated $root/bgtask/cli-a
	await is_frozen $root/bgtask/cli-a
	want 0 bgtask container delete cli-a
	ends 0 $!
	[[ -e $scratch/touched ]] || wrong "it was not run"
	same "$(cat "$scratch/said")" ""
	nothing_left cli-a
}

# Other runs that end meanwhile remove bgtask/ while it is empty; here a process does nothing else.
test_run_while_others_end() {
	local i remover
	perl -e "rmdir '$root/bgtask' while 1" &
	remover=$!
	mkdir $root/bgtask
	await is_gone $root/bgtask
	for i in {1..10}; do
		want 0 bgtask run --name cli-a $free -- true
	done
	kill -KILL $remover
	wait $remover 2>/dev/null
	nothing_left cli-a
}

test_run_usage() {
	want 2 bgtask run
	want 2 bgtask run --quota
	want 2 bgtask run --quota nonsense -- true
	want 2 bgtask run --quota -1s -- true
	want 2 bgtask run --period 1x -- true
	want 2 bgtask run --nonsense -- true
	want 1 bgtask run --period 1us -- true
	like "$err" '*period must be between 1 ms and 7 days*'
	want 1 bgtask run --name a/b $free -- true
	like "$err" '*"a/b" cannot be the name of a cgroup*'
	want 1 bgtask container new a/b
	like "$err" '*name has a slash*'
	want 0 bgtask run --help
	like "$out" 'Usage: bgtask run*'
}

# This test comes last, since it may fail to load the module again.
test_run_module_unloaded() {
	bgtask run --name cli-a --quota 0s -- touch "$scratch/touched" 2>"$scratch/said" &
	await is_populated $root/bgtask/cli-a
	await is_frozen $root/bgtask/cli-a
	await rmmod bgtask
	ends 0 $!
	load_module
	[[ -e $scratch/touched ]] || wrong "it was not run"
	same "$(cat "$scratch/said")" ""
	nothing_left cli-a
}

main "$@"
