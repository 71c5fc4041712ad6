# SPDX-License-Identifier: GPL-2.0
#
# The helper, with apps that have two tasks: one that is done at once, and one that goes on. What
# the tests of the command line share that take it.
#
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # what is the harness's, and what is the scripts'

# shellcheck source=selftests/cli/harness.sh
. "$(dirname "$(readlink -f "$0")")/harness.sh"

# The helper's, of which nothing is left after a test.
apps=$root/bgtask-selftest-cli
# Apps of most tests; the second one is there to be left alone.
mail=org.example.Mail
other=org.example.Other

# Tasks run as another user.
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

# It comes up with what it knew before, if it was there before.
start_helper() {
	bgtaskd -c "$scratch/bgtaskd.conf" 2>>"$scratch/log" &
	helper=$!
	await eval 'bgtask condition list >/dev/null 2>&1'
}

kill_helper() {
	kill -KILL "$helper"
	wait "$helper" 2>/dev/null
}

# write_manifest APP [KEY=VALUE...]: with more keys of [App].
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

# With an app that needs to know nothing of its life.
start_with_app() {
	write_manifest $mail "Exec=/bin/sleep 1000" >/dev/null
	start_helper
}

# Words of what was printed, with one space between them.
words() { sed -E 's/^ +| +$//g; s/ +/ /g' <<<"$out"; }
# json FILTER: of what was printed.
json() { gojq -c "$1" <<<"$out"; }
# Whether the app is in this state.
app_is() { [[ $(bgtask app show $mail) == *"State: $1"$'\n'* ]]; }
# instance_is TASK PATTERN: whether the last run of a task has this state and result. Its id is $id.
instance_is() {
	local number task result last=
	while read -r number _ task _ result; do
		[[ $task != "$1" ]] || id=$number last=$result
	done < <(bgtask task history -a $mail)
	# shellcheck disable=SC2053
	[[ $last == $2 ]]
}
# fail_with TEXT COMMAND...: it does, and prints nothing else.
fail_with() {
	want 1 "${@:2}"
	[[ $err == "bgtask: $1" && -z $out ]] || wrong "'${*:2}' says '$err$out', not '$1'"
}
# Fires it, and waits until it is half done. Its id is $id.
fire_worker() {
	rm -f "$scratch/go"
	bgtask trigger fire -a $mail -t Worker -g folder application
	await instance_is Worker "running *progress 50"
}
begin_worker() {
	bgtask task register -a $mail -n Worker -t application >/dev/null
	fire_worker
}
