/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of all containers. The difference of two samples shows how busy each container is. */
#ifndef BGTASK_SAMPLE_H
#define BGTASK_SAMPLE_H

#include <bgtask.h>
#include <stddef.h>

struct sample_row {
	const struct bgt_container *container;
	double cpu; /* CPUs in use since the sample before; 0 in the first sample */
};

struct sample {
	uint64_t time; /* CLOCK_BOOTTIME */
	struct bgt_container *list;
	struct sample_row *rows;
	size_t count;
};

/* Orders of rows, for sample_sort(). */
typedef int (*sample_order)(const void *a, const void *b);
int sample_by_id(const void *a, const void *b);
int sample_by_cpu(const void *a, const void *b);
int sample_by_left(const void *a, const void *b);
int sample_by_name(const void *a, const void *b);

/*
 * Takes a sample, sorted by id. @before is the previous sample, also sorted by id, or NULL. Returns
 * a negative errno on failure.
 */
int sample_take(struct bgt *bgt, struct sample *sample, const struct sample *before);

void sample_sort(struct sample *sample, sample_order order);

void sample_free(struct sample *sample);

#endif
