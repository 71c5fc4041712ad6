// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of work that a task is told: low, or the worst that power, pressure and its budget give.
 * The test reads what the kernel says of these before and after the task asks; if nothing has
 * changed in between, the answer must match.
 *
 * The task is this program, which the helper starts as an entry point.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define PROGRAM		HELPER_TOP "/program"
#define ASKS		HELPER_SAID "/asks"
#define ANSWERS		HELPER_SAID "/answers"
#define PRESSURE	"/proc/pressure/"

#define LOW	(1 << BGT_WORK_COST_LOW)
#define MEDIUM	(1 << BGT_WORK_COST_MEDIUM)
#define HIGH	(1 << BGT_WORK_COST_HIGH)

/* The thresholds of bgtaskd(8). */
static const struct pressure {
	const char *file;
	double medium, high;
} pressures[] = { { "cpu", 40, 80 }, { "io", 20, 60 }, { "memory", 5, 20 } };

/* What the test asks of the task, and the task's answer. */
struct ask {
	uint64_t burn;			/* CPU time to use before asking */
};

struct answer {
	int error;
	enum bgt_work_cost cost;
	bool exempt;
	uint64_t quota, before, after;	/* quota; budget left around asking */
};

static int read_budget(struct bgt *bgt, struct answer *answer, uint64_t *left)
{
	struct bgt_container *container;
	int error = bgt_self_get(bgt, &container);

	if (error)
		return error;
	answer->exempt = container->exempt;
	answer->quota = container->quota;
	*left = container->left;
	bgt_container_free(container);
	return 0;
}

static int run_task(void)
{
	int asks = open(ASKS, O_RDWR | O_CLOEXEC), answers = open(ANSWERS, O_RDWR | O_CLOEXEC);
	struct bgt *bgt;
	struct ask ask;

	if (asks < 0 || answers < 0 || bgt_open(&bgt))
		return 1;
	while (read(asks, &ask, sizeof(ask)) == sizeof(ask)) {
		struct answer answer = { 0 };

		burn(ask.burn);
		answer.error = read_budget(bgt, &answer, &answer.before) ?:
			       bgt_condition_get(bgt, NULL, NULL, &answer.cost) ?:
			       read_budget(bgt, &answer, &answer.after);
		if (write(answers, &answer, sizeof(answer)) != sizeof(answer))
			return 2;
	}
	return 3;
}

static void __attribute__((constructor)) be_task(void)
{
	if (getenv("BGTASK_INSTANCE"))
		_exit(run_task());
}

FIXTURE(cost) {
	struct bgt *bgt;
	int asks, answers;
};

FIXTURE_SETUP(cost)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_load();
	power_set("battery_present", "true");
	power_set("battery_capacity", "50");
	power_set("ac_online", "on");
	power_set("usb_online", "off");
}

static const char *pressure_path(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), PRESSURE "%s", file);
	return path;
}

FIXTURE_TEARDOWN_PARENT(cost)
{
	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++)
		umount(pressure_path(pressures[i].file));
	power_set("ac_online", "on");
	helper_end();
	scene_end();
}

static int make_fifo(const char *path)
{
	int fd = mkfifo(path, 0666) || chmod(path, 0666) ? -1 : open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

/* Starts the helper, and a task of this class that can be asked. */
static void begin(struct bgt *bgt, const char *class, int *asks, int *answers)
{
	struct helper_settings settings = HELPER_SETTINGS;
	char lines[128];

	settings.quota = 2 * SEC;
	settings.period = 20 * SEC;
	helper_start_with(bgt, &settings);
	if (system("install -m 755 /proc/$PPID/exe " PROGRAM))
		fail("cannot copy this program");
	*asks = make_fifo(ASKS);
	*answers = make_fifo(ANSWERS);
	snprintf(lines, sizeof(lines), "Class=%s\n[Task asks]\nEntryPoint=" PROGRAM "\n"
		 "Triggers=application\n", class);
	helper_install(bgt, APP, lines);
	helper_run(bgt, "asks");
}

static struct answer ask(int asks, int answers, uint64_t burn)
{
	struct pollfd polled = { .fd = answers, .events = POLLIN };
	struct ask what = { burn };
	struct answer answer;

	if (write(asks, &what, sizeof(what)) != sizeof(what))
		fail("cannot ask the task: %s", strerror(errno));
	/* A task whose budget is spent answers in the next generation. */
	if (poll(&polled, 1, (int)(DEADLINE / MSEC)) != 1 ||
	    read(answers, &answer, sizeof(answer)) != sizeof(answer))
		fail("the task does not answer");
	if (answer.error)
		fail("the task cannot ask: %s", strerror(-answer.error));
	return answer;
}

static double read_pressure(const char *file)
{
	FILE *stream = fopen(pressure_path(file), "re");
	double time;

	if (!stream || fscanf(stream, "some avg10=%lf", &time) != 1)
		fail("%s: cannot be read", pressure_path(file));
	fclose(stream);
	return time;
}

static const char *write_pressure(const char *file, double time)
{
	char text[64];

	snprintf(text, sizeof(text), "some avg10=%.2f avg60=0.00 avg300=0.00 total=0\n", time);
	return helper_write(file, text);
}

/* From now on the files about pressure have what the test writes, whatever the machine does. */
static void take_pressure_over(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++) {
		const char *file = pressures[i].file;

		if (mount(write_pressure(file, 0), pressure_path(file), NULL, MS_BIND, NULL))
			fail("cannot mount over %s: %s", pressure_path(file), strerror(errno));
	}
}

static enum bgt_work_cost by_pressure(void)
{
	enum bgt_work_cost cost = BGT_WORK_COST_LOW;

	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++) {
		double time = read_pressure(pressures[i].file);

		if (time >= pressures[i].high)
			return BGT_WORK_COST_HIGH;
		if (time >= pressures[i].medium)
			cost = BGT_WORK_COST_MEDIUM;
	}
	return cost;
}

static enum bgt_work_cost by_budget(const struct answer *answer, uint64_t left)
{
	if (answer->exempt || answer->quota == BGT_QUOTA_UNLIMITED || left > answer->quota / 2)
		return BGT_WORK_COST_LOW;
	return left > answer->quota / 10 ? BGT_WORK_COST_MEDIUM : BGT_WORK_COST_HIGH;
}

static enum bgt_work_cost worse(enum bgt_work_cost one, enum bgt_work_cost other)
{
	return one > other ? one : other;
}

/*
 * Asks on AC power until each of the costs in @wanted was the answer; false if an answer is wrong,
 * or the deadline passes.
 */
static bool agrees(int asks, int answers, uint64_t burn, unsigned int wanted)
{
	uint64_t end = now() + DEADLINE;

	while (wanted && now() < end) {
		enum bgt_work_cost before = by_pressure(), after;
		struct answer answer = ask(asks, answers, burn);

		before = worse(before, by_budget(&answer, answer.before));
		after = worse(by_pressure(), by_budget(&answer, answer.after));
		if (before == after && answer.cost != after) {
			note("work is said to cost %s, and costs %s",
			     bgt_work_cost_name(answer.cost), bgt_work_cost_name(after));
			return false;
		}
		if (before == after)
			wanted &= ~(1U << answer.cost);
		usleep(10000);
	}
	if (wanted)
		note("not all was seen: %#x is missing; pressure %.2f %.2f %.2f", wanted,
		     read_pressure("cpu"), read_pressure("io"), read_pressure("memory"));
	return !wanted;
}

/* Asks until the cost is this one: the helper learns of power by messages of the kernel. */
static bool becomes(int asks, int answers, enum bgt_work_cost cost)
{
	uint64_t end = now() + DEADLINE;
	struct answer answer;

	do
		answer = ask(asks, answers, 0);
	while (answer.cost != cost && now() < end && !usleep(10000));
	if (answer.cost != cost)
		note("work costs %s", bgt_work_cost_name(answer.cost));
	return answer.cost == cost;
}

TEST_F_TIMEOUT(cost, power, 180)
{
	begin(self->bgt, "free", &self->asks, &self->answers);
	take_pressure_over();
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_LOW));
	power_set("ac_online", "off");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_MEDIUM));
	power_set("battery_capacity", "20");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_HIGH));
	power_set("battery_capacity", "21");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_MEDIUM));
	power_set("battery_capacity", "3");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_HIGH));
	/* With a charger, the battery's level does not matter. */
	power_set("usb_online", "on");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_LOW));
	power_set("usb_online", "off");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_HIGH));
	power_set("battery_present", "false");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_LOW));
	/* The next helper finds out the cost by itself. */
	power_set("battery_present", "true");
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_HIGH));
	helper_restart(self->bgt);
	EXPECT_TRUE(becomes(self->asks, self->answers, BGT_WORK_COST_HIGH));
}

TEST_F_TIMEOUT(cost, budget, 180)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	enum bgt_work_cost outside, before;

	begin(self->bgt, "standard", &self->asks, &self->answers);
	take_pressure_over();
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));
	EXPECT_TRUE(agrees(self->asks, self->answers, 20 * MSEC, MEDIUM | HIGH));
	/* A process that has no budget is not told of another one's budget. */
	do {
		before = by_pressure();
		ASSERT_EQ(0, bgt_condition_get(self->bgt, NULL, NULL, &outside));
	} while (by_pressure() != before);
	EXPECT_EQ(before, outside);
	/* An exempt app may use more than its budget, so its budget does not count, either. */
	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = true;
	ASSERT_EQ(0, bgt_container_set(self->bgt, helper_container(self->bgt)->id, &policy));
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));
	policy.exempt = false;
	ASSERT_EQ(0, bgt_container_set(self->bgt, helper_container(self->bgt)->id, &policy));
	/* In the next generation the cost is low again. */
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));
}

/* How high the pressure gets depends on the machine, so only MEDIUM is waited for. */
TEST_F_TIMEOUT(cost, pressure, 300)
{
	struct burner burner;
	pid_t hog;

	begin(self->bgt, "free", &self->asks, &self->answers);
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));

	/* Several threads for each CPU. */
	burner = burner_start("", 4 * (unsigned int)sysconf(_SC_NPROCESSORS_ONLN));
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, MEDIUM));
	EXPECT_LE(40, read_pressure("cpu"));
	burner_end(&burner);
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));

	hog = task_waste_memory();
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, MEDIUM));
	EXPECT_LE(5, read_pressure("memory"));
	EXPECT_GT(40, read_pressure("cpu"));
	task_kill(hog);
	EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));
}

TEST_F_TIMEOUT(cost, thresholds, 180)
{
	begin(self->bgt, "free", &self->asks, &self->answers);
	take_pressure_over();
	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++) {
		const struct pressure *pressure = &pressures[i];

		write_pressure(pressure->file, pressure->medium - 0.01);
		EXPECT_TRUE(agrees(self->asks, self->answers, 0, LOW));
		write_pressure(pressure->file, pressure->medium);
		EXPECT_TRUE(agrees(self->asks, self->answers, 0, MEDIUM));
		write_pressure(pressure->file, pressure->high - 0.01);
		EXPECT_TRUE(agrees(self->asks, self->answers, 0, MEDIUM));
		write_pressure(pressure->file, pressure->high);
		EXPECT_TRUE(agrees(self->asks, self->answers, 0, HIGH));
		write_pressure(pressure->file, 0);
	}
}

TEST_HARNESS_MAIN
