# SPDX-License-Identifier: GPL-2.0
#
# Reads "unreached", and lines with FILE:LINE, the text, and the tests that run the line, separated
# by tabs. Prints the lines that no test runs and that "unreached" does not list, the entries of
# "unreached" that need no reason, and how much of each part is run. Fails below 95 %.

NR == FNR && /^#/ { next }
NR == FNR && /^[^ \t]+\.[ch]: / {
	file = $0
	sub(/: .*/, "", file)
	text = substr($0, length(file) + 3)
	listed[file ": " text] = 0
}
NR == FNR { next }

{
	file = $1
	sub(/:.*/, "", file)
	match(file, /^(kmod|userspace\/[a-z]+)/)
	part = substr(file, 1, RLENGTH)
	lines[part]++
	if ($3 != "")
		run[part]++
	else if ((file ": " $2) in listed)
		listed[file ": " $2]++
	else
		print $1 ": " $2
}

END {
	for (entry in listed)
		if (!listed[entry])
			print "unreached: is run, or not there any more: " entry
	for (part in lines) {
		printf "%s: %d of %d lines are run (%.1f %%)\n", part, run[part], lines[part],
			100 * run[part] / lines[part]
		if (run[part] < 0.95 * lines[part])
			status = 1
	}
	exit status
}
