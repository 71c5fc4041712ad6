#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the command line of apps, tasks, triggers and conditions refuses, and what it says then.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

test_no_helper() {
	local file what command
	file=$(write_manifest $mail)
	while read -r what command; do
		# shellcheck disable=SC2086 # words they are
		fail_with "${what//_/ }: there is no helper (bgtaskd does not run)" bgtask $command
	done <<-END
		cannot_install_$file app install $file
		cannot_list_the_apps -j app list
		cannot_move_app_"$mail" app foreground $mail
		cannot_register_task_"Quick" task register -a $mail -n Quick -t application
		cannot_list_the_instances task history
		cannot_fire_time trigger fire time
		cannot_read_the_conditions condition list
	END
}

test_usage() {
	local line text
	while IFS=: read -r line text; do
		# shellcheck disable=SC2086
		want 2 bgtask $line
		same "$out" ""
		like "$err" "$text"
	done <<-'END'
		app:Usage: bgtask app*
		app nonsense:bgtask: there is no command "nonsense"*
		app install:*install takes a manifest*
		app allow some nonsense:*"nonsense" is neither lock-screen, always nor none*
		app foreground:*foreground takes the id of an app*
		task register --name a:*register takes --name and --trigger*
		task register --trigger time:*register takes --name and --trigger*
		task register --name a --trigger time --trigger application:*a task has one trigger*
		task register --name a --trigger nonsense:*"nonsense" is not a trigger*
		task register -n a -t time --condition nonsense:*"nonsense" is not a condition*
		task cancel some:*"some" is not the id of an instance*
		task cancel 1 nonsense:*"nonsense" is not a reason*
		trigger fire nonsense:*"nonsense" is not a trigger*
		condition set nonsense on:*"nonsense" is not a condition*
		condition set user-present maybe:*"maybe" is neither on, off nor auto*
	END
}

test_app_manifest_errors() {
	local file=$scratch/apps/$mail.bgtask lines text
	start_helper
	fail_with "cannot find $file: No such file or directory" bgtask app install "$file"
	while IFS=: read -r lines text; do
		printf '%b' "[App]\nId=$mail\n$lines" >"$file"
		fail_with "cannot install $file: $text" bgtask app install "$file"
	done <<-'END'
		User=nobody\nColour=red\n:line 4: unknown key "Colour" in [App]
		User=nobody-of-this-name\n:line 3: unknown user "nobody-of-this-name"
		User=nobody\n[Task A]\nTriggers=time\n:line 4: task "A" has no EntryPoint
		User=nobody\n[Task A]\nEntryPoint=a\n[Task A]\n:line 6: task "A" is there twice
		User=nobody\nnonsense\n:line 4: neither a section nor a key with a value
		User=nobody\nClass=none\n:there is no quota class "none"
	END
	write_manifest $other >/dev/null
	mv "$scratch/apps/$other.bgtask" "$file"
	fail_with "cannot install $file: line 2: Id is not as the file is called" \
		bgtask app install "$file"
	write_manifest $mail >/dev/null
	chmod 666 "$file"
	fail_with "cannot install $file: others than root can write it" bgtask app install "$file"
	want 0 bgtask -j app list
	same "$(json .)" "[]"
	# A manifest with a mistake affects no other app, and the log says where the mistake is.
	write_manifest $other >/dev/null
	printf '%b' "[App]\nId=$mail\nUser=nobody\nColour=red\n" >"$file"
	chmod 644 "$file"
	kill_helper
	start_helper
	want 0 bgtask app list
	like "$out" "ID *MANIFEST"$'\n'"$other "*
	[[ $out != *$mail* ]] || wrong "it has the other one, too: $out"
	has "$scratch/log" "$file:4: unknown key" || wrong "the log does not have it"
}

test_app_unknown() {
	local what command
	start_helper
	while read -r what command; do
		# shellcheck disable=SC2086
		fail_with "${what//_/ }: there is no such app" bgtask $command
	done <<-END
		cannot_remove_app_"none" app remove none
		cannot_set_what_app_"none"_may_do app allow none always
		cannot_upgrade_app_"none" app upgraded none
		cannot_launch_app_"none" app launch none
		cannot_move_app_"none" app background none
		cannot_register_task_"Quick" task register -a none -n Quick -t application
		cannot_list_the_tasks task list -a none
		cannot_fire_application trigger fire -a none application
	END
	fail_with 'there is no app "none"' bgtask app show none
}

test_task_refused() {
	local what line
	write_manifest $other >/dev/null
	start_with_app
	bgtask task register -a $mail -n Quick -t application >/dev/null
	bgtask task register -a $other -n Quick -t application >/dev/null
	while IFS=';' read -r line what; do
		# shellcheck disable=SC2086
		fail_with "cannot register task \"${line%% *}\": $what" \
			bgtask task register -n $line
	done <<-END
		Quick -a $mail -t application;the app has a task of this name
		None -a $mail -t application;the manifest has no task "None"
		Worker -a $mail -t time -i 1h;the manifest does not allow this trigger
		Worker -a $mail -t application -x a";the entry point has a quote that does not end
		Worker -a $mail -t application -i 1h;only time and maintenance have an interval
		Quick -a $mail -t time -i 1min;the interval is shorter than 900 s
		Worker -t application;which app is missing
	END
	fail_with 'cannot register task "Worker": these conditions never hold together' \
		bgtask task register -a $mail -n Worker -t application -c user-present \
		-c user-not-present
	bgtask task unregister -a $mail Quick
	fail_with 'cannot unregister task "Quick": there is no such task' \
		bgtask task unregister -a $mail Quick
	fail_with 'cannot unregister task "999": there is no such task' bgtask task unregister 999
	fail_with 'there is no task "None"' bgtask task show None
	bgtask task register -a $mail -n Quick -t application >/dev/null
	fail_with 'more than one app has a task "Quick"; say --app' bgtask task show Quick
}

main "$@"
