#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command line: what it does, what it prints, and how it ends. What takes the helper has other
# scripts.
# shellcheck disable=SC2016,SC2086 # commands for other shells, $free is two words

# shellcheck source=selftests/cli/harness.sh
. "$(dirname "$(readlink -f "$0")")/harness.sh"

top=$root/bgtask-selftest-cli

# The names of all containers.
containers() { bgtask -j container list | jq -r '.[].name'; }
# Nothing of a "bgtask run" is left.
nothing_left() {
	local name=$1
	await is_gone "$root/bgtask/$name"
	! containers | grep -qx -- "$name" || await eval "! containers | grep -qx -- '$name'"
}

# What the last test has written would be taken for this one's.
setup() {
	rm -rf "${scratch:?}"/*
	mkdir "$top"
}

cleanup() {
	local name directory i
	kill_jobs
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

# A datagram over the loopback device: 20 bytes of IP, 8 of UDP, and what is in it.
test_container_traffic() {
	local send="echo 0 >$top/a/cgroup.procs; echo hello >/dev/udp/127.0.0.1/9"
	mkdir $top/a
	bgtask container new --quota unlimited cli-c
	bgtask container add cli-c $top/a
	bash -c "$send"
	want 0 bgtask container show cli-c
	[[ $out != *Traffic:* ]] || wrong "it is counted already: $out"
	want 0 bgtask container traffic cli-c
	same "$out" ""
	bash -c "$send"
	want 0 bgtask container show cli-c
	like "$out" '*  Traffic: 0 bytes received, 0 sent, 34 local'$'\n''*'
	want 0 bgtask container traffic cli-c off
	bash -c "$send"
	want 0 bgtask container show cli-c
	like "$out" '*  Traffic: 0 bytes received, 0 sent, 34 local, not counted now'$'\n''*'
	want 0 bgtask -j container show cli-c
	same "$(jq -c '[.count_traffic, .received, .sent, .local]' <<<"$out")" '[false,0,0,34]'
	want 0 bgtask container traffic cli-c on
	same "$(bgtask -j container show cli-c | jq .count_traffic)" true
	want 1 bgtask container traffic cli-none
	like "$err" '*there is no such container*'
	want 2 bgtask container traffic
	want 2 bgtask container traffic cli-c nonsense
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

# mutex: each test has names of its own.

# hold ARGUMENT...: "mutex run" holds a mutex in the background, as process $holder, until let_go.
hold() { hold_by bgtask mutex run "$@" --; }
hold_by() {
	rm -f "$scratch/gate" "$scratch/held"
	mkfifo "$scratch/gate"
	exec {gate}<>"$scratch/gate"
	"$@" sh -c 'echo held >"$scratch/held"; read -r _' <&$gate &
	holder=$!
	await has "$scratch/held" held
}
let_go() {
	echo >&$gate
	exec {gate}<&-
}
nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$(command -v bgtask)" "$@"; }
# mutex NAME FILTER: something of the mutexes of this name.
mutex() { bgtask -j mutex list | jq -c ".[] | select(.name == \"$1\") | $2"; }
has_waiters() { [[ $(mutex "$1" .waiters) == "$2" ]]; }
is_abandoned() { [[ $(mutex "$1" .abandoned) == true ]]; }
is_free() { [[ -z $(mutex "$1" .name) ]]; }

test_mutex_status() {
	local status
	for status in 0 1 2 42 255; do
		want "$status" bgtask mutex run status -- sh -c "exit $status"
		same "$err" ""
	done
	want 143 bgtask mutex run status sh -c 'kill -TERM $$'
	want 137 bgtask mutex run status sh -c 'kill -KILL $$'
	want 127 bgtask mutex run status /nonexistent
	like "$err" 'bgtask*cannot run "/nonexistent"*'
	want 126 bgtask mutex run status /etc/passwd
	like "$err" 'bgtask*cannot run "/etc/passwd"*'
	# However it ends, the mutex was released.
	is_free status || wrong "it was not released"
}

test_mutex_command() {
	want 0 bgtask mutex run command -- sh -c 'echo to stdout; echo to stderr >&2'
	same "$out" "to stdout"
	same "$err" "to stderr"
	same "$(echo input | bgtask mutex run command cat)" input
	want 0 bgtask mutex run command sh -c 'echo "$#" "$1" "$2"' sh 'a  b' --timeout
	same "$out" "2 a  b --timeout"
}

# Options may be before and behind the name; those of the command are the command's.
test_mutex_options() {
	local line
	for line in "order --timeout 0 --" "--timeout 0 order" "-n order" "-n -- order --" \
		"-s global order -E 3 -t 1min" "order --nonblock --scope=user -E 3 --" \
		"-j order -t 0.1ms"; do
		want 0 bgtask mutex run $line echo -n -x
		same "$out" -x
	done
	want 0 bgtask mutex run -- -name -n echo -name
	same "$out" -name
	want 0 bgtask -j mutex run order echo -n
	same "$out" ""
}

test_mutex_conflict() {
	local option
	hold taken
	for option in "-n" "--nonblock" "-t 0" "--timeout 50ms" "-t 1ns"; do
		want 1 bgtask mutex run $option taken touch "$scratch/ran"
		same "$out$err" ""
		want 75 bgtask mutex run -E 75 taken $option -- touch "$scratch/ran"
		same "$out$err" ""
	done
	want 0 bgtask mutex run -n -E 0 taken touch "$scratch/ran"
	want 255 bgtask mutex run --conflict-exit-code 255 -n taken touch "$scratch/ran"
	is_gone "$scratch/ran" || wrong "the command was run"
	let_go
	ends 0 $holder
	want 0 bgtask mutex run -n taken true
	same "$err" ""
}

test_mutex_timeout() {
	local begin end
	hold late
	begin=${EPOCHREALTIME/./}
	want 1 bgtask mutex run -t 300ms late true
	end=${EPOCHREALTIME/./}
	((end - begin >= 300000)) || wrong "it waited for $((end - begin)) us only"
	# In time, it is acquired.
	bgtask mutex run -t 1min late -- sh -c 'exit 5' &
	await has_waiters late 1
	let_go
	ends 0 $holder
	ends 5 $!
	is_free late || wrong "it was not released"
}

test_mutex_excludes() {
	local job jobs=()
	echo 0 >"$scratch/counter"
	for job in 1 2 3; do
		for _ in 1 2 3 4; do
			bgtask mutex run counter -- sh -c 'mkdir "$scratch/inside" || exit 9
				read -r value <"$scratch/counter"
				sleep 0.01
				echo $((value + 1)) >"$scratch/counter"
				rmdir "$scratch/inside"' || echo failed >>"$scratch/failed"
		done &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		ends 0 "$job"
	done
	same "$(cat "$scratch/counter" "$scratch/failed" 2>/dev/null)" 12
}

# The command still has the mutex when "mutex run" is gone.
test_mutex_killed() {
	local line='[.owner, .owner_container, .count, .abandoned, .waiters]'
	hold killed
	kill -KILL $holder
	ends 137 $holder
	want 1 bgtask mutex run -n killed true
	same "$(mutex killed "$line")" "[$holder,null,1,false,0]"
	let_go
	await is_abandoned killed
	same "$(mutex killed "$line")" '[null,null,0,true,0]'
	want 0 bgtask mutex list
	like "$out" '*killed *- *abandoned*'
	want 3 bgtask mutex run killed -- sh -c 'exit 3'
	like "$err" 'bgtask: mutex "killed" was abandoned*'
	same "$(wc -l <<<"$err")" 1
	want 0 bgtask mutex run killed true
	same "$err" ""
	# Who waits while it is abandoned is told as well.
	hold killed
	bgtask mutex run killed true 2>"$scratch/warning" &
	await has_waiters killed 1
	kill -KILL $holder
	let_go
	ends 0 $!
	like "$(cat "$scratch/warning")" '*abandoned*'
}

# What the command leaves behind does not keep the mutex, although it has the socket.
test_mutex_daemon() {
	local daemon
	want 0 bgtask mutex run daemon -- sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'
	daemon=$out
	want 0 bgtask mutex run -n daemon true
	same "$err" ""
	kill "$daemon" || wrong "there was no daemon"
}

test_mutex_passes_signals() {
	local signal runner
	for signal in TERM INT QUIT HUP USR1 USR2; do
		env --default-signal=INT,QUIT bgtask mutex run signal -- bash -c \
			"trap 'echo $signal >$scratch/signal; exit 7' $signal
			echo ready >$scratch/ready; while :; do sleep 0.02; done" &
		runner=$!
		await has "$scratch/ready" ready
		kill -"$signal" $runner
		ends 7 $runner
		same "$(cat "$scratch/signal")" "$signal"
		is_free signal || wrong "it was not released"
		rm -f "$scratch/ready" "$scratch/signal"
	done
	bgtask mutex run signal -- sh -c 'echo ready >"$scratch/ready"; exec sleep 1000' &
	await has "$scratch/ready" ready
	kill -TERM $!
	ends 143 $!
	is_free signal || wrong "it was not released"
}

# What the terminal sends is not passed on, as the command gets it from there. This one does not,
# having left the terminal; and it is what the end is left to.
test_mutex_terminal() {
	mkfifo "$scratch/keys"
	exec {keys}<>"$scratch/keys"
	env --default-signal=INT script -qec "exec bgtask mutex run terminal -- setsid bash -c '
		trap \"echo interrupted >>$scratch/signals\" INT
		trap \"echo asked >>$scratch/signals; exit 7\" USR1
		echo reading >$scratch/reading; while :; do sleep 0.02; done'" /dev/null \
		<"$scratch/keys" >"$scratch/shown" &
	await has "$scratch/reading" reading
	printf '\003' >&$keys
	await has "$scratch/shown" '\^C'
	# Of signals that wait, the one with the smaller number is taken first.
	kill -USR1 "$(mutex terminal .owner)"
	ends 7 $!
	exec {keys}<&-
	same "$(cat "$scratch/signals")" asked
	is_free terminal || wrong "it was not released"
}

# While it waits, signals have their usual effect.
test_mutex_waiter_ends() {
	hold wait
	env --default-signal=INT bgtask mutex run wait touch "$scratch/ran" &
	await has_waiters wait 1
	kill -INT $!
	ends 130 $!
	await has_waiters wait 0
	let_go
	ends 0 $holder
	await is_free wait
	is_gone "$scratch/ran" || wrong "the command was run"
}

test_mutex_scope() {
	hold scope
	same "$(mutex scope '[.scope, .uid, .container]')" '["user",0,null]'
	want 0 bgtask mutex run -n -s global scope true
	want 0 nobody mutex run -n scope true
	let_go
	ends 0 $holder

	hold -s global scope
	same "$(mutex scope '[.scope, .uid, .container]')" '["global",null,null]'
	want 1 nobody mutex run -n -s global scope true
	want 0 bgtask mutex run -n scope true
	let_go
	ends 0 $holder

	want 1 bgtask mutex run -s container scope true
	like "$err" 'bgtask: cannot acquire mutex "scope"*the caller is in no container*'
}

# In a container, the container is the scope.
test_mutex_container() {
	local id
	hold_by bgtask run --name cli-a $free -- bgtask mutex run inside --
	id=$(bgtask -j container show cli-a | jq .id)
	same "$(mutex inside '[.scope, .uid, .container, .owner_container]')" \
		"[\"container\",null,$id,$id]"
	want 0 bgtask mutex list
	like "$out" '*inside *container cli-a *bgtask *1 *0 owned*'
	# Others do not share it.
	want 0 bgtask mutex run -n inside true
	want 0 bgtask run --name cli-b $free -- bgtask mutex run -n inside true
	want 0 bgtask run --name cli-b $free -- bgtask mutex run -n -s user inside true
	let_go
	ends 0 $holder
	nothing_left cli-a
}

test_mutex_list() {
	hold list
	bgtask mutex run list true &
	await has_waiters list 1
	want 0 bgtask mutex list
	like "$out" $'NAME *SCOPE *OWNER *COUNT WAITERS STATE\n*'
	like "$out" "*"$'\n'"list *user root *$holder bgtask *    1       1 owned"*
	want 0 bgtask mutex list -j
	same "$(jq -c '.[] | select(.name == "list")' <<<"$out")" "$(tr -d '\n' <<-END
		{"name":"list","scope":"user","abandoned":false,"count":1,"waiters":1,
		"owner":$holder,"owner_container":null,"container":null,"uid":0}
	END
	)"
	# What is another user's is not shown.
	want 0 nobody -j mutex list
	same "$(jq '.[] | select(.name == "list")' <<<"$out")" ""
	let_go
	ends 0 $holder
	ends 0 $!
	hold -s global list
	want 0 nobody mutex list
	like "$out" "*list *global *$holder bgtask *"
	let_go
	ends 0 $holder
}

test_mutex_usage() {
	local code command
	want 2 bgtask mutex
	want 2 bgtask mutex nonsense
	want 2 bgtask mutex list nonsense
	want 2 bgtask mutex run
	want 2 bgtask mutex run usage
	like "$err" '*takes a command*'
	want 2 bgtask mutex run usage -n --
	want 2 bgtask mutex run --nonsense usage true
	want 2 bgtask mutex run usage --nonsense true
	want 2 bgtask mutex run usage -t
	want 2 bgtask mutex run -t nonsense usage true
	want 2 bgtask mutex run -t -1s usage true
	want 2 bgtask mutex run -t 8d usage true
	like "$err" '*7 days*'
	want 2 bgtask mutex run -t '7d 1ns' usage true
	want 0 bgtask mutex run -t 7d usage true
	for code in 256 -1 nonsense "" 99999999999999999999; do
		want 2 bgtask mutex run -E "$code" usage true
		like "$err" '*0 to 255*'
	done
	want 2 bgtask mutex run -s nonsense usage true
	like "$err" '*container, user or global*'
	want 1 bgtask mutex run a/b true
	like "$err" '*name has a slash*'
	want 1 bgtask mutex run "" true
	like "$err" '*name is empty*'
	want 1 bgtask mutex run "$(printf '%064d' 0)" true
	like "$err" '*63 bytes*'
	for command in "" list run; do
		want 0 bgtask mutex $command --help
		like "$out" 'Usage: bgtask mutex*'
	done
}

# Who waits outside for what a container that stands still owns has it thawed for a moment.
test_mutex_lent() {
	local monitor runner
	bgtask monitor >"$scratch/text" &
	monitor=$!
	bgtask -j monitor >"$scratch/events" &
	monitor+=" $!"
	await monitored
	bgtask run --name cli-a $free -- bgtask mutex run -s global lent -- sh -c \
		'echo held >"$scratch/held"; while :; do sleep 0.02; done' &
	runner=$!
	await has "$scratch/held" held
	was_lent cli-a 0 || wrong "time was lent already"
	want 0 bgtask container show cli-a
	[[ $out != *Lent:* ]] || wrong "it says that time was lent: $out"
	bgtask container set --quota 0s cli-a
	await is_frozen $root/bgtask/cli-a
	bgtask mutex run -s global lent true 2>"$scratch/warning" &
	await was_lent cli-a 1
	want 0 bgtask container show cli-a
	like "$out" '*  Lent: 1 time'$'\n''*'
	await has "$scratch/text" 'container-lent cli-a: 1 time so far$'
	await has "$scratch/events" '"container-lent"'
	kill $monitor
	kill -KILL $runner
	ends 137 $runner
	ends 0 $!
	like "$(cat "$scratch/warning")" '*abandoned*'
	nothing_left cli-a
}
was_lent() { [[ $(bgtask -j container show "$1" | jq .times_lent) == "$2" ]]; }

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
		"mutex run x true" "mutex list" "top -b -n 1" self; do
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
	want 0 bgtask mutex list
	same "$out" "NAME SCOPE OWNER COUNT WAITERS STATE"
	want 0 bgtask mutex list -j
	same "$out" "[]"
}

main "$@"
