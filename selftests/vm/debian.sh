# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # what sources this uses the variables
#
# Sourced by the scripts that need to know the release of Debian. Sets "series", its kernels, the
# newest first; "headers", the package that depends on the newest headers of each; and "sanitizers",
# the package with clang's runtime.

# OS_RELEASE=FILE pretends another release, for tests.
# shellcheck source=/dev/null
debian=$(. "${OS_RELEASE:-/etc/os-release}" && echo "${ID-} ${VERSION_ID-}")

declare -A headers
case $debian in
"debian 12")
	series=(6.12 6.1)
	headers=([6.12]=linux-headers-6.12-amd64 [6.1]=linux-headers-amd64)
	sanitizers=libclang-rt-14-dev
	;;
"debian 13")
	series=(6.12)
	headers=([6.12]=linux-headers-amd64)
	sanitizers=libclang-rt-19-dev
	;;
*)
	echo "The test machine is made of packages of Debian 12 or 13; this is $debian." >&2
	exit 1
	;;
esac
