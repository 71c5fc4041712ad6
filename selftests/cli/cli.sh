#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command line: what it does, what it prints, and how it ends.
# shellcheck disable=SC2016,SC2086 # commands for other shells, $free is two words

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"
PATH=$here/bin:$PATH

root=/sys/fs/cgroup
top=$root/bgtask-selftest-cli
scratch=$(mktemp -d)
export scratch

# In each test: the first thing that is not as it should be, with all that one needs to know.
wrong() {
	ktap_print_msg "${FUNCNAME[2]}, line ${BASH_LINENO[1]}: $1" >&3
	bad=1
}

# want STATUS COMMAND...: what it prints is in $out and $err.
want() {
	local status=$1 got=0 limit=()
	shift
	# What hangs is to be a failure of that test alone.
	[[ $1 != bgtask ]] || limit=(timeout --foreground -s KILL 60)
	"${limit[@]}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || got=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err")
	((got == status)) || wrong "'$*' exits with $got, not $status: $out $err"
}
same() { [[ $1 == "$2" ]] || wrong "'$1' is not '$2'"; }
# shellcheck disable=SC2053 # a pattern it is
like() { [[ $1 == $2 ]] || wrong "'$1' is not like '$2'"; }
# Waits for something to become true.
await() {
	local i
	for ((i = 0; i < 1500; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	wrong "'$*' does not become true"
}
# ends STATUS PID: a process in the background does, in time.
ends() {
	local status=$1 got=0
	await eval "! kill -0 $2 2>/dev/null"
	kill -KILL "$2" 2>/dev/null
	wait "$2" 2>/dev/null || got=$?
	((got == status)) || wrong "it ends with $got, not $status"
}
is_frozen() { grep -qsx "frozen 1" "$1/cgroup.events"; }
is_thawed() { grep -qsx "frozen 0" "$1/cgroup.events"; }
is_gone() { [[ ! -e $1 ]]; }
is_populated() { grep -qsx "populated 1" "$1/cgroup.events"; }
has() { grep -qs -- "$2" "$1"; }
# The names of all containers.
containers() { bgtask -j container list | jq -r '.[].name'; }
# Nothing of a "bgtask run" is left.
nothing_left() {
	local name=$1
	await is_gone "$root/bgtask/$name"
	! containers | grep -qx -- "$name" || await eval "! containers | grep -qx -- '$name'"
}

setup() {
	mkdir "$top"
}

cleanup() {
	local name directory i
	for name in $(containers 2>/dev/null | grep '^cli-'); do
		bgtask container delete "$name"
	done
	for directory in "$root"/bgtask/cli-* "$top"; do
		[[ ! -e $directory/cgroup.kill ]] || echo 1 >"$directory/cgroup.kill"
	done
	for directory in "$root"/bgtask/cli-* "$top"/*/ "$top"; do
		for ((i = 0; i < 200; i++)); do
			[[ -d $directory ]] || break
			rmdir "$directory" 2>/dev/null || sleep 0.02
		done
	done
}

# run: on an emulated debug kernel, to start a program may take seconds of CPU time, so what is not
# about the budget has none.
free="--quota unlimited"

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
}

test_run_arguments() {
	want 0 bgtask run -n cli-a -q 1min -p 1h sh -c 'echo "$#" "$1" "$2"' sh 'a  b' '--quota'
	same "$out" "2 a  b --quota"
}

test_run_cgroup() {
	want 0 bgtask run --name cli-a --quota 5min --period 1h -- sh -c \
		'cat /proc/self/cgroup; bgtask -j self'
	like "$out" '0::/bgtask/cli-a'$'\n''*'
	same "$(tail -n +2 <<<"$out" | jq -c '[.name, .quota, .period, .exempt]')" \
		'["cli-a",300000000000,3600000000000,false]'
	want 0 bgtask run --name cli-a --quota unlimited --exempt -- bgtask -j self
	same "$(jq -c '[.name, .exempt]' <<<"$out")" '["cli-a",true]'
	bgtask run --name cli-a -- sleep 1000 &
	await is_populated $root/bgtask/cli-a
	same "$(bgtask -j container show cli-a | jq -c '[.quota, .period]')" \
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
	for signal in TERM INT HUP USR1 USR2; do
		# A shell starts what is in the background with SIGINT ignored.
		env --default-signal=INT bgtask run --name cli-a $free -- bash -c \
			"trap 'echo $signal >$scratch/signal; exit 7' $signal
			echo ready >$scratch/ready; while :; do sleep 0.02; done" &
		runner=$!
		await has "$scratch/ready" ready
		kill -"$signal" $runner
		ends 7 $runner
		same "$(cat "$scratch/signal")" "$signal"
		rm -f "$scratch/ready" "$scratch/signal"
	done
	nothing_left cli-a
}

# The default action of a signal is the command's.
test_run_terminated() {
	bgtask run --name cli-a $free -- sleep 1000 &
	await is_populated $root/bgtask/cli-a
	await has $root/bgtask/cli-a/cgroup.procs .
	sleep 0.3
	kill -TERM $!
	ends 143 $!
	nothing_left cli-a
}

test_run_killed() {
	bgtask run --name cli-a $free -- sh -c 'sleep 1000 & sleep 1000' &
	await is_populated $root/bgtask/cli-a
	kill -KILL $!
	ends 137 $!
	nothing_left cli-a
}

# Killed while it is being made, at any moment.
test_run_killed_early() {
	local i
	for ((i = 0; i < 10; i++)); do
		bgtask run --name cli-$i $free -- sleep 1000 &
		sleep "0.0$i"
		kill -KILL $! 2>/dev/null
		wait $! 2>/dev/null
	done
	for ((i = 0; i < 10; i++)); do
		nothing_left cli-$i
	done
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
	# It thaws by itself, or else like this.
	bgtask container exempt cli-a 2>/dev/null
	ends 143 $!
	nothing_left cli-a
}

# What the command leaves behind goes with it.
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
	kill -KILL $!
	wait $! 2>/dev/null
	nothing_left cli-a
}

test_run_name_taken() {
	bgtask run --name cli-a $free -- sleep 1000 &
	await is_populated $root/bgtask/cli-a
	want 1 bgtask run --name cli-a $free -- true
	like "$err" '*cli-a*'
	# The first one is none the worse for it.
	is_populated $root/bgtask/cli-a || wrong "the other one is gone"
	containers | grep -qx cli-a || wrong "the other container is gone"
	kill -TERM $!
	wait $! 2>/dev/null
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

# container

test_container() {
	mkdir $top/a
	want 0 bgtask container new --quota 300ms --period 2min cli-c
	want 0 bgtask container add cli-c $top/a
	want 0 bgtask -j container show cli-c
	same "$(jq -c '[.name, .quota, .period, .exempt, .throttled, .members]' <<<"$out")" \
		'["cli-c",300000000,120000000000,false,false,1]'
	want 0 bgtask container show cli-c
	like "$out" '*cli-c*'
	like "$out" '*300ms*'
	like "$out" '*2min*'
	want 0 bgtask container set --quota unlimited --period 1h cli-c
	want 0 bgtask -j container show cli-c
	same "$(jq -c .period <<<"$out")" 3600000000000
	want 0 bgtask container list
	like "$out" '*cli-c*'
	want 0 bgtask -j container list
	same "$(jq -r '.[] | select(.name == "cli-c") | .period' <<<"$out")" 3600000000000
	want 0 bgtask container exempt cli-c
	same "$(bgtask -j container show cli-c | jq .exempt)" true
	want 0 bgtask container exempt cli-c off
	same "$(bgtask -j container show cli-c | jq .exempt)" false
	want 0 bgtask container remove cli-c $top/a
	same "$(bgtask -j container show cli-c | jq -c .members)" 0
	want 0 bgtask container delete cli-c
	want 1 bgtask container show cli-c
	like "$err" '*there is no such container*'
}

test_container_hold() {
	local sleeper
	mkdir $top/a
	sh -c "echo 0 >$top/a/cgroup.procs; exec sleep 1000" &
	sleeper=$!
	await is_populated $top/a
	bgtask container new cli-c
	bgtask container add --role task cli-c $top/a
	want 1 bgtask container hold --role app cli-c
	like "$err" '*no member of role app*'
	is_thawed $top/a || wrong "frozen by another role"
	want 0 bgtask container hold cli-c
	await is_frozen $top/a
	want 0 bgtask container release --role task cli-c
	await is_thawed $top/a
	want 0 bgtask container kill --role task cli-c
	ends 137 $sleeper
}

test_container_usage_agrees() {
	mkdir $top/a
	bgtask container new --quota unlimited cli-c
	bgtask container add cli-c $top/a
	sh -c "echo 0 >$top/a/cgroup.procs; i=0; while [ \$i -lt 20000 ]; do i=\$((i+1)); done; :"
	await eval "! is_populated $top/a"
	sleep 0.5
	same "$(($(bgtask -j container show cli-c | jq .usage) / 1000))" \
		"$(sed -n 's/^usage_usec //p' $top/a/cpu.stat)"
}

test_container_errors() {
	want 1 bgtask container show cli-none
	like "$err" 'bgtask*there is no such container*'
	same "$out" ""
	want 1 bgtask container delete cli-none
	want 0 bgtask container new cli-c
	want 1 bgtask container new cli-c
	like "$err" '*name is taken*'
	want 1 bgtask container add cli-c /nonexistent
	like "$err" '*/nonexistent*'
	want 1 bgtask container add cli-c /tmp
	like "$err" '*descriptor is not of a cgroup*'
	want 1 bgtask container add cli-c $root
	like "$err" '*the root cgroup cannot be frozen*'
	want 1 bgtask container set --period 8d cli-c
	like "$err" '*period must be between 1 ms and 7 days*'
	want 2 bgtask container
	want 2 bgtask container nonsense
	want 2 bgtask container show
	want 2 bgtask container set cli-c --quota
	want 2 bgtask nonsense
	want 2 bgtask
	want 2 bgtask --nonsense
	same "$out" ""
	want 0 bgtask --help
	want 0 bgtask --version
}

test_nobody() {
	want 0 bgtask container new cli-c
	want 1 setpriv --reuid nobody --regid nogroup --clear-groups "$(command -v bgtask)" \
		container list
	like "$err" '*CAP_SYS_ADMIN*'
	want 1 setpriv --reuid nobody --regid nogroup --clear-groups "$(command -v bgtask)" self
	like "$err" '*no container*'
}

test_names_are_printed_safely() {
	local name=$'cli-\xc3\xa9"\\'
	want 0 bgtask container new "$name"
	want 0 bgtask -j container list
	same "$(jq -r '.[] | select(.name | startswith("cli-")) | .name' <<<"$out")" "$name"
	bgtask container delete "$name"
}

# monitor, top

test_monitor() {
	local monitor
	bgtask -j monitor >"$scratch/events" &
	monitor=$!
	bgtask monitor >"$scratch/text" &
	monitor+=" $!"
	await monitored
	bgtask container new cli-c
	bgtask container set --quota 0s cli-c
	mkdir $top/a
	bgtask container add cli-c $top/a
	bgtask container delete cli-c
	await has "$scratch/events" container-del
	await has "$scratch/text" container-del
	# shellcheck disable=SC2086
	kill $monitor
	jq -e . "$scratch/events" >"$scratch/parsed" || wrong "not JSON: $(cat "$scratch/events")"
	for event in container-new container-set container-throttled member-add member-gone \
		container-del; do
		has "$scratch/events" "\"$event\"" || wrong "no event $event in JSON"
		has "$scratch/text" "$event" || wrong "no event $event"
	done
}
# Whether both of them listen: then they see a container come.
monitored() {
	bgtask container new cli-m && bgtask container delete cli-m
	has "$scratch/events" cli-m && has "$scratch/text" cli-m
}

test_top() {
	want 0 bgtask container new cli-c
	want 0 bgtask top -b -n 2 -d 100ms
	same "$(grep -c cli-c <<<"$out")" 2
	want 0 bgtask -j top -n 2 -d 100ms
	same "$(jq -r '.[] | select(.name == "cli-c") | .name' <<<"$out")" $'cli-c\ncli-c'
	want 2 bgtask top -n nonsense
}

test_closed_output() {
	bgtask container new cli-c
	# shellcheck disable=SC2094
	want 1 sh -c 'bgtask container list >/dev/full'
	like "$err" '*cannot write the output*'
}

# What is missing

test_no_cgroup2() {
	want 1 unshare -m sh -c "umount -l $root && exec bgtask run --name cli-a -- true"
	like "$err" '*cgroup2*'
	want 1 unshare -m sh -c "umount -l $root && mount -t tmpfs none $root &&
		exec bgtask run --name cli-a -- true"
	like "$err" '*cgroup2*'
	nothing_left cli-a
}

# The last one, as the module is loaded again only if it is known from where.
test_no_module() {
	local module=${BGTASK_MODULE:-$here/../../module/${KERNEL-}/bgtask.ko} command
	await rmmod bgtask
	for command in "run -- true" "container list" "container show x" "container new x" monitor \
		"top -b -n 1" self; do
		# shellcheck disable=SC2086
		want 1 bgtask $command
		like "$err" '*module is not loaded*modprobe bgtask*'
		same "$out" ""
	done
	if [[ -e $module ]]; then
		insmod "$module"
	else
		modprobe bgtask
	fi || wrong "cannot load the module again"
	want 0 bgtask container list
}

main() {
	local name
	tests=()
	while read -r name; do
		tests+=("$name")
	done < <(sed -n 's/^\(test_[a-z0-9_]*\)().*/\1/p' "$0")
	ktap_print_header
	(($# == 0)) || tests=("$@")
	ktap_set_plan "${#tests[@]}"
	for name in "${tests[@]}"; do
		if (
			bad=0
			setup
			$name
			cleanup
			exit $bad
		) 3>&1; then
			ktap_test_pass "${name#test_}"
		else
			ktap_test_fail "${name#test_}"
		fi
	done
	rm -rf "$scratch"
	ktap_finished
}

main "$@"
