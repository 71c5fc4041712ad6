// SPDX-License-Identifier: GPL-2.0
/* What the narrators of the demo share: clock, errors, starting a command, verdicts and colours. */
#include "demo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t boottime(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

double in_steps(uint64_t ns, uint64_t step)
{
	double shown = seconds(ns / step * step);

	exactly("%.3f s is shown as %.1f s, %.0f ms from another", seconds(ns), shown,
		(double)(ns % step < step / 2 ? ns % step : step - ns % step) / 1e6);
	return shown;
}

void exactly(const char *format, ...)
{
	const char *path = getenv("EXACT");
	FILE *file = path ? fopen(path, "ae") : NULL;
	va_list arguments;

	if (!file)
		return;
	fprintf(file, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fprintf(file, "\n");
	fclose(file);
}

_Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(1);
}

pid_t start(char **command, int input, int output)
{
	pid_t pid = fork();

	if (pid < 0)
		die("cannot fork", strerror(errno));
	if (pid)
		return pid;
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	if (output >= 0)
		dup2(output, STDOUT_FILENO);
	execvp(command[0], command);
	die(command[0], strerror(errno));
}

bool verdict(bool ok, const char *what)
{
	printf("  %-6s  %s\n", ok ? "ok" : "FAILED", what);
	return ok;
}

static const char *color(const char *sequence)
{
	return getenv("COLOR") ? sequence : "";
}

const char *color_run(void)
{
	return color("\033[32m");
}

const char *color_frozen(void)
{
	return color("\033[36m");
}

const char *color_off(void)
{
	return color("\033[0m");
}
