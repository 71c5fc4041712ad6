#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask task, trigger and condition: what they do, and what they print.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

test_task() {
	local id second
	start_with_app
	want 0 bgtask task register -a $mail -n Quick -t application
	id=$out
	want 0 bgtask -j task register --app $mail --name Worker --trigger application --oneshot \
		--entry-point "$scratch/worker /" --condition user-present -c internet-available \
		--cancel-on-condition-loss
	second=$(json .id)
	want 0 bgtask task list
	same "$(words)" "ID APP NAME TRIGGER INTERVAL CONDITIONS
$id $mail Quick application - -
$second $mail Worker application - internet-available,user-present"
	want 0 bgtask -j task list -a $mail
	same "$(json '.[1]')" "$(gojq -c . <<-END
		{"id":$second,"app":"$mail","name":"Worker","entry_point":"$scratch/worker /",
		"trigger":"application","interval":null,"oneshot":true,
		"conditions":["internet-available","user-present"],"cancel_on_condition_loss":true}
	END
	)"
	want 0 bgtask task show -a $mail Worker
	same "$(words)" "Worker
Id: $second
App: $mail
Entry point: $scratch/worker /
Trigger: application, once
Conditions: internet-available,user-present; cancelled when one is lost"
	want 0 bgtask -j task show "$id"
	same "$(json '[.id, .name]')" "[$id,\"Quick\"]"

	want 0 bgtask task unregister -a $mail Quick
	want 0 bgtask task unregister "$second"
	same "$(bgtask -j task list)" "[]"
	want 0 bgtask task register -a $mail -n Quick -t time -i 1h
	want 0 bgtask task list
	like "$(words)" "*$mail Quick time 1h -"
	want 0 bgtask task show Quick
	like "$(words)" "*Trigger: time, every 1h"$'\n'"*"
	want 0 bgtask -j task list
	same "$(json 'map(.interval)')" '[3600000000000]'
}

test_task_history() {
	start_with_app
	want 0 bgtask task history
	same "$(words)" "ID APP TASK FIRED STATE RESULT"
	same "$(bgtask -j task history)" "[]"
	begin_worker
	want 0 bgtask task history -a $mail
	like "$(words)" "*"$'\n'"$id $mail Worker 20??-??-??T??:??:??.??????Z running progress 50"
	want 0 bgtask -j task history
	same "$(json 'last | [.id, .app, .name, .trigger, .argument]')" \
		"[$id,\"$mail\",\"Worker\",\"application\",\"folder\"]"
	same "$(json 'last | [.state, .reason, .progress, .ended]')" '["running",null,50,null]'
	same "$(json 'last | .fired <= .started')" true
	has "$apps/$mail/task/$id/cgroup.procs" "^$(json 'last | .pid')$" ||
		wrong "its process is another: $out"
	touch "$scratch/go"
	await instance_is Worker "completed *status 0, folder"
	want 0 bgtask -j task history
	same "$(json 'last | [.state, .progress, .status, .message, .pid, .ended >= .started]')" \
		'["completed",50,0,"folder",null,true]'
	fail_with "cannot cancel instance $id: there is no such instance, or it has ended" \
		bgtask task cancel "$id"
}

test_task_cancel() {
	start_with_app
	begin_worker
	want 0 bgtask task cancel "$id"
	same "$out" ""
	await instance_is Worker "canceled *abort, status 1, abort"
	want 0 bgtask -j task history
	same "$(json 'last | [.id, .state, .reason, .status]')" "[$id,\"canceled\",\"abort\",1]"
	bgtask task unregister -a $mail Worker
	begin_worker
	want 0 bgtask task cancel "$id" energy-saver
	await instance_is Worker "canceled *energy-saver,*"
	fail_with "cannot cancel instance 9999: there is no such instance, or it has ended" \
		bgtask task cancel 9999
	# A registration that ends leaves the running instance alone, unless it is told to cancel
	# it.
	bgtask task unregister -a $mail Worker
	begin_worker
	want 0 bgtask task unregister -a $mail Worker
	same "$(bgtask -j task list)" "[]"
	touch "$scratch/go"
	await instance_is Worker "completed*"
	begin_worker
	want 0 bgtask task unregister -a $mail --cancel Worker
	await instance_is Worker "canceled *abort,*"
}

test_trigger() {
	write_manifest $other >/dev/null
	start_with_app
	bgtask task register -a $mail -n Quick -t time -i 1w >/dev/null
	bgtask task register -a $other -n Quick -t application >/dev/null
	bgtask app allow $mail always
	want 0 bgtask trigger fire --app $mail --task Quick --argument 'one  of them' time
	same "$out" ""
	await instance_is Quick "completed *status 0"
	want 0 bgtask -j task history
	same "$(json 'map([.trigger, .argument])')" '[["time","one  of them"]]'
	same "$(cat "$scratch/said/$mail")" "time:one  of them"
	# Fires a trigger for all tasks of an app, and for all apps.
	want 0 bgtask trigger fire -a $mail time
	await has "$scratch/said/$mail" '^time:$'
	want 0 bgtask trigger fire application
	await has "$scratch/said/$other" '^application:$'
	same "$(cat "$scratch/said/$mail")" "time:one  of them"$'\n'time:
	# Nothing is registered for this trigger.
	want 0 bgtask trigger fire sms-received
	fail_with 'cannot fire time: there is no such task' \
		bgtask trigger fire -a $mail -t None time
	fail_with 'cannot fire application: the task has another trigger' \
		bgtask trigger fire -a $mail -t Quick application
	fail_with 'cannot fire time: which app is missing' bgtask trigger fire -t Quick time
	fail_with 'cannot fire time: the argument is too long' \
		bgtask trigger fire -a $mail -g "$(printf '%01025d' 0)" time
	bgtask task unregister -a $mail Quick
	bgtask task register -a $mail -n Quick -t application --oneshot >/dev/null
	want 0 bgtask trigger fire -a $mail application
	await eval "! bgtask task list | grep -q $mail"
}

test_condition() {
	start_with_app
	bgtask task register -a $mail -n Quick -t application -c user-present >/dev/null
	want 0 bgtask condition set user-present off
	same "$out" ""
	want 0 bgtask condition list
	like "$(words)" "CONDITION HOLDS SOURCE
internet-available * auto
internet-not-available * auto
session-connected * auto
session-disconnected * auto
user-present no set
user-not-present yes set

Cost of work: @(low|medium|high)"
	want 0 bgtask -j condition list
	same "$(json '[.which, (.conditions | contains(["user-not-present"]))]')" \
		'[["user-present","user-not-present"],true]'
	like "$(json .work_cost)" '"@(low|medium|high)"'
	bgtask trigger fire -a $mail application
	await instance_is Quick "latched*"
	is_gone "$scratch/said/$mail" || wrong "it has run"
	want 0 bgtask condition set user-present on
	await instance_is Quick "completed*"
	want 0 bgtask condition set user-not-present auto
	same "$(bgtask -j condition list | gojq -c .which)" '[]'
	# This run is cancelled because its condition is lost.
	bgtask task register -a $mail -n Worker -t application -c user-present -l >/dev/null
	fire_worker
	want 0 bgtask condition set user-not-present on
	await instance_is Worker "canceled *condition-loss,*"
}

main "$@"
