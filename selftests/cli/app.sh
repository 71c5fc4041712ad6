#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask app: what it does, and what it prints.

# shellcheck source=selftests/cli/helper.sh
. "$(dirname "$(readlink -f "$0")")/helper.sh"

test_app_install() {
	local file
	start_helper
	file=$(write_manifest $mail)
	want 0 bgtask app install "$file"
	same "$out" $mail
	file=$(write_manifest $other)
	want 0 bgtask -j app install "$file"
	same "$(json .)" "{\"id\":\"$other\"}"
	# Installed again, its manifest is read again.
	write_manifest $mail Class=other >/dev/null
	cd "$scratch/apps" || return
	want 0 bgtask app install $mail.bgtask
	want 0 bgtask app list
	like "$(words)" "*"$'\n'"$mail other *"$'\n'"$other standard *"
	[[ -d $apps/$mail/app && -d $apps/$mail/task ]] || wrong "it has no cgroups"
	# The examples of bgtask-app(5).
	cp "$here"/manual/*.bgtask .
	want 0 bgtask app install org.example.Mail.bgtask
	want 0 bgtask app install org.example.Reader.bgtask
	same "$out" org.example.Reader
}

# The example of bgtask(8), with the manifest of bgtask-app(5).
test_app_example() {
	local elsewhere
	sed 's|^EntryPoint=.*mail-sync|EntryPoint=/bin/true|' "$here/manual/$mail.bgtask" \
		>"$scratch/apps/$mail.bgtask"
	elsewhere=$(write_manifest $other)
	mv "$elsewhere" "$scratch"
	start_helper
	want 0 sh -ec "$(sed "s|/etc/bgtask/apps|$scratch/apps|" "$here/manual/sync")"
	like "$(words)" "$mail"$'\n'"1"$'\n'"ID *"
	bgtask condition set internet-available on
	bgtask trigger fire -a $mail -t Sync time
	await instance_is Sync "completed*"
	# An app whose manifest is in no manifest directory is gone after the helper has been
	# restarted.
	want 0 bgtask app install "$scratch/$other.bgtask"
	bgtask task register -a $other -n Quick -t application >/dev/null
	kill_helper
	start_helper
	want 0 bgtask -j app list
	same "$(json 'map([.id, .access, .tasks])')" "[[\"$mail\",\"lock-screen\",1]]"
	want 0 bgtask app install "$scratch/$other.bgtask"
	want 0 bgtask app list
	like "$(words)" "*"$'\n'"$other standard unspecified 1 *"
}

test_app_show() {
	local id container
	write_manifest $other >/dev/null
	start_with_app
	id=$(bgtask task register -a $mail -n Quick -t application)
	container=$(bgtask -j container show $mail | gojq .id)
	want 0 bgtask app list
	same "$(words)" "ID CLASS ACCESS TASKS MANIFEST
$mail standard unspecified 1 $scratch/apps/$mail.bgtask
$other standard unspecified 0 $scratch/apps/$other.bgtask"
	want 0 bgtask -j app list
	same "$(json '.[0]')" "$(gojq -c . <<-END
		{"id":"$mail","manifest":"$scratch/apps/$mail.bgtask","uid":$(id -u nobody),
		"class":"standard","access":"unspecified","container":$container,"tasks":1,
		"state":"not-running","foreground":false,"pid":null,"extension":null,
		"description":null}
	END
	)"
	same "$(json 'map(.id)')" "[\"$mail\",\"$other\"]"
	want 0 bgtask app show $mail
	same "$(words)" "$mail
Manifest: $scratch/apps/$mail.bgtask
User: $(id -u nobody)
Class: standard
Access: unspecified
Container: $container
State: not-running
Tasks:
$id Quick, application"
	want 0 bgtask app show $other
	like "$out" '*Tasks: none'
	want 0 bgtask app show -j $mail
	same "$(json '[.id, .tasks, (.registered | map([.id, .name]))]')" \
		"[\"$mail\",1,[[$id,\"Quick\"]]]"
}

test_app_remove() {
	start_with_app
	begin_worker
	# An app whose task cannot end (it is stopped) cannot be removed, and the command does not
	# wait for it.
	kill -STOP "$(<"$apps/$mail/task/$id/cgroup.procs")"
	fail_with "cannot remove app \"$mail\": its tasks are being cancelled, try again" \
		bgtask app remove $mail
	same "$(bgtask -j task list)" "[]"
	kill -CONT "$(<"$apps/$mail/task/$id/cgroup.procs")"
	await instance_is Worker "canceled *uninstall, status 1, uninstall"
	want 0 bgtask app remove $mail
	bgtask app install "$scratch/apps/$mail.bgtask" >/dev/null
	begin_worker
	want 0 bgtask app remove $mail
	same "$out" ""
	same "$(bgtask -j app list)" "[]"
	await is_gone "$apps/$mail"
	fail_with "cannot find container \"$mail\": there is no such container" \
		bgtask container show $mail
}

# What the user lets an app do is listed, has its effects, and lasts.
test_app_access() {
	write_manifest $other >/dev/null
	start_with_app
	bgtask task register -a $mail -n Quick -t lock-screen-application-added >/dev/null
	want 0 bgtask app allow $mail
	await instance_is Quick "completed*"
	same "$(cat "$scratch/said/$mail")" lock-screen-application-added:
	want 0 bgtask app show $mail
	like "$out" '*Access: lock-screen*'
	fail_with "cannot set what app \"$other\" may do: all 1 lock-screen slots are taken" \
		bgtask app allow $other lock-screen
	# The app leaves the lock screen, and its slot is free.
	bgtask task unregister -a $mail Quick
	bgtask task register -a $mail -n Quick -t lock-screen-application-removed >/dev/null
	want 0 bgtask app allow $mail none
	await has "$scratch/said/$mail" '^lock-screen-application-removed:$'
	want 0 bgtask app show $mail
	like "$out" '*Access: unspecified*'
	want 0 bgtask app allow $other lock-screen
	want 0 bgtask app allow $other always
	begin_worker
	want 0 bgtask app deny $mail
	await instance_is Worker "canceled *system-policy,*"
	kill_helper
	start_helper
	want 0 bgtask app list
	like "$(words)" "*$mail standard denied-by-user *$other standard always-allowed *"
}

test_app_upgraded() {
	local file
	start_with_app
	bgtask task register -a $mail -n Quick -t servicing-complete >/dev/null
	begin_worker
	file=$(write_manifest $mail Class=other)
	want 0 bgtask app upgraded $mail
	await instance_is Worker "canceled *servicing-update,*"
	await instance_is Quick "completed*"
	want 0 bgtask app list
	like "$(words)" "*"$'\n'"$mail other *"
	echo nonsense >>"$file"
	fail_with \
		"cannot upgrade app \"$mail\": line 11: neither a section nor a key with a value" \
		bgtask app upgraded $mail
}

test_app_life() {
	local pid
	start_with_app
	fail_with "cannot move app \"$mail\": the app does not run" bgtask app terminate $mail
	want 0 bgtask app launch $mail
	pid=$out
	has "$apps/$mail/app/cgroup.procs" "^$pid$" || wrong "process $pid is not in its cgroup"
	await eval "has /proc/$pid/comm '^sleep$'"
	fail_with "cannot launch app \"$mail\": the app runs already" bgtask app launch $mail
	want 0 bgtask app show -j $mail
	same "$(json '[.state, .foreground, .pid]')" "[\"running\",true,$pid]"
	want 0 bgtask app show $mail
	like "$(words)" "*State: running, in the foreground"$'\n'"Process: $pid"$'\n'"*"

	want 0 bgtask app background $mail
	await is_frozen "$apps/$mail/app"
	app_is suspended || wrong "it is not suspended"
	want 0 bgtask app foreground $mail
	await is_thawed "$apps/$mail/app"
	app_is "running, in the foreground" || wrong "it is not in the foreground"
	want 0 bgtask app suspend $mail
	await is_frozen "$apps/$mail/app"
	want 0 bgtask app resume $mail
	await is_thawed "$apps/$mail/app"
	app_is running || wrong "it is not resumed"

	want 0 bgtask app terminate $mail
	same "$out" ""
	await is_gone "/proc/$pid"
	await app_is not-running
	want 0 bgtask -j app launch $mail
	has "$apps/$mail/app/cgroup.procs" "^$(json .pid)$" || wrong "not the process of: $out"

	bgtask app install "$(write_manifest $other)" >/dev/null
	fail_with "cannot launch app \"$other\": the app's manifest has no Exec" \
		bgtask app launch $other
}

# A command that prints nothing prints nothing with --json either.
test_json_of_nothing() {
	local words
	start_with_app
	bgtask task register -a $mail -n Quick -t application >/dev/null
	begin_worker
	bgtask app launch $mail >/dev/null
	while read -r words; do
		# shellcheck disable=SC2086 # words they are
		want 0 bgtask -j $words
		same "$words: $out" "$words: "
	done <<-LIST
		task cancel $id
		app deny $mail
		app allow $mail lock-screen
		app background $mail
		app foreground $mail
		app suspend $mail
		app resume $mail
		condition set user-present on
		trigger fire -a $mail -t Quick application
		task unregister -a $mail Quick
		app upgraded $mail
		app terminate $mail
	LIST
	await app_is not-running
	rm "$scratch/apps"/*
	want 0 bgtask -j app remove $mail
	same "$out" ""
}

main "$@"
