# SPDX-License-Identifier: GPL-2.0
#
# Of "unreached", and of lines FILE:LINE, whether run and text, with tabs between them: prints the
# lines that no test runs and that have no reason, those that have a reason and need none, and how
# much of each part is run. Fails below 95 %.

FILENAME != "-" && /^#/ { next }
FILENAME != "-" && /^[^ \t]+\.[ch]: / {
	file = $0
	sub(/: .*/, "", file)
	text = substr($0, length(file) + 3)
	listed[file ": " text] = 0
}
FILENAME != "-" { next }

{
	if (!($1 in run))
		order[++count] = $1
	run[$1] += $2
	texts[$1] = $3
}

END {
	for (i = 1; i <= count; i++) {
		place = order[i]
		file = place
		sub(/:.*/, "", file)
		part = file
		sub(/\/[^\/]*$/, "", part)
		lines[part]++
		if (run[place]) {
			hit[part]++
			continue
		}
		if ((file ": " texts[place]) in listed)
			listed[file ": " texts[place]]++
		else
			print place ": " texts[place]
	}
	for (entry in listed)
		if (!listed[entry])
			print "unreached: is run, or not there any more: " entry
	for (part in lines) {
		printf "%s: %d of %d lines are run (%.1f %%)\n", part, hit[part], lines[part],
			100 * hit[part] / lines[part]
		if (hit[part] < 0.95 * lines[part])
			status = 1
	}
	exit status
}
