/* SPDX-License-Identifier: GPL-2.0 */
/* Counts how often each word is in a text. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdio.h>

struct words;

struct words *words_new(void);

/* Counts the words of one more piece of the text, which may end within a word. */
void words_count(struct words *words, const char *text, size_t size);

/* How many words were counted, and how many different ones. */
size_t words_total(const struct words *words);
size_t words_different(const struct words *words);

/* Writes the words in alphabetical order. Returns 0 or a negative errno. */
int words_write(struct words *words, FILE *file);

void words_free(struct words *words);

#endif /* WORDS_H */
