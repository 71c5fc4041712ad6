#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask mutex. Each test has names of its own.
# shellcheck disable=SC2016,SC2086 # commands for other shells, options that are words

# shellcheck source=selftests/cli/stage.sh
. "$(dirname "$(readlink -f "$0")")/stage.sh"

# hold ARGUMENT...: lets "mutex run" own a mutex in the background, as process $holder, until
# let_go.
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
# mutex NAME FILTER: applies the filter to the state of the mutex of this name.
mutex() { bgtask -j mutex list | gojq -c ".[] | select(.name == \"$1\") | $2"; }
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
	# However the command ended, "mutex run" has released the mutex.
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

# Options may stand before and after the name; options after the command are the command's.
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
	# This one acquires the mutex before its timeout.
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
	# Waits for one job after the other: all together may take a slow machine longer than one
	# await().
	for job in {1..12}; do
		[[ -e $scratch/failed ]] || await counted "$job"
	done
	for job in "${jobs[@]}"; do
		ends 0 "$job"
	done
	same "$(cat "$scratch/counter" "$scratch/failed" 2>/dev/null)" 12
}

# counted LEAST: whether the counter has reached this number.
counted() {
	local value
	read -r value <"$scratch/counter" && ((value >= $1))
}

# The command still owns the mutex after "mutex run" was killed.
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
	# The next owner is also told if it waited before the mutex was abandoned.
	hold killed
	bgtask mutex run killed true 2>"$scratch/warning" &
	await has_waiters killed 1
	kill -KILL $holder
	let_go
	ends 0 $!
	like "$(cat "$scratch/warning")" '*abandoned*'
}

# A process that the command leaves behind does not keep the mutex, although it has the socket.
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
			"trap 'echo $signal >$scratch/signal; kill \$!; exit 7' $signal
			sleep 1000 & echo ready >$scratch/ready; wait" &
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

# "mutex run" neither passes on a signal of the terminal nor dies of it, since the command gets the
# signal itself. This command has left the terminal, so it must not get SIGINT at all.
test_mutex_terminal() {
	mkfifo "$scratch/keys"
	exec {keys}<>"$scratch/keys"
	env --default-signal=INT script -qec "exec bgtask mutex run terminal -- setsid bash -c '
		trap \"echo interrupted >>$scratch/signals\" INT
		trap \"echo asked >>$scratch/signals; kill \\\$!; exit 7\" USR1
		sleep 1000 & echo reading >$scratch/reading
		while :; do wait; done'" /dev/null \
		<"$scratch/keys" >"$scratch/shown" &
	await has "$scratch/reading" reading
	printf '\003' >&$keys
	await has "$scratch/shown" '\^C'
	# Of several pending signals the one with the smaller number comes first: SIGINT was handled
	# by then.
	kill -USR1 "$(mutex terminal .owner)"
	ends 7 $!
	exec {keys}<&-
	same "$(cat "$scratch/signals")" asked
	is_free terminal || wrong "it was not released"
}

# While "mutex run" waits for the mutex, signals have their usual effect on it.
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

# In a container, the scope of a mutex is the container.
test_mutex_container() {
	local id
	hold_by bgtask run --name cli-a $free -- bgtask mutex run inside --
	id=$(bgtask -j container show cli-a | gojq .id)
	same "$(mutex inside '[.scope, .uid, .container, .owner_container]')" \
		"[\"container\",null,$id,$id]"
	want 0 bgtask mutex list
	like "$out" '*inside *container cli-a *bgtask *1 *0 owned*'
	# Processes outside, and in another container, do not share the mutex.
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
	same "$(gojq -c '.[] | select(.name == "list")' <<<"$out")" "$(gojq -c . <<-END
		{"name":"list","scope":"user","abandoned":false,"count":1,"waiters":1,
		"owner":$holder,"owner_container":null,"container":null,"uid":0}
	END
	)"
	# The list has no mutex of another user.
	want 0 nobody -j mutex list
	same "$(gojq '.[] | select(.name == "list")' <<<"$out")" ""
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

# A process outside waits for a mutex of a frozen container, which is thawed for a moment therefore.
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
was_lent() { [[ $(bgtask -j container show "$1" | gojq .times_lent) == "$2" ]]; }

main "$@"
