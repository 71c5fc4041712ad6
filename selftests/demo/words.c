// SPDX-License-Identifier: GPL-2.0
/*
 * Counts words, which is the work of the demo's task Index. Keeps the words in a hash table, and
 * sorts them only to write them.
 */
#include "words.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS		4096
#define LENGTH_MAX	31	/* longer words are cut */

struct word {
	struct word *next;
	unsigned long count;
	char text[LENGTH_MAX + 1];
};

struct words {
	struct word *buckets[BUCKETS];
	size_t total, different;
	char text[LENGTH_MAX + 1];	/* the word that is being read */
	size_t length;
};

struct words *words_new(void)
{
	struct words *words = calloc(1, sizeof(*words));

	if (!words)
		abort();
	return words;
}

/* FNV-1a */
static size_t bucket(const char *text)
{
	uint32_t hash = 2166136261;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	return hash % BUCKETS;
}

static void finish_word(struct words *words)
{
	struct word **place, *word;

	if (!words->length)
		return;
	words->text[words->length] = '\0';
	words->length = 0;
	words->total++;
	place = &words->buckets[bucket(words->text)];
	while (*place && strcmp((*place)->text, words->text))
		place = &(*place)->next;
	if (!*place) {
		word = calloc(1, sizeof(*word));
		if (!word)
			abort();
		strcpy(word->text, words->text);
		*place = word;
		words->different++;
	}
	(*place)->count++;
}

void words_count(struct words *words, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!isalpha((unsigned char)text[i]))
			finish_word(words);
		else if (words->length < LENGTH_MAX)
			words->text[words->length++] = (char)tolower((unsigned char)text[i]);
	}
}

size_t words_total(const struct words *words)
{
	return words->total;
}

size_t words_different(const struct words *words)
{
	return words->different;
}

static int compare(const void *first, const void *second)
{
	const struct word *const *a = first, *const *b = second;

	return strcmp((*a)->text, (*b)->text);
}

int words_write(struct words *words, FILE *file)
{
	struct word **sorted;
	size_t count = 0;
	int error = 0;

	finish_word(words);
	sorted = calloc(words->different + 1, sizeof(struct word *));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct word *word = words->buckets[i]; word; word = word->next)
			sorted[count++] = word;
	qsort(sorted, count, sizeof(struct word *), compare);
	for (size_t i = 0; i < count && !error; i++)
		if (fprintf(file, "%s %lu\n", sorted[i]->text, sorted[i]->count) < 0)
			error = -EIO;
	free(sorted);
	return error;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (words->buckets[i]) {
			struct word *word = words->buckets[i];

			words->buckets[i] = word->next;
			free(word);
		}
	}
	free(words);
}
