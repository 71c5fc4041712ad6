// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes durations. All numbers are integers, so that not a nanosecond is lost. A
 * duration that does not fit into 64 bits is refused.
 */
#include "duration.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "array.h"

static const struct {
	const char *name;
	uint64_t length;
} units[] = {
	{ "nsec", 1 },
	{ "ns", 1 },
	{ "usec", NSEC_PER_USEC },
	{ "us", NSEC_PER_USEC },
	{ "\u00b5s", NSEC_PER_USEC }, /* micro sign */
	{ "\u03bcs", NSEC_PER_USEC }, /* Greek mu */
	{ "msec", NSEC_PER_MSEC },
	{ "ms", NSEC_PER_MSEC },
	{ "seconds", NSEC_PER_SEC },
	{ "second", NSEC_PER_SEC },
	{ "sec", NSEC_PER_SEC },
	{ "s", NSEC_PER_SEC },
	{ "minutes", NSEC_PER_MIN },
	{ "minute", NSEC_PER_MIN },
	{ "min", NSEC_PER_MIN },
	{ "m", NSEC_PER_MIN },
	{ "hours", NSEC_PER_HOUR },
	{ "hour", NSEC_PER_HOUR },
	{ "hr", NSEC_PER_HOUR },
	{ "h", NSEC_PER_HOUR },
	{ "days", NSEC_PER_DAY },
	{ "day", NSEC_PER_DAY },
	{ "d", NSEC_PER_DAY },
	{ "weeks", NSEC_PER_WEEK },
	{ "week", NSEC_PER_WEEK },
	{ "w", NSEC_PER_WEEK },
};

static const char *skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads the unit behind a number. The unit ends at white space or at the next number. */
static int parse_unit(const char **text, uint64_t *length)
{
	size_t size = strcspn(*text, " \t\r\n0123456789.");

	if (!size) {
		*length = NSEC_PER_SEC;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) == size && !strncmp(*text, units[i].name, size)) {
			*text += size;
			*length = units[i].length;
			return 0;
		}
	}
	return -EINVAL;
}

/*
 * Reads the digits behind a decimal point, and returns that part of a unit of this length.
 * Fractions of a nanosecond are dropped.
 */
static uint64_t parse_fraction(const char *digits, size_t count, uint64_t unit)
{
	uint64_t fraction = 0;

	/*
	 * Starts with the last digit: dividing only the sum of all digits by ten keeps the result
	 * exact, as the share of a single digit need not be a whole number of nanoseconds.
	 */
	while (count--)
		fraction = (fraction + (uint64_t)(digits[count] - '0') * unit) / 10;
	return fraction;
}

/* Reads one number and its unit. */
static int parse_part(const char **text, uint64_t *part)
{
	const char *p = *text, *fraction = "";
	bool digits = is_digit(*p), overflow = false;
	uint64_t number = 0, unit;
	size_t places = 0;
	int error;

	for (; is_digit(*p); p++) {
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number);
	}
	if (*p == '.') {
		fraction = ++p;
		places = strspn(p, "0123456789");
		p += places;
	}
	if (!(digits || places) || *p == '.')
		return -EINVAL;

	p = skip_blanks(p);
	error = parse_unit(&p, &unit);
	if (error)
		return error;

	overflow |= __builtin_mul_overflow(number, unit, part);
	overflow |= __builtin_add_overflow(*part, parse_fraction(fraction, places, unit),
					   part);
	*text = p;
	return overflow ? -ERANGE : 0;
}

int duration_parse(const char *text, uint64_t *nanoseconds)
{
	uint64_t part, sum = 0;
	int error, result = 0;

	text = skip_blanks(text);
	if (!*text)
		return -EINVAL;

	/*
	 * After an overflow, goes on reading: if a later part is not a duration, the error is
	 * -EINVAL rather than -ERANGE.
	 */
	while (*text) {
		error = parse_part(&text, &part);
		if (error == -EINVAL)
			return error;
		if (error || __builtin_add_overflow(sum, part, &sum))
			result = -ERANGE;
		text = skip_blanks(text);
	}
	if (!result)
		*nanoseconds = sum;
	return result;
}

/* Writes a decimal number of a unit of at most a second, such as "1.5s". */
static void format_decimal(char *buffer, size_t size, uint64_t value, uint64_t unit,
			   const char *name)
{
	char fraction[sizeof(".999999999")];
	size_t digits;

	snprintf(fraction, sizeof(fraction), ".%09u",
		 (unsigned int)(value % unit * (NSEC_PER_SEC / unit)) % 1000000000);
	digits = strlen(fraction);
	while (fraction[digits - 1] == '0')
		digits--;
	fraction[digits == 1 ? 0 : digits] = '\0';

	snprintf(buffer, size, "%" PRIu64 "%s%s", value / unit, fraction, name);
}

const char *duration_format(char *buffer, uint64_t nanoseconds, uint64_t accuracy)
{
	static const struct {
		const char *name;
		uint64_t length;
	} steps[] = {
		{ "w", NSEC_PER_WEEK },
		{ "d", NSEC_PER_DAY },
		{ "h", NSEC_PER_HOUR },
		{ "min", NSEC_PER_MIN },
		{ "s", NSEC_PER_SEC },
		{ "ms", NSEC_PER_MSEC },
		{ "us", NSEC_PER_USEC },
		{ "ns", 1 },
	};
	size_t used = 0;

	nanoseconds -= nanoseconds % accuracy;
	if (!nanoseconds)
		return strcpy(buffer, "0");

	for (size_t i = 0; nanoseconds; i++) {
		uint64_t length = steps[i].length;

		if (nanoseconds < length)
			continue;
		if (used)
			buffer[used++] = ' ';
		/* Less than a minute is left: one unit is easier to read than several. */
		if (length <= NSEC_PER_SEC) {
			format_decimal(buffer + used, DURATION_MAX - used, nanoseconds, length,
				       steps[i].name);
			break;
		}
		used += (size_t)snprintf(buffer + used, DURATION_MAX - used, "%" PRIu64 "%s",
					 nanoseconds / length, steps[i].name);
		nanoseconds %= length;
	}
	return buffer;
}
