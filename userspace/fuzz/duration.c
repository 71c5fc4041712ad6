// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes durations. A duration that can be read is written, and must be the same when it is read
 * again.
 */
#include "common/duration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t first = UINT64_MAX, again = 0;
	char *text = malloc(size + 1);
	char written[DURATION_MAX];
	int error;

	fuzz_assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	error = duration_parse(text, &first);
	fuzz_assert(!error || error == -EINVAL || error == -ERANGE);
	if (!error) {
		duration_format(written, first, 1);
		fuzz_assert(!duration_parse(written, &again) && again == first);
		duration_format(written, first, 1000000);
		fuzz_assert(!duration_parse(written, &again) && again == first - first % 1000000);
	}
	free(text);
	return 0;
}
