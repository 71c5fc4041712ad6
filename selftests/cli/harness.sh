# SPDX-License-Identifier: GPL-2.0
#
# Shared by the tests of the command line: each script sources this, has functions setup(),
# test_...() and cleanup(), and ends with main "$@".
#
# shellcheck shell=bash

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"
PATH=$here/bin:$PATH

# shellcheck disable=SC2034 # the scripts use it
root=/sys/fs/cgroup
scratch=$(mktemp -d)
export scratch
# Remembers where these are, since looking for them takes long where the file system is the host's.
hash bgtask gojq sleep timeout

# Prints what is wrong, and where in the test, and lets the test fail.
wrong() {
	ktap_print_msg "${FUNCNAME[2]}, line ${BASH_LINENO[1]}: $1" >&3
	bad=1
}

# want STATUS COMMAND...: runs a command that must exit with STATUS; its output is in $out and $err.
want() {
	local status=$1 got=0 limit=()
	shift
	# A command that hangs fails its own test only.
	[[ $1 != bgtask ]] || limit=(timeout --foreground -s KILL 60)
	"${limit[@]}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || got=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err")
	((got == status)) || wrong "'$*' exits with $got, not $status: $out $err"
}
same() { [[ $1 == "$2" ]] || wrong "'$1' is not '$2'"; }
# shellcheck disable=SC2053 # a pattern it is
like() { [[ $1 == $2 ]] || wrong "'$1' is not like '$2'"; }
# pause MICROSECONDS: waits without starting a program, which would take longer.
mkfifo "$scratch/never"
exec {never}<>"$scratch/never"
pause() {
	local seconds
	printf -v seconds '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000))
	read -rt "$seconds" -u "$never"
}
# Waits until a command succeeds.
await() {
	local i
	for ((i = 0; i < 1500; i++)); do
		! "$@" || return 0
		pause 20000
	done
	wrong "'$*' does not become true"
}
# has FILE EXPRESSION: whether a line of the file matches an extended regular expression.
has() {
	local line
	while IFS= read -r line || [[ $line ]]; do
		[[ ! $line =~ $2 ]] || return 0
	done <"$1"
	return 1
} 2>/dev/null
is_frozen() { has "$1/cgroup.events" "^frozen 1$"; }
is_thawed() { has "$1/cgroup.events" "^frozen 0$"; }
is_gone() { [[ ! -e $1 ]]; }
is_populated() { has "$1/cgroup.events" "^populated 1$"; }
# is_in_state PID PATTERN: whether the letter of the process's state (see proc(5)) matches.
is_in_state() {
	local line
	read -r line <"/proc/$1/stat" || return
	line=${line##*) }
	# shellcheck disable=SC2053
	[[ ${line%% *} == $2 ]]
} 2>/dev/null
is_stopped() { is_in_state "$1" T; }
# A zombie has ended, too. "kill -0" would not do: if a signal ends one job while another job ends,
# bash may not wait for the first one until it is told to, and "kill -0" finds that job alive.
has_ended() { [[ ! -e /proc/$1 ]] || is_in_state "$1" Z; }
# ends STATUS PID: waits until a process in the background ends, which must be with STATUS.
ends() {
	local status=$1 got=0
	await has_ended "$2"
	kill -KILL "$2" 2>/dev/null
	wait "$2" 2>/dev/null || got=$?
	((got == status)) || wrong "it ends with $got, not $status"
}

# Loads the module again: the file that $BGTASK_MODULE names, a built one, or the installed one.
load_module() {
	local module=${BGTASK_MODULE:-$here/../../module/${KERNEL-}/bgtask.ko}
	if [[ -e $module ]]; then
		insmod "$module"
	else
		modprobe bgtask
	fi || wrong "cannot load the module again"
}

# Kills the jobs that a failed test has left.
kill_jobs() {
	local job
	for job in $(jobs -pr); do
		kill -KILL "$job" 2>/dev/null
	done
}

main() {
	local name
	tests=()
	while read -r name; do
		tests+=("$name")
	done < <(sed -n 's/^\(test_[a-z0-9_]*\)().*/\1/p' "$0")
	ktap_print_header
	(($# == 0)) || tests=("$@")
	ktap_set_plan "${#tests[@]}"
	for name in "${tests[@]}"; do
		if (
			bad=0
			setup
			$name
			cleanup
			exit $bad
		) 3>&1; then
			ktap_test_pass "${name#test_}"
		else
			ktap_test_fail "${name#test_}"
		fi
	done
	rm -rf "$scratch"
	ktap_finished
}
