// SPDX-License-Identifier: GPL-2.0
/* Records tracepoints with tracefs, and counts and reads the records. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"
#include "trace.h"

#define TRACEFS "/sys/kernel/tracing/"

static void put(const char *directory, const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), TRACEFS "%s%s", directory, file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void put_event(const char *event, const char *file, const char *text)
{
	char directory[128];

	snprintf(directory, sizeof(directory), "events/%s/", event);
	put(directory, file, text);
}

void trace_begin(const char *event, const char *filter)
{
	put_event(event, "filter", filter ? filter : "0");
	put_event(event, "enable", "1");
}

void trace_clear(void)
{
	put("", "trace", "\n");
}

void trace_end(const char *event)
{
	put_event(event, "enable", "0");
	put_event(event, "filter", "0");
}

unsigned int trace_count(const char *text)
{
	return trace_count_of(NULL, text);
}

unsigned int trace_count_of(const char *event, const char *text)
{
	FILE *file = fopen(TRACEFS "trace", "r");
	char name[64] = "";
	unsigned int count = 0;
	char line[1024];

	if (!file)
		fail(TRACEFS "trace: %s", strerror(errno));
	if (event)
		snprintf(name, sizeof(name), " %s: ", event);
	while (fgets(line, sizeof(line), file)) {
		if (*line != '#' && strstr(line, name) && strstr(line, text))
			count++;
	}
	fclose(file);
	return count;
}

unsigned int trace_lost(void)
{
	unsigned int lost = 0, count;
	char path[64], line[128];
	FILE *file;

	for (int cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), TRACEFS "per_cpu/cpu%d/stats", cpu);
		file = fopen(path, "r");
		if (!file)
			return lost;
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "overrun: %u", &count) == 1 ||
			    sscanf(line, "dropped events: %u", &count) == 1)
				lost += count;
		}
		fclose(file);
	}
}

unsigned int trace_read(const char *event, const char *const *fields, unsigned int nr_fields,
			uint64_t *values, unsigned int max)
{
	FILE *file = fopen(TRACEFS "trace", "r");
	char line[1024], name[64], field[64];
	unsigned int count = 0;

	if (!file)
		fail(TRACEFS "trace: %s", strerror(errno));
	snprintf(name, sizeof(name), " %s: ", event);
	while (count < max && fgets(line, sizeof(line), file)) {
		const char *record = *line == '#' ? NULL : strstr(line, name);

		if (!record)
			continue;
		for (unsigned int i = 0; i < nr_fields; i++) {
			const char *value;

			snprintf(field, sizeof(field), " %s=", fields[i]);
			value = strstr(record, field);
			if (!value)
				fail("%s has no %s", event, fields[i]);
			*values++ = strtoull(value + strlen(field), NULL, 10);
		}
		count++;
	}
	fclose(file);
	return count;
}

unsigned long trace_function(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	unsigned long address = 0, found = 0;
	char line[512], symbol[256], module[64];

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx %*c %255s %63s", &address, symbol, module) == 3 &&
		    !strcmp(symbol, name) && !strcmp(module, "[bgtask]"))
			found = address;
	}
	if (file)
		fclose(file);
	if (!found)
		fail("no address of %s in /proc/kallsyms", name);
	return found;
}
