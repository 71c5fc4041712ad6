# SPDX-License-Identifier: GPL-2.0
#
# Reads "folders", lines PART OBJECT TYPE SYMBOL made from the output of nm(1), and lines PART FILE
# include HEADER. Prints the calls and headers that go up, the headers that are another folder's
# own, the objects in a circle that leaves their folder or is too large, and the functions that have
# the same name as another function of the same part. Fails if there are any.

# The index of the folder that a file is in, or of the file itself; the highest layer is the first.
function layer_of(part, file,    i) {
	for (i = 1; i <= count[part]; i++)
		if (index(file, name[part, i] ".") == 1 ||
		    index(file, name[part, i] "/") == 1)
			return i
	return 0
}

function complain(text) {
	print text
	status = 1
}

NR == FNR && (/^#/ || NF < 3) { next }
NR == FNR {
	largest[$1] = $2
	for (i = 3; i <= NF; i++)
		name[$1, ++count[$1]] = $i
	next
}

$3 == "include" {
	from = layer_of($1, $2)
	to = layer_of($1, $4)
	if (to && to < from)
		complain($1 "/" $2 ": includes " $4 ", which is of a higher folder")
	if (to && to != from && $4 ~ /-internal\.h$/)
		complain($1 "/" $2 ": includes " $4 ", which is that folder's own")
	next
}

!(($1, $2) in number) {
	number[$1, $2] = ++objects[$1]
	object[$1, objects[$1]] = $2
	layer[$1, $2] = layer_of($1, $2)
	if (!layer[$1, $2])
		complain($1 "/" $2 ": is in no folder of the table")
}
$3 ~ /^[TDBRVW]$/ {
	if (($1, $4) in home && $3 == "T")
		complain($1 ": " $4 " is in " home[$1, $4] " and " $2)
	home[$1, $4] = $2
}
$3 == "U" { used[++uses] = $1 SUBSEP $2 SUBSEP $4 }

END {
	for (i = 1; i <= uses; i++) {
		split(used[i], use, SUBSEP)
		part = use[1]
		from = use[2]
		if (!((part, use[3]) in home))
			continue
		to = home[part, use[3]]
		total[part]++
		reaches[part, number[part, from], number[part, to]] = 1
		if (layer[part, to] < layer[part, from]) {
			complain(part ": " from " → " to ": " use[3])
			upward[part]++
		}
	}
	for (part in objects) {
		n = objects[part]
		for (k = 1; k <= n; k++)
			for (i = 1; i <= n; i++)
				if (((part, i, k) in reaches))
					for (j = 1; j <= n; j++)
						if ((part, k, j) in reaches)
							reaches[part, i, j] = 1
		in_circle = 0
		for (i = 1; i <= n; i++) {
			if (i in told)
				continue
			circle = ""
			size = leaves = 0
			for (j = i; j <= n; j++)
				if (((part, i, j) in reaches) && ((part, j, i) in reaches)) {
					told[j]
					size++
					circle = circle " " object[part, j]
					leaves += layer[part, object[part, j]] != \
						  layer[part, object[part, i]]
				}
			if (size < 2)
				continue
			in_circle += size
			if (leaves || size > largest[part])
				complain(part ": a circle " (leaves ? "that leaves its folder" : \
					 "of more than " largest[part]) ":" circle)
		}
		delete told
		printf "# %s: %d uses, %d upward; %d of %d objects in circles\n", part,
			total[part], upward[part], in_circle, n
	}
	exit status
}
