# SPDX-License-Identifier: GPL-2.0
#
# The rows of bench.json as a table.

def pad($width): . + " " * ([$width - length, 0] | max);
def pad_left($width): " " * ([$width - length, 0] | max) + .;

def number:
	if . == null then ""
	elif . >= 100 or . <= -100 then round | tostring
	else . * 10 | round / 10 | tostring end;

def line($name; $value; $unit; $bound; $ok; $peer_value; $peer):
	[($name | pad(56)), ($value | pad_left(9)), ($unit | pad(12)), ($bound | pad_left(8)),
		($ok | pad(4)), ($peer_value | pad_left(9)), $peer]
	| join(" ") | sub(" +$"; "");

line(""; "value"; "unit"; "bound"; "kept"; "peer"; ""),
(.[] | line(.name; .value | number; .unit; .bound | number;
	if .ok == null then "" elif .ok then "yes" else "NO" end;
	.peer_value | number; .peer // ""))
