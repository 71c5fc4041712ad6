// SPDX-License-Identifier: GPL-2.0
/*
 * Reads numbers of bytes with integers only. A number that has a fraction of a byte is refused
 * rather than rounded.
 */
#include "size.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/array.h"

/* A number of GB, the largest decimal unit, with more decimals has no whole bytes. */
#define DECIMALS_MAX	9

/* Returns the number of bytes in a unit, or 0 if there is no unit of this name. */
static uint64_t unit_of(const char *name)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {
		{ "", 1 }, { "B", 1 }, { "kB", 1000 }, { "MB", 1000000 }, { "GB", 1000000000 },
		{ "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(name, units[i].name))
			return units[i].bytes;
	return 0;
}

/* Appends digits to a number. Returns how many digits there are, or -ERANGE. */
static int take_digits(const char **text, uint64_t *number)
{
	int count = 0;
	bool large = false;

	for (; **text >= '0' && **text <= '9'; ++*text, count++)
		large |= __builtin_mul_overflow(*number, 10, number) ||
			 __builtin_add_overflow(*number, (uint64_t)(**text - '0'), number);
	return large ? -ERANGE : count;
}

int size_parse(const char *text, uint64_t *bytes)
{
	uint64_t number = 0, unit, divisor = 1, product;
	int digits, decimals = 0;

	digits = take_digits(&text, &number);
	if (digits && *text == '.') {
		text++;
		decimals = take_digits(&text, &number);
		if (!decimals)
			return -EINVAL;
	}
	text += strspn(text, " ");
	unit = unit_of(text);
	if (!digits || !unit)
		return -EINVAL;
	if (digits < 0 || decimals < 0 || decimals > DECIMALS_MAX ||
	    __builtin_mul_overflow(number, unit, &product))
		return -ERANGE;
	while (decimals--)
		divisor *= 10;
	if (product % divisor)
		return -EINVAL;
	*bytes = product / divisor;
	return 0;
}
