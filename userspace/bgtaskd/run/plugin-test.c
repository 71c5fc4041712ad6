// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of finding the program that runs plugins. The test copies itself to where bgtaskd could be,
 * and the copy prints what it has found.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

#include "plugin.h"

static int print_host(void)
{
	const struct config config = { .plugin_host = getenv("PLUGIN_HOST") };
	char path[256];

	plugin_find_host(&config, path, sizeof(path));
	puts(path);
	return 0;
}

/* Whether the copy finds the program @expected in the test's directory. */
static int finds(const struct test *test, const char *expected)
{
	char command[128], line[256] = "";
	FILE *copy;

	snprintf(command, sizeof(command), "%s/sbin/bgtaskd host", test->directory);
	copy = popen(command, "re");
	if (!copy || !fgets(line, sizeof(line), copy))
		*line = '\0';
	if (copy)
		pclose(copy);
	line[strcspn(line, "\n")] = '\0';
	return !strncmp(line, test->directory, strlen(test->directory)) &&
	       !strcmp(line + strlen(test->directory), expected);
}

static void run(const char *format, const char *directory)
{
	char command[256];

	snprintf(command, sizeof(command), format, directory);
	if (system(command)) {
		perror(command);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct test test;
	char path[128];

	(void)argv;
	if (argc > 1)
		return print_host();
	begin(&test);
	run("mkdir %1$s/sbin && cp /proc/$PPID/exe %1$s/sbin/bgtaskd", test.directory);
	ok(&test, finds(&test, "/sbin/../libexec/bgtask/bgtask-host"), "plugin: installed");
	run("touch %s/sbin/bgtask-host", test.directory);
	ok(&test, finds(&test, "/sbin/../libexec/bgtask/bgtask-host"),
	   "plugin: what cannot be run is not taken");
	run("chmod 755 %s/sbin/bgtask-host", test.directory);
	ok(&test, finds(&test, "/sbin/bgtask-host"), "plugin: beside the helper");
	snprintf(path, sizeof(path), "%s/other", test.directory);
	setenv("PLUGIN_HOST", path, 1);
	ok(&test, finds(&test, "/other"), "plugin: configured");
	return end(&test);
}
