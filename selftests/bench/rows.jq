# SPDX-License-Identifier: GPL-2.0
#
# Turns the "NAME VALUE UNIT" lines of the measuring programs into the rows of bench.json:
#
#   name, value, unit   what was measured
#   peer, peer_value    what it is compared with: the same unit, measured in the same run
#   bound               the value must not be larger than this; null if there is no bound
#   ok                  whether the value keeps its bound; null without a bound
#
# A row whose measurement is missing, as in a short run, is left out.

# Collects all samples of a name.
reduce (inputs | split(" ") | select(length == 3)) as [$name, $value, $unit]
	({}; .[$name] += [$value | tonumber])
| . as $raw

| def median:
	sort | length as $length
	| if $length == 0 then null
	  else (.[($length - 1) / 2 | floor] + .[$length / 2 | floor]) / 2 end;
def middle($name): $raw[$name] // [] | median;
def middle_size($name): $raw[$name] // [] | map(fabs) | median;
def worst($name): $raw[$name] // [] | max_by(fabs);

# Rounds to three decimals, since the values are not more exact than that.
def rounded: if . == null then null else . * 1000 | round / 1000 end;

def row($name; $value; $unit; $peer; $peer_value; $bound):
	select($value != null)
	| {
		$name, value: ($value | rounded), $unit,
		$peer, peer_value: ($peer_value | rounded),
		bound: ($bound | rounded),
		ok: (if $bound == null then null else $value <= $bound end)
	};

def difference($a; $b): if $a and $b then $a - $b else null end;
def added($state): difference(middle("switch.\($state)"); middle("switch.unloaded"));

def switches:
	"instructions" as $unit
	| row("context switch without the module"; middle("switch.unloaded"); $unit;
		null; null; null),
	row("added by the module, no container"; added("no-container"); $unit;
		"cpu.max"; added("cpu-max"); null),
	row("added outside of 1 container"; added("outside-1"); $unit;
		"cpu.max"; added("cpu-max"); 40),
	row("added outside of 1000 containers"; added("outside-1000"); $unit;
		"of 1 container"; added("outside-1"); [40, 1.1 * added("outside-1")] | min),
	row("added inside of 1 container"; added("inside-1"); $unit;
		"cpu.max"; added("cpu-max"); 80),
	row("added inside, with 1000 others"; added("inside-1000"); $unit;
		"with no others"; added("inside-1"); [80, 1.1 * added("inside-1")] | min);

def threads: if . == 1 then "1 thread" else "\(.) threads" end;

# Where the clock counts instructions, nothing on the host can make anything late.
def overshoot($prefix; $where):
	((1, 2, 4) | select($raw["\($prefix)freeze.\(.)"])) as $count
	| "\($count | threads), \($where)" as $load
	| "\($prefix)plain.\($count)" as $plain
	| "\($prefix)anticipated.\($count).stopped" as $anticipated
	| "\($prefix)cpu-max.\($count)" as $cpu_max
	| "\($prefix)freeze.\($count)" as $freeze
	| "\($prefix)timer.\($count)" as $timer
	| row("detected late, median: \($load)"; middle_size("\($plain).detected"); "us";
		"late timer x CPUs"; middle($timer); 200),
	row("detected late, worst: \($load)"; worst("\($plain).detected"); "us";
		"late timer x CPUs"; worst($timer); if $prefix == "" then null else 200 end),
	row("stopped beyond quota, median: \($load)"; middle("\($plain).stopped"); "us";
		"plain freeze x CPUs"; middle($freeze); 1.25 * middle($freeze)),
	row("stopped beyond quota, worst: \($load)"; worst("\($plain).stopped"); "us";
		"plain freeze x CPUs"; worst($freeze); null),
	row("anticipated, median error: \($load)"; middle_size($anticipated); "us";
		"cpu.max"; middle_size($cpu_max); middle_size($cpu_max)),
	row("anticipated, worst error: \($load)"; worst($anticipated); "us";
		"cpu.max"; worst($cpu_max); null);

# A sample of 0 means that the app did not run when it was asked to stop: it is ignored.
def latency($prefix; $where):
	def middle_real($name): $raw[$name] // [] | map(select(. > 0)) | median;
	# A bound depends on how busy the host is, unless the clock counts instructions.
	def bound($factor): if . and $factor and $prefix != "" then . * $factor else null end;
	def seen($name; $way; $what; $factor):
		middle_real("\($prefix)latency.plain.\($what)") as $plain
		| row("\($name) as the app sees it, median, \($where)";
			middle_real("\($prefix)latency.\($way).\($what)"); "us";
			"cgroup.freeze"; $plain; $plain | bound($factor));
	seen("hold"; "module"; "freeze"; null),
	seen("release"; "module"; "thaw"; 1.2),
	seen("to the background"; "helper"; "freeze"; null),
	seen("to the foreground"; "helper"; "thaw"; 3),
	seen("to the foreground, by its UI thread,"; "ui"; "thaw"; 3);

def scale:
	($raw | keys[] | capture("^scale\\.(?<count>[0-9]+)\\.container-new$").count | tonumber)
		as $count
	| ("container-new", "member-add", "member-del", "container-del") as $operation
	| row("\($operation), \($count) containers"; middle("scale.\($count).\($operation)"); "/s";
		(if $count > 10 then "10 containers" else "mkdir of a cgroup" end);
		(if $count > 10 then "scale.10.\($operation)" else "scale.mkdir" end | middle(.));
		null);

# A bound depends on how busy the host is, unless the clock counts instructions.
def mutexes($prefix; $where; $unit; $ns):
	def cost($name): middle("\($prefix)mutex.\($name)") | if . then . / $ns else null end;
	def bound($factor): if . and $factor and $prefix != "" then . * $factor else null end;
	def counts($what):
		[$raw | keys[] | ltrimstr("\($prefix)mutex.\($what).") | tonumber?] | sort;
	def pair($peer; $name; $factor):
		row("acquire and release a mutex, \($where)"; cost("pair.bgtask"); $unit;
			$name; cost("pair.\($peer)"); cost("pair.\($peer)") | bound($factor));
	def hand_over($peer; $name):
		row("hand over to another process, \($where)"; cost("chase.bgtask"); $unit;
			$name; cost("chase.\($peer)"); null);
	def queue($waiters):
		row("hand over and ask again, \($waiters) waiters, \($where)";
			cost("queue.\($waiters)"); $unit; "1 waiter"; cost("queue.1"); null);
	def many($few; $many):
		row("acquire and release, owning \($many), \($where)"; cost("many.\($many)"); $unit;
			"owning \($few)"; cost("many.\($few)"); cost("many.\($few)") | bound(1.2));
	pair("getfamily"; "GETFAMILY"; 2),
	pair("dbus"; "D-Bus name"; 1 / 20),
	pair("flock"; "flock"; null),
	pair("robust"; "robust pthread mutex"; null),
	hand_over("flock"; "flock"),
	hand_over("robust"; "robust pthread mutex"),
	queue(counts("queue")[1:][]),
	(counts("many") | select(length == 2) | many(.[0]; .[1]));

def launch($prefix; $where; $unit; $ns):
	def cost($way): middle("\($prefix)launch.\($way)") | if . then . / $ns else null end;
	row("application trigger to the first instruction, \($where)"; cost("bgtask"); $unit;
		"clone3 and exec"; cost("clone"); cost("clone") | if . then 2 * . else null end),
	row("systemd-run --wait to the first instruction, \($where)"; cost("systemd"); $unit;
		"application trigger"; cost("bgtask"); null);

def registrations($prefix; $where; $unit; $ns):
	def cost($count; $what):
		middle("\($prefix)registrations.\($count).\($what)")
		| if . then . / $ns else null end;
	# A bound depends on how busy the host is, unless the clock counts instructions.
	def bound: if . and $prefix != "" then 1.2 * . else null end;
	def against_none($what; $count; $name):
		row("\($name), \($count) others, \($where)"; cost($count; $what); $unit;
			"no others"; cost(0; $what); cost(0; $what) | bound);
	([$raw | keys[] | ltrimstr("\($prefix)registrations.")
		| capture("^(?<count>[0-9]+)\\.").count | tonumber]
		| max | values | select(. > 0)) as $many
	| (("register", "unregister") as $what
		| select($prefix != "") | against_none($what; $many; "\($what) a task")),
	against_none("fire-one"; $many; "fire, 1 matches"),
	row("fire, \(middle("\($prefix)registrations.matching")) match, each, \($where)";
		cost($many; "fire-many"); $unit; "no others"; cost(0; "fire-many");
		cost(0; "fire-many") | bound);

def speed:
	($raw | keys[] | capture("^registrations\\.(?<count>[0-9]+)\\.register$").count | tonumber)
		as $count
	| ("register", "unregister") as $what
	| def rate($of): middle("registrations.\($of).\($what)") | if . then 1e9 / . else null end;
	row("\($what) tasks, among \($count)"; rate($count); "/s";
		if $count > 0 then "among 0" else null end;
		if $count > 0 then rate(0) else null end; null);

def packets:
	("connected", "unconnected") as $kind
	| def added($state): difference(middle("packet.\($kind).\($state)");
		middle("packet.\($kind).uncounted"));
	row("UDP packet, \($kind), not counted"; middle("packet.\($kind).uncounted");
		"instructions"; null; null; null),
	row("added by counting others, \($kind)"; added("outside"); "instructions";
		null; null; null),
	row("added by counting, \($kind)"; added("inside"); "instructions";
		"counting others"; added("outside"); null),
	row("left when nothing is counted any more, \($kind)"; added("afterwards");
		"instructions"; "counting others"; added("outside");
		added("outside") | if . then 0.25 * . else null end);

def memory:
	((["container", "scale"], ["member", "scale"], ["mutex", "mutex"], ["waiter", "mutex"])
		as [$what, $program]
	| row("memory of a \($what), Slab + Percpu";
		middle("\($program).memory.\($what)"); "bytes"; null; null; null)),
	row("memory of a registration, in the helper"; middle("registrations.memory"); "bytes";
		null; null; null);

[switches, overshoot("exact."; "exact clock"), overshoot(""; "2 CPUs"),
	latency("exact."; "exact clock"), latency(""; "2 CPUs"),
	mutexes("exact."; "exact clock"; "instructions"; 1), mutexes(""; "real clock"; "us"; 1000),
	launch("exact."; "exact clock"; "instructions"; 1), launch(""; "real clock"; "us"; 1000),
	registrations("exact."; "exact clock"; "instructions"; 1),
	registrations(""; "real clock"; "us"; 1000), speed, packets, scale, memory]
