// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the configuration, and of names.
 */
#include <errno.h>
#include <linux/bgtask.h>

#include "common/array.h"

#include "config.h"
#include "names.h"
#include "problem.h"
#include "test.h"

#define SECOND		UINT64_C(1000000000)

static void test_names(struct test *test)
{
	ok(test, name_fault("") && name_fault(".") && name_fault("..") && name_fault("a/b") &&
	   name_fault("a\tb") && name_fault("\xc3") && name_fault("\xc0\xaf") &&
	   name_fault("\xc2\x85") && name_fault("\xed\xa0\x80") && !name_fault("\xc3\xa4 b") &&
	   !name_fault("\xf0\x9f\x9a\xb2") && name_fault("\xf4\x90\x80\x80") &&
	   name_fault("1234567890123456789012345678901234567890123456789012345678901234") &&
	   !name_fault("123456789012345678901234567890123456789012345678901234567890123"),
	   "names: good and bad ones");
}

static int is_default(const struct config *c)
{
	const struct quota_class *lock = config_class(c, "lock-screen");
	const struct quota_class *standard = config_class(c, "standard");

	return !strcmp(c->state_directory, "/var/lib/bgtask") &&
	       !strcmp(c->runtime_directory, "/run/bgtask") &&
	       c->suspend_timeout == 5 * SECOND && c->saving_timeout == SECOND &&
	       c->extension_limit == 600 * SECOND && c->extension_budget == 3600 * SECOND &&
	       c->memory_stall == 150000000 &&
	       !strcmp(c->cgroup, "bgtask.apps") &&
	       !strcmp(c->manifest_directories[0], "/usr/share/bgtask/apps") &&
	       !strcmp(c->manifest_directories[1], "/etc/bgtask/apps") &&
	       c->minimum_interval == 900 * SECOND && c->lock_screen_slots == 7 &&
	       c->cancel_timeout == 5 * SECOND && c->history == 100 &&
	       c->idle_window == 600 * SECOND && c->idle_window_standby == 180 * SECOND &&
	       c->idle_minimum_cpu == SECOND / 100 && c->idle_minimum_traffic == 1024 &&
	       c->concurrent_instances == 16 && lock && standard &&
	       lock->quota == 2 * SECOND && lock->period == 900 * SECOND &&
	       standard->quota == SECOND && standard->period == 7200 * SECOND &&
	       lock->network_budget == 45000000 && standard->network_budget == 7500000 &&
	       !c->plugin_host && !config_class(c, "other");
}

/*
 * Makes a configuration of all defaults that the example has as comments, except PluginHost, whose
 * default is not a path.
 */
static void put_example(struct test *test)
{
	char command[256];

	snprintf(test->path, sizeof(test->path), "%s/e.conf", test->directory);
	snprintf(command, sizeof(command), "sed '/^#PluginHost=/d; s/^#\\([A-Z]\\)/\\1/' "
		 "bgtaskd/bgtaskd.conf >%s", test->path);
	if (system(command))
		exit(1);
}

static void test_config(struct test *test)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {
		{ "x=1\n", 1 }, { "[Helper]\nnonsense\n", 2 }, { "[Helper]\n\n# x\nBogus=1\n", 4 },
		{ "[Bogus]\n", 1 }, { "[Helper\n", 1 }, { "[Helper]\n[Helper]\n", 2 },
		{ "[Helper]\nHistory=\n", 2 }, { "[Helper]\nHistory=-1\n", 2 },
		{ "[Helper]\nHistory=100001\n", 2 }, { "[Helper]\nHistory=1\nHistory=1\n", 3 },
		{ "[Helper]\nHistory=99999999999999999999\n", 2 },
		{ "[Helper]\nHistory=5 ; comment\n", 2 },
		{ "[Helper]\nConcurrentInstances=0\n", 2 },
		{ "[Helper]\nIdleWindow=infinity\n", 2 }, { "[Helper]\nIdleWindow=8d\n", 2 },
		{ "[Helper]\nIdleMinimumCpu=0\n", 2 }, { "[Helper]\nIdleMinimumTraffic=0\n", 2 },
		{ "[Helper]\nIdleMinimumTraffic=1s\n", 2 },
		{ "[Helper]\nIdleMinimumTraffic=2000000GB\n", 2 },
		{ "[Class standard]\nNetworkBudget=some\n", 2 },
		{ "[Class standard]\nNetworkBudget=1MB\nNetworkBudget=unlimited\n", 3 },
		{ "[Helper]\nMinimumInterval=soon\n", 2 }, { "[Helper]\nMinimumInterval=0\n", 2 },
		{ "[Helper]\nMinimumInterval=8d\n", 2 }, { "[Helper]\nCancelTimeout=2h\n", 2 },
		{ "[Helper]\nSuspendTimeout=2h\n", 2 }, { "[Helper]\nExtensionLimit=8d\n", 2 },
		{ "[Helper]\nRuntimeDirectory=run\n", 2 }, { "[Helper]\nSavingTimeout=-1\n", 2 },
		{ "[Helper]\nLockScreenSlots=1001\n", 2 }, { "[Helper]\nStateDirectory=var\n", 2 },
		{ "[Helper]\nManifestDirectories=/a\n", 2 },
		{ "[Helper]\nManifestDirectories=/a /b /c\n", 2 },
		{ "[Helper]\nManifestDirectories=/a b\n", 2 }, { "[Helper]\nCgroup=/a\n", 2 },
		{ "[Helper]\nPluginHost=bgtask-host\n", 2 },
		{ "[Helper]\nCgroup=a/../b\n", 2 }, { "[Helper]\nCgroup=\n", 2 },
		{ "\n[Class x]\nQuota=1s\n", 2 }, { "[Class x]\nPeriod=1s\n", 1 },
		{ "[Class x]\n", 1 }, { "[Class ]\n", 1 }, { "[Class a/b]\n", 1 },
		{ "[Class 12345678901234567890123456789012]\n", 1 },
		{ "[Class standard]\n[Class standard]\n", 2 },
		{ "[Class standard]\nQuota=1s\nQuota=2s\n", 3 },
		{ "[Class standard]\nPeriod=0\n", 2 }, { "[Class standard]\nPeriod=8d\n", 2 },
		{ "[Class standard]\nQuota=\n", 2 }, { "[Class standard]\nHistory=1\n", 2 },
		{ "[Helper]\nHistory=1\n continued\n", 3 },
	};
	struct problem problem;
	struct config config;
	char begin[160], line[6000];

	ok(test, !config_load(&config, "/nonexistent/file", &problem) && is_default(&config),
	   "config: no file, defaults");
	config_free(&config);
	put(test, "c.conf", "");
	ok(test, !config_load(&config, test->path, &problem) && is_default(&config),
	   "config: empty file, defaults");
	config_free(&config);
	ok(test, !config_load(&config, "bgtaskd/bgtaskd.conf", &problem) && is_default(&config),
	   "config: example, all of it commented out");
	config_free(&config);
	put_example(test);
	ok(test, !config_load(&config, test->path, &problem) && is_default(&config),
	   "config: example has the defaults");
	config_free(&config);
	put(test, "c.conf", "[Class standard]\nQuota=unlimited\n[Helper]\nStateDirectory=/s\n"
	    "Cgroup=a/b\nMinimumInterval=1min\nLockScreenSlots=0\nCancelTimeout=1.5s\nHistory=3\n"
	    "ConcurrentInstances=4\nRuntimeDirectory=/r\nSuspendTimeout=3s\nSavingTimeout=2s\n"
	    "ExtensionLimit=1h\nExtensionBudget=2h\nMemoryStall=0\nIdleWindow=0\n"
	    "IdleWindowStandby=1min\nIdleMinimumCpu=1s\nIdleMinimumTraffic=1.5kB\n"
	    "ManifestDirectories=/a  /b\nPluginHost=/h\n\n[Class x]\nQuota=1ms\nPeriod=1s\n"
	    "[Class y]\nQuota=1ms\nPeriod=1s\nNetworkBudget=2MiB\n"
	    "[Class lock-screen]\nNetworkBudget=unlimited\n");
	ok(test, !config_load(&config, test->path, &problem) &&
	   !strcmp(config.state_directory, "/s") && !strcmp(config.cgroup, "a/b") &&
	   config.minimum_interval == 60 * SECOND && !config.lock_screen_slots &&
	   config.cancel_timeout == 1500000000 && config.history == 3 &&
	   config.concurrent_instances == 4 && !strcmp(config.runtime_directory, "/r") &&
	   config.suspend_timeout == 3 * SECOND && config.saving_timeout == 2 * SECOND &&
	   config.extension_limit == 3600 * SECOND &&
	   config.extension_budget == 7200 * SECOND && !config.memory_stall &&
	   !config.idle_window && config.idle_window_standby == 60 * SECOND &&
	   config.idle_minimum_cpu == SECOND && config.idle_minimum_traffic == 1500 &&
	   !strcmp(config.manifest_directories[0], "/a") &&
	   !strcmp(config.manifest_directories[1], "/b") && !strcmp(config.plugin_host, "/h") &&
	   config_class(&config, "standard")->quota == BGTASK_QUOTA_UNLIMITED &&
	   config_class(&config, "standard")->period == 7200 * SECOND &&
	   config_class(&config, "standard")->network_budget == 7500000 &&
	   config_class(&config, "lock-screen")->network_budget == NETWORK_UNLIMITED &&
	   config_class(&config, "x")->network_budget == NETWORK_UNLIMITED &&
	   config_class(&config, "y")->network_budget == 2 << 20 &&
	   config_class(&config, "x")->quota == 1000000 &&
	   config_class(&config, "x")->period == SECOND, "config: all keys");
	config_free(&config);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put(test, "c.conf", bad[i].text);
		snprintf(begin, sizeof(begin), "%s:%d: ", test->path, bad[i].line);
		if (!config_load(&config, test->path, &problem)) {
			config_free(&config);
			problem.text[0] = '\0';
		}
		snprintf(line, sizeof(line), "config refused: %s", problem.text);
		ok(test, !strncmp(problem.text, begin, strlen(begin)), line);
	}
	memset(line, 'x', sizeof(line));
	write_file(test->path, line, sizeof(line));
	ok(test, config_load(&config, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":1: "), "config: long line");
	write_file(test->path, "[Helper]\nHistory=1\0 0\n", 22);
	ok(test, config_load(&config, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":2: "), "config: NUL");
	ok(test, config_load(&config, test->directory, &problem) < 0, "config: a directory");
}

int main(void)
{
	struct test test;

	begin(&test);
	test_names(&test);
	test_config(&test);
	return end(&test);
}
