# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the scripts that download and build: shows their progress.

# step WHAT COMMAND [ARG...]: runs the command, and shows its progress on stderr instead of its
# output. Shows nothing if it ends at once; on a terminal one line, which changes; elsewhere a line
# now and then. If the command fails, shows its output.
step() {
	local what=$1 began=$SECONDS next=2 interval=30 before="" after='\n' status=0 shown=""
	local line="" unfinished="" last="" scratch log output command
	shift
	if [[ -t 2 ]]; then
		interval=1 before='\r\033[K' after=""
	fi
	scratch=$(mktemp -d)
	mkfifo "$scratch/output"
	# An interrupt must end the command, too; a job in the background would ignore it.
	(trap - INT && "$@") >"$scratch/output" 2>&1 </dev/null &
	command=$!
	# Opens both files and removes their names, which an interrupted shell would leave behind.
	exec {output}<"$scratch/output" {log}<>"$scratch/log"
	rm -r "$scratch"
	while :; do
		if IFS= read -r -t 1 -u $output line; then
			last=$unfinished$line unfinished=""
			printf '%s\n' "$last" >&$log
		elif (($? > 128)); then
			unfinished+=$line
		else
			break
		fi
		if ((SECONDS - began >= next)); then
			shown=yes next=$((SECONDS - began + interval))
			printf -v line '%.79s' "$what: $((SECONDS - began)) s${last:+, $last}"
			printf "$before%s$after" "$line" >&2
		fi
	done
	exec {output}<&-
	wait $command || status=$?
	if ((status)); then
		printf "$before%s\n" "$what: failed" >&2
		{ cat /dev/fd/$log; echo "$unfinished$line"; } | sed '/^$/d' | tail -n 100 >&2
	elif [[ $shown ]]; then
		printf "$before%s\n" "$what: done in $((SECONDS - began)) s" >&2
	fi
	exec {log}>&-
	return $status
}
