// SPDX-License-Identifier: GPL-2.0
/*
 * Writes lines to the journal, with their fields, or to standard error. Counts the lines that an
 * app has caused, and leaves out those beyond a limit.
 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* Without this socket, sd_journal_sendv(3) sends nothing and reports no error. */
#define JOURNAL_SOCKET	"/run/systemd/journal/socket"
/* The fields of log_fields() at most, with MESSAGE and PRIORITY. */
#define FIELDS_MAX	16

/* Returns a negative errno if the journal did not get the line. */
static int tell_journal(int priority, const struct log_field *fields, const char *text)
{
	struct iovec parts[FIELDS_MAX];
	char *strings[FIELDS_MAX];
	int count = 0, error;

	if (asprintf(&strings[count], "PRIORITY=%d", priority) >= 0)
		count++;
	if (asprintf(&strings[count], "MESSAGE=%s", text) >= 0)
		count++;
	for (; fields && fields->name && count < FIELDS_MAX; fields++)
		if (asprintf(&strings[count], "%s=%s", fields->name, fields->value) >= 0)
			count++;
	for (int i = 0; i < count; i++)
		parts[i] = (struct iovec){ strings[i], strlen(strings[i]) };
	error = sd_journal_sendv(parts, count);
	for (int i = 0; i < count; i++)
		free(strings[i]);
	return error;
}

static void log_text(int priority, const struct log_field *fields, const char *format, va_list args)
{
	char *text;
	bool told;

	if (vasprintf(&text, format, args) < 0)
		return;
	told = !access(JOURNAL_SOCKET, F_OK) && tell_journal(priority, fields, text) >= 0;
	/* On a terminal somebody is watching, so the terminal gets the line in any case. */
	if (!told || isatty(STDERR_FILENO))
		fprintf(stderr, "bgtaskd: %s\n", text);
	free(text);
}

void log_fields(int priority, const struct log_field *fields, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_text(priority, fields, format, args);
	va_end(args);
}

void log_line(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_text(priority, NULL, format, args);
	va_end(args);
}

bool log_may(struct log_limit *limit, const char *whose)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!limit->lines || now.tv_sec - limit->since >= LOG_INTERVAL) {
		if (limit->left_out)
			log_line(LOG_WARNING, "%s: %u lines like these were left out", whose,
				 limit->left_out);
		*limit = (struct log_limit){ .since = now.tv_sec };
	}
	if (limit->lines++ < LOG_LINES)
		return true;
	limit->left_out++;
	return false;
}
