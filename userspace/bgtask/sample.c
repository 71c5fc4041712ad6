// SPDX-License-Identifier: GPL-2.0
/*
 * Takes and sorts samples of all containers. A sample is compared with the sample before in a
 * single pass, for which both are sorted by id.
 */
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

int sample_by_name(const void *a, const void *b)
{
	const struct sample_row *first = a, *second = b;

	return strcmp(first->container->name, second->container->name);
}

int sample_by_cpu(const void *a, const void *b)
{
	const struct sample_row *first = a, *second = b;

	if (first->cpu != second->cpu)
		return first->cpu > second->cpu ? -1 : 1;
	return sample_by_name(a, b);
}

/* What is left of the quota. A container without a limit has more left than any other. */
static uint64_t left(const struct bgt_container *container)
{
	return container->quota == BGT_QUOTA_UNLIMITED ? UINT64_MAX : container->left;
}

int sample_by_left(const void *a, const void *b)
{
	const struct sample_row *first = a, *second = b;

	if (left(first->container) != left(second->container))
		return left(first->container) < left(second->container) ? -1 : 1;
	return sample_by_name(a, b);
}

int sample_by_id(const void *a, const void *b)
{
	const struct sample_row *first = a, *second = b;

	if (first->container->id != second->container->id)
		return first->container->id < second->container->id ? -1 : 1;
	return 0;
}

/*
 * Computes how many CPUs each container used since the sample before. Both samples are sorted by
 * id.
 */
static void compare(struct sample *sample, const struct sample *before)
{
	double elapsed = (double)(sample->time - before->time);
	size_t i, j = 0;

	for (i = 0; i < sample->count && elapsed > 0; i++) {
		struct sample_row *row = &sample->rows[i];

		while (j < before->count && before->rows[j].container->id < row->container->id)
			j++;
		if (j < before->count && before->rows[j].container->id == row->container->id &&
		    row->container->usage > before->rows[j].container->usage)
			row->cpu = (double)(row->container->usage -
					    before->rows[j].container->usage) / elapsed;
	}
}

int sample_take(struct bgt *bgt, struct sample *sample, const struct sample *before)
{
	const struct bgt_container *container;
	size_t i = 0;
	int error;

	*sample = (struct sample){ .time = time_now() };
	error = bgt_container_list(bgt, &sample->list);
	if (error)
		return error;
	for (container = sample->list; container; container = container->next)
		sample->count++;
	sample->rows = calloc(sample->count + 1, sizeof(*sample->rows));
	if (!sample->rows) {
		sample_free(sample);
		return -ENOMEM;
	}
	for (container = sample->list; container; container = container->next)
		sample->rows[i++].container = container;
	sample_sort(sample, sample_by_id);
	if (before)
		compare(sample, before);
	return 0;
}

void sample_sort(struct sample *sample, sample_order order)
{
	qsort(sample->rows, sample->count, sizeof(*sample->rows), order);
}

void sample_free(struct sample *sample)
{
	bgt_container_free(sample->list);
	free(sample->rows);
	*sample = (struct sample){ .list = NULL };
}
