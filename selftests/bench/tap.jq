# SPDX-License-Identifier: GPL-2.0
#
# The rows of bench.json that have a bound, as TAP.

map(select(.ok != null))
| "1..\(length)",
(to_entries[] | .key as $number | .value
| "\(if .ok then "" else "not " end)ok \($number + 1) - \(.name): \(.value) \(.unit), at most \(
	.bound)")
