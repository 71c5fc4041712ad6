// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "daemon.h"

/* Not in the journal if there is none, or if somebody looks on. */
void daemon_log(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (getenv("JOURNAL_STREAM")) {
		sd_journal_printv(priority, format, args);
	} else {
		fputs("bgtaskd: ", stderr);
		vfprintf(stderr, format, args);
		fputc('\n', stderr);
	}
	va_end(args);
}

uint64_t daemon_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}
