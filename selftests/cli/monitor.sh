#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask monitor, of apps and instances.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

# Both print what they are told, from now on.
begin_monitors() {
	bgtask -j monitor >>"$scratch/events" 2>"$scratch/events-err" &
	bgtask monitor >>"$scratch/text" 2>"$scratch/text-err" &
}
# Whether both hear of instances: they do not say when they begin to.
both_hear() {
	bgtask trigger fire -a $mail -t Quick application
	has "$scratch/events" '"instance-ended".*"Quick"' &&
		has "$scratch/text" " instance-ended $mail Quick [0-9]*: completed, status 0$"
}
both_see_container() {
	bgtask container new org.example.seen && bgtask container delete org.example.seen
	has "$scratch/events" org.example.seen && has "$scratch/text" org.example.seen
}
# events NAME FILTER: of all events of this name, one a line.
events() { jq -c "select(.event == \"$1\") | $2" "$scratch/events"; }
# The same of the text, without the time.
lines() { sed -n "s/^20[^ ]*Z \($1 \)/\1/p" "$scratch/text"; }

test_monitor() {
	local pid
	start_with_app
	bgtask task register -a $mail -n Quick -t application >/dev/null
	begin_monitors
	await both_hear
	begin_worker
	touch "$scratch/go"
	await has "$scratch/text" " instance-ended $mail Worker"
	pid=$(bgtask app launch $mail)
	bgtask app background $mail
	bgtask app resume $mail
	bgtask app terminate $mail
	await has "$scratch/text" " app-changed $mail: not-running$"
	await has "$scratch/events" '"app-changed".*"not-running"'

	same "$(events instance-progress '.instance | [.id, .app, .name, .progress]')" \
		"[$id,\"$mail\",\"Worker\",50]"
	same "$(lines instance-progress)" "instance-progress $mail Worker $id: 50"
	same "$(events instance-ended '.instance | select(.name == "Worker") |
		[.id, .app, .state, .reason, .status, .message]')" \
		"[$id,\"$mail\",\"completed\",null,0,\"folder\"]"
	same "$(lines instance-ended | grep Worker)" \
		"instance-ended $mail Worker $id: completed, status 0, folder"
	same "$(events app-changed .app)" "$(cat <<-END
		{"id":"$mail","state":"running","foreground":true,"pid":$pid}
		{"id":"$mail","state":"suspended","foreground":false,"pid":$pid}
		{"id":"$mail","state":"running","foreground":false,"pid":$pid}
		{"id":"$mail","state":"not-running","foreground":false,"pid":null}
	END
	)"
	same "$(events instance-changed '.instance | select(.name == "Worker") |
		[.id, .app, .state, .trigger]')" "[$id,\"$mail\",\"running\",\"application\"]"
	same "$(lines instance-changed | grep Worker)" \
		"instance-changed $mail Worker $id: running, application"
	same "$(lines app-changed)" "$(cat <<-END
		app-changed $mail: running, in the foreground
		app-changed $mail: suspended
		app-changed $mail: running
		app-changed $mail: not-running
	END
	)"
	same "$(jq -c 'select(.time | test("^20.*Z$") | not)' "$scratch/events")" ""
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}

# What waits, and what is told to end.
test_monitor_changes() {
	start_with_app
	bgtask condition set user-present off
	bgtask task register -a $mail -n Quick -t application >/dev/null
	begin_monitors
	await both_hear
	bgtask task unregister -a $mail Quick
	bgtask task register -a $mail -n Quick -t application -c user-present >/dev/null
	: >"$scratch/events"
	: >"$scratch/text"
	bgtask trigger fire -a $mail -t Quick application
	await has "$scratch/text" " instance-changed $mail Quick [0-9]*: latched, application$"
	begin_worker
	bgtask task cancel "$id" energy-saver
	await has "$scratch/text" " instance-changed $mail Worker $id: cancelling, energy-saver$"
	await has "$scratch/events" '"cancelling"'
	same "$(events instance-changed '.instance | [.name, .state, .reason]')" "$(cat <<-END
		["Quick","latched",null]
		["Worker","running",null]
		["Worker","cancelling","energy-saver"]
	END
	)"
}

# A helper that comes later, and another one after that.
test_monitor_late_helper() {
	write_manifest $mail >/dev/null
	begin_monitors
	await both_see_container
	start_helper
	bgtask task register -a $mail -n Quick -t application >/dev/null
	await both_hear
	kill_helper
	start_helper
	: >"$scratch/events"
	: >"$scratch/text"
	await both_hear
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}

main "$@"
