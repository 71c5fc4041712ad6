# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the scripts that keep downloads and builds in the user's cache directory.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/bgtask

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# once NAME COMMAND...: makes $cache/NAME by running COMMAND in a scratch directory, which gets this
# name when it is complete. If two run at once, the second one waits for the first.
once() {
	local name=$1 scratch=$cache/$1.partial
	shift
	[[ -d $cache/$name ]] && return
	mkdir -p "$cache"
	(
		flock 9
		[[ -d $cache/$name ]] && exit
		rm -rf "$scratch"
		mkdir "$scratch"
		cd "$scratch"
		"$@" >&2
		mv -T "$scratch" "$cache/$name"
	) 9>"$cache/.$name.lock" </dev/null
}
