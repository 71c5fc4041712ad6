// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of durations: which texts are durations and which are not, how durations are written, and
 * that a duration that was written with full accuracy is read as the same duration.
 */
#include "duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static const struct {
	const char *text;
	int error;
	uint64_t nanoseconds;
} parsed[] = {
	{ "0", 0, 0 },
	{ "2", 0, UINT64_C(2000000000) },
	{ "2s", 0, UINT64_C(2000000000) },
	{ " 2 s ", 0, UINT64_C(2000000000) },
	{ "300ms", 0, 300000000 },
	{ "15min", 0, UINT64_C(900000000000) },
	{ "15m", 0, UINT64_C(900000000000) },
	{ "1h 30min", 0, UINT64_C(5400000000000) },
	{ "1h30min", 0, UINT64_C(5400000000000) },
	{ "1hr 2minutes 3seconds", 0, UINT64_C(3723000000000) },
	{ "1.5s", 0, 1500000000 },
	{ ".5s", 0, 500000000 },
	{ "1.s", 0, 1000000000 },
	{ "0.000000001s", 0, 1 },
	{ "0.0000000019s", 0, 1 },
	{ "1.000000000000000000000000000000001s", 0, 1000000000 },
	{ "7us", 0, 7000 },
	{ "7\u00b5s", 0, 7000 },
	{ "7\u03bcs", 0, 7000 },
	{ "7ns", 0, 7 },
	{ "0.5us", 0, 500 },
	{ "1d", 0, UINT64_C(86400000000000) },
	{ "1w", 0, UINT64_C(604800000000000) },
	{ "0.5w", 0, UINT64_C(302400000000000) },
	{ "0.123456789123456789w", 0, UINT64_C(74666666061866) },
	{ "1s 1", 0, UINT64_C(2000000000) },
	{ "18446744073709551615ns", 0, UINT64_MAX },
	{ "18446744073709551616ns", -ERANGE, 0 },
	{ "18446744073.709551616s", -ERANGE, 0 },
	{ "18446744073s 709551616ns", -ERANGE, 0 },
	{ "99999999999999999999999999", -ERANGE, 0 },
	{ "99999999999999999999999999 quid", -EINVAL, 0 },
	{ "1000000w", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ " ", -EINVAL, 0 },
	{ "s", -EINVAL, 0 },
	{ ".", -EINVAL, 0 },
	{ ".s", -EINVAL, 0 },
	{ "-1s", -EINVAL, 0 },
	{ "+1s", -EINVAL, 0 },
	{ "1.5.5s", -EINVAL, 0 },
	{ "1.", 0, 1000000000 },
	{ "1..5", -EINVAL, 0 },
	{ "1e3", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
	{ "1S", -EINVAL, 0 },
	{ "1,5s", -EINVAL, 0 },
	{ "1s,", -EINVAL, 0 },
	{ "infinity", -EINVAL, 0 },
};

static const struct {
	uint64_t nanoseconds, accuracy;
	const char *text;
} formatted[] = {
	{ 0, 1, "0" },
	{ 1, 1, "1ns" },
	{ 999, 1000, "0" },
	{ 1500, 1, "1.5us" },
	{ 1500, 1000, "1us" },
	{ 300000000, 1, "300ms" },
	{ 300000001, 1, "300.000001ms" },
	{ 300994167, 1000, "300.994ms" },
	{ 2000000000, 1, "2s" },
	{ 1999999999, 1000000, "1.999s" },
	{ 1050000000, 1, "1.05s" },
	{ UINT64_C(900000000000), 1, "15min" },
	{ UINT64_C(901500000000), 1, "15min 1.5s" },
	{ UINT64_C(901500000000), UINT64_C(1000000000), "15min 1s" },
	{ UINT64_C(900300000000), 1, "15min 300ms" },
	{ UINT64_C(5400000000000), 1, "1h 30min" },
	{ UINT64_C(604800000000000), 1, "1w" },
	{ UINT64_MAX, 1, "30500w 3d 23h 34min 33.709551615s" },
};

static int failures;

static void test_parse(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(parsed); i++) {
		uint64_t nanoseconds = 0;
		int error = duration_parse(parsed[i].text, &nanoseconds);

		if (error == parsed[i].error && nanoseconds == parsed[i].nanoseconds)
			continue;
		printf("\"%s\" is %" PRIu64 " (%d), not %" PRIu64 " (%d)\n", parsed[i].text,
		       nanoseconds, error, parsed[i].nanoseconds, parsed[i].error);
		failures++;
	}
}

static void test_format(void)
{
	char buffer[DURATION_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(formatted); i++) {
		duration_format(buffer, formatted[i].nanoseconds, formatted[i].accuracy);
		if (!strcmp(buffer, formatted[i].text))
			continue;
		printf("%" PRIu64 " is \"%s\", not \"%s\"\n", formatted[i].nanoseconds, buffer,
		       formatted[i].text);
		failures++;
	}
}

/* Checks that a duration written with full accuracy is read as the same duration. */
static void test_round_trip(void)
{
	char buffer[DURATION_MAX];
	uint64_t again;

	for (uint64_t i = 1, nanoseconds = 1; i < 100000; i++) {
		nanoseconds = nanoseconds * UINT64_C(6364136223846793005) + 1442695040888963407;
		duration_format(buffer, nanoseconds >> i % 64, 1);
		if (!duration_parse(buffer, &again) && again == nanoseconds >> i % 64)
			continue;
		printf("%" PRIu64 " does not come back from \"%s\"\n", nanoseconds >> i % 64,
		       buffer);
		failures++;
	}
}

int main(void)
{
	test_parse();
	test_format();
	test_round_trip();
	printf("%d failures\n", failures);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
