#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask monitor, with events of the helper: instances, tasks, apps and conditions.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

# Start one monitor that prints JSON and one that prints text.
begin_monitors() {
	bgtask -j monitor >>"$scratch/events" 2>"$scratch/events-err" &
	bgtask monitor >>"$scratch/text" 2>"$scratch/text-err" &
}
# Whether both monitors get events of instances: they do not say when they begin to.
both_hear() {
	bgtask trigger fire -a $mail -t Quick application
	has "$scratch/events" '"instance-ended".*"Quick"' &&
		has "$scratch/text" " instance-ended $mail Quick [0-9]*: completed, status 0$"
}
both_see_container() {
	bgtask container new org.example.seen && bgtask container delete org.example.seen
	has "$scratch/events" org.example.seen && has "$scratch/text" org.example.seen
}
# events NAME FILTER: applies the filter to each event of this name, one result a line.
events() { gojq -c "select(.event == \"$1\") | $2" "$scratch/events"; }
# lines NAME: the lines of the text about events of this name, without the time.
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
	same "$(events app-changed .app)" "$(gojq -c . <<-END
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
	same "$(gojq -c 'select(.time | test("^20.*Z$") | not)' "$scratch/events")" ""
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}

# Runs that wait, and runs that are told to end.
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

# Sets all three pairs of conditions, since the machine may have a way to the internet or not.
set_conditions() {
	bgtask condition set internet-available off
	bgtask condition set session-connected on
	bgtask condition set user-present on
}
# Starts the monitors, waits until they get events, and drops what they have printed so far.
listen() {
	start_with_app
	set_conditions
	bgtask task register -a $mail -n Quick -t application >/dev/null
	begin_monitors
	await both_hear
	bgtask task unregister -a $mail Quick
	await has "$scratch/text" "^20[^ ]*Z task-unregistered $mail Quick [0-9]*: application$"
	await has "$scratch/events" '"task-unregistered"'
	: >"$scratch/events"
	: >"$scratch/text"
}

# Registrations that begin and end, in every way.
test_monitor_tasks() {
	local sync worker when="time, every 1h 30min, if internet-available,user-not-present"
	listen
	sync=$(bgtask task register -a $mail -n Quick -t time -i 90min -c internet-available \
		-c user-not-present -l)
	fail_with "cannot register task \"Quick\": the app has a task of this name" \
		bgtask task register -a $mail -n Quick -t application
	worker=$(bgtask task register -a $mail -n Worker -t application -o)
	fire_worker
	touch "$scratch/go"
	await has "$scratch/text" " task-unregistered $mail Worker "
	bgtask task unregister "$sync"
	await has "$scratch/text" " task-unregistered $mail Quick "
	await has "$scratch/events" '"task-unregistered".*"Quick"'

	same "$(sed -nE 's/^20[^ ]*Z (task-|instance-ended .* Worker )/\1/p' "$scratch/text")" \
		"$(cat <<-END
		task-registered $mail Quick $sync: $when
		task-registered $mail Worker $worker: application, once
		instance-ended $mail Worker $id: completed, status 0, folder
		task-unregistered $mail Worker $worker: application, once
		task-unregistered $mail Quick $sync: $when
	END
	)"
	same "$(gojq -c 'select(.task) | [.event, .task.name]' "$scratch/events")" "$(cat <<-END
		["task-registered","Quick"]
		["task-registered","Worker"]
		["task-unregistered","Worker"]
		["task-unregistered","Quick"]
	END
	)"
	same "$(gojq -c 'select(.task.name == "Quick") | .task' "$scratch/events" | uniq)" \
		"$(gojq -c . <<-END
		{"id":$sync,"app":"$mail","name":"Quick","entry_point":"/bin/sh $scratch/quick",
		"trigger":"time","interval":5400000000000,"oneshot":false,
		"conditions":["internet-available","user-not-present"],
		"cancel_on_condition_loss":true}
	END
	)"
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}

# Apps that are installed, change and are removed, and what the user lets them do.
test_monitor_apps() {
	local manifest container task user
	listen
	manifest=$(write_manifest $other)
	bgtask app install "$manifest" >/dev/null
	container=$(bgtask -j app show $other | gojq .container)
	user=$(id -u nobody)
	bgtask app allow $other
	bgtask app allow $other
	# The only slot is taken.
	want 1 bgtask app allow $mail
	task=$(bgtask task register -a $other -n Quick -t application)
	write_manifest $other Class=other >/dev/null
	bgtask app upgraded $other
	bgtask app deny $other
	bgtask app remove $other
	await has "$scratch/text" " app-removed $other$"
	await has "$scratch/events" '"app-removed"'

	same "$(sed -nE 's/^20[^ ]*Z (task-|app-)/\1/p' "$scratch/text")" "$(cat <<-END
		app-installed $other: $manifest, class standard, access unspecified
		app-access-changed $other: lock-screen
		task-registered $other Quick $task: application
		app-installed $other: $manifest, class other, access lock-screen
		app-access-changed $other: denied-by-user
		task-unregistered $other Quick $task: application
		app-removed $other
	END
	)"
	same "$(events app-installed .app)" \
		"$({
			described_app "$manifest" "$user" standard unspecified "$container" 0
			described_app "$manifest" "$user" other lock-screen "$container" 1
		} | gojq -c .)"
	same "$(events app-access-changed .app)" "$(gojq -c . <<-END
		{"id":"$other","access":"lock-screen"}
		{"id":"$other","access":"denied-by-user"}
	END
	)"
	same "$(events app-removed .app)" "{\"id\":\"$other\"}"
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}
# described_app MANIFEST USER CLASS ACCESS CONTAINER TASKS
described_app() {
	printf '{"id":"%s","manifest":"%s","uid":%s,"class":"%s","access":"%s","container":%s,' \
		$other "${@:1:5}"
	printf '"tasks":%s,"state":"not-running","foreground":false,"pid":null,' "$6"
	printf '"extension":null,"description":null}\n'
}

# Conditions are reported only when others hold than before, and all at once.
test_monitor_conditions() {
	listen
	bgtask condition set user-present on
	bgtask condition set user-present off
	bgtask condition set user-not-present on
	bgtask condition set user-present on
	await has "$scratch/text" "condition-changed: .*,user-present$"
	await has "$scratch/events" '"condition-changed".*"user-present"'
	same "$(lines condition-changed:)" "$(cat <<-END
		condition-changed: internet-not-available,session-connected,user-not-present
		condition-changed: internet-not-available,session-connected,user-present
	END
	)"
	same "$(events condition-changed .conditions)" "$(cat <<-END
		["internet-not-available","session-connected","user-not-present"]
		["internet-not-available","session-connected","user-present"]
	END
	)"
	same "$(cat "$scratch/events-err" "$scratch/text-err")" ""
}

# The monitors go on with a helper that starts after them, and with the next one.
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
