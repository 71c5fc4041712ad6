// SPDX-License-Identifier: GPL-2.0
/* time-zone-change: /etc/localtime, changed in all the usual ways. */
#include <limits.h>
#include <unistd.h>

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

#define CHANGE	"time-zone-change"
#define LINK	"/etc/localtime"
/* Half of the time for which the helper waits for further changes. */
#define QUICK	(50 * MSEC)
#define KEPT	"/etc/localtime.bgtask-selftest"

FIXTURE(zone) {
	struct bgt *bgt;
};

FIXTURE_SETUP(zone)
{
	scene_begin();
	self->bgt = mutex_connect();
	shell("[ ! -h /etc/localtime ] && [ ! -e /etc/localtime ] ||"
	      " cp -dT /etc/localtime " KEPT);
	shell("mkdir -p /tmp/zones && echo A >/tmp/zones/A && echo B >/tmp/zones/B &&"
	      " ln -sfn /tmp/zones/A /etc/localtime");
	firing_begin(self->bgt, 1u << BGT_TRIGGER_TIME_ZONE_CHANGE);
}

FIXTURE_TEARDOWN(zone)
{
	helper_end();
	shell("rm -rf /etc/localtime /tmp/zones; [ ! -h " KEPT " ] && [ ! -e " KEPT " ] ||"
	      " mv -T " KEPT " /etc/localtime");
}

TEST_F_TIMEOUT(zone, link, 240)
{
	static const struct firing_step steps[] = {
		{ "ln -s /tmp/zones/B /etc/new && mv -T /etc/new /etc/localtime", CHANGE,
		  "another link renamed over it, as timedated does" },
		{ "ln -s /tmp/zones/B /etc/new && mv -T /etc/new /etc/localtime", "",
		  "the same link" },
		{ "ln -s ../tmp/zones/B /etc/new && mv -T /etc/new /etc/localtime", "",
		  "the same zone, by a relative link" },
		{ "rm /etc/localtime", CHANGE, "removed" },
		{ "echo >/etc/bgtask-other && rm /etc/bgtask-other", "", "other files" },
		{ "ln -s /tmp/zones/A /etc/localtime", CHANGE, "made again" },
		{ "ln -s /tmp/zones/none /etc/new && mv -T /etc/new /etc/localtime", CHANGE,
		  "a link to nowhere" },
	};

	EXPECT_TRUE(firing_take(self->bgt, steps, ARRAY_SIZE(steps)));
}

TEST_F_TIMEOUT(zone, file, 240)
{
	static const struct firing_step steps[] = {
		{ "cp /tmp/zones/B /etc/new && mv -T /etc/new /etc/localtime", CHANGE,
		  "a file instead of the link" },
		{ "cp /tmp/zones/A /etc/localtime", CHANGE, "written" },
		{ "cp /tmp/zones/A /etc/localtime", "", "written as it was" },
		{ "touch /etc/localtime", "", "touched" },
		{ "cp /tmp/zones/A /etc/new && mv -T /etc/new /etc/localtime", "",
		  "a copy renamed over it" },
		{ "rm /etc/localtime", CHANGE, "removed" },
	};

	EXPECT_TRUE(firing_take(self->bgt, steps, ARRAY_SIZE(steps)));
}

/*
 * Removes the link and makes it anew, as many tools do. If the machine takes too long for this to
 * count as one change, it is done again with the targets swapped.
 */
static bool remake(struct bgt *bgt, const char *targets[2], const char *expected)
{
	for (int i = 0;; i++) {
		uint64_t before = now(), took;
		bool good;

		if (unlink(LINK) || symlink(targets[i % 2], LINK))
			fail("cannot make the link anew");
		took = now() - before;
		good = firing_is(bgt, expected);
		if (good || took < QUICK)
			return good;
		note("too slow, again");
		(void)firing_is(bgt, "");
	}
}

TEST_F_TIMEOUT(zone, made_anew, 240)
{
	const char *changing[] = { "/tmp/zones/B", "/tmp/zones/A" };
	const char *same[2];
	char path[PATH_MAX] = "";

	EXPECT_TRUE(remake(self->bgt, changing, CHANGE));
	ASSERT_GT(readlink(LINK, path, sizeof(path) - 1), 0);
	same[0] = same[1] = path;
	EXPECT_TRUE(remake(self->bgt, same, ""));
	EXPECT_TRUE(firing_is(self->bgt, ""));
}

/* A change while the helper does not run fires nothing. */
TEST_F_TIMEOUT(zone, restart, 120)
{
	helper_kill();
	shell("ln -sfn /tmp/zones/B /etc/localtime");
	helper_restart(self->bgt);
	EXPECT_TRUE(firing_is(self->bgt, ""));
	shell("ln -sfn /tmp/zones/A /etc/localtime");
	EXPECT_TRUE(firing_is(self->bgt, CHANGE));
}

TEST_HARNESS_MAIN
