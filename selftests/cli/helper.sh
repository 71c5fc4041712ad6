# SPDX-License-Identifier: GPL-2.0
#
# What the tests of the command line share that need the helper: they start it, with apps that have
# two tasks, one that completes at once and one that runs until it is told to end.
#
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # what is the harness's, and what is the scripts'

# shellcheck source=selftests/cli/harness.sh
. "$(dirname "$(readlink -f "$0")")/harness.sh"

# The cgroup of the helper, which is removed after each test.
apps=$root/bgtask-selftest-cli
# The tests act on the first app; most only check that the second one is left alone.
mail=org.example.Mail
other=org.example.Other

# The directories are open to all, as tasks run as another user.
setup() {
	rm -rf "${scratch:?}"/*
	chmod 755 "$scratch"
	mkdir "$scratch/apps"
	mkdir -m 1777 "$scratch/said"
	cp "$here/worker" "$scratch"
	cat >"$scratch/quick" <<-END
		echo "\$BGTASK_TRIGGER:\$BGTASK_ARGUMENT" >>$scratch/said/\$BGTASK_APP
	END
	cat >"$scratch/bgtaskd.conf" <<-END
		[Helper]
		StateDirectory=$scratch/state
		RuntimeDirectory=$scratch/run
		ManifestDirectories=$scratch/none $scratch/apps
		Cgroup=${apps##*/}
		CancelTimeout=1min
		IdleWindow=0
		IdleWindowStandby=0
		MemoryStall=0
		LockScreenSlots=1
		[Class standard]
		Quota=unlimited
		Period=1s
		[Class other]
		Quota=unlimited
		Period=1s
	END
}

cleanup() {
	local cgroup app
	kill_jobs
	wait 2>/dev/null
	for cgroup in "$apps"/*/; do
		[[ ! -e $cgroup/cgroup.kill ]] || echo 1 >"$cgroup/cgroup.kill"
	done
	await cgroups_are_gone
	bgtask container list | while read -r _ app _; do
		[[ $app != org.example.* ]] || bgtask container delete "$app"
	done
}
cgroups_are_gone() {
	[[ ! -e $apps ]] || find "$apps" -depth -type d -exec rmdir {} + 2>/dev/null
}

# Starts the helper, which finds the state that an earlier helper has left.
start_helper() {
	bgtaskd -c "$scratch/bgtaskd.conf" 2>>"$scratch/log" &
	helper=$!
	await eval 'bgtask condition list >/dev/null 2>&1'
}

kill_helper() {
	kill -KILL "$helper"
	wait "$helper" 2>/dev/null
}

# write_manifest APP [KEY=VALUE...]: with more keys in the section [App]. Prints the file's path.
write_manifest() {
	local file=$scratch/apps/$1.bgtask
	local slot="lock-screen-application-added lock-screen-application-removed"
	{
		printf '%s\n' "[App]" "Id=$1" User=nobody "${@:2}"
		cat <<-END
			[Task Quick]
			EntryPoint=/bin/sh $scratch/quick
			Triggers=application time servicing-complete $slot
			[Task Worker]
			EntryPoint=$scratch/worker $scratch/go
			Triggers=application
		END
	} >"$file"
	echo "$file"
}

# Starts the helper with an app whose process need not listen to events.
start_with_app() {
	write_manifest $mail "Exec=/bin/sleep 1000" >/dev/null
	start_helper
}

# The words of $out, with one space between them.
words() { sed -E 's/^ +| +$//g; s/ +/ /g' <<<"$out"; }
# json FILTER: applies the filter to $out.
json() { gojq -c "$1" <<<"$out"; }
# app_is STATE: whether the app is in this state.
app_is() { [[ $(bgtask app show $mail) == *"State: $1"$'\n'* ]]; }
# instance_is TASK PATTERN: whether the last run of a task has this state and result. Sets $id to
# its id.
instance_is() {
	local number task result last=
	while read -r number _ task _ result; do
		[[ $task != "$1" ]] || id=$number last=$result
	done < <(bgtask task history -a $mail)
	# shellcheck disable=SC2053
	[[ $last == $2 ]]
}
# fail_with TEXT COMMAND...: the command must fail, and print this text only.
fail_with() {
	want 1 "${@:2}"
	[[ $err == "bgtask: $1" && -z $out ]] || wrong "'${*:2}' says '$err$out', not '$1'"
}
# Fires the task Worker, and waits until it is half done. Sets $id to the id of its run.
fire_worker() {
	rm -f "$scratch/go"
	bgtask trigger fire -a $mail -t Worker -g folder application
	await instance_is Worker "running *progress 50"
}
begin_worker() {
	bgtask task register -a $mail -n Worker -t application >/dev/null
	fire_worker
}
