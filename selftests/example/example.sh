#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The example of libbgtask(3): with everything installed as by "make install", and the helper on its
# default configuration, the example prints what the page says it does.

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"

cgroup=/sys/fs/cgroup/bgtask.apps

# Runs in a mount namespace of its own, so that the system itself is not changed.
if [[ ${1-} != inside ]]; then
	exec unshare --mount "$0" inside
fi

scratch=$(mktemp -d)
helper=
# shellcheck disable=SC2317 # called by the trap
end() {
	local directory
	if [[ $helper ]]; then
		kill "$helper"
		wait "$helper"
	fi
	bgtask container delete org.example.Mail 2>/dev/null
	for directory in "$cgroup"/*/*/ "$cgroup"/*/ "$cgroup"; do
		[[ ! -d $directory ]] || rmdir "$directory"
	done
	umount -l /etc /usr/local /var "$scratch"
	rmdir "$scratch"
}
trap end EXIT

install() {
	local directory name
	mount -t tmpfs -o mode=755 tmpfs "$scratch" || return
	for directory in /etc /usr/local /var; do
		name=$scratch/${directory//\//-}
		mkdir "$name" "$name.work" && chmod 755 "$name" &&
			mount -t overlay overlay $directory \
				-o "lowerdir=$directory,upperdir=$name,workdir=$name.work" || return
	done
	cp -r -P --preserve=mode "$here"/root/{etc,usr} / && ldconfig
}

# Runs the installed programs, not those in the build directory.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset LD_LIBRARY_PATH

start_helper() {
	local i
	bgtaskd 2>"$scratch/log" &
	helper=$!
	for ((i = 0; i < 300; i++)); do
		! bgtask condition list >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

# On an emulated debug kernel, a program has spent the usual budget before its main() begins.
stretch_budget() {
	sed -i 's/^#Quota=1s/Quota=1h/; s/^#Period=2h/Period=2h/' /etc/bgtask/bgtaskd.conf
	kill "$helper" && wait "$helper" && start_helper
}

# Runs the example twice: the second time the task is registered, and the history is longer.
run_example() {
	stretch_budget || return
	timeout 300 sh -e "$here/root/start" >"$scratch/output" 2>&1
	diff -u "$here/root/output" "$scratch/output" | sed 's/^/# /'
	return "${PIPESTATUS[0]}"
}

run_example_again() {
	timeout 300 sh -e "$here/root/start" 2>&1 | tail -n 2 >"$scratch/output"
	printf 'Sync of org.example.Mail: completed\n%.0s' 1 2 |
		diff -u - "$scratch/output" | sed 's/^/# /'
	return "${PIPESTATUS[1]}"
}

# offer WORD...: prints the completions of the last word.
offer() {
	COMP_WORDS=(bgtask "$@") COMP_CWORD=$# COMPREPLY=()
	_bgtask
	echo "${COMPREPLY[*]}"
}

completes_names() {
	# shellcheck source=userspace/bgtask/bgtask.bash-completion
	. /usr/local/share/bash-completion/completions/bgtask
	[[ $(offer app show "") == org.example.Mail &&
	   $(offer task list --app "") == org.example.Mail &&
	   $(offer task show S) == Sync && $(offer container show "") == org.example.Mail &&
	   $(offer task cancel "") == "" ]]
}

test_it() {
	if "${@:2}"; then
		ktap_test_pass "$1"
	else
		ktap_test_fail "$1"
	fi
}

ktap_print_header
ktap_set_plan 5
test_it "what make install has installed is in place" install
test_it "bgtaskd runs with its default configuration" start_helper
test_it "the example of libbgtask(3) prints what the page says" run_example
test_it "and runs again" run_example_again
test_it "completion knows the names that there are" completes_names
[[ ! -s $scratch/log ]] || sed 's/^/# /' "$scratch/log"
ktap_finished
