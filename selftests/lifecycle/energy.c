// SPDX-License-Identifier: GPL-2.0
/*
 * The time that an app's extensions may last on battery in a day: an extension that stays open
 * makes later ones shorter, until the day is over. The kernel's test_power plays the power supply.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"
#include "wall.h"

/* So long that no extension ends for another reason than the day's budget. */
#define LIMIT	"SuspendTimeout=1h\nExtensionLimit=1w\n"

FIXTURE(energy) {
	struct bgt *bgt;
	uint64_t offset;	/* CLOCK_REALTIME less CLOCK_BOOTTIME */
};

FIXTURE_SETUP(energy)
{
	scene_begin();
	self->bgt = mutex_connect();
	self->offset = wall() - now();
	power_begin(false);
	wall_set_noon();
}

FIXTURE_TEARDOWN_PARENT(energy)
{
	helper_end();
	wall_set(now() + self->offset);
	power_set("ac_online", "on");
	scene_end();
}

static void begin(struct bgt *bgt, const char *budget)
{
	struct helper_settings with = HELPER_SETTINGS;
	char settings[128];

	snprintf(settings, sizeof(settings), LIMIT "ExtensionBudget=%s\n", budget);
	with.more = settings;
	helper_start_with(bgt, &with);
	actor_install(bgt, "attached");
	actor_launch(bgt, APP);
}

/*
 * Asks for an extension, in the foreground. Returns how long it may last (ms), or 0 if it is
 * denied.
 */
static unsigned int request(void)
{
	const char *answer;
	unsigned int limit;

	actor_do(APP, "request unspecified");
	answer = actor_next(APP);
	if (sscanf(answer, "allowed %u", &limit) == 1)
		return limit;
	note("%s", answer);
	return 0;
}

/* The app comes to the foreground with its extension still open, which revokes it. */
static bool comes_back(struct bgt *bgt)
{
	return !bgt_app_foreground(bgt, APP) && actor_says(APP, "revoked resumed");
}

/* The app goes to the background until its extension has used the rest of the day's budget. */
static bool spends_all(struct bgt *bgt)
{
	return !bgt_app_background(bgt, APP) && actor_says(APP, "revoked system-policy") &&
	       actor_says(APP, "suspending") && !bgt_app_foreground(bgt, APP) &&
	       actor_says(APP, "resuming 1") && actor_does(APP, "request unspecified", "denied");
}

/*
 * An extension in the background uses the day's budget, although the app does nothing; one in the
 * foreground uses nothing.
 */
TEST_F_TIMEOUT(energy, waits, 120)
{
	uint64_t start, passed;
	unsigned int limit;

	begin(self->bgt, "1h");
	ASSERT_EQ(3600000, request());
	pause_for(SEC);
	start = now();
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(2 * SEC);
	EXPECT_TRUE(comes_back(self->bgt));
	passed = now() - start;
	limit = request();
	EXPECT_LE(limit, 3600000 - 2000);
	/* The extension has used no more than the time that has passed. */
	EXPECT_GE(limit + 1, 3600000 - passed / MSEC);
	/* An extension that the app closes has used the budget, too. */
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(SEC);
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_LE(request(), limit - 1000);
}

/*
 * An extension lasts exactly as long as the helper has said, whatever was used of the budget
 * before.
 */
TEST_F_TIMEOUT(energy, ends, 120)
{
	const unsigned int before = 4000;
	uint64_t start, passed;
	unsigned int limit;

	begin(self->bgt, "10s");
	ASSERT_EQ(10000, request());
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(before * MSEC);
	EXPECT_TRUE(comes_back(self->bgt));
	limit = request();
	EXPECT_LE(limit, 10000 - before);
	start = now();
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	passed = (now() - start) / MSEC;
	EXPECT_GE(passed + 1, limit);
	EXPECT_TRUE(!exact_clock() || passed < limit + 500);
	EXPECT_TRUE(actor_says(APP, "suspending"));
	/* The budget of this day is used up. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
}

/* Extensions for all reasons use the budget, also those that the budget does not limit. */
TEST_F_TIMEOUT(energy, reasons, 120)
{
	static const char *const commands[] = {
		"request location-tracking", "request saving-data",
	};
	unsigned int before = 3600000, limit;

	begin(self->bgt, "1h");
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		uint64_t start = now();

		actor_do(APP, commands[i]);
		ASSERT_EQ(0, strncmp(actor_next(APP), "allowed", strlen("allowed")));
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		pause_for(2 * SEC);
		EXPECT_TRUE(comes_back(self->bgt));
		limit = request();
		EXPECT_LE(limit, before - 2000);
		EXPECT_GE(limit + 1, before - (now() - start) / MSEC);
		EXPECT_TRUE(actor_does(APP, "close", "close 0"));
		before = limit;
	}
}

/* An extension uses nothing of the budget while there is AC power. */
TEST_F_TIMEOUT(energy, plugged_in_for_a_while, 120)
{
	uint64_t start, passed;
	unsigned int limit;

	begin(self->bgt, "1h");
	ASSERT_EQ(3600000, request());
	start = now();
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(SEC);
	power_set("ac_online", "on");
	pause_for(6 * SEC);
	power_set("ac_online", "off");
	pause_for(SEC);
	EXPECT_TRUE(comes_back(self->bgt));
	passed = now() - start;
	limit = request();
	EXPECT_LE(limit, 3600000 - 1000);
	/* The helper may hear of AC power only after half of that time. */
	EXPECT_GE(limit, 3600000 - (passed - 3 * SEC) / MSEC);
}

/*
 * The next day has the whole budget again, for the helper that has seen the day before, and for a
 * new one.
 */
TEST_F_TIMEOUT(energy, next_day, 120)
{
	begin(self->bgt, "2s");
	for (unsigned int i = 0; i < 2; i++) {
		ASSERT_EQ(2000, request());
		ASSERT_TRUE(spends_all(self->bgt));
		/* Late in the evening it is still the same day. */
		wall_set(wall_midnight() - 3600 * SEC);
		EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
		if (i)
			helper_kill();
		wall_set(wall_midnight());
		if (i)
			helper_launch(self->bgt);
	}
	ASSERT_EQ(2000, request());
	EXPECT_TRUE(spends_all(self->bgt));
	helper_restart(self->bgt);
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
}

/*
 * An extension that is open at midnight goes on with the whole budget of the new day, of which it
 * has used nothing before midnight. It is the same if there is no helper at midnight.
 */
static bool lasts_into_the_day(struct bgt *bgt, bool restarted)
{
	uint64_t day;

	begin(bgt, "6s");
	day = wall_midnight();
	wall_set(day - 3 * SEC);
	if (request() != 6000 || bgt_app_background(bgt, APP))
		return false;
	if (restarted)
		helper_kill();
	while (wall() < day)
		pause_for(10 * MSEC);
	if (restarted)
		helper_launch(bgt);
	if (!actor_says(APP, "revoked system-policy"))
		return false;
	if (wall() < day + 6 * SEC) {
		note("revoked %llu ms after midnight", (unsigned long long)(wall() - day) / MSEC);
		return false;
	}
	/* The extension has used the whole budget of the new day. */
	return actor_says(APP, "suspending") && !bgt_app_foreground(bgt, APP) &&
	       actor_says(APP, "resuming 1") && actor_does(APP, "request unspecified", "denied");
}

TEST_F_TIMEOUT(energy, over_midnight, 120)
{
	EXPECT_TRUE(lasts_into_the_day(self->bgt, false));
}

TEST_F_TIMEOUT(energy, over_midnight_alone, 120)
{
	EXPECT_TRUE(lasts_into_the_day(self->bgt, true));
}

/* What was used of the budget before a power cut stays used, but for the last moments. */
TEST_F_TIMEOUT(energy, power_cut, 120)
{
	begin(self->bgt, "50s");
	ASSERT_EQ(50000, request());
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(5 * SEC);
	helper_go_down();
	helper_come_up(self->bgt);
	actor_launch(self->bgt, APP);
	EXPECT_LE(request(), 50000 - 3000);
}

TEST_HARNESS_MAIN
