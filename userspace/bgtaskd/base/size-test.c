// SPDX-License-Identifier: GPL-2.0
/* Tests of reading numbers of bytes. */
#include <errno.h>

#include "size.h"
#include "test.h"

int main(void)
{
	static const struct {
		const char *text;
		int error;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0, 0 }, { "1500", 0, 1500 }, { "1B", 0, 1 }, { "2 kB", 0, 2000 },
		{ "45MB", 0, 45000000 }, { "7.5MB", 0, 7500000 }, { "1.5KiB", 0, 1536 },
		{ "0.25 GiB", 0, 1 << 28 }, { "1.000000001GB", 0, 1000000001 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 }, { "20000000000GB", -ERANGE, 0 },
		{ "1.0000000001GB", -ERANGE, 0 }, { "99999999999999999999 boats", -EINVAL, 0 },
		{ "", -EINVAL, 0 }, { "MB", -EINVAL, 0 }, { "-1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 }, { "1.", -EINVAL, 0 }, { ".5MB", -EINVAL, 0 },
		{ "0.5", -EINVAL, 0 }, { "1.2.3MB", -EINVAL, 0 }, { "1 mb", -EINVAL, 0 },
		{ "1MBs", -EINVAL, 0 }, { "1 MB ", -EINVAL, 0 },
	};
	struct test test;

	begin(&test);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bytes = 0;
		char line[64];

		snprintf(line, sizeof(line), "size: \"%s\"", cases[i].text);
		ok(&test, size_parse(cases[i].text, &bytes) == cases[i].error &&
		   bytes == cases[i].bytes, line);
	}
	return end(&test);
}
