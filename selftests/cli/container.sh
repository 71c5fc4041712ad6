#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bgtask container, and what is the same for all commands.
# shellcheck disable=SC2086 # no words of these need quotes

# shellcheck source=selftests/cli/stage.sh
. "$(dirname "$(readlink -f "$0")")/stage.sh"

test_container() {
	mkdir $top/a
	want 0 bgtask container new --quota 300ms --period 2min cli-c
	want 0 bgtask container add cli-c $top/a
	want 0 bgtask -j container show cli-c
	same "$(gojq -c '[.name, .quota, .period, .exempt, .throttled, .members]' <<<"$out")" \
		'["cli-c",300000000,120000000000,false,false,1]'
	want 0 bgtask container show cli-c
	like "$out" '*cli-c*'
	like "$out" '*300ms*'
	like "$out" '*2min*'
	want 0 bgtask container set --quota unlimited --period 1h cli-c
	want 0 bgtask -j container show cli-c
	same "$(gojq -c .period <<<"$out")" 3600000000000
	want 0 bgtask container list
	like "$out" '*cli-c*'
	want 0 bgtask -j container list
	same "$(gojq -r '.[] | select(.name == "cli-c") | .period' <<<"$out")" 3600000000000
	want 0 bgtask container exempt cli-c
	same "$(bgtask -j container show cli-c | gojq .exempt)" true
	want 0 bgtask container exempt cli-c off
	same "$(bgtask -j container show cli-c | gojq .exempt)" false
	want 0 bgtask container remove cli-c $top/a
	same "$(bgtask -j container show cli-c | gojq -c .members)" 0
	want 0 bgtask container delete cli-c
	want 1 bgtask container show cli-c
	like "$err" '*there is no such container*'
}

# The option --json prints JSON and nothing else; commands that print nothing take the option, too.
test_container_json() {
	local command filter filters=()
	mkdir $top/a
	while IFS=: read -r command filter; do
		want 0 bgtask container $command
		if [[ $filter ]]; then
			filters+=("(.[${#filters[@]}] | $filter)")
			echo "$out" >>"$scratch/answers"
		else
			same "$out$err" ""
		fi
	done <<-END
		new -j --quota unlimited cli-j:.name == "cli-j" and .quota == null and .left == null
		show -j cli-j:.quota == null and .left == null and .cgroups == [] and .members == 0
		set -j --quota 300ms --period 2min cli-j:
		show -j cli-j:.quota == 300000000 and .left == .quota and .period == 120000000000
		add -j --role task cli-j $top/a:.role == "task" and .held == false
		hold -j cli-j:
		show -j cli-j:.cgroups | length == 1 and .[0].held and .[0].role == "task"
		release -j cli-j:
		show -j cli-j:.cgroups[0].held == false and .cgroups[0].container == .id
		exempt -j cli-j:
		show -j cli-j:.exempt and .throttled == false
		exempt -j cli-j off:
		traffic -j cli-j:
		show -j cli-j:.exempt == false and .count_traffic
		kill -j cli-j:
		remove -j cli-j $top/a:
		new -j --exempt cli-k:.exempt and .quota == 2000000000 and .period == 900000000000
		list -j:map(.name) | index("cli-j") != null and index("cli-k") != null
		delete -j cli-k:
		delete -j cli-j:
	END
	want 0 gojq -es "[${filters[*]/%/,} true] | index(false) // \"none\"" "$scratch/answers"
	same "$out" '"none"'
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

# During a reprieve a container does not stand still, although it has no budget.
test_container_reprieve() {
	mkdir $top/a
	bgtask container new --quota 0 --period 1h cli-c
	bgtask container add cli-c $top/a
	await is_frozen $top/a
	want 0 bgtask container show cli-c
	[[ $out != *Reprieve:* ]] || wrong "it has one already: $out"
	want 0 bgtask container set --reprieve 1h cli-c
	same "$out" ""
	await is_thawed $top/a
	want 0 bgtask container show cli-c
	like "$out" '*  Reprieve: for 5[0-9]min *'
	want 0 bgtask -j container show cli-c
	same "$(gojq '.reprieve > 3000000000000 and .reprieve < 3600000000000' <<<"$out")" true
	want 1 bgtask container set -R 61min cli-c
	like "$err" '*reprieve must be at most 1 h*'
	want 0 bgtask container set -R 0 cli-c
	await is_frozen $top/a
	same "$(bgtask -j container show cli-c | gojq .reprieve)" 0
	want 2 bgtask container set --reprieve nonsense cli-c
	want 2 bgtask container set cli-c --reprieve
}

test_container_usage_agrees() {
	mkdir $top/a
	bgtask container new --quota unlimited cli-c
	bgtask container add cli-c $top/a
	sh -c "echo 0 >$top/a/cgroup.procs; i=0; while [ \$i -lt 20000 ]; do i=\$((i+1)); done; :"
	await eval "! is_populated $top/a"
	await usage_agrees
}

usage_agrees() {
	local key usage
	read -r key usage <$top/a/cpu.stat
	[[ $key == usage_usec ]] &&
		(($(bgtask -j container show cli-c | gojq .usage) / 1000 == usage))
}

# A datagram over the loopback device: 20 bytes of IP, 8 of UDP, and the text.
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
	same "$(gojq -c '[.count_traffic, .received, .sent, .local]' <<<"$out")" '[false,0,0,34]'
	want 0 bgtask container traffic cli-c on
	same "$(bgtask -j container show cli-c | gojq .count_traffic)" true
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
	same "$(gojq -r '.[] | select(.name | startswith("cli-")) | .name' <<<"$out")" "$name"
	bgtask container delete "$name"
}

test_closed_output() {
	bgtask container new cli-c
	# shellcheck disable=SC2094
	want 1 sh -c 'bgtask container list >/dev/full'
	like "$err" '*cannot write the output*'
}

main "$@"
