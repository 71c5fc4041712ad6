# SPDX-License-Identifier: GPL-2.0
#
# Lists the one-line faults that can be put into C sources, such as a reviewer would call a bug:
# FILE, LINE, OPERATOR, the original line and the faulty line, separated by tabs. Tabs inside a line
# are written \t.
#
# Leaves out messages for people, assertions and declarations.

# Replaces everything that is not code (comments, strings, characters) by as many blanks.
function code_of(line,    i, c, out, quote) {
	out = ""
	quote = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (in_comment) {
			if (substr(line, i, 2) == "*/") {
				in_comment = 0
				out = out " "
				i++
			}
			out = out " "
		} else if (quote != "") {
			if (c == "\\") {
				out = out "_"
				i++
			} else if (c == quote) {
				quote = ""
			}
			out = out "_"
		} else if (substr(line, i, 2) == "/*") {
			in_comment = 1
			out = out "  "
			i++
		} else if (substr(line, i, 2) == "//") {
			break
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out (quote == "" ? c : "_")
		}
	}
	return out
}

# The position of the parenthesis that closes the one at START; 0 if that is in another line.
function closing(code, start,    i, depth, c) {
	depth = 0
	for (i = start; i <= length(code); i++) {
		c = substr(code, i, 1)
		if (c == "(")
			depth++
		else if (c == ")" && --depth == 0)
			return i
	}
	return 0
}

function escaped(line) {
	gsub(/\t/, "\\t", line)
	return line
}

# Prints the line with LENGTH characters from START on replaced.
function fault(operator, start, len, text,    line) {
	line = substr($0, 1, start - 1) text substr($0, start + len)
	printf "%s\t%d\t%s\t%s\t%s\n", FILENAME, FNR, operator, escaped($0), escaped(line)
}

# Makes a fault for each match of EXPRESSION between blanks: TEXT in its place.
function each(operator, expression, text,    from, rest) {
	from = 1
	while (match(rest = substr(code, from), " " expression " ")) {
		fault(operator, from + RSTART, RLENGTH - 2, text)
		from += RSTART + RLENGTH - 1
	}
}

function condition(    start, end) {
	if (!match(code, /^\t+(} else )?(if|while) \(/))
		return
	start = RSTART + RLENGTH - 1
	end = closing(code, start)
	if (!end)
		return
	fault("inverted", start, end - start + 1, "(!" substr($0, start, end - start + 1) ")")
	if (code ~ /if \(/)
		fault("left out", start, end - start + 1, "(false)")
}

function comparisons() {
	if (code !~ /for \(/) {
		# In "x < 0 ? x : 0" and the like, the bound itself gives the same on both sides.
		if (code !~ /([A-Za-z_>.-]+) [<>]=? 0 [?] [A-Za-z_>.-]+ : 0;/) {
			each("bound", "<", "<=")
			each("bound", "<=", "<")
			each("bound", ">", ">=")
			each("bound", ">=", ">")
		}
	}
	if (code !~ /^\t+(} else )?(if|while) \([^&|]*\)/) {
		each("inverted", "==", "!=")
		each("inverted", "!=", "==")
	}
	each("and for or", "[|][|]", "&&")
	each("or for and", "&&", "||")
	each("sign", "[+]", "-")
	each("sign", "-", "+")
}

# Faults of a line that is a whole statement.
function statement(    name) {
	if (match(code, /^\t+[A-Za-z_][A-Za-z0-9_]*\(.*\);$/)) {
		name = code
		sub(/^\t+/, "", name)
		sub(/\(.*/, "", name)
		if (name !~ silent && closing(code, index(code, "(")) == length(code) - 1)
			fault("call left out", 1, length($0), ";")
	}
	if (code ~ /^\t+[*(]*[a-z_][A-Za-z0-9_()]*(->|\.|\[)[^=;,]* [-+|&]?= [^=].*;$/ ||
	    code ~ /^\t+\*[a-z_]+ = .*;$/)
		fault("not set", 1, length($0), ";")
	if (match(code, /^\t+(break|continue);$/))
		fault(code ~ /break/ ? "break left out" : "continue left out", 1, length($0), ";")
	if (match(code, /return -E[A-Z0-9]+;$/))
		fault("error lost", RSTART, RLENGTH, "return 0;")
	if (match(code, /return (err|error|ret|status);$/))
		fault("error lost", RSTART, RLENGTH, "return 0;")
	if (match(code, /return true;$/))
		fault("answer", RSTART, RLENGTH, "return false;")
	if (match(code, /return false;$/))
		fault("answer", RSTART, RLENGTH, "return true;")
	if (match(code, / = true;$/))
		fault("answer", RSTART, RLENGTH, " = false;")
	if (match(code, / = false;$/))
		fault("answer", RSTART, RLENGTH, " = true;")
}

# Faults that swap the first two arguments of a call.
function arguments(    inside, at, comma, first, second) {
	if (!match(code, /[a-z0-9_]\([a-z_][a-z0-9_>.-]*, [a-z_][a-z0-9_>.-]*[,)]/))
		return
	at = RSTART + 2
	inside = substr($0, at, RLENGTH - 3)
	comma = index(inside, ", ")
	first = substr(inside, 1, comma - 1)
	second = substr(inside, comma + 2)
	name = substr(code, 1, at - 2)
	sub(/.*[^A-Za-z0-9_]/, "", name)
	if (first != second && name !~ silent && name !~ symmetrical)
		fault("swapped", at, length(inside), second ", " first)
}

function constants(    from, before) {
	if (code ~ /^#/ && code !~ /^#define [A-Z0-9_]+[ \t]/)
		return
	from = 1
	while (match(substr(code, from), /[ (,-]([2-9]|[1-9][0-9]+)(UL|ULL|U|L)?([ ),;]|$)/)) {
		before = substr(code, 1, from + RSTART - 1)
		if (before !~ /(<<|>>) $/)
			fault("doubled", from + RSTART, 0, "2 * ")
		from += RSTART + RLENGTH - 1
	}
}

BEGIN {
	silent = "^(trace_|log_|pr_|dev_|NL_SET|WARN|BUG|BUILD_BUG|lockdep_|static_assert|assert" \
		 "|va_|might_|MODULE_|EXPORT_|DEFINE_|DECLARE_|TRACE_|TP_|sd_journal|if|while|for" \
		 "|switch|return|sizeof|bool|int|void|fprintf|problem_)"
}

# Calls for which the order of the arguments makes no difference.
BEGIN { symmetrical = "^(strcmp|memcmp|min|max|uid_eq|gid_eq|swap)$" }

FNR == 1 { in_comment = depth = 0 }
{
	code = code_of($0)
	sub(/[ \t]+$/, "", code)
	if (code == "")
		next
	constants()
	# Only code inside of functions has faults, and whole declarations are left out.
	if (code !~ /^\t/)
		next
	condition()
	comparisons()
	statement()
	if (code !~ /^\t+(static |const |struct |unsigned |bool |int |u32 |u64 )/)
		arguments()
}
