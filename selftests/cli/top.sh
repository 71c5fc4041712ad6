#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask monitor and top: containers as they change.

# shellcheck source=selftests/cli/stage.sh
. "$(dirname "$(readlink -f "$0")")/stage.sh"

test_monitor() {
	local monitor event
	bgtask -j monitor >"$scratch/events" &
	monitor=$!
	bgtask monitor >"$scratch/text" &
	monitor+=" $!"
	await monitored
	bgtask container new cli-c
	mkdir $top/a
	bgtask container add cli-c $top/a
	bgtask container set --quota 0s cli-c
	await both_have member-frozen
	await both_have container-stopped
	bgtask container set --quota 1s cli-c
	await both_have member-thawed
	await both_have container-replenished
	bgtask container delete cli-c
	await both_have container-del
	# shellcheck disable=SC2086
	kill $monitor
	gojq -e . "$scratch/events" >"$scratch/parsed" || wrong "not JSON: $(cat "$scratch/events")"
	for event in container-{new,set,throttled,stopped,replenished,del} \
		member-{add,frozen,thawed,gone}; do
		both_have "$event" || wrong "no event $event"
	done
}
# Whether both monitors have printed this event; the text names the container, too.
both_have() {
	has "$scratch/events" "\"$1\"" && has "$scratch/text" "^20[^ ]* $1 cli-c: "
}

# Reads what the terminal shows now into @screen.
look() {
	"$here/screen" 12 110 "$scratch/shown" >"$scratch/screen"
	mapfile -t screen <"$scratch/screen"
}
# shown NAME...: whether the rows show these containers, in this order.
shown() {
	local line names=
	look
	for line in "${screen[@]:1}"; do
		[[ $line != cli-* ]] || names+=" ${line%% *}"
	done
	[[ $names == " $*" ]]
}
# row NAME PATTERN: whether the container's row matches.
row() {
	local line
	for line in "${screen[@]}"; do
		[[ $line != "$1 "* ]] || like "$line" "$2"
	done
}

# On a terminal, until a key is pressed: a spent budget has a full bar, an unlimited one an empty
# bar.
test_top_live() {
	bgtask container new --quota unlimited cli-a
	bgtask container new --quota 0s cli-b
	bgtask container new --quota 1min cli-c
	mkfifo "$scratch/keys"
	exec {keys}<>"$scratch/keys"
	TERM=xterm script -qefc 'stty rows 12 cols 110; exec bgtask top -d 1d' /dev/null \
		<"$scratch/keys" >"$scratch/shown" &
	await has "$scratch/shown" cli-c
	printf l >&$keys
	await shown cli-b cli-c cli-a
	like "${screen[0]}" 'NAME *STATE *CPU% SPENT *QUOTA *LEFT *ENDS IN THROT MEMB'
	row cli-a '*ready * 0.0 \[                    \] unlimited unlimited * 0    0'
	row cli-b '*throttled * 0.0 \[####################\] * 0 *0 * 1    0'
	row cli-c '*ready * 0.0 \[                    \] * 1min * 1min * 0    0'
	printf n >&$keys
	await shown cli-a cli-b cli-c
	printf q >&$keys
	ends 0 $!
	exec {keys}<&-
	want 1 bgtask top
	like "$err" '*no terminal*--batch*'
}

test_top() {
	want 0 bgtask container new cli-c
	want 0 bgtask top -b -n 2 -d 100ms
	same "$(grep -c cli-c <<<"$out")" 2
	want 0 bgtask -j top -n 2 -d 100ms
	same "$(gojq -r '.[] | select(.name == "cli-c") | .name' <<<"$out")" $'cli-c\ncli-c'
	want 2 bgtask top -n nonsense
}

main "$@"
